import ZooFormat

/// Strings and their escapes.
extension JSON5Reader {
  mutating func readString() throws(ZooError) -> String {
    let start = position(index)
    let quote = scalars[index]
    index += 1
    var text = String.UnicodeScalarView()
    while let scalar = peek {
      if scalar == quote {
        index += 1
        return String(text)
      }
      if scalar == "\n" || scalar == "\r" { break }
      if scalar == "\\" {
        try escape(into: &text)
      } else {
        text.append(scalar)
        index += 1
      }
    }
    throw error("a string that doesn't end", at: start, expected: "\(quote) before the end of the line")
  }

  private mutating func escape(into text: inout String.UnicodeScalarView) throws(ZooError) {
    let start = index
    index += 1
    guard let scalar = peek else { throw error("the end of the text inside a string") }
    index += 1
    switch scalar {
    case "b": text.append("\u{8}")
    case "f": text.append("\u{C}")
    case "n": text.append("\n")
    case "r": text.append("\r")
    case "t": text.append("\t")
    case "v": text.append("\u{B}")
    case "x": text.append(contentsOf: [Unicode.Scalar(UInt8(truncatingIfNeeded: try hexadecimal(digits: 2)))])
    case "u": text.append(try unicodeEscape(start))
    case "0":
      if let next = peek, ("0"..."9").contains(next) { throw error("an octal escape", at: position(start)) }
      text.append("\0")
    case "1"..."9":
      throw error("the escape '\\\(scalar)'", at: position(start), remedy: "Leave out the backslash, or double it")
    case "\r":
      if peek == "\n" { index += 1 }
    case "\n", "\u{2028}", "\u{2029}":
      break  // A line that goes on.
    default: text.append(scalar)
    }
  }

  /// What follows `\u`, with the second half of a surrogate pair.
  private mutating func unicodeEscape(_ start: Int) throws(ZooError) -> Unicode.Scalar {
    let first = try hexadecimal(digits: 4)
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800..<0xDC00).contains(first), peek == "\\", index + 1 < scalars.count, scalars[index + 1] == "u" else {
      throw error(
        "half of a surrogate pair", at: position(start), expected: "two escapes, \\uD800…\\uDBFF and \\uDC00…\\uDFFF")
    }
    index += 2
    let second = try hexadecimal(digits: 4)
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
    else {
      throw error(
        "half of a surrogate pair", at: position(start), expected: "two escapes, \\uD800…\\uDBFF and \\uDC00…\\uDFFF")
    }
    return scalar
  }

  /// `digits` hexadecimal digits, at most 4.
  mutating func hexadecimal(digits: Int) throws(ZooError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<digits {
      guard let scalar = peek, scalar.isASCII, let digit = Character(scalar).hexDigitValue else {
        throw error("\(here) in an escape", expected: "\(digits) hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      index += 1
    }
    return value
  }
}
