import Foundation
import Testing
import ZooWorkbench

/// A plugin's program ends with the tool, and with it what it has started.
@Suite("Programs of plugins", .serialized)
struct PluginEndTests {
  /// A folder with the program `zoo-backbone-slow`, and the tool's environment for it.
  private func withProgram(_ script: String, _ body: (String, String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "zoo-end-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let file = "\(folder)/zoo-backbone-slow"
    try Data("#!/bin/sh\ncd \"\(folder)\"\n\(script)\n".utf8).write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file)
    try body(folder, "export ZOO_PLUGIN_PATH='\(folder)'")
  }

  private static let words = ["check", "quickstart", "model.backbone=slow"]

  private func identifiers(_ folder: String) -> [pid_t] {
    ["program", "child"].compactMap { name in
      (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)).flatMap {
        pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines))
      }
    }
  }

  @Test("end when the tool does, however it ends", arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGKILL, SIGSEGV])
  func ending(_ signal: Int32) throws {
    let script = "sleep 600 & echo $! > child; echo $$ > program; wait"
    try withProgram(script) { folder, setUp in
      let tool = try Tool(Self.words, setUp: setUp)
      let end = Date().addingTimeInterval(60)
      while identifiers(folder).count < 2, Date() < end { usleep(10_000) }
      let programs = identifiers(folder)
      try #require(programs.count == 2)
      kill(tool.process.identifier, signal)
      _ = try tool.result()
      expectEnd(of: programs)
    }
  }

  private func expectEnd(of programs: [pid_t], sourceLocation: SourceLocation = #_sourceLocation) {
    let late = Date().addingTimeInterval(5)
    func isAlive(_ program: pid_t) -> Bool {
      guard kill(program, 0) == 0 else { return false }
      // A dead process that nobody has asked for yet.
      let status = (try? String(contentsOfFile: "/proc/\(program)/stat", encoding: .utf8)) ?? ""
      return !status.contains(") Z ")
    }
    while programs.contains(where: isAlive), Date() < late { usleep(10_000) }
    for program in programs {
      #expect(!isAlive(program), sourceLocation: sourceLocation)
      kill(program, SIGKILL)
    }
  }

  @Test(
    "that read Parquet end too, and one signal ends a tool that waits for them",
    arguments: [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGKILL])
  func parquet(_ signal: Int32) throws {
    try withProgram("sleep 600 & echo $! > child; echo $$ > program; wait") { folder, _ in
      let tool = try Tool(["data", "import", folder, "--python", "\(folder)/zoo-backbone-slow", "-o", "\(folder)/out"])
      let end = Date().addingTimeInterval(60)
      while identifiers(folder).count < 2, Date() < end { usleep(10_000) }
      let programs = identifiers(folder)
      try #require(programs.count == 2)
      kill(tool.process.identifier, signal)
      let result = try tool.result(within: 30)
      #expect(result.status == (signal == SIGKILL ? 128 + SIGKILL : 130), "\(result)")
      expectEnd(of: programs)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/out"))
    }
  }

  @Test(
    "say so if there is no place for temporary files, and blame nothing else",
    arguments: ["/nowhere/at/all", "/dev/null"])
  func temporary(_ place: String) throws {
    let output = NSTemporaryDirectory() + "zoo-\(UUID().uuidString)"
    for words in [
      ["data", "import", NSTemporaryDirectory(), "--python", "/bin/sh", "-o", output], ["check-plugin", "mlp"],
    ] {
      let result = try Tool(words, setUp: "export TMPDIR=\(place)").result(within: 60)
      #expect(result.status == 1 && result.text.contains(place), "\(result)")
      #expect(result.text.split(separator: "\n").filter { $0.hasPrefix("error:") }.count == 1, "\(result)")
      #expect(!result.text.contains("contract"), "\(result)")
    }
    #expect(!FileManager.default.fileExists(atPath: "/nowhere"))
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  @Test("need no temporary folder, and print no more than is allowed wherever they write")
  func output() throws {
    try withProgram("echo 'no such width' >&2; exit 3") { _, setUp in
      let result = try Tool(Self.words, setUp: "\(setUp); export TMPDIR=/nowhere/at/all").result()
      #expect(result.status == 65 && result.text.contains("ended with status 3: no such width"), "\(result)")
    }
  }
}
