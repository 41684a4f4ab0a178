import Testing

import ZooFormat

@Suite struct EscapeTests {
  /// Names as strangers would have them.
  private static let hostile = [
    "", "plain", "=1+2", "+cmd", "-2+3", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1", "'quoted'", "'", "a,b \"c\"",
    "a\nssh-rsa AAAA", "\u{1B}[2J", "\0", "\u{7F}", "\u{9B}m", "abc\u{202E}gpj", "\u{2028}{}", "\\u0041", "\\u00zz",
    "\\\\u0041",
    "C:\\users\\new", "\\u005cu0041", "-0.5", "1e-3", "−1", "\u{FEFF}id", "\u{2066}x\u{2069}", "😀", "=\n",
    " =1+2", "\u{A0}\u{3000}@SUM(A1)", "\u{FF1D}1+2", " \u{FE62}1", "'\u{FF20}x", "' =1", "'' -x", " -0.5", "' -0.5",
    " \t=1",
    "\u{206E}1",
  ]

  @Test(arguments: hostile) func fieldsOfATableComeBack(_ text: String) {
    let field = Escape.csv(text)
    let inside =
      field.hasPrefix("\"") ? String(field.dropFirst().dropLast()).replacing("\"\"", with: "\"") : field
    #expect(Array(Escape.csvText(inside).utf8) == Array(text.utf8), "\(field)")
    #expect(!field.unicodeScalars.contains(where: Escape.isObeyed), "\(field)")
    let start = inside.drop { $0.isWhitespace }
    let starts = "=+-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}\u{FE62}".unicodeScalars
    let isFormula = start.unicodeScalars.first.map { starts.contains($0) } ?? false
    #expect(!isFormula || Double(String(start)) != nil, "\(field)")
  }

  @Test func numbersStayNumbers() {
    for number in ["-0.5", "+1", "1e-3", "-1E-300", " -2 "] { #expect(Escape.csv(number) == number) }
  }

  @Test(arguments: hostile) func noPlaceKeepsWhatIsObeyed(_ text: String) {
    for shown in [Escape.line(text), Escape.quotation(text), Escape.json(text)] {
      #expect(!shown.unicodeScalars.contains(where: Escape.isObeyed), "\(shown)")
    }
    for shown in [Escape.terminal(text), Escape.markup(text)] {
      #expect(!shown.unicodeScalars.contains { Escape.isObeyed($0) && $0 != "\n" && $0 != "\t" }, "\(shown)")
    }
    #expect(Escape.markup(text).allSatisfy { !"<>\"'".contains($0) })
  }

  @Test func directionMarksAreShownAsWhatTheyAre() {
    #expect(Escape.terminal("abc\u{202E}gpj.exe") == "abc<U+202E>gpj.exe")
    #expect(Escape.markup("abc\u{202E}gpj.exe") == "abc&lt;U+202E&gt;gpj.exe")
    #expect(Escape.json("abc\u{202E}\u{2028}") == "\"abc\\u202e\\u2028\"")
  }

  @Test func anErrorIsOneShortLineWhateverItQuotes() {
    let huge = String(repeating: "x", count: 100_000_000)
    let error = ZooError(
      .badInput, file: "labels.csv", line: 3, path: "a\nb", problem: "the label is '\(huge)\n'", expected: "x\ny",
      remedy: "Look at \u{1B}[2J")
    let text = error.description
    #expect(text.utf8.count < 3000)
    #expect(!text.unicodeScalars.contains(where: Escape.isObeyed))
    #expect(text.hasPrefix("labels.csv:3: a<U+000A>b: the label is 'xxx"))
    #expect(
      text.contains("(100000016 bytes)") && text.hasSuffix("'; expected x<U+000A>y. Look at <U+001B>[2J."),
      "\(text.suffix(99))")
  }

  @Test("several problems are a line each, and nothing that is quoted makes more")
  func problemsOfOneError() {
    var error = ZooError(.badInput, problem: "2 problems")
    error.parts = [ZooError(.badInput, file: "a\nb", problem: "is\nwrong"), ZooError(.badInput, problem: "c")]
    #expect(error.description == "2 problems:\n  a<U+000A>b: is<U+000A>wrong.\n  c.")
  }
}
