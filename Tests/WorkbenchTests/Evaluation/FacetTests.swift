import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("What results are told apart by besides groups")
struct FacetTests {
  @Test("columns with one value in each sequence, and the frame of cells")
  func facets() throws {
    try DataFiles.with { files in
      var table = "path,label,track,t,treatment,operator,focus\n"
      for track in 0..<4 {
        for time in 0..<2 {
          try files.image("\(track)-\(time).png", value: Float(track))
          table += "\(track)-\(time).png,\(track % 2 == 0 ? "a" : "b"),\(track),\(time),"
          table += "\(track < 2 ? "drug" : "water"),P\(track),\(time)\n"
        }
      }
      try files.text("manifest.csv", table)
      var spec = files.spec(.csv)
      spec.frames = 2
      (spec.columns.sequence, spec.columns.frame) = ("track", "t")
      let data = try Dataset.open(spec)
      #expect(data.groupColumns.isEmpty && data.source.facetColumns == ["treatment", "operator"])
      let facets = data.source.entries.map(\.facets)
      #expect(facets == [["drug", "P0"], ["drug", "P1"], ["water", "P2"], ["water", "P3"]])
      // The data are the same as before anybody looked at these columns.
      spec.split.by = ["treatment"]
      let split = try Dataset.open(spec)
      #expect(split.groupColumns == ["treatment"] && split.source.facetColumns == ["operator"])
    }
    try ImageFixtures.withFolder { folder in
      try FieldSimulation(experiments: 1, wells: 1, frames: 2, width: 64, height: 64, cells: 8, seed: 4).write(
        to: folder + "/film", layout: .trackmate)
      var spec = DataSpec()
      spec.source = .cells
      spec.root = folder + "/film"
      let data = try Dataset.open(spec, for: .prediction)
      #expect(data.source.facetColumns == ["frame"])
      #expect(Set(data.source.entries.map(\.facets)) == [["0"], ["1"]])
    }
  }
}
