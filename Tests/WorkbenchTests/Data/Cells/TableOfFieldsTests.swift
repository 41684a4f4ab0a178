import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Tables beside fields that say what several of them have in common")
struct TableOfFieldsTests {
  /// A picture and a table of four cells for each of these fields.
  private func write(_ files: DataFiles, _ fields: [String]) throws {
    for (place, name) in fields.enumerated() {
      try files.image("\(name).png", value: Float(20 + 9 * place), width: 20, height: 16)
      try files.text("cells/\(name).csv", "x,y,label\n5,6,alive\n14,9,dead\n5,12,dead\n12,3,alive\n")
    }
  }

  private func spec(_ files: DataFiles, _ fields: String, by: String) -> DataSpec {
    var spec = files.spec(.cells)
    (spec.height, spec.width) = (4, 4)
    spec.cells.layout = .table
    spec.cells.images = "\(fields).png"
    spec.cells.tables = "cells/\(fields).csv"
    spec.cells.columns = ["x": "x", "y": "y", "label": "label"]
    spec.cells.units = .pixel
    spec.imageChannels = ["BF"]
    spec.split.by = [by]
    return spec
  }

  private func made(_ files: DataFiles, _ fields: String) throws -> SpecSkeleton {
    try SpecSkeleton(
      summary: "", root: files.folder,
      overrides: [
        "data.source=cells", "data.cells.layout=table", "data.cells.images='\(fields).png'",
        "data.cells.tables='cells/\(fields).csv'", "data.cells.columns={x: \"x\", y: \"y\", label: \"label\"}",
        "data.cells.units=pixel", "data.imageChannels=[\"BF\"]", "data.height=4", "data.width=4",
      ])
  }

  private func cautions(_ spec: DataSpec) throws -> [String] {
    let data = try Dataset.open(spec)
    return try data.splitCautions(data.split(spec.split), spec.split).filter { $0.contains("says that") }
  }

  private static let slides = (1...6).map { "S0\($0)" }
  private static let donors = "donor\nS01,D101\nS02,D102\nS03,D103\nS04,D101\nS05,D104\nS06,D105\n"

