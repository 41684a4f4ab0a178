import Foundation
import Synchronization
import Testing
import ZooCommand
import ZooWorkbench

/// One call of the tool inside the test's process: what it prints and how it ends.
struct Transcript {
  let output: String
  let messages: String
  let status: Int32

  init(_ words: [String], registry: Registry = .standard) {
    let written = Mutex((output: "", messages: ""))
    status = ZooCommand.run(
      words, registry: registry,
      console: Console(
        output: { text in written.withLock { $0.output += text } },
        message: { text in written.withLock { $0.messages += text } }))
    (output, messages) = written.withLock { $0 }
  }

  init(_ line: String) { self.init(line.split(separator: " ").map(String.init)) }
}

/// Texts that a person reads, kept as files: a test says when one changes. `ZOO_RECORD=1` writes them anew.
enum Snapshot {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Snapshots")

  static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = folder.appendingPathComponent(name)
    if ProcessInfo.processInfo.environment["ZOO_RECORD"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let kept = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    #expect(text == kept, "\(name) differs; ZOO_RECORD=1 writes it anew", sourceLocation: sourceLocation)
  }
}
