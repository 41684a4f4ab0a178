import Foundation

/// The words of a name and what stands between them: `P3_C07_f2` is `P3`, `C07` and `f2`. A date is one word.
struct NameParts {
  private(set) var words: [String] = []
  /// What stands before each word, and behind the last.
  private(set) var delimiters: [String] = []

  init(_ name: String) {
    var rest = Substring(name)
    var delimiter = ""
    while !rest.isEmpty {
      let word = Self.date(rest) ?? String(rest.prefix { $0.isLetter || $0.isNumber })
      if word.isEmpty {
        delimiter.append(rest.removeFirst())
      } else {
        words.append(word)
        delimiters.append(delimiter)
        delimiter = ""
        rest.removeFirst(word.count)
      }
    }
    delimiters.append(delimiter)
  }

  /// A date with marks in it at the start of `text`: `2024-03-22`, `22.3.2024`.
  private static func date(_ text: Substring) -> String? {
    guard let match = text.prefixMatch(of: /\d{4}[-._]\d\d?[-._]\d\d?(?!\d)|\d\d?[-._]\d\d?[-._]\d{4}(?!\d)/),
      isDate(String(match.output))
    else { return nil }
    return String(match.output)
  }

  /// Whether a word is a date: year, month and day in one of the usual orders.
  static func isDate(_ word: String) -> Bool {
    let numbers = word.split { !$0.isNumber }.map(String.init)
    func fits(_ year: Int?, _ month: Int?, _ day: Int?) -> Bool {
      guard let year, let month, let day else { return false }
      return (1990...2100).contains(year) && (1...12).contains(month) && (1...31).contains(day)
    }
    if numbers.count == 3 {
      let parts = numbers.map { Int($0) }
      return fits(parts[0], parts[1], parts[2]) || fits(parts[2], parts[1], parts[0])
        || fits(parts[2], parts[0], parts[1])
    }
    guard numbers.count == 1, numbers[0] == word, word.allSatisfy(\.isASCII) else { return false }
    func part(_ from: Int, _ count: Int) -> Int? { Int(word.dropFirst(from).prefix(count)) }
    if word.count == 8 { return fits(part(0, 4), part(4, 2), part(6, 2)) }
    return word.count == 6 && fits(part(0, 2).map { 2000 + $0 }, part(2, 2), part(4, 2))
  }

  /// Words that say what the number or the word behind them is → the name of the part.
  static let meanings: [String: String] = [
    "experiment": "experiment", "exp": "experiment", "expt": "experiment", "versuch": "experiment",
    "donor": "donor", "donneur": "donor", "spender": "donor", "don": "donor", "patient": "patient", "pat": "patient",
    "mouse": "mouse", "maus": "mouse", "animal": "animal", "study": "study", "day": "day", "tag": "day",
    "session": "session", "batch": "batch", "run": "run", "replicate": "replicate", "rep": "replicate",
    "repl": "replicate", "plate": "plate", "platte": "plate", "plaque": "plate", "pl": "plate", "slide": "slide",
    "dish": "dish", "chamber": "chamber", "well": "well", "puits": "well", "site": "site", "field": "field",
    "feld": "field", "champ": "field", "fov": "field", "position": "position", "pos": "position", "xy": "position",
    "movie": "movie", "film": "movie", "series": "series", "scene": "scene", "cell": "cell", "zelle": "cell",
    "cellule": "cell", "crop": "cell", "roi": "cell", "obj": "cell", "object": "cell", "nucleus": "cell",
    "track": "track", "channel": "channel", "ch": "channel", "kanal": "channel", "frame": "frame", "time": "frame",
    "timepoint": "frame", "tp": "frame", "image": "image", "img": "image",
    // Spanish, Italian and Portuguese.
    "experimento": "experiment", "esperimento": "experiment", "donante": "donor", "donatore": "donor",
    "doador": "donor", "paciente": "patient", "paziente": "patient", "ratón": "mouse", "raton": "mouse",
    "topo": "mouse",
    "animale": "animal", "día": "day", "dia": "day", "giorno": "day", "jour": "day", "placa": "plate",
    "piastra": "plate", "pozo": "well", "pozzetto": "well", "campo": "field", "célula": "cell", "celula": "cell",
    "cellula": "cell",
  ]

