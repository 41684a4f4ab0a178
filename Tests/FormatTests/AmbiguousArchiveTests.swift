import Foundation
import Testing
import ZooFormat

/// A `.pth` has one meaning: what two readers could understand in two ways is refused.
@Suite struct AmbiguousArchiveTests {
  /// A member as its local header and the directory have it.
  struct Member {
    var name: String
    var localName: String?
    var content: [UInt8]
    /// Points the directory at another member's local header.
    var offset: Int?
  }

  /// A pickle of a dictionary with one tensor, the one element of storage 0.
  private static func program(_ name: String = "w") -> [UInt8] {
    func text(_ text: String) -> [UInt8] { [UInt8(ascii: "X")] + u32(text.utf8.count) + Array(text.utf8) }
    func line(_ text: String) -> [UInt8] { Array(text.utf8) }
    let one: [UInt8] = [UInt8(ascii: "K"), 1]
    var bytes: [UInt8] = [0x80, 2, UInt8(ascii: "}")]
    bytes += text(name)
    bytes += line("ctorch._utils\n_rebuild_tensor_v2\n((")
    bytes += text("storage")
    bytes += line("ctorch\nFloatStorage\n")
    bytes += text("0")
    bytes += text("cpu")
    bytes += one
    bytes += line("tQ")
    // Offset 0, size (1,), stride (1,), no gradient, no hooks.
    bytes += [UInt8(ascii: "K"), 0]
    bytes += one
    bytes += [0x85]
    bytes += one
    bytes += [0x85, 0x89]
    bytes += line("NtRs.")
    return bytes
  }

  private static func u16(_ value: Int) -> [UInt8] { [UInt8(value & 255), UInt8(value >> 8 & 255)] }
  private static func u32(_ value: Int) -> [UInt8] { u16(value & 0xffff) + u16(value >> 16 & 0xffff) }

  private static func archive(_ members: [Member], before: [UInt8] = [], after: [UInt8] = [], count: Int? = nil)
    -> [UInt8]
  {
    var body = before
    var directory: [UInt8] = []
    for member in members {
      let sizes = u32(0) + u32(member.content.count) + u32(member.content.count)
      let offset = member.offset ?? body.count
      let local = Array((member.localName ?? member.name).utf8)
      body += [0x50, 0x4b, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] as [UInt8]
      body += sizes
      body += u16(local.count)
      body += u16(0)
      body += local
      body += member.content
      directory += [0x50, 0x4b, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] as [UInt8]
      directory += sizes
      directory += u16(member.name.utf8.count)
      directory += [UInt8](repeating: 0, count: 12)
      directory += u32(offset)
      directory += Array(member.name.utf8)
    }
    let number = u16(count ?? members.count)
    var file = body
    file += directory
    file += [0x50, 0x4b, 5, 6, 0, 0, 0, 0] as [UInt8]
    file += number
    file += number
    file += u32(directory.count)
    file += u32(body.count)
    file += [0, 0] as [UInt8]
    return file + after
  }

  private static let element: [UInt8] = [0, 0, 0x80, 0x3f]
  private static let good = [
    Member(name: "a/data.pkl", content: program()), Member(name: "a/data/0", content: element),
  ]

  private func read(_ bytes: [UInt8]) throws -> WeightsFile { try bytes.withUnsafeBytes { try WeightsFile($0) } }

  @Test func aPlainArchiveIsRead() throws {
    #expect(try read(Self.archive(Self.good)).tensors["w"]?.values(as: Float.self) == [1])
  }

  static let ambiguous: [(String, [UInt8])] = {
    let second = Member(name: "b/data.pkl", content: program("v"))
    return [
      ("two programs", archive(good + [second, Member(name: "b/data/0", content: element)])),
      ("two programs, the other first", archive([second, Member(name: "b/data/0", content: element)] + good)),
      ("the same name twice", archive(good + [good[1]])),
      ("names that differ in case", archive(good + [Member(name: "A/Data.pkl", content: program())])),
      ("names that differ in slashes", archive(good + [Member(name: "a//data/0", content: element)])),
      ("names that differ in backslashes", archive(good + [Member(name: "a\\data/0", content: element)])),
      (
        "another name in the member's header",
        archive([good[0], Member(name: "a/data/0", localName: "a/data/1", content: element)])
      ),
      (
        "two entries for one place",
        archive(good + [Member(name: "a/data/1", localName: "a/data/1", content: element, offset: 0)])
      ),
      ("bytes behind the end", archive(good, after: [0, 0])),
      ("fewer members than the end says", archive(good, count: 3)),
      ("a TorchScript program", archive(good + [Member(name: "a/constants.pkl", content: [0x80, 2, 0x29, 0x2e])])),
    ]
  }()

  /// Dictionaries have another order in each process and for each instance: every archive is read eight times. The test
  /// library writes arguments down with each event, so the archive goes by its place.
  @Test(arguments: ambiguous.indices) func anAmbiguousArchiveIsRefusedEachTime(_ index: Int) throws {
    let (name, bytes) = Self.ambiguous[index]
    var messages: Set<String> = []
    for _ in 0..<8 {
      let error = #expect(throws: ZooError.self, "\(name)") { try read(bytes) }
      messages.insert(error?.description ?? "")
    }
    #expect(messages.count == 1, "\(messages)")
  }

  /// Programs whose values take much more memory than their bytes, or that name a long tuple again and again.
  @Test(arguments: [
    ("a deep stack", UInt8(ascii: "N")), ("many marks", UInt8(ascii: "(")), ("many empty lists", UInt8(ascii: "]")),
  ]) func programsThatTakeTooMuchAreRefused(_ name: String, _ instruction: UInt8) throws {
    let program = [UInt8](repeating: instruction, count: 20 << 20)
    let bytes = Self.archive([Member(name: "a/data.pkl", content: program)])
    let start = ContinuousClock.now
    let error = #expect(throws: ZooError.self) { try read(bytes) }
    #expect(error?.problem.contains("builds more than") == true, "\(name): \(String(describing: error))")
    #expect(ContinuousClock.now - start < .seconds(60), "\(name)")
  }

  /// Flipping any bit that no digest covers is found; see ``ModelFile/verifyFraming()``.
  @Test func everyByteOfAFileIsCovered() throws {
    let graph = Graph(
      name: "g", nodes: [Node(name: "n", op: "Add", inputs: ["x", "w"], outputs: ["y"])],
      inputs: [ValueInfo("x", .float32, [.fixed(3)])], outputs: [ValueInfo("y", .float32, [.fixed(3)])],
      initializers: ["w": try Tensor(shape: [3], [1, 2, 3] as [Float]), "unused": try Tensor(Float(4))])
    let folder = try TemporaryFolder()
    let path = folder.file("a.zoo")
    try Model(graph: graph).write(to: path)
    let good = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    func verify(_ bytes: [UInt8]) throws {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let file = try ModelFile.open(path)
      _ = try file.load()
      try file.verifyDigests()
      try file.verifyFraming()
    }
    try verify(good)
    var missed: [Int] = []
    for index in good.indices {
      var bytes = good
      bytes[index] ^= 0x10
      do {
        try verify(bytes)
        missed.append(index)
      } catch is ZooError {}
    }
    // The version of the format is all that may be another: a newer writer's files are read.
    #expect(missed.map { good[$0 - 1] } == [0x10], "\(missed)")
    for bytes in [good + [0x32, 0x00], good + [0x82, 0x01, 0x01, 0x00]] {
      #expect(throws: ZooError.self) { try verify(bytes) }
    }
  }
}
