import Foundation
import Testing

/// The tool as a process of its own, for what can't be tried inside the test's: signals, limits, closed pipes.
final class Tool {
  let process = Process()
  private let messages = FileManager.default.temporaryDirectory.appendingPathComponent("zoo-\(UUID().uuidString).txt")

  /// Starts the tool.
  /// - Parameters:
  ///   - setUp: shell commands that run first, in the tool's own shell, e.g. `ulimit -f 1`.
  ///   - environment: what is added to the test's environment.
  init(_ words: [String], setUp: String = "", environment: [String: String] = [:]) throws {
    let tool = try #require(Self.path, "the tool isn't built beside the tests")
    try Data().write(to: messages)
    let file = try FileHandle(forWritingTo: messages)
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", (setUp.isEmpty ? "" : setUp + "; ") + "exec \"$0\" \"$@\"", tool] + words
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardOutput = file
    process.standardError = file
    try process.run()
  }

  deinit { try? FileManager.default.removeItem(at: messages) }

  /// Waits for the end; the status, and all that was printed.
  func result() throws -> (status: Int32, text: String) {
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOf: messages, encoding: .utf8))
  }

  /// The products stand in one folder: the tool beside the bundle of the tests.
  private static let path: String? = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    for _ in 0..<4 {
      let tool = folder.appendingPathComponent("zoo").path
      if FileManager.default.isExecutableFile(atPath: tool) { return tool }
      folder.deleteLastPathComponent()
    }
    return nil
  }()
}
