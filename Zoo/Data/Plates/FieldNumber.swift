import ZooImages

/// The number in what a field is called: programs write `#1`, `Pos1` and `01` of the same one.
enum FieldNumber {
  private static let words: Set<String> = [
    "multipoint", "point", "xy", "pos", "position", "field", "fov", "site", "series",
  ]

  /// The number of `#1`, `Pos 1`, `XY01` or `01`, without zeros before it; `nil` for wells and other words.
  static func of(_ name: String) -> String? {
    let text = name.drop { !$0.isLetter && !$0.isNumber }
    let word = text.prefix { $0.isLetter }
    let digits = text.dropFirst(word.count).drop { "_- .".contains($0) || $0 == "#" }
    guard !digits.isEmpty, digits.allSatisfy({ $0.isASCII && $0.isNumber }),
      word.isEmpty || words.contains(word.lowercased())
    else { return nil }
    let number = digits.drop { $0 == "0" }
    return number.isEmpty ? "0" : String(number)
  }

  /// What two names are compared by: their numbers, or else as wells are.
  static func key(_ name: String) -> String { of(name) ?? WellName.normal(name) }
}
