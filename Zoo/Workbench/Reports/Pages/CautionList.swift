/// What a reader should know before believing a figure, by what it is about and counted: it comes below the result, and its
/// length doesn't push the result away.
struct CautionList {
  private let groups: [(group: String, texts: [(text: String, count: Int)])]

  /// - Parameter groups: the same text several times is one line with its number.
  init(_ groups: [(group: String, texts: [String])]) {
    self.groups = groups.filter { !$0.texts.isEmpty }.map { group in
      var order: [String] = []
      var counts: [String: Int] = [:]
      for text in group.texts {
        if counts[text] == nil { order.append(text) }
        counts[text, default: 0] += 1
      }
      return (group.group, order.map { ($0, counts[$0] ?? 1) })
    }
  }

  /// Longer lists are folded.
  private static let shown = 4

  var html: Markup {
    guard !groups.isEmpty else { return "" }
    let parts = groups.map { group -> Markup in
      let lines = group.texts.map { line -> Markup in
        "<li>\(line.text)\(line.count > 1 ? " (\(line.count) times)" : "")</li>"
      }
      let rest: Markup =
        lines.count > Self.shown
        ? """
        <details><summary>\(lines.count - Self.shown) more</summary><ul>\(Array(lines.dropFirst(Self.shown)))</ul></details>
        """ : ""
      return """
        <p><strong>\(group.group)</strong> (\(group.texts.count))</p>
        <ul>\(Array(lines.prefix(Self.shown)))</ul>\(rest)

        """
    }
    return "<div class=\"cautions\" role=\"note\"><strong>Before you rely on this</strong>\n\(parts)</div>\n"
  }
}
