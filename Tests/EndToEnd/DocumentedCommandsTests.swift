import Foundation
import Testing

/// The commands that the README and the pages of Documentation show are run as they stand.
///
/// Every block of `sh` in a page is run, in the order of the page and in one fresh folder for each page; each line must
/// succeed. A comment of the page before a block says what a reader needn't see:
///
/// | comment | meaning |
/// |---|---|
/// | `<!-- first: COMMAND -->` | is run before the block: files that the reader has and a fresh folder hasn't |
/// | `<!-- with: key=value … -->` | is added to every `zoo check` and `zoo train` of the block, so that it takes seconds |
/// | `<!-- fields: --option … -->` | is added to every `zoo simulate fields` of the block |
/// | `<!-- then: COMMAND -->` | is run after the block, and holds what the page promises of it |
/// | `<!-- not run: REASON -->` | the block isn't run |
///
/// With `ZOO_DOCUMENTED=whole` in the environment `with` and `fields` are left out: the commands then take what they take for a reader.
@Suite("The commands of the pages", .serialized)
struct DocumentedCommandsTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Paths relative to the root.
  static let pages: [String] = {
    let documentation = root.appendingPathComponent("Documentation").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: documentation)) ?? []
    return ["README.md"] + names.filter { $0.hasSuffix(".md") }.sorted().map { "Documentation/\($0)" }
  }()

  @Test("run in a fresh folder and hold what they promise", arguments: pages)
  func run(page: String) throws {
    let text = try String(contentsOf: Self.root.appendingPathComponent(page), encoding: .utf8)
    let blocks = CommandBlock.blocks(of: text)
    guard blocks.contains(where: { $0.reason == nil }) else { return }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: "\(folder)/.bin", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let isWhole = ProcessInfo.processInfo.environment["ZOO_DOCUMENTED"] == "whole"
    for block in blocks where block.reason == nil {
      try Self.writeTool(
        to: "\(folder)/.bin/zoo", adding: isWhole ? "" : block.with, fields: isWhole ? "" : block.fields)
      let script = (block.first + [block.commands] + block.then).joined(separator: "\n")
      let (status, output) = try Self.shell(script, in: folder)
      #expect(status == 0, "\(page):\(block.line): ended with \(status)\n\(output.suffix(3000))")
    }
  }

  @Test("are left out only with a reason", arguments: pages)
  func reasons(page: String) throws {
    let text = try String(contentsOf: Self.root.appendingPathComponent(page), encoding: .utf8)
    for block in CommandBlock.blocks(of: text) {
      if let reason = block.reason { #expect(reason.split(separator: " ").count >= 3, "\(page):\(block.line)") }
    }
  }

  @Test("are found with what stands before them")
  func parsing() {
    let page = """
      <!-- first: touch a -->
      <!-- with: train.epochs=1 -->
      <!-- fields: --frames 5 -->
      ```sh
      zoo list
      ```
      words
      ```sh
      ls
      ```
      <!-- not run: it takes an hour -->
      ```sh
      sleep 3600
      ```
      """
    let blocks = CommandBlock.blocks(of: page)
    #expect(blocks.map(\.commands) == ["zoo list", "ls", "sleep 3600"])
    #expect(blocks.map(\.line) == [4, 8, 12])
    #expect(blocks[0].first == ["touch a"] && blocks[0].with == "train.epochs=1" && blocks[0].fields == "--frames 5")
    #expect(blocks[1].first.isEmpty && blocks[1].with.isEmpty)
    #expect(blocks.map(\.reason) == [nil, nil, "it takes an hour"])
  }

  /// A command `zoo` that adds settings to those commands that take them.
  private static func writeTool(to path: String, adding settings: String, fields: String) throws {
    let tool = try #require(Tool.path, "the tool isn't built beside the tests")
    let script = """
      #!/bin/sh
      case " $* " in
      *" --resume "*) ;;
      " train "* | " check "*) exec \(tool) "$@" \(settings) ;;
      " simulate fields "*) exec \(tool) "$@" \(fields) ;;
      esac
      exec \(tool) "$@"
      """
    try script.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  private static func shell(_ script: String, in folder: String) throws -> (status: Int32, output: String) {
    let log = "\(folder)/.log"
    try Data().write(to: URL(fileURLWithPath: log))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-e", "-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    var environment = ProcessInfo.processInfo.environment
    environment["PATH"] = "\(folder)/.bin:" + (environment["PATH"] ?? "/usr/bin:/bin")
    environment["ZOO_SOURCE"] = root.path
    process.environment = environment
    let handle = try #require(FileHandle(forWritingAtPath: log))
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, (try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
  }
}

/// A block of commands in a page, with the comments that stand right before it.
private struct CommandBlock {
  var first: [String] = []
  var with = ""
  var fields = ""
  var then: [String] = []
  /// Why it isn't run.
  var reason: String?
  var commands = ""
  /// Of the fence, from 1.
  var line = 0

  static func blocks(of page: String) -> [CommandBlock] {
    var blocks: [CommandBlock] = []
    var next = CommandBlock()
    var lines: [Substring]?
    for (index, line) in page.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if let body = lines {
        guard line == "```" else {
          lines = body + [line]
          continue
        }
        next.commands = body.joined(separator: "\n")
        blocks.append(next)
        (next, lines) = (CommandBlock(), nil)
      } else if line == "```sh" {
        next.line = index + 1
        lines = []
      } else if !next.take(line), !line.isEmpty {
        next = CommandBlock()
      }
    }
    return blocks
  }

  /// Whether the line is one of our comments.
  private mutating func take(_ line: Substring) -> Bool {
    guard line.hasPrefix("<!-- "), line.hasSuffix(" -->"), let colon = line.firstIndex(of: ":") else { return false }
    let word = line[..<colon].dropFirst(5)
    let value = line[line.index(after: colon)...].dropLast(4).drop { $0 == " " }
    switch word {
    case "first": first.append(String(value))
    case "then": then.append(String(value))
    case "with": with = String(value)
    case "fields": fields = String(value)
    case "not run": reason = String(value)
    default: return false
    }
    return true
  }
}
