import ZooFormat
import ZooImages

/// What a cell is doing.
package enum CellClass: String, Sendable, Hashable, CaseIterable {
  case healthy, apoptosis, pyroptosis
}

/// Simulated live-cell microscopy. These are not measurements and prove nothing about cells.
package struct Simulation: Sendable, Hashable {
  package static let channels = ["BF", "CE", "PI", "DNA", "DPC"]
  /// A 12-bit camera.
  package static let range: ClosedRange<Float> = 0...4095
  /// What there may be of everything; the messages, the spec and the command line have the same.
  package static let experimentCounts = 1...1000
  package static let cellCounts = 1...100_000
  package static let sides = 16...2048
  package static let frameCounts = 1...100
  package static let note = "Simulated cells, not microscope data"
  /// What a terminal says of results on them.
  package static let warning = "SIMULATED DATA: the figures say nothing of real cells"

  /// One cell, which its experiment, class and number define.
  package struct Cell: Sendable, Hashable {
    package var experiment: Int
    package var cellClass: CellClass
    package var index: Int
    package var experimentName: String
    package var well: String
    package var id: String
  }

  package let cells: [Cell]
  package let width: Int
  package let height: Int
  package let frames: Int?
  let seed: UInt64
  /// All settings that the pixels follow from.
  package let description: String

  package init(
    experiments: Int, cellsPerClass: Int, seed: UInt64, width: Int, height: Int, frames: Int?
  ) throws(ZooError) {
    guard Self.experimentCounts.contains(experiments), Self.cellCounts.contains(cellsPerClass) else {
      throw ZooError(
        .badInput, path: "data.simulation",
        problem: "asks for \(Figures.counted(experiments, "experiment")) of "
          + "\(Figures.counted(cellsPerClass, "cell")) a class",
        expected:
          "\(Self.experimentCounts.lowerBound) to \(Self.experimentCounts.upperBound) experiments and "
          + "\(Self.cellCounts.lowerBound) to \(Self.cellCounts.upperBound) cells")
    }
    guard Self.sides.contains(width), Self.sides.contains(height), Self.frameCounts.contains(frames ?? 1) else {
      throw ZooError(
        .badInput, path: "data",
        problem: "simulated cells of \(width)×\(height) pixels and \(Figures.counted(frames ?? 1, "frame"))",
        expected:
          "\(Self.sides.lowerBound) to \(Self.sides.upperBound) pixels and "
          + "\(Self.frameCounts.lowerBound) to \(Self.frameCounts.upperBound) frames")
    }
    self.width = width
    self.height = height
    self.frames = frames
    self.seed = seed
    description = "simulation 1, seed \(seed), \(width)×\(height), frames \(frames ?? 0)"
    func padded(_ number: Int, _ digits: Int) -> String {
      String(repeating: "0", count: max(0, digits - String(number).count)) + String(number)
    }
    try MemoryAccount.current.check(
      experiments * cellsPerClass * CellClass.allCases.count, of: 400, for: "a list of as many simulated cells")
    var cells: [Cell] = []
    for experiment in 0..<experiments {
      let name = "experiment-\(padded(experiment + 1, 2))"
      for cellClass in CellClass.allCases {
        for index in 0..<cellsPerClass {
          cells.append(
            Cell(
              experiment: experiment, cellClass: cellClass, index: index, experimentName: name,
              well: "B0\(index % 6 + 1)", id: "\(name)/\(cellClass.rawValue)/\(padded(index, 4))"))
        }
      }
    }
    self.cells = cells
  }

  /// Renders the chosen channels of one cell. O(pixels); the same cell always gives the same bits.
  package func image(of cell: Cell, channels: [Int]) throws(ZooError) -> Image {
    guard channels.allSatisfy(Self.channels.indices.contains) else {
      throw ZooError(.usage, problem: "no channels \(channels)", expected: "numbers below \(Self.channels.count)")
    }
    let key = KeyedRandom.key(cell.cellClass.rawValue)
    var random = KeyedRandom(seed: seed, UInt64(cell.experiment), key, UInt64(cell.index))
    let microscope = Microscope(seed: seed, experiment: cell.experiment, well: cell.well)
    let field = FieldOfView(cell.cellClass, cellSize: microscope.cellSize, random: &random)
    let times = frames.map { count in (0..<count).map { 8 * Double($0) / Double(max(count - 1, 1)) } }
    var samples: [Float] = []
    samples.reserveCapacity((frames ?? 1) * channels.count * width * height)
    for (frame, time) in (times ?? [field.snapshot]).enumerated() {
      let scene = field.scene(at: time, width: width, height: height)
      for channel in channels {
        // Each picture has noise of its own, whichever others are made.
        var noise = KeyedRandom(
          seed: seed, KeyedRandom.key("noise"), UInt64(cell.experiment), key, UInt64(cell.index), UInt64(frame),
          UInt64(channel))
        samples += microscope.image(channel, of: scene, focus: field.focus, random: &noise)
      }
    }
    return try Image(
      width: width, height: height, channels: channels.count, frames: frames ?? 1, sampleType: .uint16,
      channelNames: channels.map { Self.channels[$0] }, samples: samples)
  }
}
