import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Cells in the files of segmenting and tracking programs")
struct CellLayoutTests {
  /// A simulated film in a layout, opened as a source of cells.
  private static func open(_ layout: FieldLayout, _ folder: String, frames: Int?) throws -> Dataset {
    var spec = DataSpec()
    spec.source = .cells
    spec.root = "\(folder)/\(layout.rawValue)"
    spec.height = 24
    spec.width = 24
    spec.imageChannels = Simulation.channels
    spec.frames = frames
    spec.cells.ends = .nearest
    spec.cells.gaps = .hold
    return try Dataset.open(spec, for: .prediction)
  }

  @Test("one experiment in five layouts gives the same crops and windows, byte for byte")
  func sameCrops() throws {
    try ImageFixtures.withFolder { folder in
      let simulation = try FieldSimulation(
        experiments: 1, wells: 2, frames: 3, width: 72, height: 80, cells: 9, seed: 4)
      for layout in FieldLayout.allCases {
        try simulation.write(to: "\(folder)/\(layout.rawValue)", layout: layout)
      }
      for frames in [nil, 3] {
        var reference: [[Float]] = []
        for layout in FieldLayout.allCases {
          let data = try Self.open(layout, folder, frames: frames)
          #expect(data.isSimulated && data.channels == Simulation.channels)
          #expect(data.groupColumns.contains("condition"))
          let crops = try data.samples.indices.map { try data.load($0) }
          if reference.isEmpty { reference = crops }
          #expect(crops.count > 20 && crops == reference, "\(layout.rawValue)")
        }
      }
    }
  }

  @Test("of two stacks of a film, Celldetective's config.ini says which one is meant")
  func prefixes() throws {
    try ImageFixtures.withFolder { folder in
      let simulation = try FieldSimulation(
        experiments: 1, wells: 1, frames: 2, width: 64, height: 64, cells: 8, seed: 4)
      try simulation.write(to: folder + "/celldetective", layout: .celldetective)
      let root = folder + "/celldetective"
      let paths = try FieldFolder(root).paths
      let film = try #require(paths.first { $0.hasSuffix(".tif") })
      let config = try #require(paths.first { $0.hasSuffix("config.ini") })
      let name = (film as NSString).lastPathComponent
      let other = (film as NSString).deletingLastPathComponent + "/raw_\(name)"
      try FileManager.default.copyItem(atPath: "\(root)/\(film)", toPath: "\(root)/\(other)")
      let text = try String(contentsOfFile: "\(root)/\(config)", encoding: .utf8)
      let lines = text.split(separator: "\n").filter { !$0.contains("movie_prefix") }.joined(separator: "\n")
      try lines.write(toFile: "\(root)/\(config)", atomically: true, encoding: .utf8)
      let error = #expect(throws: ZooError.self) { try Self.open(.celldetective, folder, frames: nil) }
      #expect(error?.description.contains("expected one file for each") == true, "\(error?.description ?? "")")
      let stated = lines.replacing("[MovieSettings]", with: "[MovieSettings]\nmovie_prefix = \(name.prefix(4))")
      try stated.write(toFile: "\(root)/\(config)", atomically: true, encoding: .utf8)
      let data = try Self.open(.celldetective, folder, frames: nil)
      #expect(data.samples.count > 4)
      #expect(data.remarks.contains { $0.contains("movie_prefix") }, "\(data.remarks)")
    }
  }

  @Test("what is exported is what training sees, and the manifest says where it is from")
  func export() throws {
    try ImageFixtures.withFolder { folder in
      let simulation = try FieldSimulation(
        experiments: 1, wells: 1, frames: 2, width: 64, height: 64, cells: 8, seed: 4)
      try simulation.write(to: folder + "/ctc", layout: .ctc)
      let data = try Self.open(.ctc, folder, frames: nil)
      let export = DataExport(data, split: nil, by: [])
      let chosen = export.chosen(limit: 5)
      #expect(chosen.count == 5)
      try export.write(to: folder + "/crops", samples: chosen)
      let table = try CSVTable(FileBytes.read(folder + "/crops/manifest.csv"), file: "manifest.csv")
      #expect(
        table.columns == [
          "id", "path", "label", "group", "field", "frame", "track", "x", "y", "subset", "experiment", "well",
          "condition",
          "place", "note",
        ])
      for (row, sample) in zip(table.rows, chosen) {
        #expect(row[0] == data.samples[sample].id && row[4] == "experiment-01/A01/01" && row[14] == Simulation.note)
        let image = try ImageFile.read("\(folder)/crops/\(row[1])")
        #expect(try image.samples == data.load(sample) && image.channelNames == Simulation.channels)
        #expect(image.sampleType == .uint16)
      }
      #expect(throws: ZooError.self) { try export.write(to: folder + "/crops", samples: chosen) }
    }
  }
}
