import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Label images beside fields")
struct LabelImageTests {
  /// A cell of 4 × 4 pixels at (8, 4) and one at (20, 16) of 32 × 24, numbered 3 and 7, and made smaller by `factor`.
  private func labels(_ factor: Int) throws -> [UInt8] {
    let (width, height) = (32 / factor, 24 / factor)
    var samples = [Float](repeating: 0, count: width * height)
    for (number, x, y) in [(3, 8, 4), (7, 20, 16)] {
      for row in y / factor..<(y + 4) / factor {
        for column in x / factor..<(x + 4) / factor { samples[row * width + column] = Float(number) }
      }
    }
    return try PNGWriter.encode(Image(width: width, height: height, sampleType: .uint8, samples: samples))
  }

  private func spec(_ files: DataFiles, tables: String) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.imageChannels = ["BF"]
    spec.cells.layout = .table
    (spec.cells.images, spec.cells.tables) = ("{field}.png", tables)
    return spec
  }

  @Test("may be smaller than their fields by a whole number, which is told", arguments: [1, 2, 4])
  func smaller(factor: Int) throws {
    try DataFiles.with { files in
      try files.image("A.png", value: 9, width: 32, height: 24)
      try files.file("masks/A.png", labels(factor))
      let data = try Dataset.open(spec(files, tables: "masks/{field}.png"), for: .prediction)
      let places = (data.source as? CellsSource)?.positions.map { [$0.x, $0.y] }
      #expect(places == [[9.5, 5.5], [21.5, 17.5]])
      #expect(data.remarks.contains { $0.contains("positions are taken \(factor) × as large") } == (factor > 1))
      try files.image("B.png", value: 9, width: 33, height: 24)
      try files.file("masks/B.png", labels(2))
      let error = #expect(throws: ZooError.self) {
        try Dataset.open(spec(files, tables: "masks/{field}.png"), for: .prediction)
      }
      #expect(error?.description.contains("as the field, or a half, a third") == true)
    }
  }

  @Test("that lie among the fields and are called as their masks are no fields")
  func among() throws {
    try DataFiles.with { files in
      for name in ["A", "B"] {
        try files.image("\(name).png", value: 9, width: 32, height: 24)
        try files.file("\(name)_cp_masks.png", labels(1))
      }
      let data = try Dataset.open(spec(files, tables: "{field}_cp_masks.png"), for: .prediction)
      #expect(data.samples.count == 4)
      #expect(
        data.remarks.contains {
          $0.contains("2 files called as masks of others, e.g. A_cp_masks.png, aren't taken as fields")
        },
        "\(data.remarks)")
    }
  }

  @Test("tracks with two positions in a frame are refused, or left out if the spec says so")
  func divisions() throws {
    try DataFiles.with { files in
      for frame in 0..<2 { try files.image("t\(frame).png", value: Float(frame), width: 32, height: 24) }
      try files.text("cells.csv", "x,y,frame,track\n5,6,0,1\n5,6,1,1\n9,6,1,1\n20,9,0,2\n20,9,1,2\n")
      var spec = spec(files, tables: "cells.csv")
      spec.cells.images = "t{frame}.png"
      spec.cells.columns = ["x": "x", "y": "y", "frame": "frame", "track": "track"]
      spec.cells.units = .pixel
      let error = #expect(throws: ZooError.self) { try Dataset.open(spec, for: .prediction) }
      #expect(error?.description.contains("data.accept=[divisions]") == true, "\(error?.description ?? "")")
      spec.accept = ["divisions"]
      let data = try Dataset.open(spec, for: .prediction)
      #expect(data.samples.count == 2)
      #expect(
        data.remarks.contains {
          $0.contains("1 track with two positions in a frame, e.g. 1, left out with 3 positions")
        },
        "\(data.remarks)")
    }
  }
}
