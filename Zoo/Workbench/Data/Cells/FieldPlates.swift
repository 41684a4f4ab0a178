import ZooFormat

/// What was done to each well: a table with a column `well` (and `experiment`, `field` where wells of several have the
/// same name) and any further columns.
struct FieldPlates: Sendable {
  /// Files that are taken if the spec names none.
  static let names = ["plate_map.csv", "platemap.csv"]
  /// Names of the further columns.
  let columns: [String]
  /// Of each field the values of `columns`; `nil` for a field that the table doesn't name.
  let values: [[String]?]
  /// What the column `note` says, as simulated data have it.
  let note: String?

  /// - Throws: ``ZooError`` if there is no column to join by, or two rows speak of one field.
  init(_ file: String, _ images: FieldImages) throws(ZooError) {
    let table = try CSVTable(FileBytes.read(file), file: file)
    let keys = images.keys.filter { table.index(of: $0) != nil }
    guard !keys.isEmpty else {
      throw ZooError(
        .badInput, file: file, line: 1, path: "data.cells.plateMap",
        problem: "the columns are \(table.columns.joined(separator: ", "))",
        expected: "one of \(images.keys.joined(separator: ", ")) among them")
    }
    columns = table.columns.filter { !images.keys.contains($0) && $0 != "note" }
    note = table.index(of: "note").flatMap { place in table.rows.first.map { $0[place] } }
    func key(_ values: [String]) -> String { values.map(WellName.normal).joined(separator: "\u{1F}") }
    var rows: [String: Int] = [:]
    let places = keys.compactMap(table.index(of:))
    for (index, row) in table.rows.enumerated() {
      guard rows.updateValue(index, forKey: key(places.map { row[$0] })) == nil else {
        throw ZooError(
          .badInput, file: file, line: table.lines[index], path: "data.cells.plateMap",
          problem: "\(zip(keys, places).map { "\($0) \(row[$1])" }.joined(separator: ", ")) stands here a second time",
          expected: "one row for each well")
      }
    }
    let further = columns.compactMap(table.index(of:))
    values = images.fields.map { field in
      rows[key(keys.map { field.values[$0] ?? "" })].map { index in further.map { table.rows[index][$0] } }
    }
  }
}