  @Test("are joined in a new spec, which is split by the coarsest group that fills all parts")
  func joined() throws {
    let movies = "movie\tdonor\tstimulus\n1\tD1\ta\n2\tD1\ta\n3\tD2\ta\n4\tD2\tb\n5\tD3\ta\n6\tD3\ta\n7\tD3\tnone\n"
    let wells = (1...6).map { "A0\($0)" }
    let kinds: [([String], String, String, String, String, String)] = [
      (Self.slides, "{slide}", "slides.csv", "slide,\(Self.donors)", "\"slide\"", "'S01' and 'S04' are of one donor"),
      (Self.slides, "{slide}", "slides.csv", "Probe,\(Self.donors)", "\"slide=Probe\"", "are of one donor, 'D101'"),
      ((1...6).map { "0\($0)" }, "{field}", "movies.txt", movies, "\"field=movie\"", "'1' and '2' are of one donor"),
      (
        wells, "{well}", "meta/plate.csv", "well,mouse\nA1,m1\nA2,m1\nA3,m2\nA4,m2\nA5,m3\nA6,m3\n", "\"well\"",
        "are of one mouse"
      ),
    ]
    for (fields, pattern, file, text, key, said) in kinds {
      try DataFiles.with { files in
        try write(files, fields)
        try files.text(file, text)
        let made = try made(files, pattern)
        #expect(made.text.contains("join: {\"\(file)\": [\(key)]}"), "\(made.text)")
        #expect(made.text.contains("by: [\"\(said.contains("mouse") ? "mouse" : "donor")\"]"), "\(made.text)")
        #expect(
          made.remarks.contains { $0.hasPrefix("join: \(file) says that") && $0.contains(said) }, "\(made.remarks)")
      }
    }
  }

  @Test("are told where it isn't sure that they are of these fields, with the keys that take them")
  func unsure() throws {
    try DataFiles.with { files in
      try write(files, (1...6).map { "0\($0)" })
      try files.text("list.csv", "Nr,donor\n1,a\n2,a\n3,b\n4,b\n5,c\n6,c\n")
      let made = try made(files, "{field}")
      #expect(!made.text.contains("join: {"), "\(made.text)")
      let keys = "data.join='{\"list.csv\": [\"field=Nr\"]}' data.split.by='[\"donor\"]' keeps them together"
      #expect(made.remarks.contains { $0.contains("unsure: 'Nr' has the numbers of {field}") && $0.hasSuffix(keys) })
      // One that lacks a field can't be split by before it has it.
      try files.text("list.csv", "field,donor\n1,a\n2,a\n3,b\n4,b\n5,c\n")
      let told = try cautions(spec(files, "{field}", by: "field"))
      #expect(told.count == 1 && told[0].contains("nothing of 1 of 6 fields, e.g. '06': add rows"), "\(told)")
    }
  }

  @Test("are a caution on a split by something finer, and none once it heeds them")
  func cautions() throws {
    try DataFiles.with { files in
      try write(files, Self.slides)
      try files.text("slides.csv", "slide,\(Self.donors)")
      var spec = spec(files, "{slide}", by: "slide")
      #expect(
        try cautions(spec) == [
          "slides.csv says that 'S01', 'S04' (slide) are of one donor, 'D101', and the split by slide takes them for independent: data.join='{\"slides.csv\": [\"slide\"]}' data.split.by='[\"donor\"]' keeps them together"
        ])
      (spec.join, spec.split.by) = (["slides.csv": ["slide"]], ["donor"])
      #expect(try cautions(spec).isEmpty)
      // One donor for each, or for all, puts nothing together.
      (spec.join, spec.split.by) = ([:], ["slide"])
      try files.text("slides.csv", "slide,donor\n" + Self.slides.map { "\($0),d\($0)\n" }.joined())
      #expect(try cautions(spec).isEmpty)
      try files.text("slides.csv", "slide,donor\n" + Self.slides.map { "\($0),d\n" }.joined())
      #expect(try cautions(spec).isEmpty)
    }
  }

  @Test("in other letters say the command that fits these, for a name with blanks too")
  func letters() throws {
    try DataFiles.with { files in
      try write(files, Self.slides)
      let notes = "slide,\(Self.donors)".split(separator: "\n").map { "\($0),撮影は午前中に行った" }.joined(separator: "\n")
      try files.file("our slides.csv", [UInt8](try #require(notes.data(using: .shiftJIS))))
      let told = try cautions(spec(files, "{slide}", by: "slide"))
      #expect(
        told.count == 1 && told[0].contains("iconv -f CP932 -t UTF-8 'our slides.csv' > 'our slides-utf8.csv'"),
        "\(told)")
      try files.file("our slides.csv", "slide,\(Self.donors)S07,Zoë\n".unicodeScalars.map { UInt8($0.value) })
      let western = try cautions(spec(files, "{slide}", by: "slide"))
      #expect(western.count == 1 && western[0].contains("iconv -f WINDOWS-1252"), "\(western)")
    }
  }

  @Test("of a word in a field's name say which part it has to be, and those of one folder that they belong together")
  func words() throws {
    try DataFiles.with { files in
      try write(files, Self.slides.flatMap { ["\($0)_field1", "\($0)_field2"] })
      try files.text("slides.csv", "slide,\(Self.donors)")
      let told = try cautions(spec(files, "{field}", by: "field"))
      #expect(told.count == 1 && told[0].contains("write {slide} in its place in data.cells.images"), "\(told)")
      var parted = spec(files, "{slide}_{field}", by: "donor")
      parted.join = ["slides.csv": ["slide"]]
      #expect(try Dataset.open(parted).split(parted.split).test.count > 0)
    }
    try DataFiles.with { files in
      try write(files, ["a", "b"].flatMap { day in (1...4).map { "\(day)/\($0)" } })
      for day in ["a", "b"] { try files.text("\(day)/places.tsv", "field\twell\n1\tB2\n2\tB2\n3\tB3\n4\tB3\n") }
      var own = spec(files, "{experiment}/{field}", by: "experiment")
      own.split.by = ["experiment", "field"]
      // One table for all folders, which the split has to heed.
      let told = try cautions(own)
      #expect(told.count == 1, "\(told)")
      let keys =
        "data.join='{\"{experiment}/places.tsv\": [\"field\", \"experiment\"]}' data.split.by='[\"well\"]'"
      #expect(told[0].contains(keys), "\(told)")
      own.join = ["{experiment}/places.tsv": ["experiment", "field"]]
      own.split.by = ["experiment", "well"]
      #expect(try Dataset.open(own).remarks.contains { $0.contains("2 tables fit '{experiment}/places.tsv'") })
      #expect(try cautions(own).isEmpty)
    }
  }

  @Test("in a folder, called as the values of a part, are one table, drawn as plates too")
  func called() throws {
    try DataFiles.with { files in
      try write(files, ["P1", "P2"].flatMap { plate in ["A01", "A02", "B01", "B02"].map { "\(plate)_\($0)" } })
      for (plate, donors) in [("P1", "d1,d2\nB,d1,d2"), ("P2", "d3,d3\nB,d4,d4")] {
        try files.text("maps/\(plate).csv", "donor,1,2,3\nA,\(donors.replacing("\n", with: ",\n")),\n")
      }
      let told = try cautions(spec(files, "{plate}_{well}", by: "well"))
      #expect(told.count == 1 && told[0].hasPrefix("maps/{plate}.csv says that"), "\(told)")
      #expect(told.first?.contains("data.join='{\"maps/{plate}.csv\": [") == true, "\(told)")
    }
  }
}
