import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("What tables call fields")
struct FieldNumberTests {
  private func spec(_ files: DataFiles, tables: String) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.cells.layout = .table
    spec.cells.images = "{field}.png"
    spec.cells.tables = tables
    spec.cells.columns = ["x": "x", "y": "y", "label": "label", "field": "Point"]
    spec.cells.units = .pixel
    spec.imageChannels = ["BF"]
    return spec
  }

  private func images(_ files: DataFiles, _ names: [String]) throws {
    for (place, name) in names.enumerated() {
      try files.image("\(name).png", value: Float(10 + 9 * place), width: 20, height: 16)
    }
  }

  @Test("numbers are one in whatever way programs mark them, and words and wells are none")
  func numbers() {
    for name in ["1", "01", "#1", "# 1", "Pos1", "XY01", "Position 1", "pos_001"] {
      #expect(FieldNumber.of(name) == "1", "\(name)")
    }
    for name in ["A1", "B01", "S1", "plate1", "1a", "#", "", "Pos", "1_2"] {
      #expect(FieldNumber.of(name) == nil, "\(name)")
    }
    #expect(FieldNumber.of("000") == "0")
  }

  @Test("rows find the field of their number where one has it")
  func joined() throws {
    try DataFiles.with { files in
      try images(files, ["01", "02"])
      try files.text("all.csv", "Point,x,y,label\n#1,5,6,a\n#1,12,9,b\nPos 2,5,6,a\nXY02,12,9,b\n")
      let spec = spec(files, tables: "all.csv")
      let source = try #require(try Dataset.open(spec).source as? CellsSource)
      #expect(source.positions.map(\.field) == [0, 0, 1, 1])
      // Two fields have the number: neither is meant.
      try images(files, ["01", "02", "Pos1"])
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(error.contains("there are no images of field #1"), "\(error)")
    }
  }

  @Test("a film without images is told with the key that leaves its table out")
  func excluded() throws {
    try DataFiles.with { files in
      try images(files, ["01", "02"])
      for name in ["01", "02", "07"] { try files.text("cells/\(name).csv", "x,y,label\n5,6,a\n12,9,b\n") }
      var spec = spec(files, tables: "cells/{field}.csv")
      spec.cells.columns["field"] = nil
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(error.contains("there are no images of field 07"), "\(error)")
      #expect(error.contains("leave the table out by data.exclude='[\"cells/07.csv\"]'"), "\(error)")
      spec.exclude = ["cells/07.csv"]
      #expect(try Dataset.open(spec).samples.count == 4)
    }
  }
}
