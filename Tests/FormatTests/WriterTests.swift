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

  @Test func aSymbolicLinkStaysOne() throws {
    let folder = try TemporaryFolder()
    try AtomicFile.write([1], to: folder.file("real"))
    try FileManager.default.createSymbolicLink(atPath: folder.file("link"), withDestinationPath: folder.file("real"))
    try AtomicFile.write([2], to: folder.file("link"))
    #expect(try Array(Data(contentsOf: URL(fileURLWithPath: folder.file("real")))) == [2])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder.file("link")) == folder.file("real"))
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

  @Test func aCopiedModelDoesNotNeedItsFile() throws {
    let folder = try TemporaryFolder()
    let path = folder.file("model.zoo")
    try Samples.everything().write(to: path)
    let model = try ModelFile.open(path, memory: .copied).load(checkDigests: true)
    #expect(truncate(path, 0) == 0)
    #expect(model.graph.initializers["weight"]?.values(as: Float.self) == (0..<15).map(Float.init))
  }
}
