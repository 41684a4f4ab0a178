import Foundation
import Testing
import ZooWorkbench

@Suite("The reference of the spec")
struct SpecReferenceTests {
  private static let marker = "<!-- Made from the schema; `make record` writes it anew. -->\n"

  @Test("in Documentation/Spec.md is what the schema says; ZOO_RECORD=1 writes it anew")
  func same() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../../Documentation/Spec.md").standardizedFileURL
    let text = try String(contentsOf: file, encoding: .utf8)
    let start = try #require(text.range(of: Self.marker)).upperBound
    let reference = "\n" + SpecReference.markdown
    if ProcessInfo.processInfo.environment["ZOO_RECORD"] == "1" {
      try Data((text[..<start] + reference).utf8).write(to: file)
    } else {
      #expect(text[start...] == reference)
    }
  }
}
