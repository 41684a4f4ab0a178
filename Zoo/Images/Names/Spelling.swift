import Foundation

/// What people write in the cells of tables for one and the same thing, and for nothing.
package enum Spelling {
  private static let wordsForNothing: Set<String> = [
    "nan", "na", "n/a", "#n/a", "#na", "n.a.", "n/d", "n.d.", "none", "null", "nil", "-", "--", "–", "—", "?", ".",
    "missing",
  ]

  /// Whether `text` (without blanks at its ends) says that there is no value: empty, `NaN`, `NA`, `None`, `-` …
  package static func isNothing(_ text: String) -> Bool {
    text.isEmpty || text.utf8.count <= 7 && wordsForNothing.contains(text.lowercased())
  }

  /// The same for values that differ in case, in blanks, underscores and dashes of any kind or in whether there are any
  /// (`S 2`, `S_2`, `s2`; between two numbers they count), in leading zeros, as `1` and `1.0`, in accents, in Unicode's form or
  /// width, or in characters that can't be seen.
  package static func key(_ written: String) -> String {
    let text = written.trimmed
    if let number = Double(text), number.isFinite { return String(number) }
    var key = ""
    var digits = ""
    func flush() {
      guard !digits.isEmpty else { return }
      let value = digits.drop { $0 == "0" }
      key += value.isEmpty ? "0" : value
      digits = ""
    }
    let composed = text.precomposedStringWithCompatibilityMapping
    // Accents of Latin letters; others are letters of their own.
    let isLatin = composed.unicodeScalars.allSatisfy { $0.value < 0x250 }
    let plain =
      (isLatin && !composed.utf8.allSatisfy { $0 < 0x80 }
      ? composed.folding(options: .diacriticInsensitive, locale: nil) : composed)
      .lowercased().filter { character in
        !character.unicodeScalars.allSatisfy { $0.properties.generalCategory == .format }
      }
    for (place, character) in zip(plain.indices, plain) {
      if character.isASCII, character.isNumber {
        digits.append(character)
        continue
      }
      flush()
      // Between two words a dash parts them; at the end it says “negative”.
      let joins =
        isDash(character) && !key.isEmpty && plain[plain.index(after: place)...].first?.isLetterOrNumber == true
      if !joins && !character.isWhitespace && character != "_" {
        key.append(isDash(character) ? "-" : character)
      } else if key.last != " " {
        key.append(" ")
      }
    }
    flush()
    let spaced = Array(key.trimmed)
    func isDigit(_ place: Int) -> Bool { spaced[place].isASCII && spaced[place].isNumber }
    return String(
      spaced.indices.filter { spaced[$0] != " " || isDigit($0 - 1) && isDigit($0 + 1) }.map { spaced[$0] })
  }

  private static func isDash(_ character: Character) -> Bool {
    character == "\u{2212}" || character.unicodeScalars.first?.properties.generalCategory == .dashPunctuation
  }

  /// Values that have one ``key(_:)``, the more frequent first; those that are alone are left out.
  package static func variants(_ counts: [String: Int]) -> [[(text: String, count: Int)]] {
    var byKey: [String: [(text: String, count: Int)]] = [:]
    for (text, count) in counts { byKey[key(text), default: []].append((text, count)) }
    return byKey.values.filter { $0.count > 1 }.map { variants in
      variants.sorted { ($0.count, $1.text) > ($1.count, $0.text) }
    }.sorted { $0[0].text < $1[0].text }
  }

  /// How a date is written, e.g. `9-9-9`, with or without the time of day; `nil` for what isn't a date.
  private static func dateForm(_ text: String) -> String? {
    if let end = text.firstIndex(where: { $0 == " " || $0 == "T" }), text[end...].contains(":") {
      return dateForm(String(text[..<end])).map { $0 + " time" }
    }
    var form = ""
    var lengths: [Int] = []
    for scalar in text.unicodeScalars.prefix(40) {
      let isDigit = (0x30...0x39).contains(scalar.value)
      let letter: Character = isDigit ? "9" : scalar.properties.isAlphabetic ? "a" : Character(scalar)
      if letter != "9" && letter != "a" || form.last != letter {
        form.append(letter)
        lengths.append(1)
      } else {
        lengths[lengths.count - 1] += 1
      }
    }
    let forms = ["9-9-9", "9.9.9", "9/9/9", "9-a-9", "9 a 9", "9. a 9", "a 9, 9"]
    guard forms.contains(form), let first = lengths.first, let last = lengths.last, first == 4 || last == 4 || last == 2
    else { return nil }
    return (first == 4 ? "year first: " : last == 2 ? "two digits: " : "") + form
  }

  /// One value of each form, if some of the values are dates and they are written in more than one form; a number such
  /// as 45413 beside dates is a day as spreadsheets count them.
  package static func mixedDates(_ values: some Collection<String>) -> [String] {
    var forms: [String: String] = [:]
    var hasDates = false
    for value in values {
      let date = dateForm(value)
      hasDates = hasDates || date != nil
      guard let form = date ?? (Double(value) != nil ? "number" : nil) else { return [] }
      forms[form] = min(forms[form] ?? value, value)
    }
    return hasDates && forms.count > 1 ? forms.values.sorted() : []
  }
}

extension Character {
  fileprivate var isLetterOrNumber: Bool { isLetter || isNumber }
}

/// An order of names in which numbers count by their value: `t2` before `t10`.
package enum NaturalOrder {
  package static func precedes(_ left: String, _ right: String) -> Bool {
    if let one = Double(left), let two = Double(right), one != two { return one < two }
    var one = Array(left.utf8)[...]
    var two = Array(right.utf8)[...]
    while let a = one.first, let b = two.first {
      if isDigit(a), isDigit(b) {
        let (first, second) = (number(&one), number(&two))
        if first.count != second.count { return first.count < second.count }
        if first != second { return first.lexicographicallyPrecedes(second) }
      } else if a != b {
        return a < b
      } else {
        one.removeFirst()
        two.removeFirst()
      }
    }
    if one.isEmpty != two.isEmpty { return one.isEmpty }
    return left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// The digits at the start, without leading zeros, which are taken away.
  private static func number(_ text: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let digits = text.prefix(while: isDigit)
    text = text[digits.endIndex...]
    return digits.drop { $0 == 0x30 }
  }
}

extension String {
  /// Without blanks (of every kind, the no-break space and the byte order mark included) at both ends.
  package var trimmed: String {
    guard let first = utf8.first, let last = utf8.last, first <= 0x20 || last <= 0x20 || first > 0x7F || last > 0x7F
    else { return self }
    func isBlank(_ character: Character) -> Bool {
      character.isWhitespace || character.unicodeScalars.allSatisfy { [0xFEFF, 0x200B, 0x2060].contains($0.value) }
    }
    let rest = drop(while: isBlank)
    guard let end = rest.lastIndex(where: { !isBlank($0) }) else { return "" }
    return String(rest[...end])
  }
}
