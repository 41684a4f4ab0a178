import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// What folders of images hold besides classes of images.
@Suite("Folders of images")
struct FolderTests {
  private func classes(_ files: DataFiles, in folder: String = "", from value: Int = 1) throws {
    for index in 0..<6 {
      try files.image("\(folder)\(index % 2 == 0 ? "a" : "b")/\(index).png", value: Float(value + index))
    }
  }

  private func refusal(_ spec: DataSpec) throws -> String {
    try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
  }

  @Test("train, val and test above the classes are named, and used when asked")
  func subsets() throws {
    try DataFiles.with { files in
      for (place, name) in ["train", "valid", "test"].enumerated() {
        try classes(files, in: name + "/", from: 1 + 10 * place)
      }
      var spec = files.spec(.auto)
      let error = try refusal(spec)
      #expect(error.contains("test, train, valid, which are no classes"), "\(error)")
      #expect(error.contains("data.split.folders=true"), "\(error)")
      spec.split.folders = true
      let data = try Dataset.open(spec)
      #expect(data.classes == ["a", "b"] && data.samples.count == 18)
      let split = try data.split(spec.split)
      #expect(split.train.allSatisfy { data.samples[$0].id.hasPrefix("train/") } && split.train.count == 6)
      #expect(split.validation.count == 6 && split.rule == "as the folders say")
    }
  }

  @Test(
    "a table that is called something else, or a spreadsheet, is noticed",
    arguments: [
      ("crops.csv", "data.manifest=crops.csv"), ("plate.tsv", "data.manifest=plate.tsv"),
      ("labels.xlsx", "manifest.csv"), ("map.csv", "a row for each well: well,treatment"),
    ])
  func tables(name: String, remedy: String) throws {
    try DataFiles.with { files in
      try classes(files)
      let plate: [UInt8] = Array(";1;2;3;4\nA;;nig 10 ".utf8) + [0xB5] + Array("M;;\n".utf8)
      try files.file(name, name == "map.csv" ? plate : Array("path,label\n".utf8))
      var spec = files.spec(.auto)
      let error = try refusal(spec)
      #expect(error.contains("'\(name)'") && error.contains(remedy), "\(error)")
      spec.source = .folder
      #expect(try Dataset.open(spec).samples.count == 6, "the folder, if somebody says so")
      spec.source = .auto
      spec.manifest = "crop.csv"
      #expect(try refusal(spec).contains("there is no 'crop.csv'"))
    }
  }

