/// Fields of the tables that we write and read again.
///
/// A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula; some leave
/// out blanks before them, and in East Asian settings take the wide and small forms of these characters for them, too.
/// A table with raw control characters isn't text. So
/// - a field that begins so, or with blanks or an apostrophe before such a character, gets one apostrophe in front,
///   unless it is a number;
/// - a character that is obeyed instead of shown becomes `\u` and four hexadecimal digits, and so does a backslash that
///   would otherwise be read as the start of one.
///
/// ``csvText(_:)`` undoes both.
extension Escape {
  /// A field, in quotes where RFC 4180 wants them.
  package static func csv(_ field: String) -> String {
    if isPlain(field) { return field }
    var text = ""
    if isFormula(field) { text = "'" }
    var rest = field.unicodeScalars[...]
    while let scalar = rest.first {
      if isObeyed(scalar) || (scalar == "\\" && escaped(rest) != nil) {
        text += unicodeEscape(scalar)
      } else {
        text.unicodeScalars.append(scalar)
      }
      rest.removeFirst()
    }
    let isQuoted = text.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") }
    return isQuoted ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }

  /// Whether a field stands as it is: letters, digits and a few signs of ASCII, as nearly all fields do.
  private static func isPlain(_ field: String) -> Bool {
    guard let first = field.utf8.first else { return true }
    func isWord(_ byte: UInt8) -> Bool {
      (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
    }
    return isWord(first) && field.utf8.allSatisfy { isWord($0) || $0 == 0x2E || $0 == 0x2F || $0 == 0x2D || $0 == 0x20 }
  }

  /// What ``csv(_:)`` was given, from the field that a reader found (its quotes are the reader's affair).
  package static func csvText(_ field: String) -> String {
    let mayBeEscaped = field.utf8.contains { $0 == UInt8(ascii: "'") || $0 == UInt8(ascii: "\\") }
    guard mayBeEscaped else { return field }
    var text = String.UnicodeScalarView()
    var rest = field.unicodeScalars[...]
    while let scalar = rest.first {
      if scalar == "\\", let found = escaped(rest) {
        text.append(found)
        rest = rest.dropFirst(6)
      } else {
        text.append(scalar)
        rest.removeFirst()
      }
    }
    let undone = String(text)
    return undone.hasPrefix("'") && isFormula(String(undone.dropFirst())) ? String(undone.dropFirst()) : undone
  }

  private static func isFormula(_ field: String) -> Bool {
    // An apostrophe in front of a formula must not be taken for ours.
    let rest = field.unicodeScalars.drop { $0 == "'" || isBlank($0) }
    guard let first = rest.first, formulaStarts.contains(first) else { return false }
    let trimmed = field.unicodeScalars.drop(while: isBlank)
    guard let last = trimmed.lastIndex(where: { !isBlank($0) }) else { return true }
    return Double(String(String.UnicodeScalarView(trimmed[...last]))) == nil
  }

  /// The last eight are the wide and small forms of the first four.
  private static let formulaStarts: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\t", "\r", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\u{FE66}", "\u{FE62}", "\u{FE63}",
    "\u{FE6B}",
  ]

  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isWhitespace && !isObeyed(scalar) }

  /// The character that `\u` and four hexadecimal digits at the start of `text` stand for.
  private static func escaped(_ text: Substring.UnicodeScalarView) -> Unicode.Scalar? {
    let start = Array(text.prefix(6))
    guard start.count == 6, start[1] == "u", start[2...].allSatisfy({ $0.isASCII && $0.properties.isASCIIHexDigit })
    else { return nil }
    return UInt32(String(String.UnicodeScalarView(start[2...])), radix: 16).flatMap(Unicode.Scalar.init)
  }
}
