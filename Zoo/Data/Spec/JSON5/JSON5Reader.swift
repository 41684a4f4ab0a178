import ZooFormat

/// Reads JSON5 (https://spec.json5.org), all of it, and keeps where each value stands.
///
/// Stricter than JSON5 in one thing: a key that an object has twice is refused.
package struct JSON5Reader {
  /// What is refused before memory is taken for it.
  package struct Limits: Sendable {
    package var bytes = 4 << 20
    package var depth = 64
    package var values = 200_000

    package init() {}
  }

  /// What a word without quotes means where a value is expected.
  package enum BareWords {
    case refused
    /// It is a string, as an argument of the command line has it.
    case strings
  }

  let scalars: [Unicode.Scalar]
  let lineStarts: [Int]
  let file: String?
  let limits: Limits
  let bareWords: BareWords
  var index = 0
  var values = 0

  /// Reads one value that takes up the whole of `bytes`.
  /// - Throws: ``ZooError`` of kind `badInput` with line and column. O(bytes).
  package static func read(_ bytes: [UInt8], file: String?, limits: Limits = Limits()) throws(ZooError) -> SourceValue {
    guard bytes.count <= limits.bytes else { throw tooLong(bytes.count, file, limits) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ZooError(.badInput, file: file, problem: "isn't text in UTF-8")
    }
    return try read(text, file: file, limits: limits)
  }

  package static func read(
    _ text: String, file: String?, limits: Limits = Limits(), bareWords: BareWords = .refused
  ) throws(ZooError) -> SourceValue {
    guard text.utf8.count <= limits.bytes else { throw tooLong(text.utf8.count, file, limits) }
    var reader = JSON5Reader(text, file: file, limits: limits, bareWords: bareWords)
    try reader.skipSpace()
    let value = try reader.value(depth: 0)
    try reader.skipSpace()
    if reader.index < reader.scalars.count {
      throw reader.error("\(reader.here) after the end of the value")
    }
    return value
  }

  private static func tooLong(_ count: Int, _ file: String?, _ limits: Limits) -> ZooError {
    ZooError(.badInput, file: file, problem: "has \(count) bytes", expected: "at most \(limits.bytes)")
  }

  private init(_ text: String, file: String?, limits: Limits, bareWords: BareWords) {
    scalars = Array(text.unicodeScalars)
    self.file = file
    self.limits = limits
    self.bareWords = bareWords
    var starts = [0]
    for (offset, scalar) in scalars.enumerated() where Self.isLineEnd(scalar) {
      let isFirstOfPair = scalar == "\r" && offset + 1 < scalars.count && scalars[offset + 1] == "\n"
      if !isFirstOfPair { starts.append(offset + 1) }
    }
    lineStarts = starts
  }

  // MARK: Values

  private mutating func value(depth: Int) throws(ZooError) -> SourceValue {
    guard depth <= limits.depth else {
      throw error("values are nested deeper than \(limits.depth) levels")
    }
    values += 1
    guard values <= limits.values else { throw error("holds more than \(limits.values) values") }
    let start = position(index)
    guard let next = peek else { throw error("the end of the text where a value is expected") }
    switch next {
    case "{": return SourceValue(.object(try object(depth: depth)), at: start)
    case "[": return SourceValue(.array(try array(depth: depth)), at: start)
    case "\"", "'": return SourceValue(.string(try readString()), at: start)
    case "+", "-", ".", "0"..."9": return SourceValue(.number(try readNumber()), at: start)
    default: return SourceValue(try word(), at: start)
    }
  }

  private mutating func object(depth: Int) throws(ZooError) -> [SourceValue.Member] {
    index += 1
    var members: [SourceValue.Member] = []
    var seen: Set<String> = []
    while true {
      try skipSpace()
      guard let next = peek else { throw error("the end of the text inside an object", expected: "'}'") }
      if next == "}" { break }
      let keyPosition = position(index)
      let key = try self.key()
      guard seen.insert(key).inserted else {
        throw error("the key '\(key)' stands twice in one object", at: keyPosition, remedy: "Remove one of them")
      }
      try skipSpace()
      guard peek == ":" else { throw error("\(here) after the key '\(key)'", expected: "':'") }
      index += 1
      try skipSpace()
      members.append(.init(key: key, keyPosition: keyPosition, value: try value(depth: depth + 1)))
      try skipSpace()
      if peek == "," { index += 1 } else if peek != "}" { throw error("\(here) in an object", expected: "',' or '}'") }
    }
    index += 1
    return members
  }

  private mutating func array(depth: Int) throws(ZooError) -> [SourceValue] {
    index += 1
    var elements: [SourceValue] = []
    while true {
      try skipSpace()
      guard let next = peek else { throw error("the end of the text inside a list", expected: "']'") }
      if next == "]" { break }
      elements.append(try value(depth: depth + 1))
      try skipSpace()
      if peek == "," { index += 1 } else if peek != "]" { throw error("\(here) in a list", expected: "',' or ']'") }
    }
    index += 1
    return elements
  }

  // MARK: The text

  var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

  /// What stands at the current place, for a message.
  var here: String {
    guard let scalar = peek else { return "the end of the text" }
    let code = String(scalar.value, radix: 16, uppercase: true)
    let isVisible = scalar.properties.isGraphemeBase && !scalar.properties.isWhitespace
    return isVisible ? "'\(scalar)'" : "U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code)"
  }

  mutating func skipSpace() throws(ZooError) {
    while let scalar = peek {
      if scalar.properties.isWhitespace || scalar == "\u{FEFF}" {
        index += 1
      } else if scalar == "/" {
        try skipComment()
      } else {
        return
      }
    }
  }

  private mutating func skipComment() throws(ZooError) {
    let start = index
    index += 1
    switch peek {
    case "/":
      while let scalar = peek, !Self.isLineEnd(scalar) { index += 1 }
    case "*":
      index += 1
      while index + 1 < scalars.count {
        if scalars[index] == "*" && scalars[index + 1] == "/" {
          index += 2
          return
        }
        index += 1
      }
      throw error("a comment that doesn't end", at: position(start), expected: "'*/'")
    default:
      index = start
      throw error("'/' outside of a string", expected: "'//' or '/*'")
    }
  }

  static func isLineEnd(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\n" || scalar == "\r" || scalar == "\u{2028}" || scalar == "\u{2029}"
  }

  /// Line and column of a place in the text. O(log lines).
  func position(_ index: Int) -> SourcePosition {
    var (low, high) = (0, lineStarts.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= index { low = middle } else { high = middle }
    }
    return SourcePosition(file: file, line: low + 1, column: index - lineStarts[low] + 1)
  }

  func error(
    _ problem: String, at place: SourcePosition? = nil, expected: String? = nil, remedy: String? = nil
  ) -> ZooError {
    let place = place ?? position(index)
    return ZooError(
      .badInput, file: file, line: place.line, column: place.column, problem: problem, expected: expected,
      remedy: remedy)
  }
}