  /// Single letters before numbers.
  private static let letters: [String: String] = [
    "p": "plate", "w": "well", "f": "field", "s": "site", "e": "experiment", "c": "cell", "t": "frame", "d": "day",
    "r": "replicate", "i": "image",
  ]

  /// Parts that count images rather than tell what they have in common.
  static let counters: Set<String> = ["cell", "track", "channel", "frame", "image", "number"]

  /// What a word of a name is, by all the values that it has: the part's name, if it is known, and what all begin with.
  static func meaning(_ values: Set<String>, after before: String?) -> (name: String?, prefix: String) {
    if values.allSatisfy(isDate) { return ("date", "") }
    if areWells(values) { return ("well", "") }
    let start = commonLetters(values)
    let rest = Set(values.map { String($0.dropFirst(start.count)) })
    let areValues = rest.allSatisfy(isValue)
    if areValues, let name = meanings[start.lowercased()] { return (name, start) }
    // `wellB03` and `wellB04` begin with more than the word.
    let known = meanings.keys.filter { $0.count > 2 && start.lowercased().hasPrefix($0) }.max { $0.count < $1.count }
    if let known, let name = meanings[known], values.allSatisfy({ isValue(String($0.dropFirst(known.count))) }) {
      return (name, String(start.prefix(known.count)))
    }
    if start.count == 1, rest.allSatisfy({ $0.allSatisfy(\.isNumber) }), let name = letters[start.lowercased()] {
      // `C07` is a well, `c014` a cell.
      let isWell = start == "C" && rest.allSatisfy { $0.count == 2 && (Int($0) ?? 99) <= 24 }
      return isWell ? ("well", "") : (name, start)
    }
    if let before, let name = meanings[before.lowercased()],
      !counters.contains(name) || values.allSatisfy({ $0.allSatisfy(\.isNumber) })
    {
      return (name, "")
    }
    return (nil, "")
  }

  /// Whether something is a number, a well or a capital, as stands behind a word: `plate2`, `wellB03`, `donorA`.
  private static func isValue(_ text: String) -> Bool {
    text.wholeMatch(of: /\d+[A-Za-z]?|[A-Pa-p]\d\d?|[A-Z]/) != nil
  }

  /// Wells of a plate: rows by letters, columns by numbers; of one row alone only if two digits are written.
  private static func areWells(_ values: Set<String>) -> Bool {
    guard values.allSatisfy({ $0.wholeMatch(of: /[A-Pa-p](0?[1-9]|1\d|2[0-4])/) != nil }) else { return false }
    let rows = Set(values.map { $0.prefix(1) })
    return rows.count > 1 || letters[rows.first?.lowercased() ?? ""] == nil && values.allSatisfy { $0.count == 3 }
  }

  /// The letters that all begin with and that aren't all of one.
  private static func commonLetters(_ values: Set<String>) -> String {
    guard let first = values.min() else { return "" }
    var start = first.prefix { $0.isLetter }
    while !start.isEmpty, !values.allSatisfy({ $0.hasPrefix(start) && $0.count > start.count }) { start.removeLast() }
    return String(start)
  }

  /// The part that a folder's name is called for what it holds in common: `plate2`, `2024-03-22`, `donor-A`; `nil` for
  /// another word.
  static func group(_ name: String) -> String? {
    let words = NameParts(name).words
    for (place, word) in words.enumerated() {
      let before = place > 0 ? words[place - 1] : nil
      if let found = meaning([word], after: before).name, !counters.contains(found) { return found }
    }
    return nil
  }
}
