import Foundation
import Testing
import ZooPlugins

/// The tool as a process of its own, for what can't be tried inside the test's: signals, limits, full disks.
final class Tool {
  let process: ChildProcess
  private let messages = NSTemporaryDirectory() + "zoo-\(UUID().uuidString).txt"

  /// Starts the tool.
  /// - Parameters:
  ///   - setUp: a shell command that runs first, in the tool's own shell, e.g. `ulimit -f 1`.
  ///   - output: where results go, if not where messages go.
  init(_ words: [String], setUp: String = "true", output: String? = nil) throws {
    let tool = try #require(Self.path, "the tool isn't built beside the tests")
    process = try ChildProcess(
      "/bin/sh", arguments: ["-c", "\(setUp); exec \"$0\" \"$@\"", tool] + words, output: .file(output ?? messages),
      messages: .file(messages))
  }

  deinit { try? FileManager.default.removeItem(atPath: messages) }

  /// Waits for the end; the status (of a signal, 128 more), and what was printed.
  func result() throws -> (status: Int32, text: String) {
    let status: Int32 =
      switch process.wait() {
      case .exit(let status): status
      case .signal(let number): 128 + number
      }
    return (status, try String(contentsOfFile: messages, encoding: .utf8))
  }

  /// The same, but a tool that takes longer is ended, with status 137.
  func result(within seconds: Double) throws -> (status: Int32, text: String) {
    let end = Date().addingTimeInterval(seconds)
    while process.poll() == nil {
      if Date() > end {
        Issue.record("the tool hangs: \((try? String(contentsOfFile: messages, encoding: .utf8)) ?? "")")
        process.send(SIGKILL)
        break
      }
      usleep(5000)
    }
    return try result()
  }

  static let path = product("zoo")

  /// The products stand in one folder: the tool beside the bundle of the tests.
  static func product(_ name: String) -> String? {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    for _ in 0..<4 {
      let file = folder.appendingPathComponent(name).path
      if FileManager.default.isExecutableFile(atPath: file) { return file }
      folder.deleteLastPathComponent()
    }
    return nil
  }
}
