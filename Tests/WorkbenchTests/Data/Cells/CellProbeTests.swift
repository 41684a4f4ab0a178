import Foundation
import Testing

@testable import ZooWorkbench

@Suite("A new spec of fields")
struct CellProbeTests {
  /// A film of two frames with a bright cell in one of them.
  private static func film(_ channels: [String]) throws -> [UInt8] {
    var samples = [Float](repeating: 100, count: 2 * channels.count * 144)
    for place in 0..<20 { samples[samples.count - 1 - place] = 3000 }
    return try TIFFWriter.encode(
      try Image(
        width: 12, height: 12, channels: channels.count, frames: 2, sampleType: .uint16, channelNames: channels,
        samples: samples), note: "")
  }

  @Test("without tables of cells says how they are made")
  func withoutTables() throws {
    try DataFiles.with { files in
      for frame in 0..<2 { try files.image("2024-05-03/A01-ST/Img_t000\(frame)_ch1.png", value: 7) }
      let error = try #require(#expect(throws: ZooError.self) { _ = try DataProbe(files.folder) })
      #expect(error.description.contains("zoo data cells \(files.folder) --channel DNA -o"), "\(error)")
    }
  }

  @Test("without labels takes propidium iodide, or says what they may come from")
  func withoutLabels() throws {
    for (channels, isLabelled) in [(["DNA", "PI"], true), (["DNA", "BF"], false)] {
      try DataFiles.with { files in
        for well in ["A01", "A02", "A03"] {
          try files.file("e1/\(well).ome.tif", Self.film(channels))
          try files.text("e1/\(well)_tracks.csv", "ID,T,Y,X\n1,0,3,3\n1,1,3,3\n2,0,9,9\n2,1,9,9\n")
        }
        var probe = try DataProbe(files.folder)
        #expect(probe.spec.source == .cells && probe.spec.labels.from == (isLabelled ? .pi : .table))
        #expect((probe.comments["labels"] != nil) == isLabelled)
        guard !isLabelled else { return }
        let error = try #require(#expect(throws: ZooError.self) { _ = try probe.open() })
        #expect(error.description.contains("annotations.csv (experiment,well,frame,track,label)"), "\(error)")
      }
    }
  }
}
