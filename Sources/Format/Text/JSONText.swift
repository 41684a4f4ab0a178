/// A JSON document as files of other kinds have inside: headers and metadata.
package indirect enum JSONText: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number as it is written.
  case number(String)
  case string(String)
  case array([JSONText])
  case object([String: JSONText])

  /// - Throws: ``ZooError`` of kind `badInput` if the text isn't one JSON value, nests deeper than 32, or has a key twice.
  package init(_ text: UnsafeRawBufferPointer) throws(ZooError) {
    var parser = JSONTextParser(text)
    self = try parser.document()
  }

  /// - Throws: as ``init(_:)-(UnsafeRawBufferPointer)``.
  package init(_ text: String) throws(ZooError) {
    var copy = text
    let parsed = copy.withUTF8 { bytes in
      Result { () throws(ZooError) in try JSONText(UnsafeRawBufferPointer(bytes)) }
    }
    self = try parsed.get()
  }

  /// The number, if it is a whole one that an `Int` holds: `3`, `3.0` and `3e2`.
  package var integer: Int? {
    guard case .number(let text) = self else { return nil }
    return Int(text) ?? Double(text).flatMap(Int.init(exactly:))
  }

  /// The texts of a list; `nil` for anything else.
  package var strings: [String]? {
    guard case .array(let items) = self else { return nil }
    var strings: [String] = []
    for item in items {
      guard case .string(let string) = item else { return nil }
      strings.append(string)
    }
    return strings
  }

  /// A list of texts, e.g. `["BF", "PI"]`.
  package static func strings(_ values: [String]) -> String {
    "[" + values.map(quoted).joined(separator: ", ") + "]"
  }

  /// The texts of a list, or `nil` if `text` is anything else.
  package static func strings(_ text: String) -> [String]? {
    (try? JSONText(text))?.strings
  }

  /// The text as JSON writes it.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let code = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - code.count) + code
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

private struct JSONTextParser {
  private let text: UnsafeRawBufferPointer
  private var position = 0

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  mutating func document() throws(ZooError) -> JSONText {
    let value = try value(depth: 0)
    skipSpace()
    guard position == text.count else { throw problem("something stands after the value") }
    return value
  }

  private mutating func value(depth: Int) throws(ZooError) -> JSONText {
    guard depth <= 32 else { throw problem("lists and objects nest more than 32 deep") }
    skipSpace()
    switch peek() {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func object(depth: Int) throws(ZooError) -> JSONText {
    position += 1
    var entries: [String: JSONText] = [:]
    skipSpace()
    if take("}") { return .object(entries) }
    repeat {
      skipSpace()
      guard peek() == UInt8(ascii: "\"") else { throw problem("a key is missing") }
      let key = try string()
      skipSpace()
      guard take(":") else { throw problem("':' is missing after the key '\(key)'") }
      guard entries.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
        throw problem("the key '\(key)' stands twice")
      }
      skipSpace()
    } while take(",")
    guard take("}") else { throw problem("'}' is missing") }
    return .object(entries)
  }

  private mutating func array(depth: Int) throws(ZooError) -> JSONText {
    position += 1
    var items: [JSONText] = []
    skipSpace()
    if take("]") { return .array(items) }
    repeat {
      items.append(try value(depth: depth + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw problem("']' is missing") }
    return .array(items)
  }

  private mutating func string() throws(ZooError) -> String {
    position += 1
    var bytes: [UInt8] = []
    while let byte = peek(), byte != UInt8(ascii: "\"") {
      position += 1
      guard byte >= 0x20 else { throw problem("a control character in a text") }
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      bytes.append(contentsOf: String(try escape()).utf8)
    }
    guard take("\"") else { throw problem("a text doesn't end") }
    guard !bytes.contains(0), let string = String(validating: bytes, as: UTF8.self) else {
      throw problem("a text is not UTF-8 or contains NUL")
    }
    return string
  }

  private mutating func escape() throws(ZooError) -> Character {
    guard let byte = peek() else { throw problem("a text doesn't end") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Character(UnicodeScalar(byte))
    case UInt8(ascii: "u"):
      var code = try unit()
      if (0xd800..<0xdc00).contains(code), take("\\"), take("u") {
        let low = try unit()
        guard (0xdc00..<0xe000).contains(low) else { throw problem("half a surrogate pair") }
        code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
      }
      guard let scalar = UnicodeScalar(code) else { throw problem("half a surrogate pair") }
      return Character(scalar)
    default: throw problem("an escape that JSON doesn't have")
    }
  }

  /// Four hexadecimal digits.
  private mutating func unit() throws(ZooError) -> UInt32 {
    var code: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw problem("four hexadecimal digits are missing")
      }
      position += 1
      code = code << 4 | UInt32(digit)
    }
    return code
  }

  private mutating func number() throws(ZooError) -> String {
    let start = position
    while let byte = peek(), (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte) { position += 1 }
    let number = String(decoding: text[start..<position], as: UTF8.self)
    guard Double(number) != nil else { throw problem("a value is missing") }
    return number
  }

  private mutating func word(_ word: String, _ value: JSONText) throws(ZooError) -> JSONText {
    guard text[position...].starts(with: word.utf8) else { throw problem("a value is missing") }
    position += word.utf8.count
    return value
  }

  private func peek() -> UInt8? { position < text.count ? text[position] : nil }

  private mutating func take(_ character: UnicodeScalar) -> Bool {
    guard let byte = peek(), UInt32(byte) == character.value else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek(), [0x20, 0x09, 0x0a, 0x0d].contains(byte) { position += 1 }
  }

  private func problem(_ problem: String) -> ZooError {
    ZooError(.badInput, problem: "no valid JSON: \(problem) (byte \(position))")
  }
}
