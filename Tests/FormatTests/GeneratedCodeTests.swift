import Foundation
import Testing
import ZooFormat

/// The committed C is what `Sources/Format/Proto/generate.sh` makes of zoo.proto.
@Suite struct GeneratedCodeTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Sources/Format/Proto")
  private static let files = ["zoo.pb-c.c", "include/zoo.pb-c.h"]
  private static let hasGenerator =
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/protoc-c")
    }

  @Test(arguments: files) func wasMadeFromThisProto(_ file: String) throws {
    let proto = try Data(contentsOf: Self.folder.appendingPathComponent("zoo.proto"))
    let code = try String(contentsOf: Self.folder.appendingPathComponent(file), encoding: .utf8)
    #expect(
      code.hasSuffix("/* SHA-256 of zoo.proto: \(hexadecimal(SHA256.digest(Array(proto)))) */\n"),
      "run Sources/Format/Proto/generate.sh")
  }

  @Test(.enabled(if: hasGenerator)) func isWhatTheGeneratorMakes() throws {
    let temporary = try TemporaryFolder()
    let process = Process()
    process.executableURL = Self.folder.appendingPathComponent("generate.sh")
    process.arguments = [temporary.path]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    // Another version of the generator differs in more than its name.
    guard try Self.version(temporary.path) == Self.version(Self.folder.path) else { return }
    for file in Self.files {
      let made = try String(contentsOfFile: temporary.file(file), encoding: .utf8)
      let committed = try String(contentsOf: Self.folder.appendingPathComponent(file), encoding: .utf8)
      #expect(made == committed, "\(file): run Sources/Format/Proto/generate.sh")
    }
  }

  private static func version(_ folder: String) throws -> Substring? {
    let header = try String(contentsOfFile: "\(folder)/include/zoo.pb-c.h", encoding: .utf8)
    return header.split(separator: "\n").first { $0.contains("PROTOBUF_C_MIN_COMPILER_VERSION") }
  }
}
