import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Cells from the label images of OME-Zarr")
struct ZarrLabelTests {
  /// An image of two frames, and label images of it.
  private static func write(_ files: DataFiles, labels: [String], large: Bool = false) throws {
    let axes = #"[{"name": "t", "type": "time"}, {"name": "y", "type": "space"}, {"name": "x", "type": "space"}]"#
    func array(_ path: String, _ samples: [UInt32]) throws {
      try files.text("\(path)/.zgroup", #"{"zarr_format": 2}"#)
      try files.text(
        "\(path)/.zattrs", #"{"multiscales": [{"version": "0.4", "axes": \#(axes), "datasets": [{"path": "0"}]}]}"#)
      try files.text(
        "\(path)/0/.zarray",
        #"{"zarr_format": 2, "shape": [2, 8, 10], "chunks": [2, 8, 10], "dtype": "<u4", "compressor": null, "#
          + #""fill_value": 0, "order": "C", "filters": null, "dimension_separator": "/"}"#)
      try files.file("\(path)/0/0/0/0", samples.map(\.littleEndian).withUnsafeBytes { Array($0) })
    }
    try array("A01.zarr", (0..<160).map { UInt32($0) })
    if !labels.isEmpty {
      try files.text("A01.zarr/labels/.zgroup", #"{"zarr_format": 2}"#)
      try files.text("A01.zarr/labels/.zattrs", #"{"labels": \#(labels)}"#)
    }
    for name in labels {
      var pixels = [UInt32](repeating: 0, count: 160)
      // 2 × 2 pixels around (2.5, 3.5), a frame later around (3.5, 3.5); one pixel at (8, 1) in the second frame.
      for place in [32, 33, 42, 43] { (pixels[place], pixels[80 + place + 1]) = (7, 7) }
      pixels[80 + 18] = large ? 1 << 25 : 9
      try array("A01.zarr/labels/\(name)", pixels)
    }
  }

  private static func spec(_ files: DataFiles) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (3, 3)
    spec.imageChannels = ["BF"]
    return spec
  }

  @Test("are found by themselves; a number is a track, its mean position is the cell's")
  func positions() throws {
    try DataFiles.with { files in
      try Self.write(files, labels: ["nuclei"])
      let data = try Dataset.open(Self.spec(files), for: .prediction)
      let source = try #require(data.source as? CellsSource)
      let found = source.positions.map { "\($0.frame) \($0.track) \($0.x) \($0.y)" }
      #expect(found == ["0 7 2.5 3.5", "1 7 3.5 3.5", "1 9 8.0 1.0"])
      #expect(data.remarks.contains { $0.contains("taken as tracks") }, "\(data.remarks)")
      // Pixel (8, 1) of the second frame is the middle of its crop.
      #expect(try data.load(2)[4] == 98)
    }
  }

  @Test("what isn't sure is asked for")
  func refusals() throws {
    try DataFiles.with { files in
      try Self.write(files, labels: ["nuclei", "cells"])
      var spec = Self.spec(files)
      let error = #expect(throws: ZooError.self) { try Dataset.open(spec, for: .prediction) }
      #expect(error?.description.contains("one label image for a frame") == true, "\(error?.description ?? "")")
      spec.cells.tables = "{well}.zarr/labels/cells"
      #expect(try Dataset.open(spec, for: .prediction).samples.count == 3)
      try Self.write(files, labels: ["cells"], large: true)
      let large = #expect(throws: ZooError.self) { try Dataset.open(spec, for: .prediction) }
      #expect(large?.description.contains("numbers a cell 33554432") == true, "\(large?.description ?? "")")
    }
  }
}
