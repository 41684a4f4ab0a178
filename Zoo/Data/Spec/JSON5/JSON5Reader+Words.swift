import ZooFormat

/// Keys and words without quotes.
extension JSON5Reader {
  /// A key: a string, or a name as ECMAScript 5.1 has it.
  mutating func key() throws(ZooError) -> String {
    if peek == "\"" || peek == "'" { return try readString() }
    guard let name = try identifier() else {
      throw error("\(here) where a key is expected", expected: "a name or a string")
    }
    return name
  }

  /// `null`, `true`, `false`, `Infinity`, `NaN`, or a bare word where they are allowed.
  mutating func word() throws(ZooError) -> SourceValue.Content {
    let start = index
    let word = bareWords == .strings ? bareWord() : try identifier()
    switch word {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    case "Infinity": return .number(.infinity)
    case "NaN": return .number(.nan)
    case let word?:
      if bareWords == .strings { return .string(word) }
      throw error("the word '\(word)' without quotes", at: position(start), remedy: "Write '\(word)' in quotes")
    case nil:
      throw error("\(here) where a value is expected")
    }
  }

  /// Letters, digits and what names and paths are made of; `nil` if there is none.
  private mutating func bareWord() -> String? {
    var word = String.UnicodeScalarView()
    while let scalar = peek, Self.continuesName(scalar) || "-+./@%~*".unicodeScalars.contains(scalar) {
      word.append(scalar)
      index += 1
    }
    return word.isEmpty ? nil : String(word)
  }

  /// `nil` if no name starts here.
  private mutating func identifier() throws(ZooError) -> String? {
    var name = String.UnicodeScalarView()
    while let scalar = peek {
      if scalar == "\\" {
        let start = position(index)
        index += 1
        guard peek == "u" else {
          throw error("'\\' in a name", at: start, expected: "'\\u' and four hexadecimal digits")
        }
        index += 1
        guard let unit = Unicode.Scalar(try hexadecimal(digits: 4)),
          name.isEmpty ? Self.startsName(unit) : Self.continuesName(unit)
        else {
          throw error("an escape that is no letter in a name", at: start)
        }
        name.append(unit)
      } else if name.isEmpty ? Self.startsName(scalar) : Self.continuesName(scalar) {
        name.append(scalar)
        index += 1
      } else {
        break
      }
    }
    return name.isEmpty ? nil : String(name)
  }

  private static func startsName(_ scalar: Unicode.Scalar) -> Bool {
    if scalar == "$" || scalar == "_" { return true }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber: return true
    default: return false
    }
  }

  private static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
    if startsName(scalar) || scalar == "\u{200C}" || scalar == "\u{200D}" { return true }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
    default: return false
    }
  }
}
