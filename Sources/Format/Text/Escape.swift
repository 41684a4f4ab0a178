/// What comes from outside (names, paths, labels, cells) made harmless for the place where it is shown or written: one
/// function for each place, and every writer goes through them.
///
/// Characters that are obeyed instead of shown (controls, the line breaks of Unicode, marks of writing direction) are
/// shown as what they are, `<U+202E>`, or in the place's own escapes where those can be read back.
package enum Escape {
  /// For a terminal: line feeds and tabs stay.
  package static func terminal(_ text: String) -> String {
    shown(text) { isObeyed($0) && $0 != "\n" && $0 != "\t" }
  }

  /// For one line of a message or of a comment in a spec: nothing in it can end the line.
  package static func line(_ text: String) -> String { shown(text, where: isObeyed) }

  /// For a message that quotes data: one line, and of what is longer than `limit` bytes the start, the end and the
  /// length. O(limit), however long the text is.
  package static func quotation(_ text: String, limit: Int = 800) -> String {
    let bytes = text.utf8
    guard bytes.count > limit else { return line(text) }
    let scalars = text.unicodeScalars
    let head = String(String.UnicodeScalarView(scalars.prefix(limit / 2)))
    let tail = String(String.UnicodeScalarView(scalars.suffix(limit / 4)))
    return line(head) + " … (\(bytes.count) bytes) … " + line(tail)
  }

  /// Text or the value of an attribute in HTML, SVG and XML. Tabs and line feeds stay.
  package static func markup(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      // XML has no word for them.
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      case _ where isObeyed(scalar): result += "&lt;\(codePoint(scalar))&gt;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A string of JSON and JSON5, with its quotes. Gives `text` again when it is read.
  package static func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isObeyed(scalar): result += unicodeEscape(scalar)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// A character that terminals, editors or browsers obey instead of showing it. All of them are below U+10000.
  package static func isObeyed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case ..<0x20, 0x7F...0x9F: true
    // Marks of writing direction, and Unicode's own line breaks.
    case 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x206F: true
    // A byte order mark inside a text, and annotations that hide what they mark.
    case 0xFEFF, 0xFFF9...0xFFFB: true
    default: false
    }
  }

  /// `\u` and four hexadecimal digits.
  static func unicodeEscape(_ scalar: Unicode.Scalar) -> String { "\\u" + digits(scalar).lowercased() }

  private static func shown(_ text: String, where isShown: (Unicode.Scalar) -> Bool) -> String {
    guard text.unicodeScalars.contains(where: isShown) else { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      if isShown(scalar) { result += "<\(codePoint(scalar))>" } else { result.unicodeScalars.append(scalar) }
    }
    return result
  }

  private static func codePoint(_ scalar: Unicode.Scalar) -> String { "U+" + digits(scalar) }

  private static func digits(_ scalar: Unicode.Scalar) -> String {
    let code = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - code.count)) + code
  }
}
