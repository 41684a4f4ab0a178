import Foundation
import Testing

@Suite("The page of promises")
struct TrustPageTests {
  @Test("names the tests that hold each promise, and all of them are there")
  func tests() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let page = try String(contentsOf: root.appending(path: "Documentation/Trust.md"), encoding: .utf8)
    var suites: Set<Substring> = []
    let files = FileManager.default.enumerator(atPath: root.appending(path: "Tests").path)
    while let file = files?.nextObject() as? String {
      guard file.hasSuffix("Tests.swift") else { continue }
      let text = try String(contentsOf: root.appending(path: "Tests/\(file)"), encoding: .utf8)
      for match in text.matches(of: /struct (\w+Tests)\b/) { suites.insert(Substring(String(match.1))) }
    }
    let named = page.matches(of: /`(\w+Tests)`/).map(\.1)
    #expect(named.count > 20)
    for name in named { #expect(suites.contains(name), "\(name)") }
    // A row of a table is a promise, and its last cell says who holds it.
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| promise") }
    #expect(rows.count > 20)
    for row in rows { #expect(row.firstMatch(of: /\| `\w+Tests`.* \|$/) != nil, "\(row)") }
  }
}
