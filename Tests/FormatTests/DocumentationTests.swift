import Foundation
import Testing
import ZooFormat

/// What Documentation/Format.md shows is what the program does.
@Suite struct DocumentationTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let python = ["/usr/bin/python3", "/usr/local/bin/python3", "/opt/homebrew/bin/python3"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// y = x + w, the example of the page.
  private func example() throws -> Model {
    var card = Card()
    card.channels = ["BF"]
    let graph = Graph(
      name: "g", nodes: [Node(name: "add", op: "Add", inputs: ["x", "w"], outputs: ["y"], part: .head)],
      inputs: [ValueInfo("x", .float32, [.symbolic("N"), .fixed(2)])],
      outputs: [ValueInfo("y", .float32, [.symbolic("N"), .fixed(2)])],
      initializers: ["w": try Tensor(shape: [2], [1, -2] as [Float])])
    return Model(opsets: ["": 22], graph: graph, card: card)
  }

  @Test func theHexDumpIsWhatTheWriterMakes() throws {
    let page = try String(contentsOf: Self.root.appendingPathComponent("Documentation/Format.md"), encoding: .utf8)
    var bytes: [UInt8] = []
    for line in try block("hexdump", of: page).split(separator: "\n") {
      bytes += line.dropFirst(6).prefix(47).split(separator: " ").compactMap { UInt8($0, radix: 16) }
    }
    let expected = try example().serialized()
    #expect(bytes == expected, "\(dump(expected))")
  }

  @Test(.enabled(if: python != nil)) func thePythonReaderReads() throws {
    let page = try String(contentsOf: Self.root.appendingPathComponent("Documentation/Format.md"), encoding: .utf8)
    let folder = try TemporaryFolder()
    try block("python", of: page).write(toFile: folder.file("read.py"), atomically: true, encoding: .utf8)
    try example().write(to: folder.file("example.zoo"))
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: try #require(Self.python))
    process.arguments = [folder.file("read.py"), folder.file("example.zoo")]
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(text == "node add: Add ['x', 'w'] -> ['y']\ntensor w: type 1, shape [2], first bytes 0000803f000000c0\n")
  }

  /// The first block of code in `language`.
  private func block(_ language: String, of page: String) throws -> String {
    let start = try #require(page.range(of: "```\(language)\n"))
    let end = try #require(page.range(of: "\n```", range: start.upperBound..<page.endIndex))
    return String(page[start.upperBound..<end.lowerBound]) + "\n"
  }

  private func dump(_ bytes: [UInt8]) -> String {
    stride(from: 0, to: bytes.count, by: 16).map { start in
      let row = bytes[start..<min(start + 16, bytes.count)]
      let offset = String(start, radix: 16)
      let text = row.map { (32..<127).contains($0) ? String(UnicodeScalar($0)) : "." }.joined()
      let hex = row.map { hexadecimal([$0]) }.joined(separator: " ")
      return String(repeating: "0", count: 4 - offset.count) + offset + "  "
        + hex.padding(toLength: 47, withPad: " ", startingAt: 0) + "  " + text
    }.joined(separator: "\n")
  }
}
