import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("A look at the data")
struct DataLookTests {
  /// The page without its pictures, whose letters are chance.
  private static func withoutPictures(_ page: String) -> String {
    page.components(separatedBy: "data:image/png;base64,").enumerated().map { index, part in
      index == 0 ? part : String(part.drop { $0 != "\"" })
    }.joined()
  }

  @Test("at crops counts them, measures them and shows what is doubtful, with the items")
  func crops() throws {
    try DataFiles.with { files in
      let simulation = try Simulation(experiments: 2, cellsPerClass: 14, seed: 2, width: 32, height: 32, frames: nil)
      var rows = "path,label,experiment\n"
      for (number, cell) in simulation.cells.enumerated() {
        var image = try simulation.image(of: cell, channels: [0, 3])
        if number == 5 {
          image = try Image(
            width: 32, height: 32, channels: 2, sampleType: .uint16, samples: image.samples.map { min($0 * 9, 65535) })
        }
        // The second experiment is brighter.
        if cell.experiment == 1 {
          image = try Image(
            width: 32, height: 32, channels: 2, sampleType: .uint16, samples: image.samples.map { $0 + 6000 })
        }
        let name = "\(number)<i>.tif"
        try files.file(name, TIFFWriter.encode(image))
        rows += "\(name),\(cell.cellClass.rawValue),\(cell.experimentName)\n"
      }
      try files.text("manifest.csv", rows)
      var spec = Spec()
      spec.name = "crops"
      spec.data = files.spec(.csv)
      (spec.data.height, spec.data.width) = (32, 32)
      spec.data.imageChannels = ["BF", "DNA"]
      let look = try DataLook(spec.name, spec.data)
      #expect(look.column == "experiment" && look.groups == ["experiment-01", "experiment-02"])
      #expect(look.counts["experiment-01"]?["apoptosis"]?.values.reduce(0, +) == 14)
      #expect(look.intensities.count == 6 && look.looked == 84)
      for one in look.intensities {
        #expect(abs(one.bins.reduce(0, +) - 1) < 1e-9 && one.low <= one.median && one.median <= one.high)
      }
      let bright = look.intensities.first { $0.group == "experiment-02" && $0.channel == "BF" }
      #expect(bright.map { $0.median > 6000 } == true)
      let strange = try #require(look.findings.first { $0.text.contains("far brighter") })
      #expect(strange.items.contains("5<i>.tif"))
      #expect(look.findings.contains { $0.text.hasPrefix("DNA:") && $0.text.contains("variance") })
      let page = Self.withoutPictures(look.html)
      PageChecker.check(page)
      #expect(!page.contains("<i>") && page.contains("5&lt;i&gt;.tif"))
      #expect(look.text.contains("leaks   none found"))
    }
  }

  @Test("at films of cells counts their tracks")
  func films() throws {
    try ImageFixtures.withFolder { folder in
      try FieldSimulation(experiments: 2, wells: 2, frames: 4, width: 96, height: 96, cells: 8, seed: 3).write(
        to: folder + "/plates", layout: .ultrack)
      var spec = Spec()
      spec.data.source = .cells
      spec.data.root = folder + "/plates"
      spec.data.imageChannels = Simulation.channels
      spec.data.labels.from = .annotations
      (spec.data.height, spec.data.width) = (20, 20)
      (spec.data.frames, spec.data.cells.ends, spec.data.cells.gaps) = (3, .nearest, .hold)
      spec.data.split.by = ["experiment", "well"]
      // Four wells are too few for every class in every subset.
      (spec.data.split.train, spec.data.split.validation, spec.data.split.test) = (1, 0, 0)
      var options = DataLook.Options()
      options.column = "well"
      let look = try DataLook(spec.name, spec.data, options)
      let tracks = try #require(look.tracks)
      #expect(tracks.tracks > 20 && tracks.counts.keys.max() == 4 && look.column == "well")
      #expect(look.audit.leaks.isEmpty)
      PageChecker.check(Self.withoutPictures(look.html))
      // A look is taken of what can't be split, too.
      spec.data.split.holdOut = ["nowhere"]
      let unsplit = try DataLook(spec.name, spec.data, options)
      #expect(unsplit.findings.first?.text.contains("nowhere") == true && unsplit.counts == look.counts)
      options.column = "nothing"
      #expect(throws: ZooError.self) { try DataLook(spec.name, spec.data, options) }
    }
  }

  @Test("lengths of tracks have their median")
  func bars() {
    let chart = BarChart(
      title: "t", description: "d", xTitle: "x", yTitle: "y", counts: [1: 3, 2: 0, 90: 7])
    PageChecker.check(chart.svg.text)
    #expect(chart.svg.text.components(separatedBy: "<rect").count == 31)
  }
}
