import ZooFormat

/// Numbers: decimal with a sign, a leading or a trailing point, hexadecimal, `Infinity` and `NaN`.
extension JSON5Reader {
  mutating func readNumber() throws(ZooError) -> Double {
    let start = index
    var sign = 1.0
    if peek == "+" || peek == "-" {
      if peek == "-" { sign = -1 }
      index += 1
    }
    let magnitude: Double
    if peek == "I" || peek == "N" {
      guard let word = try namedNumber() else { throw malformed(start) }
      magnitude = word
    } else if peek == "0", index + 1 < scalars.count, scalars[index + 1] == "x" || scalars[index + 1] == "X" {
      index += 2
      magnitude = try hexadecimalNumber(start)
    } else {
      magnitude = try decimal(start)
    }
    if let next = peek, next.properties.isAlphabetic || next == "_" || next == "$" || ("0"..."9").contains(next) {
      throw malformed(start)
    }
    return sign * magnitude
  }

  private mutating func namedNumber() throws(ZooError) -> Double? {
    for (name, value) in [("Infinity", Double.infinity), ("NaN", Double.nan)]
    where scalars[index...].starts(with: name.unicodeScalars) {
      index += name.unicodeScalars.count
      return value
    }
    return nil
  }

  private mutating func hexadecimalNumber(_ start: Int) throws(ZooError) -> Double {
    var value = 0.0
    let first = index
    while let scalar = peek, scalar.isASCII, let digit = Character(scalar).hexDigitValue {
      value = value * 16 + Double(digit)
      index += 1
    }
    guard index > first else { throw malformed(start) }
    return value
  }

  private mutating func decimal(_ start: Int) throws(ZooError) -> Double {
    let whole = digits()
    var fraction = ""
    if peek == "." {
      index += 1
      fraction = digits()
    }
    guard !(whole.isEmpty && fraction.isEmpty), whole == "0" || !whole.hasPrefix("0") else {
      var wrong = malformed(start)
      if whole.count > 1, fraction.isEmpty {
        wrong.remedy = "A name of digits that begins with 0 stands in quotes: \"\(whole)\""
      }
      throw wrong
    }
    var exponent = ""
    if peek == "e" || peek == "E" {
      index += 1
      if let sign = peek, sign == "+" || sign == "-" {
        if sign == "-" { exponent = "-" }
        index += 1
      }
      let power = digits()
      guard !power.isEmpty else { throw malformed(start) }
      exponent += power
    }
    let text =
      "\(whole.isEmpty ? "0" : whole).\(fraction.isEmpty ? "0" : fraction)e\(exponent.isEmpty ? "0" : exponent)"
    guard let value = Double(text) else { throw malformed(start) }
    return value
  }

  private mutating func digits() -> String {
    let first = index
    while let scalar = peek, ("0"..."9").contains(scalar) { index += 1 }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars[first..<index])
    return String(text)
  }

  private func malformed(_ start: Int) -> ZooError { error("what starts here isn't a number", at: position(start)) }
}
