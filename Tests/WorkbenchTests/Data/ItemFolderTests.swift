import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Folders of items and of classes")
struct ItemFolderTests {
  private func refusal(_ folders: [String], _ names: [String], chosen: [String] = []) -> String? {
    ItemFolders(folders.flatMap { folder in names.map { (folder: folder, path: "\(folder)/\($0)") } }).refusal(
      "data", chosen: chosen)?.description
  }

  @Test("a folder for each cell is refused with what its files' names count, unless the classes are named")
  func films() throws {
    let cells = (1...40).map { "cell_\(String(format: "%03d", $0))" }
    let frames = (0...8).flatMap { time in (0...2).map { "t0\(time)_C=\($0).tif" } }
    let error = try #require(refusal(cells, frames))
    #expect(error.contains("the 40 subfolders (cell_001 … cell_040) hold 27 images or so each"), "\(error)")
    #expect(error.contains("t (0 to 8) and C (0 to 2)") && error.contains("manifest.csv"), "\(error)")
    #expect(refusal(cells, frames, chosen: cells) == nil)
    // Names that only repeat, of folders that are only numbered.
    #expect(refusal((1...25).map { "\($0)" }, frames) != nil)
  }

  @Test("folders of classes pass, also numbered ones")
  func classes() {
    let names = (0..<30).map { "\($0).png" }
    #expect(refusal(["healthy", "apoptosis", "pyroptosis"], names) == nil)
    #expect(refusal((0...9).map { "\($0)" }, names) == nil)
    #expect(refusal((1...12).map { "class_\($0)" }, (0..<500).map { "\($0).png" }) == nil)
    #expect(refusal(["type1", "type2", "type3"], names) == nil)
  }

  @Test("and the data are refused so when they are opened and looked at")
  func opened() throws {
    try DataFiles.with { files in
      for cell in 1...6 {
        for frame in 0..<3 { try files.image("cell_\(cell)/t\(frame)_C=0.png", value: Float(10 * cell + frame)) }
      }
      for look in [
        { _ = try Dataset.open(files.spec(.folder)) }, { _ = try SpecSkeleton(summary: "", root: files.folder) },
      ] {
        let error = try #require(throws: ZooError.self) { try look() }
        #expect(error.description.contains("look like items") && error.description.contains("t (0 to 2)"), "\(error)")
      }
    }
  }

  @Test("the same by a pattern of their paths, unless the classes are named")
  func named() throws {
    try DataFiles.with { files in
      for date in ["240611", "240612"] {
        for cell in 1...6 {
          for frame in 0..<3 {
            try files.image(
              "\(date)/cell_\(cell)/t\(frame)_C=0.png", value: Float((date == "240611" ? 0 : 100) + 10 * cell + frame))
          }
        }
      }
      var spec = files.spec(.folder)
      spec.images = "{date}/{class}/t{frame}_C={part}.png"
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }.description
      #expect(error.contains("the 6 classes by '{date}/{class}/t{frame}_C={part}.png' (cell_1 … cell_6)"), "\(error)")
      #expect(error.contains("hold 3 images or so each") && error.contains("look like items"), "\(error)")
      spec.classes = (1...6).map { "cell_\($0)" }
      #expect(try Dataset.open(spec).classes == spec.classes)
      // Nor is the pattern proposed, neither in a message nor for a new spec.
      spec = files.spec(.folder)
      for look in [{ _ = try Dataset.open(spec) }, { _ = try SpecSkeleton(summary: "", root: files.folder) }] {
        let error = try #require(throws: ZooError.self) { try look() }.description
        #expect(error.contains("look like items") && !error.contains("{class}"), "\(error)")
      }
    }
  }

  @Test("folders of cells below folders of classes are a column, and the class is the folder above")
  func nested() throws {
    let paths = ["healthy", "apoptosis", "pyroptosis"].flatMap { name in
      (1...6).flatMap { cell in (0..<3).map { "\(name)/cell_\(cell)/t\($0).png" } }
    }
    let level = NameProposal.classLevel(paths)
    #expect(level?.level == 0 && level?.isSure == true)
    #expect(NameProposal.classLevel(paths.map { "240611/\($0)" })?.level == 1)
    let cells = paths.filter { $0.hasPrefix("healthy/") }
    #expect(NameProposal.classLevel(cells) == nil)
    #expect(NameProposal.classLevel(cells, chosen: ["cell_1", "cell_2"])?.level == 1)
  }

  @Test("a file that can't be opened is refused with the way out, which leaves it out and counts it")
  func unreadable() throws {
    try DataFiles.with { files in
      for index in 0..<4 { try files.image("\(index % 2 == 0 ? "a" : "b")/\(index).png", value: Float(index)) }
      try files.file("a/empty.png", [])
      try files.text("b/text.png", "no image")
      var spec = files.spec(.folder)
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("2 problems") && error.description.contains("data.onError=skip"), "\(error)")
      spec.onError = .skip
      let data = try Dataset.open(spec)
      #expect(data.samples.map(\.id).sorted() == ["a/0.png", "a/2.png", "b/1.png", "b/3.png"])
      #expect(data.skipped.count == 2, "\(data.skipped)")
    }
  }

  @Test("a copy in a class that isn't used contradicts, and accepted copies are used once in every split")
  func copies() throws {
    try DataFiles.with { files in
      for index in 0..<4 { try files.image("\(index % 2 == 0 ? "a" : "b")/\(index).png", value: Float(index)) }
      try files.image("not sure/9.png", value: 2)
      var spec = files.spec(.folder)
      spec.classes = ["a", "b"]
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      #expect(error.description.contains("'a/2.png' and 'not sure/9.png' ('a', 'not sure')"), "\(error)")
      spec.accept = ["copies"]
      var data = try Dataset.open(spec)
      #expect(data.samples.map(\.id) == ["a/0.png", "b/1.png", "b/3.png"])
      #expect(
        data.remarks.contains { $0.contains("1 sample left out: duplicates") && $0.contains("1 of them under") },
        "\(data.remarks)")
      // The same whether groups are known or not.
      try files.text(
        "manifest.csv", "path,label,donor\na/0.png,a,1\na/2.png,a,1\na/0b.png,a,1\nb/1.png,b,1\nb/3.png,b,2\n")
      try files.image("a/0b.png", value: 0)
      spec = files.spec(.csv)
      for by in [[], ["donor"]] {
        spec.split.by = by
        spec.accept = ["copies"]
        data = try Dataset.open(spec)
        #expect(data.samples.map(\.id) == ["a/0.png", "a/2.png", "b/1.png", "b/3.png"], "\(by)")
      }
      spec.accept = []
      #expect(try Dataset.open(spec).remarks.contains { $0.contains("data.accept=[copies] leaves it out") })
      // What goes is told by its kind, also where nothing is split by.
      try files.text(
        "manifest.csv",
        "path,label,donor\na/0.png,a,1\na/2.png,a,1\na/0b.png,a,2\nb/1.png,b,1\nb/3.png,b,2\nnot sure/9.png,b,1\n")
      spec.accept = ["copies"]
      spec.split.by = []
      let kinds = try Dataset.open(spec).remarks
      #expect(
        kinds.contains {
          $0.hasSuffix(
            "same bytes (2 of them under different labels, 1 copied from one 'donor' to another): 'a/0.png' (1) stays and 'a/0b.png' (2) doesn't"
          )
        },
        "\(kinds)")
    }
  }
}
