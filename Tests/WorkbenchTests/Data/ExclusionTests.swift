import Testing
import ZooFormat

@testable import ZooData
@testable import ZooWorkbench

/// Files that are left out of folders by their names.
@Suite("Files that are left out")
struct ExclusionTests {
  @Test(
    "patterns fit names, paths and folders",
    arguments: [
      ("*_overlay*", "a/c1_overlay.tif", false, true), ("*_overlay*", "a/c1.tif", false, false),
      ("*.tif", "a/b/c.tif", false, true), ("a/*.tif", "a/c.tif", false, true), ("a/*.tif", "a/b/c.tif", false, false),
      ("a/**.tif", "a/b/c.tif", false, true), ("/a/c.tif", "a/c.tif", false, true), ("/c.tif", "a/c.tif", false, false),
      ("thumbs/", "a/thumbs", true, true), ("thumbs/", "a/thumbs", false, false), ("c?.tif", "c1.tif", false, true),
      ("c?.tif", "c12.tif", false, false), ("pyro [x]/", "pyro [x]", true, true), ("**", "a/b", false, true),
      ("*a*b", "xaxxb", false, true), ("*a*b", "xaxxbc", false, false),
    ])
  func patterns(pattern: String, path: String, isFolder: Bool, fits: Bool) {
    #expect(FileExclusion([pattern]).fits(path, isFolder: isFolder) == fits)
  }

  private func images(_ files: DataFiles) throws {
    for index in 0..<8 { try files.image("\(index % 2 == 0 ? "a" : "b")/\(index).png", value: Float(index)) }
    for index in 0..<3 { try files.image("a/\(index)_overlay.png", value: 100 + Float(index), channels: 3) }
    try files.image("not sure/9.png", value: 9)
    try files.image("b/thumbs/1.png", value: 10)
  }

  @Test("files, folders and classes are left out, counted by pattern; what fits nothing is told")
  func folders() throws {
    try DataFiles.with { files in
      try images(files)
      var spec = files.spec(.folder)
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
      spec.exclude = ["*_overlay*", "not sure/", "thumbs/", "*.bmp"]
      let data = try Dataset.open(spec)
      #expect(data.classes == ["a", "b"] && data.samples.count == 8)
      #expect(
        data.remarks == [
          "5 left out of the files and folders, as data.exclude says ('*_overlay*' 3, 'not sure/' 1, 'thumbs/' 1)",
          "data.exclude: '*.bmp' fits nothing",
        ])
      var card = Card()
      (card.classes, card.channels) = (["a", "b"], ["gray"])
      card.imageSize = (height: 5, width: 6)
      let predicted = try Dataset.images([files.folder], for: card, trainedWith: spec)
      #expect(predicted.samples.count == 8 && predicted.remarks == [data.remarks[0]])
      // A file that is named itself is meant.
      #expect(throws: ZooError.self) {
        try Dataset.images(["\(files.folder)/a/1_overlay.png"], for: card, trainedWith: spec)
      }
    }
  }

  @Test("a table beside the classes is left out, too; a table's own images are its rows")
  func tables() throws {
    try DataFiles.with { files in
      for index in 0..<8 { try files.image("\(index % 2 == 0 ? "a" : "b")/\(index).png", value: Float(index)) }
      try files.text("old_cnn.csv", "path,label\na/0.png,x\n")
      var spec = files.spec(.auto)
      #expect(throws: ZooError.self) { try Dataset.open(spec) }
      spec.exclude = ["old_*.csv"]
      #expect(try Dataset.open(spec).samples.count == 8)
      let problems = try #require(throws: SpecProblems.self) {
        try SpecReader().readOne(
          text: "{data: {source: 'csv', root: '\(files.folder)', exclude: ['*.tif']}}", file: "x.json5")
      }
      #expect("\(problems)".contains("a table lists the images itself"), "\(problems)")
    }
  }

  @Test("whole folders of fields")
  func fields() throws {
    try DataFiles.with { files in
      for plate in ["P1", "P1_old"] { try files.image("\(plate)/A1.png", value: 3) }
      let folder = try FieldFolder(files.folder, exclude: ["*_old/"])
      #expect(folder.paths == ["P1/A1.png"] && folder.excluded.count == 1)
    }
  }
}
