import Foundation
import Testing
import ZooFormat

/// Files appear whole or not at all, and the same model makes the same bytes.
@Suite struct WriterTests {
  @Test func equalModelsGiveEqualBytes() throws {
    let bytes = try Samples.everything().serialized()
    for _ in 0..<20 { #expect(try Samples.everything().serialized() == bytes) }
  }

  @Test func anInvalidModelIsNotWritten() throws {
    let folder = try TemporaryFolder()
    var model = try Samples.everything()
    model.graph.nodes[0].inputs[0] = "nowhere"
    let error = #expect(throws: ZooError.self) { try model.write(to: folder.file("model.zoo")) }
    #expect(error?.kind == .badInput)
    #expect(folder.content == [])
  }

  @Test func aMissingFolderIsNamed() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("missing/model.zoo")
    let error = #expect(throws: ZooError.self) { try Samples.everything().write(to: path) }
    #expect(error?.kind == .failed && error?.location.file == path)
    #expect(error?.remedy == "Make the folder first")
  }

  @Test func foldersAreMadeWithThoseAboveThemOrRefusedInWords() throws {
    let folder = try TemporaryFolder()
    try OpenFolder.make(folder.file("a//b/c/"))
    try OpenFolder.make(folder.file("a/b"))
    #expect(folder.content == ["a"])
    try Data("file".utf8).write(to: URL(fileURLWithPath: folder.file("file")))
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("nowhere"))
    for name in ["file", "file/below", "link", "link/below"] {
      let error = #expect(throws: ZooError.self) { try OpenFolder.make(folder.file(name)) }
      #expect(error?.kind == .failed && error?.problem.hasPrefix("the folder can't be made: ") == true, "\(name)")
    }
    #expect(folder.content == ["a", "file", "link"])
  }

  @Test func aFolderOrADeviceIsNotReplaced() throws {
    let folder = try TemporaryFolder()
    for path in [folder.path, "/dev/null"] {
      let error = #expect(throws: ZooError.self) { try Samples.everything().write(to: path) }
      #expect(error?.problem == "is not a regular file and can't be replaced")
    }
    #expect(folder.content == [])
  }

  @Test func aFailedWriteKeepsTheOldFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("model.zoo")
    try Samples.everything().write(to: path)
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    do {
      let file = try AtomicFile(path)
      try file.write([1, 2, 3])
      #expect(folder.content.count == 2)
    }
    #expect(folder.content == ["model.zoo"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
  }

  /// A file under a long name could be written under the hidden one, and would be lost in the end.
  @Test func whatCannotBeNamedIsRefusedBeforeItIsWritten() throws {
    let folder = try TemporaryFolder()
    let long = String(repeating: "x", count: 256)
    let error = #expect(throws: ZooError.self) { try AtomicFile(folder.file(long)) }
    #expect(error?.problem == "can't be created: File name too long")
    #expect(throws: Never.self) { try AtomicFile.write([1], to: folder.file(String(long.dropLast()))) }
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: folder.file("nowhere"))
    for name in ["a/b", "a/../c", ""] {
      #expect(throws: Never.self, "\(name)") { try OpenFolder.checkCanBeMade(folder.file(name)) }
    }
    for name in [long, "a/\(long)", "link", "link/a", String(long.dropLast()) + "/a"] {
      #expect(throws: ZooError.self, "\(name)") { try OpenFolder.checkCanBeMade(folder.file(name)) }
    }
  }

  /// What a link or another name of the file leads to is never written through.
  @Test func linksAreReplacedAndNeverFollowed() throws {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    try AtomicFile.write([1], to: folder.file("real"))
    try files.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: folder.file("real"))
    try files.linkItem(atPath: folder.file("real"), toPath: folder.file("hard"))
    try files.createSymbolicLink(atPath: folder.file("dangling"), withDestinationPath: folder.file("made"))
    for name in ["link", "hard", "dangling"] {
      try AtomicFile.write([2], to: folder.file(name))
      #expect(try Array(Data(contentsOf: URL(fileURLWithPath: folder.file(name)))) == [2])
      #expect(throws: (any Error).self) { try files.destinationOfSymbolicLink(atPath: folder.file(name)) }
    }
    #expect(try Array(Data(contentsOf: URL(fileURLWithPath: folder.file("real")))) == [1])
    #expect(!files.fileExists(atPath: folder.file("made")))
  }

  @Test func whatDeadWritersLeftIsRemovedAndWhatLivingOnesWriteIsNot() throws {
    let folder = try TemporaryFolder()
    try Data([1]).write(to: URL(fileURLWithPath: folder.file(".model.zoo.1x2y3z.zoo-tmp")))
    try Data([1]).write(to: URL(fileURLWithPath: folder.file(".somebody.tmp")))
    let writing = try AtomicFile(folder.file("model.zoo"))
    try AtomicFile.write([2], to: folder.file("other"))
    #expect(!folder.content.contains(".model.zoo.1x2y3z.zoo-tmp"))
    try writing.write([3])
    try writing.commit()
    #expect(folder.content.sorted() == [".somebody.tmp", "model.zoo", "other"])
  }

  @Test func aFolderThatIsMovedKeepsItsFiles() throws {
    let folder = try TemporaryFolder()
    let (here, there) = (folder.file("here"), folder.file("there"))
    try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: false)
    let file = try AtomicFile("\(here)/a")
    try FileManager.default.moveItem(atPath: here, toPath: there)
    try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: false)
    try file.write([1])
    try file.commit()
    #expect(FileManager.default.fileExists(atPath: "\(there)/a"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: here).isEmpty)
  }

  @Test func aReplacedFileDoesNotDisturbWhoReadsIt() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("model.zoo")
    let model = try Samples.everything()
    try model.write(to: path)
    let mapped = try Model.read(from: path)
    var other = model
    other.graph.initializers["weight"] = try Tensor(zeros: TensorType(.float32, [3, 5]))
    try other.write(to: path)
    #expect(mapped.graph.initializers["weight"]?.values(as: Float.self) == (0..<15).map(Float.init))
  }

  /// One that is mapped would end the process.
  @Test func aCopiedModelDoesNotNeedItsFileAndSmallOnesAreCopied() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("model.zoo")
    for read in [
      { try ModelFile.open($0, memory: .copied).load(checkDigests: true) }, { try Model.read(from: $0) },
    ] as [(String) throws -> Model] {
      try Samples.everything().write(to: path)
      let model = try read(path)
      #expect(truncate(path, 0) == 0)
      #expect(model.graph.initializers["weight"]?.values(as: Float.self) == (0..<15).map(Float.init))
    }
  }
}
