import ZooFormat
import ZooImages

/// What a row's label is by `columns.label`: the value of a column; several columns (`status+fate`) whose values together are
/// it (`1+2`), so that `data.relabel` can say what each combination means; or columns of yes and no (`CE|PI`), of which the
/// names of those with yes are it (`CE`, `PI`, `CE+PI`, `negative`), as tables with a column for each class have it.
package struct LabelColumns {
  /// Between columns of yes and no.
  package static let either: Character = "|"
  /// Between columns of values, and between the parts of a label.
  static let both: Character = "+"
  /// The label where all columns say no.
  static let none = "negative"

  private enum Form { case values, answers }

  private let places: [Int]
  private let names: [String]
  private let form: Form
  /// The key that names them, for errors.
  private let path: String

  /// - Throws: ``ZooError`` that names the column which the table lacks.
  init(_ name: String, in table: CSVTable, path: String) throws(ZooError) {
    if let place = table.index(of: name) {
      self.init(place)
      return
    }
    let names = Self.parts(name)
    var places: [Int] = []
    for part in names {
      guard let place = table.index(of: part) else {
        throw ZooError(
          .badInput, line: 1, path: path, problem: "there is no column '\(part)'",
          expected:
            "one of \(table.columns.joined(separator: ", ")), several with + between them, or columns of yes and no with | between them",
          remedy: NearestName.of(part, in: table.columns).map { "Did you mean '\($0)'?" })
      }
      places.append(place)
    }
    self.init(places, names, name.contains(Self.either) ? .answers : .values, path: path)
  }

  init(_ place: Int) { self.init([place], [""], .values, path: "") }

  private init(_ places: [Int], _ names: [String], _ form: Form, path: String) {
    self.places = places
    self.names = names
    self.form = form
    self.path = path
  }

  /// The columns that `name` is made of, if it isn't one.
  static func parts(_ name: String) -> [String] {
    name.split(separator: name.contains(either) ? either : both).map { String($0).trimmed }
  }

  /// Whether `name` is of several columns that `table` has all.
  static func areThere(_ name: String, in table: CSVTable) -> Bool {
    let parts = parts(name)
    return table.index(of: name) == nil && parts.count > 1 && parts.allSatisfy { table.index(of: $0) != nil }
  }

  /// The columns whose answers are in the label, and say nothing else.
  var answered: [Int] { form == .answers ? places : [] }

  /// The columns that say nothing but the label: one of values, all of answers.
  var columns: [Int] { places.count == 1 ? places : answered }

  /// What a row says; `nil` for nothing. Of several columns one may be empty, and whole numbers are written alike. Of columns
  /// of yes and no, empty cells are no where another isn't empty.
  /// - Throws: ``ZooError`` at `line` of `file`, if it is known, about a cell that is neither yes nor no.
  func label(_ row: [String], file: String?, line: Int) throws(ZooError) -> String? {
    if form == .answers { return try answer(row, file: file, line: line) }
    if places.count == 1 { return CellTableReader.isBlank(row[places[0]]) ? nil : row[places[0]].trimmed }
    let values = places.map { CellTableReader.whole(row[$0]) }
    return values.allSatisfy(\.isEmpty) ? nil : values.joined(separator: String(Self.both))
  }

  private func answer(_ row: [String], file: String?, line: Int) throws(ZooError) -> String? {
    var said: [String] = []
    var isEmpty = true
    for (place, name) in zip(places, names) {
      let cell = row[place].trimmed
      if Spelling.isNothing(cell) { continue }
      isEmpty = false
      switch Self.isYes(cell) {
      case true?: said.append(name)
      case false?: break
      case nil:
        throw ZooError(
          .badInput, file: file, line: line, path: path,
          problem: "'\(cell.onOneLine)' in the column '\(name)' is neither yes nor no",
          expected: "1, true, yes, x, + or positive, or 0, false, no or negative",
          remedy: "Set a threshold in the table, or name one column with the class")
      }
    }
    if isEmpty { return nil }
    return said.isEmpty ? Self.none : said.joined(separator: String(Self.both))
  }

  /// Columns of yes and no, each with both answers: a column for each class or label; empty if there aren't at least two. O(cells).
  package static func ofClasses(_ table: CSVTable, but used: Set<String>) -> [String] {
    let found = table.columns.indices.filter { column in
      guard !used.contains(table.columns[column]) else { return false }
      let answers = table.rows.lazy.map { $0[column].trimmed }.filter { !Spelling.isNothing($0) }.map(isYes)
      return !answers.contains(nil) && answers.contains(true) && answers.contains(false)
    }
    return found.count > 1 ? found.map { table.columns[$0] } : []
  }

  private static let yes: Set<String> = ["true", "yes", "y", "t", "x", "+", "positive", "pos", "ja", "oui", "si", "sí"]
  private static let no: Set<String> = ["false", "no", "n", "f", "negative", "neg", "nein", "non"]

  /// Whether a cell says yes or no; `nil` for neither.
  static func isYes(_ cell: String) -> Bool? {
    if let number = Double(cell) { return number == 1 ? true : number == 0 ? false : nil }
    let word = cell.lowercased()
    return yes.contains(word) ? true : no.contains(word) ? false : nil
  }
}
