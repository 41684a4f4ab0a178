import Foundation
import Testing
import ZooPlugins

/// The Swift of all pages is Swift: what they show compiles against the modules that were built.
///
/// A block that speaks of values that the reader has says which in a comment behind it: `<!-- given: image: Tensor -->`.
@Suite("Documented code")
struct DocumentedCodeTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private struct Block {
    let page: String
    var given: String?
    var lines: [String] = []
  }

  private static func pages() throws -> [String] {
    let folders = ["Sources", "Zoo", "Documentation"].flatMap { folder in
      (FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)?.allObjects as? [String] ?? [])
        .map { "\(folder)/\($0)" }
    }
    return (["README.md", "CONTRIBUTING.md"] + folders).filter { $0.hasSuffix(".md") }.sorted()
  }

  /// The blocks of Swift on a page, but for package manifests.
  private static func blocks(_ page: String) throws -> [Block] {
    let text = try String(contentsOf: root.appendingPathComponent(page), encoding: .utf8)
    var blocks: [Block] = []
    var open: Block?
    var isLatest = false
    for line in text.components(separatedBy: "\n") {
      if line == "```swift" {
        open = Block(page: page)
      } else if line == "```" {
        isLatest = open != nil
        if let block = open { blocks.append(block) }
        open = nil
      } else if open != nil {
        open?.lines.append(line)
      } else if isLatest, line.hasPrefix("<!-- given: "), line.hasSuffix(" -->") {
        blocks[blocks.count - 1].given = String(line.dropFirst(12).dropLast(4))
      } else if !line.isEmpty {
        isLatest = false
      }
    }
    return blocks.filter { !$0.lines.contains("import PackageDescription") }
  }

  /// The blocks as functions of one file, what they are given as parameters.
  private static func source(_ blocks: [Block]) -> String {
    var imports: Set = [
      "import Foundation", "import ZooCommand", "import ZooFormat", "import ZooPlugins", "import ZooRuntime",
    ]
    var functions = ""
    for (index, block) in blocks.enumerated() {
      imports.formUnion(block.lines.filter { $0.hasPrefix("import ") })
      // Each page's line, so that errors say where they are.
      functions += "// \(block.page)\nfunc documented\(index)(\(block.given.map(parameters) ?? "")) async throws {\n"
      functions += block.lines.filter { !$0.hasPrefix("import ") }.joined(separator: "\n") + "\n}\n\n"
    }
    return imports.sorted().joined(separator: "\n") + "\n\n" + functions
  }

  private static func parameters(_ given: String) -> String {
    given.split(separator: ",").map { "_ " + $0.trimmingCharacters(in: .whitespaces) }.joined(separator: ", ")
  }

  @Test("the Swift of every page compiles")
  func compiles() throws {
    let pages = try Self.pages()
    let blocks = try pages.flatMap { try Self.blocks($0) }
    #expect(blocks.count >= 12, "\(pages)")
    let products = URL(fileURLWithPath: try #require(Tool.path)).deletingLastPathComponent().path
    let folder = NSTemporaryDirectory() + "zoo-code-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let source = Self.source(blocks)
    try source.write(toFile: "\(folder)/pages.swift", atomically: true, encoding: .utf8)
    var words = [
      "-typecheck", "-swift-version", "6", "-suppress-warnings", "-I", "\(products)/Modules", "\(folder)/pages.swift",
      "-module-cache-path", "\(folder)/cache",
    ]
    // What C the modules stand on: their maps lie beside what was built, and where system libraries are described.
    let built = try FileManager.default.contentsOfDirectory(atPath: products).filter { $0.hasSuffix(".build") }
      .map { "\(products)/\($0)/module.modulemap" }
    let libraries =
      ["Sources/Format/ProtobufC"]
      + (try FileManager.default.contentsOfDirectory(atPath: Self.root.appendingPathComponent("Zoo/Libraries").path))
      .map { "Zoo/Libraries/\($0)" }
    let maps = built + libraries.map { Self.root.appendingPathComponent("\($0)/module.modulemap").path }
    for map in maps.sorted() where FileManager.default.fileExists(atPath: map) {
      words += ["-Xcc", "-fmodule-map-file=\(map)"]
    }
    let compiler = try ChildProcess(
      "/usr/bin/env", arguments: ["swiftc"] + words, output: .file("\(folder)/out"), messages: .file("\(folder)/errors")
    )
    let end = compiler.wait()
    let errors = try String(contentsOfFile: "\(folder)/errors", encoding: .utf8)
    #expect(end == .exit(0), "\(errors)\n\(source)")
  }
}
