import Foundation
import Testing
import ZooData
import ZooWorkbench

@Suite("Simulation")
struct SimulationTests {
  private static func simulation(frames: Int? = nil, seed: UInt64 = 1, experiments: Int = 2) throws -> Simulation {
    try Simulation(experiments: experiments, cellsPerClass: 2, seed: seed, width: 24, height: 24, frames: frames)
  }

  @Test("a cell is a function of seed, experiment, class and number alone")
  func determinism() throws {
    let (small, large) = (try Self.simulation(), try Self.simulation(experiments: 5))
    let cell = small.cells[7]
    #expect(large.cells.contains(cell))
    let all = try small.image(of: cell, channels: [0, 1, 2, 3, 4])
    #expect(try large.image(of: cell, channels: [0, 1, 2, 3, 4]) == all)
    #expect(try small.image(of: cell, channels: [3]).samples == Array(all.samples[3 * 576..<4 * 576]))
    #expect(try Self.simulation(seed: 2).image(of: cell, channels: [0]).samples != Array(all.samples[..<576]))
    #expect(all.samples.allSatisfy { $0 == $0.rounded() && Simulation.range.contains($0) })
  }

  @Test("a data set of simulated cells says that it is one")
  func saysSo() throws {
    var spec = DataSpec()
    spec.source = .simulated
    spec.frames = 9
    spec.channels = ["PI", "BF"]
    let data = try Dataset.open(spec)
    #expect(data.isSimulated && data.note?.contains("Simulated") == true)
    #expect(data.sampleShape == [9, 2, 64, 64] && data.groupColumns == ["experiment", "well"])
    #expect(try data.load(3).count == 9 * 2 * 64 * 64)
  }

  @Test("what is written reads back as the same pixels, as PNG and as TIFF, images and sequences")
  func writing() throws {
    for (format, frames) in [(Simulation.FileFormat.png, nil), (.tiff, nil), (.png, 3), (.tiff, 3)] {
      try ImageFixtures.withFolder { folder in
        let simulation = try Self.simulation(frames: frames)
        let target = folder + "/cells"
        try simulation.write(to: target, format: format)
        var spec = DataSpec()
        spec.root = target
        spec.height = 24
        spec.width = 24
        spec.frames = frames
        spec.split.by = ["experiment"]
        if format == .png {
          spec.columns.channelPaths = Dictionary(uniqueKeysWithValues: Simulation.channels.map { ($0, $0) })
          if frames != nil {
            spec.columns.sequence = "sequence"
            spec.columns.frame = "frame"
          }
        } else {
          spec.imageChannels = Simulation.channels
        }
        spec.channels = ["DNA", "BF"]
        let data = try Dataset.open(spec)
        #expect(data.samples.map(\.id) == simulation.cells.map(\.id))
        #expect(data.note == Simulation.note && data.isSimulated)
        #expect(try data.load(4) == simulation.image(of: simulation.cells[4], channels: [3, 0]).samples)
        let error = try #require(throws: ZooError.self) { try simulation.write(to: target, format: format) }
        #expect(error.kind == .usage && error.description.contains("isn't empty"))
      }
    }
  }

  @Test("dyes tell the story: caspase first in apoptosis, a sudden leak and little caspase in pyroptosis")
  func story() throws {
    let simulation = try Simulation(experiments: 4, cellsPerClass: 12, seed: 5, width: 32, height: 32, frames: 9)
    /// Mean rise of a channel over the film in the middle of the picture, over all cells of a class.
    func rise(_ cellClass: CellClass, _ channel: Int) throws -> Float {
      let cells = simulation.cells.filter { $0.cellClass == cellClass }
      var sum: Float = 0
      for cell in cells {
        let samples = try simulation.image(of: cell, channels: [channel]).samples
        func middle(_ frame: Int) -> Float {
          (10..<22).reduce(0) { $0 + samples[frame * 1024 + $1 * 32 + 10..<frame * 1024 + $1 * 32 + 22].reduce(0, +) }
            / 144
        }
        sum += middle(8) - middle(0)
      }
      return sum / Float(cells.count)
    }
    let (caspase, leak) = (1, 2)
    #expect(try rise(.apoptosis, caspase) > 4 * rise(.pyroptosis, caspase))
    #expect(try rise(.pyroptosis, leak) > 2 * rise(.apoptosis, leak))
    #expect(try abs(rise(.healthy, caspase)) < 15 && abs(rise(.healthy, leak)) < 15)
  }

  @Test("settings that can't be met are refused")
  func refusals() {
    #expect(throws: ZooError.self) {
      try Simulation(experiments: 0, cellsPerClass: 1, seed: 1, width: 64, height: 64, frames: nil)
    }
    #expect(throws: ZooError.self) {
      try Simulation(experiments: 1, cellsPerClass: 1, seed: 1, width: 1 << 40, height: 64, frames: nil)
    }
    // A list of 3 · 10⁸ cells would have 120 GB.
    let error = #expect(throws: ZooError.self) {
      try MemoryAccount.$current.withValue(MemoryAccount(1 << 30, origin: "the test")) {
        try Simulation(experiments: 1000, cellsPerClass: 100_000, seed: 1, width: 64, height: 64, frames: nil)
      }
    }
    #expect(error?.description.contains("the test") == true, "\(String(describing: error))")
  }
}
