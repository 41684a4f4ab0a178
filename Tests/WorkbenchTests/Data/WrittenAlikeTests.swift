import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Names that differ only in how they are written")
struct WrittenAlikeTests {
  @Test(
    "blanks, underscores and dashes count only between numbers",
    arguments: [
      ("S 2", "S2", true), ("S_2", "s2", true), ("S-02", "S 2", true), ("P7", "P07", true),
      ("cell death", "CellDeath", true),
      ("1 2", "12", false), ("2024-05", "202405", false), ("CD4-", "CD4", false), ("-1", "1", false),
      ("P1 2", "P12", false),
    ])
  func keys(one: String, two: String, areAlike: Bool) {
    #expect((Spelling.key(one) == Spelling.key(two)) == areAlike)
  }

  private static func spec(_ files: DataFiles, _ donors: [String]) throws -> DataSpec {
    var table = "path,label,donor,split\n"
    for (index, donor) in donors.enumerated() {
      try files.image("\(index).png", value: Float(index))
      table += "\(index).png,\(index % 2),\(donor),\(index < 4 ? "train" : "test")\n"
    }
    try files.text("manifest.csv", table)
    return files.spec(.csv)
  }

  @Test("groups that are split by are refused, other columns are told", arguments: ["S2", "s_2", "S-2", "S02"])
  func groups(other: String) throws {
    try DataFiles.with { files in
      var spec = try Self.spec(files, ["S1", "S1", "S 2", "S 2", "S3", "S3", other, other])
      let told = try Dataset.open(spec).remarks
      #expect(
        told.contains { $0.contains("the column 'donor'") && $0.contains("'S 2' 2") && $0.contains("'\(other)' 2") },
        "\(told)")
      spec.split.by = ["donor"]
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("'S 2' 2") && error.description.contains("'\(other)' 2"), "\(error)")
      spec.accept = ["spellings"]
      #expect(try Dataset.open(spec).samples.count == 8)
    }
  }

  @Test("spellings of a label that isn't used don't stop anything")
  func unusedLabels() throws {
    try DataFiles.with { files in
      var table = "path,label\n"
      for (index, label) in ["a", "a", "b", "b", "Unclear", "unclear"].enumerated() {
        try files.image("\(index).png", value: Float(index))
        table += "\(index).png,\(label)\n"
      }
      try files.text("manifest.csv", table)
      var spec = files.spec(.csv)
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
      spec.classes = ["a", "b"]
      #expect(try Dataset.open(spec).samples.count == 4)
    }
  }

  @Test("a column of words for training and test is mentioned whatever it is called, also with blanks in it")
  func subsets() throws {
    try DataFiles.with { files in
      var table = "path,label,jeu\n"
      for (index, word) in ["apprentissage", "apprentissage", "test", "test", "", "apprentissage"].enumerated() {
        try files.image("\(index).png", value: Float(index))
        table += "\(index).png,\(index % 2),\(word)\n"
      }
      try files.text("manifest.csv", table)
      let remarks = try Dataset.open(files.spec(.csv)).remarks
      #expect(remarks.contains { $0.contains("'jeu'") && $0.contains("data.split.column=jeu") }, "\(remarks)")
      let text = try SpecSkeleton(summary: "", root: files.folder).text
      #expect(text.contains("Unsure: the column 'jeu'") && text.contains("apprentissage 3, test 2, empty 1"), "\(text)")
    }
  }

  @Test(
    "files beside those of a table are mentioned, and frames that may be slices, and no quarter turns of oblong images")
  func siblings() throws {
    try DataFiles.with { files in
      var table = "path,label\n"
      for index in 0..<4 {
        for (place, end) in ["w1Brightfield", "w2CellEvent", "w3PI", "w1Brightfield_thumb_2"].enumerated() {
          try files.image("Z00\(index)_\(end).png", value: Float(10 * index + place), width: 20, height: 16)
        }
        table += "Z00\(index)_w1Brightfield.png,\(index % 2)\n"
      }
      try files.text("manifest.csv", table)
      let text = try SpecSkeleton(summary: "", root: files.folder).text
      #expect(text.contains("Unsure: beside the files of 'path'") && text.contains("(w2CellEvent, w3PI)"), "\(text)")
      #expect(!text.contains("rotate90"), "the images are oblong: \(text)")
    }
    try DataFiles.with { files in
      var table = "path,label\n"
      for index in 0..<4 {
        let image = try Image(
          width: 6, height: 6, frames: 5, sampleType: .uint8, channelNames: ["BF"],
          samples: (0..<180).map { Float(($0 * 7 + index) % 200) })
        try files.file("\(index).tif", TIFFWriter.encode(image, note: ""))
        table += "\(index).tif,\(index % 2)\n"
      }
      try files.text("manifest.csv", table)
      let text = try SpecSkeleton(summary: "", root: files.folder).text
      #expect(
        text.contains("frames: 5") && text.contains("slices in depth (programs store these as time, too)"), "\(text)")
      #expect(text.contains("rotate90"))
    }
  }

  @Test("an export keeps a column of the table that is called as one of its own")
  func export() throws {
    try DataFiles.with { files in
      var table = "path,label,field\n"
      for index in 0..<4 {
        try files.image("\(index).png", value: Float(index))
        table += "\(index).png,\(index % 2),f\(index)\n"
      }
      try files.text("manifest.csv", table)
      let data = try Dataset.open(files.spec(.csv))
      try DataExport(data, split: nil, by: []).write(to: files.folder + "/out", samples: [0, 1, 2, 3])
      let file = files.folder + "/out/manifest.csv"
      let written = try CSVTable(FileBytes.read(file), file: file)
      let column = try #require(written.index(of: "field"))
      #expect(written.rows.map { $0[column] } == ["f0", "f1", "f2", "f3"])
    }
  }
}
