import Foundation
import Testing
import ZooRuntime

/// Every gradient rule is checked by a test that names its operator.
@Suite struct GradientRuleTests {
  private static let operators = OperatorTable.families.joined().filter { $0.gradient != nil }
    .map { $0.domain.isEmpty ? $0.name : "\($0.domain).\($0.name)" }.sorted()

  /// The tests that compare gradients with finite differences or with what another program computed.
  private static let sources: [String] = {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (files?.compactMap { $0 as? URL } ?? []).filter { $0.pathExtension == "swift" }
      .compactMap { try? String(contentsOf: $0, encoding: .utf8) }
      .filter { $0.contains("GradientCheck(") || $0.contains("gradients(") || $0.contains("differentiat") }
  }()

  @Test func rulesAndTheirTestsAreFound() {
    #expect(Self.operators.count > 100 && Self.sources.count > 10)
  }

  @Test(arguments: operators) func eachIsNamedInATestOfGradients(name: String) {
    let plain = name.split(separator: ".").last.map(String.init) ?? name
    #expect(Self.sources.contains { $0.contains("\"\(plain)\"") }, "no test of gradients names \(name)")
  }
}
