import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Classes that most likely are none")
struct DoubtfulClassTests {
  /// A table of images, a row for each label.
  private func table(_ files: DataFiles, _ labels: [String]) throws -> DataSpec {
    var text = "path,label\n"
    for (place, label) in labels.enumerated() {
      try files.image("\(place).png", value: Float(place + 1))
      text += "\(place).png,\(label)\n"
    }
    try files.text("manifest.csv", text)
    return files.spec(.csv)
  }

  @Test(
    "words for no verdict", arguments: ["unsure", "EMPTY", "Not sure", "not_scored", "unclear ", "dead?", "(?)", "tbd"])
  func words(word: String) {
    #expect(Spelling.isNoVerdict(word))
  }

  @Test(
    "words that are classes",
    arguments: ["dead", "negative", "other", "background", "debris", "sure", "unsurely", "emptying", "PI-", ""])
  func classes(word: String) {
    #expect(!Spelling.isNoVerdict(word))
  }

  @Test("0 among words is what nobody clicked; among numbers, and where most cells are so, it is a class")
  func nothingSet() throws {
    try DataFiles.with { files in
      let clicked = try Dataset.open(table(files, ["dead", "live", "0", "dead", "live", "0"])).remarks
      #expect(clicked.contains { $0.hasPrefix("'0' (2) reads like no verdict") }, "\(clicked)")
      let codes = try Dataset.open(table(files, ["1", "0", "2", "0", "1", "2"])).remarks
      #expect(!codes.contains { $0.contains("no verdict") }, "\(codes)")
      let few = try Dataset.open(table(files, ["0+0", "1+0", "0+1", "1+0", "0+1", "1+0"])).remarks
      #expect(few.contains { $0.hasPrefix("'0+0' (1) reads like no verdict") }, "\(few)")
      let most = try Dataset.open(table(files, ["0+0", "0+0", "0+0", "0+0", "0+1", "1+0"])).remarks
      #expect(!most.contains { $0.contains("no verdict") }, "\(most)")
    }
  }

  @Test("a class that says no verdict is told with its count and with what leaves it out, which does")
  func noVerdict() throws {
    try DataFiles.with { files in
      var spec = try table(files, ["dead", "live", "unsure", "dead", "live", "unsure", "EMPTY"])
      let remarks = try Dataset.open(spec).remarks
      let wanted = "'unsure' (2) reads like no verdict and is taken as a class; to leave it out: "
      #expect(remarks.contains(wanted + "data.classes=[\"dead\", \"live\"]"), "\(remarks)")
      #expect(remarks.contains { $0.hasPrefix("'EMPTY' (1) reads like no verdict") }, "\(remarks)")
      let made = try SpecSkeleton(summary: "", root: files.folder)
      #expect(made.remarks.contains { $0.hasPrefix(wanted) }, "\(made.remarks)")
      // A spec that names it says it again, for it is used.
      spec.classes = ["dead", "live", "unsure"]
      #expect(try Dataset.open(spec).remarks.contains { $0.hasPrefix(wanted) })
      spec.classes = ["dead", "live"]
      let data = try Dataset.open(spec)
      #expect(data.samples.count == 4 && !data.remarks.contains { $0.contains("no verdict") }, "\(data.remarks)")
    }
  }

  @Test("cells whose columns are all unset are told, and data.labels.ignore leaves them out")
  func unset() throws {
    try DataFiles.with { files in
      let film = try Image(
        width: 12, height: 12, channels: 1, frames: 2, sampleType: .uint16, channelNames: ["DNA"],
        samples: (0..<288).map { Float($0) })
      try files.file("A01.tif", TIFFWriter.encode(film, note: ""))
      try files.text("A01.csv", "ID,T,Y,X,dead,live\n1,0,5,5,0,1\n1,1,5,5,1,0\n2,0,8,8,0,0\n2,1,8,8,0,1\n")
      var spec = files.spec(.cells)
      (spec.height, spec.width) = (4, 4)
      spec.cells.layout = .napari
      spec.cells.images = "{well}.tif"
      spec.cells.tables = "{well}.csv"
      spec.cells.units = .pixel
      spec.cells.columns = ["label": "dead+live"]
      let remarks = try Dataset.open(spec).remarks
      #expect(
        remarks.contains(
          "'0+0' (1) reads like no verdict and is taken as a class; to leave it out: data.labels.ignore=[\"uncertain\", \"0+0\"]"
        ), "\(remarks)")
      spec.labels.ignore = ["uncertain", "0+0"]
      #expect(try Dataset.open(spec).classes == ["0+1", "1+0"])
    }
  }

  @Test("classes that all are wells are refused unless somebody names them")
  func wells() throws {
    try DataFiles.with { files in
      var spec = try table(files, ["B2", "B3", "C2", "C10", "B2", "B3", "C2", "C10"])
      for look in [{ _ = try Dataset.open(spec) }, { _ = try SpecSkeleton(summary: "", root: files.folder) }] {
        let error = try #require(throws: ZooError.self) { try look() }.description
        #expect(error.contains("the 4 classes (B2, B3, C2, C10) are wells by their names"), "\(error)")
        #expect(error.contains("data.classes=[\"B2\", \"B3\", \"C2\", \"C10\"]"), "\(error)")
        #expect(error.contains("data.join={\"TABLE.csv\": [well]}"), "\(error)")
      }
      spec.classes = ["B2", "B3", "C2", "C10"]
      #expect(try Dataset.open(spec).classes.count == 4)
    }
    // Two may be types of cells, and plates are told alone.
    try DataFiles.with { files in
      let remarks = try Dataset.open(table(files, ["A1", "B1", "A1", "B1"])).remarks
      #expect(remarks.contains { $0.hasPrefix("the 2 classes (A1, B1) are called as wells are") }, "\(remarks)")
    }
    try DataFiles.with { files in
      let remarks = try Dataset.open(table(files, ["plate1", "plate2", "plate1", "plate2"])).remarks
      #expect(
        remarks.contains { $0.hasPrefix("the 2 classes (plate1, plate2) are called as plates are") }, "\(remarks)")
    }
  }

  @Test("wells that a pattern of folders makes classes are refused, and the pattern is named")
  func pattern() throws {
    try DataFiles.with { files in
      var value: Float = 1
      for experiment in ["exp01", "exp02_rep"] {
        for well in ["B2", "B3", "C2", "C10"] {
          try files.image("\(experiment)/\(well)_001.png", value: value)
          value += 1
        }
      }
      var spec = files.spec(.folder)
      spec.images = "{experiment}/{class}_*"
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(error.contains("are wells by their names") && error.contains("data.images is {well}"), "\(error)")
    }
  }
}
