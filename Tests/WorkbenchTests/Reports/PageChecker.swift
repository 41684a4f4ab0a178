import Testing

/// Reads a page tag by tag as XML would: every element is closed in order, and nothing is fetched or executed.
struct PageChecker {
  private static let empty: Set<String> = ["!DOCTYPE"]

  static func check(_ page: String, sourceLocation: SourceLocation = #_sourceLocation) {
    // Pictures and tables in base64 may hold any letters.
    let page = page.replacing(/base64,[A-Za-z0-9+\/=]*/, with: "base64,")
    var open: [String] = []
    var rest = page[...]
    while let start = rest.firstIndex(of: "<") {
      guard let end = rest[start...].firstIndex(of: ">") else {
        Issue.record("a tag never ends: \(rest[start...].prefix(60))", sourceLocation: sourceLocation)
        return
      }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      let name = String(tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber || $0 == "!" })
      if tag.hasPrefix("/") {
        #expect(open.popLast() == name, "</\(name)> closes another element", sourceLocation: sourceLocation)
      } else if !tag.hasSuffix("/") && !empty.contains(name) {
        open.append(name)
      }
      #expect(!tag.contains(#/ on[a-z]+ *=/#), "a handler in <\(tag)>", sourceLocation: sourceLocation)
      #expect(tag.count { $0 == "\"" } % 2 == 0, "quotes of <\(tag)>", sourceLocation: sourceLocation)
    }
    #expect(open.isEmpty, "never closed: \(open)", sourceLocation: sourceLocation)
    for forbidden in ["<script", "<link", "<iframe", "@import", "url(", "NaN"] {
      #expect(!page.contains(forbidden), "the page has \(forbidden)", sourceLocation: sourceLocation)
    }
    let addresses = page.replacing("http://www.w3.org/2000/svg", with: "")
    #expect(!addresses.contains("http:") && !addresses.contains("https:"), sourceLocation: sourceLocation)
  }
}
