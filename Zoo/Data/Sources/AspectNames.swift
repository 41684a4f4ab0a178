import Foundation
import ZooFormat

/// What names of files that stand in several folders say: places in an experiment, or numbers that count.
struct AspectNames {
  /// Whether most carry a well, or at least two of what positions, times and the like are called.
  private(set) var arePlaces = false
  /// Whether most number cells or crops, as is done anew for each class.
  private(set) var countItems = false
  /// Whether most end in a number of which nothing says what it counts.
  private(set) var endInNumbers = false

  private static let places: Set<String> = [
    "xy", "pos", "position", "s", "site", "f", "fov", "field", "p", "plate", "exp", "experiment", "r", "c", "t", "tp",
    "time", "timepoint", "frame", "z", "w", "ch", "channel", "sk", "series", "scene", "tile", "well", "day",
  ]
  private static let items: Set<String> = [
    "cell", "crop", "roi", "obj", "object", "nucleus", "nuc", "track", "particle", "zelle", "cellule", "celula", "img",
    "image",
  ]

  /// O(letters).
  init(_ names: [String]) {
    guard !names.isEmpty else { return }
    let parts = names.map { NameParts(($0 as NSString).deletingPathExtension) }
    let wells = Self.wells(parts)
    var (placed, items, numbers) = (0, 0, 0)
    for part in parts {
      var found = 0
      var hasItem = false
      for (place, word) in part.words.enumerated() {
        if wells.contains(word) {
          found += 2
          continue
        }
        if NameParts.isDate(word) { found += 1 }
        for pair in Self.pairs(word) {
          if Self.items.contains(pair) { hasItem = true } else if Self.places.contains(pair) { found += 1 }
        }
        guard place > 0, word.allSatisfy(\.isNumber) else { continue }
        let before = part.words[place - 1].lowercased()
        if Self.items.contains(before) { hasItem = true } else if Self.places.contains(before) { found += 1 }
      }
      let last = part.words.last ?? ""
      let before = part.words.dropLast().last?.lowercased() ?? ""
      // `P1_B02_c07` is a cell of a well.
      if last.wholeMatch(of: /[cni]\d+/) != nil { hasItem = true }
      if found > 1 { placed += 1 }
      if hasItem { items += 1 }
      if !last.isEmpty, last.allSatisfy(\.isNumber), !Self.places.contains(before) { numbers += 1 }
    }
    arePlaces = placed * 2 >= names.count
    countItems = items * 2 >= names.count
    endInNumbers = numbers * 2 >= names.count
  }

  static func hasWells(_ names: [NameParts]) -> Bool { !wells(names).isEmpty }

  /// Words that are wells. C1, C2 … of one row may be cells.
  private static func wells(_ names: [NameParts]) -> Set<String> {
    let wells = Set(names.flatMap(\.words).filter { $0.wholeMatch(of: /[A-P](0?[1-9]|1\d|2[0-4])/) != nil })
    let areWells = Set(wells.compactMap(\.first)).count > 1 || wells.allSatisfy { $0.count == 3 }
    return (areWells ? wells : []).union(smallWells(names))
  }

  /// Wells in small letters, which many other words look like: only where nearly all names have one at the same place, of
  /// several rows.
  private static func smallWells(_ names: [NameParts]) -> Set<String> {
    let longest = names.map(\.words.count).max() ?? 0
    var found: Set<String> = []
    for place in 0..<longest {
      let words = names.compactMap { place < $0.words.count ? $0.words[place] : nil }
      let wells = words.filter { $0.wholeMatch(of: /[a-p](0?[1-9]|1\d|2[0-4])/) != nil }
      guard wells.count * 10 >= names.count * 9, Set(wells.compactMap(\.first)).count > 1 else { continue }
      found.formUnion(wells)
    }
    return found
  }

  /// The letters before each number of a word that is made of such alone: `r`, `c` and `f` of `r02c03f01`.
  private static func pairs(_ word: String) -> [String] {
    var pairs: [String] = []
    var rest = Substring(word.lowercased())
    while !rest.isEmpty {
      let letters = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(letters.count)
      let digits = rest.prefix { $0.isNumber }
      rest = rest.dropFirst(digits.count)
      guard !letters.isEmpty, !digits.isEmpty else { return [] }
      pairs.append(String(letters))
    }
    return pairs
  }
}
