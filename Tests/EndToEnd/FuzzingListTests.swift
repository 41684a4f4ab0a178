import Foundation
import Testing

/// What the fuzzer can hold is named in three places.
@Suite struct FuzzingListTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  private func lines(_ path: String) throws -> [Substring] {
    try String(contentsOf: Self.root.appending(path: path), encoding: .utf8).split(separator: "\n")
  }

  @Test("the script and the nightly run name every target of the fuzzer")
  func everyTargetIsRun() throws {
    let cases = try lines("Tests/Fuzzing/Fuzzer.swift").drop { !$0.contains("enum Target") }.dropFirst()
      .prefix { $0.hasPrefix("  case ") }
    let targets = Set(cases.flatMap { $0.dropFirst(7).split(separator: ",") }.map { $0.trimmed })
    let script = try lines("Tests/Fuzzing/fuzz.sh").filter { $0.hasPrefix("#") && $0.contains("fuzz.sh ") }
    let named = Set(
      script.flatMap { $0.split(separator: " ") }.filter { $0.contains("|") }.flatMap { $0.split(separator: "|") })
    let nightly = try lines(".github/workflows/fuzzing.yml").drop { !$0.contains("target:") }.dropFirst()
      .prefix { $0.contains("- ") }.map { $0.trimmed.dropFirst(2) }
    #expect(targets.count > 20)
    #expect(Set(named.map(String.init)) == targets)
    #expect(Set(nightly.map(String.init)) == targets)
  }
}

extension StringProtocol {
  fileprivate var trimmed: String { trimmingCharacters(in: .whitespaces) }
}
