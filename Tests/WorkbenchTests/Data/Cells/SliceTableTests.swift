import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Slices in depth by a table")
struct SliceTableTests {
  /// A plate of one well, three frames from 1 on, three slices: pixels are 100 × frame + 10 × slice.
  private static func write(_ files: DataFiles, focus: String) throws {
    for frame in 1...3 {
      for slice in 1...3 {
        let samples = [Float](repeating: Float(100 * frame + 10 * slice), count: 400)
        let image = try Image(width: 20, height: 20, sampleType: .uint16, samples: samples)
        try files.file("P1/W0002F0001T000\(frame)Z00\(slice)C1.tif", TIFFWriter.encode(image, note: ""))
      }
    }
    try files.text("P1/W0002F0001_tracks.csv", "track_id,t,y,x\n1,0,9,9\n1,1,9,9\n1,2,9,9\n")
    try files.text("plate_map.csv", "plate,number,well,drug\nP1,2,B1,none\n")
    try files.text("focus.csv", focus)
  }

  private static func open(_ files: DataFiles) throws -> Dataset {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (3, 3)
    spec.imageChannels = ["BF"]
    spec.cells.layout = .ultrack
    spec.cells.images = "{plate}/W{number:04}F{field:04}T{frame:04}Z{z:03}C{channel}.tif"
    spec.cells.tables = "{plate}/W{number:04}F{field:04}_tracks.csv"
    spec.cells.sliceTable = "focus.csv"
    spec.cells.sliceColumns = ["slice": "best_slice", "frame": "timepoint"]
    return try Dataset.open(spec, for: .prediction)
  }

  @Test("are those of each frame, joined by the plate map's columns too; frames without one are left out and counted")
  func chosen() throws {
    try DataFiles.with { files in
      try Self.write(
        files, focus: "plate,well,field,timepoint,best_slice\nP1,B01,1,1,2\nP1,B01,1,2,\nP1,B01,1,3,1\n")
      let data = try Self.open(files)
      #expect(data.samples.map(\.id) == ["P1/0002/0001/t0001/1", "P1/0002/0001/t0003/1"])
      #expect(try data.samples.indices.map { try data.load($0)[0] } == [120, 310])
      let said = data.remarks.joined(separator: "\n")
      #expect(said.contains("1 position left out: focus.csv states no slice of 1 frame"), "\(said)")
      #expect(said.contains("focus.csv: frames 1 to 3, taken as the numbers of the files, 1 to 3"), "\(said)")
    }
  }

  @Test("are refused where the table lacks a frame, has one twice, or names a slice that isn't there")
  func refusals() throws {
    for (rows, expected) in [
      ("P1,B1,1,1,2\nP1,B1,1,2,2\n", "says nothing of 1 frame with positions, e.g. frame 3 of 'P1/0002/0001'"),
      ("P1,B1,1,1,2\nP1,B1,1,1,3\n", "speaks of a frame that line 2 speaks of"),
      ("P1,B1,1,1,2\nP1,B1,1,2,7\nP1,B1,1,3,1\n", "focus.csv:3: data.cells.sliceTable: names slice 7 of frame 2"),
      ("P1,B1,1,1,sharp\n", "the slice is 'sharp'"),
    ] {
      try DataFiles.with { files in
        try Self.write(files, focus: "plate,well,field,timepoint,best_slice\n\(rows)")
        let error = #expect(throws: ZooError.self) { _ = try Self.open(files) }
        #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
      }
    }
  }
}
