import ZooFormat

/// The column of a label, or several (`status+fate`) whose values together are it (`1+2`), so that `data.relabel` can say what
/// each combination means.
struct LabelColumns {
  private let places: [Int]

  /// - Throws: ``ZooError`` that names the column which the table lacks.
  init(_ name: String, in table: CSVTable, path: String) throws(ZooError) {
    if let place = table.index(of: name) {
      places = [place]
      return
    }
    var places: [Int] = []
    for part in name.split(separator: "+").map({ String($0).trimmed }) {
      guard let place = table.index(of: part) else {
        throw ZooError(
          .badInput, line: 1, path: path, problem: "there is no column '\(part)'",
          expected: "one of \(table.columns.joined(separator: ", ")), or several with + between them",
          remedy: NearestName.of(part, in: table.columns).map { "Did you mean '\($0)'?" })
      }
      places.append(place)
    }
    self.places = places
  }

  init(_ place: Int) { places = [place] }

  /// What a row says; `nil` for nothing. Of several columns one may be empty, and whole numbers are written alike.
  func label(_ row: [String]) -> String? {
    if places.count == 1 { return CellTableReader.isBlank(row[places[0]]) ? nil : row[places[0]].trimmed }
    let values = places.map { CellTableReader.whole(row[$0]) }
    return values.allSatisfy(\.isEmpty) ? nil : values.joined(separator: "+")
  }
}