  @Test("what stands among the images and isn't taken is counted by its ending")
  func passedOver() throws {
    try DataFiles.with { files in
      try classes(files)
      try files.text("a/notes.txt", "")
      try files.text("a/x.bmp", "")
      try files.text("b/.DS_Store", "")
      try files.text("b/deeper/y.png", "")
      let data = try Dataset.open(files.spec(.folder))
      #expect(
        data.remarks == [
          "2 files passed over that are no image that is read (.bmp 1 in 'a', .txt 1 in 'a')",
          "1 subfolder passed over ('b/deeper')",
        ])
      try files.text("c/z.bmp", "")
      #expect(try refusal(files.spec(.folder)).contains("the class 'c' has no images (3 files passed over"))
    }
  }

  @Test("words for subsets are no classes, wherever they were taken from, unless somebody says that they are")
  func subsetWords() throws {
    try DataFiles.with { files in
      for (index, name) in ["train", "test", "train", "test"].enumerated() {
        try files.image("\(name)/P\(index)_x.png", value: Float(index))
      }
      try files.text("manifest.csv", "path,label\ntrain/P0_x.png,train\ntest/P1_x.png,Test\n")
      var spec = files.spec(.folder)
      spec.images = "{class}/P{plate}_*.png"
      for source in [DataSpec.Source.folder, .csv] {
        spec.source = source
        if source == .csv { spec.images = nil }
        let error = try refusal(spec)
        #expect(error.contains("are taken for classes, but are called as subsets are"), "\(error)")
        #expect(error.contains("{class} in data.images") && error.contains("data.classes"), "\(error)")
      }
      spec = files.spec(.folder)
      spec.images = "{class}/P{plate}_*.png"
      spec.classes = ["test", "train"]
      #expect(try Dataset.open(spec).samples.count == 4)
      // A new spec doesn't propose them either.
      let made = try #require(throws: ZooError.self) {
        try SpecSkeleton(summary: "", root: files.folder, overrides: ["data.source=folder"])
      }
      #expect(made.description.contains("which are no classes, and hold images themselves"), "\(made)")
    }
  }

  @Test("blanks at the ends of folders' names don't count, nor do they in names for them")
  func blanks() throws {
    try DataFiles.with { files in
      for (index, name) in ["dead", "dead ", "Dead", "healthy"].enumerated() {
        try files.image("\(name)/\(index).png", value: Float(index))
      }
      var spec = files.spec(.folder)
      #expect(try refusal(spec).contains("data.relabel={'Dead': 'dead'}"))
      spec.relabel = ["Dead ": "dead"]
      let data = try Dataset.open(spec)
      #expect(data.classes == ["dead", "healthy"] && data.classCounts(Array(0..<4)) == [3, 1])
    }
  }

  @Test("a plane of transparency is left out, which is said")
  func transparency() throws {
    try DataFiles.with { files in
      for index in 0..<2 {
        try files.image("\(index == 0 ? "a" : "b")/\(index).png", value: Float(index), channels: 4)
      }
      var spec = files.spec(.folder)
      let data = try Dataset.open(spec)
      #expect(data.channels == ["red", "green", "blue"])
      #expect(data.remarks.contains { $0.contains("'alpha', isn't used") }, "\(data.remarks)")
      spec.channels = ["red", "alpha"]
      #expect(try Dataset.open(spec).remarks.isEmpty)
    }
  }

  @Test("subsets that hold images themselves are no classes, unless somebody says that they are")
  func subsetsOfImages() throws {
    try DataFiles.with { files in
      for name in ["train", "test"] {
        for index in 0..<3 { try files.image("\(name)/\(index).png", value: name == "test" ? 9 : Float(index)) }
        try files.text("\(name)/metadata.csv", "file_name,label\n")
      }
      var spec = files.spec(.auto)
      let error = try refusal(spec)
      #expect(error.contains("hold images themselves") && error.contains("e.g. from test/metadata.csv"), "\(error)")
      spec.classes = ["train", "test"]
      #expect(try refusal(spec).contains("the same bytes"), "these are classes then")
    }
  }

  @Test("images that stand deeper or beside the classes, and folders that systems make, are told or passed over")
  func places() throws {
    try DataFiles.with { files in
      try files.image("a/P1/0.png", value: 1)
      try files.image("b/P1/0.png", value: 2)
      #expect(try refusal(files.spec(.auto)).contains("images stand deeper, e.g. in 'a/P1'"))
    }
    try DataFiles.with { files in
      try classes(files)
      for name in ["@eaDir/a/0.png", "__MACOSX/a/0.png", "loose.png"] { try files.image(name, value: 7) }
      let data = try Dataset.open(files.spec(.auto))
      #expect(data.samples.count == 6 && data.remarks == ["1 image passed over that is in no class"])
    }
  }

  @Test("files whose names differ in their ends alone are told, and those of a set stay together")
  func sets() throws {
    try DataFiles.with { files in
      for (place, name) in ["a", "b"].enumerated() {
        for cell in 0..<5 {
          for (end, value) in [("BF", 0), ("PI", 1)] {
            try files.image("\(name)/cell\(cell)_\(end).png", value: Float(20 * cell + 10 * place + value))
          }
        }
      }
      let data = try Dataset.open(files.spec(.auto))
      #expect(data.samples.count == 20 && Set(data.samples.compactMap(\.unit)).count == 10)
      #expect(data.remarks.count == 1 && data.remarks[0].contains("in their ends alone (bf, pi)"), "\(data.remarks)")
    }
    // Numbers are most often just numbers.
    #expect(FileSets(["a_1.png", "a_2.png", "b_1.png", "b_2.png"]).stems.isEmpty)
    #expect(FileSets(["a_t1.png", "a_t2.png", "b_t1.png", "b_t2.png"]).ends == ["t1", "t2"])
    #expect(FileSets(["one_cell.png", "two_cell.png", "three_cell.png"]).stems.isEmpty)
  }

  @Test("the first file isn't blamed on all others; sizes that differ are told")
  func oddFirst() throws {
    try DataFiles.with { files in
      try classes(files)
      let odd = try Image(
        width: 6, height: 5, channels: 1, sampleType: .uint16, samples: [Float](repeating: 300, count: 30))
      try files.file("a/0.png", PNGWriter.encode(odd))
      let error = try refusal(files.spec(.auto))
      #expect(error.contains("a/0.png: has samples of uint16; expected uint8, as "), "\(error)")
      #expect(!error.contains("problems"), "one file is wrong: \(error)")
      try files.image("a/0.png", value: 9, width: 18)
      #expect(
        try Dataset.open(files.spec(.auto)).remarks == [
          "images are of 6×5 in 5, 18×5 in 1, and are resized to 6×5 pixels; 1 of other proportions are stretched"
        ])
    }
  }

  @Test("Parquet files, images without classes and nothing at all are refused by what is there")
  func otherKinds() throws {
    for (path, word) in [
      ("data/train-0.parquet", "Python's pandas"), ("1.png", "subfolder of its name"), ("x/y.czi", ".czi (1)"),
    ] {
      try DataFiles.with { files in
        try files.image(path, value: 1)
        #expect(try refusal(files.spec(.auto)).contains(word), "\(path)")
      }
    }
  }

  @Test("no root is no data: simulated cells come only when they are asked for")
  func noRoot() throws {
    var spec = DataSpec()
    #expect(try refusal(spec).contains("data.source=simulated"))
    spec.manifest = "/nowhere/cells.csv"
    #expect(try refusal(spec).contains("/nowhere/cells.csv"))
    try DataFiles.with { files in
      try classes(files)
      try files.text(
        "cells.csv", "path,label\n" + (0..<6).map { "\($0 % 2 == 0 ? "a" : "b")/\($0).png,\($0 % 2)\n" }.joined())
      spec.manifest = files.folder + "/cells.csv"
      let data = try Dataset.open(spec)
      #expect(data.samples.count == 6 && !data.isSimulated, "paths are relative to the table that is named alone")
    }
  }

  @Test("a walk goes into folders, once, and counts what it passes over")
  func walk() throws {
    try DataFiles.with { files in
      try classes(files)
      try files.text("a/.hidden.png", "")
      try files.text("a/._0.png", "")
      try files.text("readme.md", "")
      try FileManager.default.createSymbolicLink(atPath: files.folder + "/a/round", withDestinationPath: "..")
      var walk = ImageWalk()
      try walk.add(files.folder)
      #expect(
        walk.files.map { String($0.dropFirst(files.folder.count + 1)) }
          == ["a/0.png", "a/2.png", "a/4.png", "b/1.png", "b/3.png", "b/5.png"])
      #expect(
        walk.remarks == [
          "1 file passed over that is no image that is read (.md 1)", "2 hidden files passed over",
          "1 subfolder passed over ('\(files.folder)/a/round')",
        ])
      #expect(throws: ZooError.self) { try walk.add(files.folder + "/a") }
      #expect(throws: ZooError.self) { try walk.add(files.folder + "/absent") }
    }
  }

  @Test("previews beside images and archives of arrays beside one folder are told with what to do about them")
  func previews() throws {
    try DataFiles.with { files in
      for (place, name) in ["a", "b"].enumerated() {
        for index in 0..<3 {
          try files.image("\(name)/\(index)_thumb9.png", value: Float(10 * place + index))
          let wide = try Image(
            width: 6, height: 5, channels: 1, sampleType: .uint16,
            samples: [Float](repeating: Float(300 + 10 * place + index), count: 30))
          try files.file("\(name)/\(index).png", PNGWriter.encode(wide))
        }
      }
      var spec = files.spec(.auto)
      let error = try refusal(spec)
      #expect(error.contains("Leave previews out: data.exclude=[\"*_thumb*\"]"), "\(error)")
      spec.exclude = ["*_thumb*"]
      #expect(try Dataset.open(spec).samples.count == 6)
      try files.file("a/V_Phase_B2.png", FileBytes.read("\(files.folder)/a/0.png"))
      try files.image("b/V_Green_B2.png", value: 77)
      spec.exclude = ["*_thumb*", "0.png", "1.png", "2.png"]
      let channels = try refusal(spec)
      #expect(
        channels.contains(" in the names are channels of one image, data.images says so by {channel}"), "\(channels)")
    }
    try DataFiles.with { files in
      for index in 0..<3 { try files.image("donor3 montages/P\(index)_B02.png", value: Float(index)) }
      try files.text("donor1.npz", "")
      for look in [
        { _ = try Dataset.open(files.spec(.auto)) }, { _ = try SpecSkeleton(summary: "", root: files.folder) },
      ] {
        let error = try #require(throws: ZooError.self) { try look() }.description
        #expect(error.contains("there is only the subfolder 'donor3 montages', beside"), "\(error)")
        #expect(error.contains(".npz 1") && error.contains("path,label,group,split"), "\(error)")
      }
    }
  }
}
