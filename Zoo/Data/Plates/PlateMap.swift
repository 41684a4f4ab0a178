import ZooFormat

/// What was done to each well: a table with columns that name wells and further columns that say what was done to them.
///
/// Names are compared as ``WellName`` has them: `A1` and `A01` are the same. Names of columns may differ in case.
package struct PlateMap: Sendable, Hashable {
  /// Files that are taken if nobody names one.
  package static let names = ["plate_map.csv", "platemap.csv"]

  /// The columns that say what was done, e.g. `condition`, `dose`.
  package let columns: [String]
  /// What the column `note` says, as simulated data have it.
  package let note: String?
  /// The columns that name wells.
  let keys: [String]
  private let rows: [[String]: [String]]
  /// All values of each of ``columns``.
  let values: [String: [String]]

  /// What to do with a map as plates look, with rows A to H and columns 1 to 12; `nil` for any other table.
  static func longForm(_ table: CSVTable) -> String? {
    let numbers = table.columns.count { (1...48).contains(Int($0) ?? 0) }
    guard numbers > 3, numbers + 1 >= table.columns.count else { return nil }
    return
      "This is a map as the plate looks. Write it in long form, a row for each well: well,treatment and e.g. B02,nigericin"
  }

  /// Reads a table with `well`, `experiment` if plates differ between experiments, and any further columns.
  /// - Parameter further: What else names wells if the table has it, e.g. `plate`.
  /// - Throws: ``ZooError`` for a table without wells or conditions, and for a well that stands there twice.
  package init(_ table: CSVTable, file: String, further: [String] = []) throws(ZooError) {
    guard table.index(like: "well") != nil else {
      throw ZooError(
        .badInput, file: file, line: 1, problem: "there is no column 'well'",
        expected: "well, and a column for what was done, e.g. condition",
        remedy: Self.longForm(table)
          ?? NearestName.of("well", in: table.columns).map { "Did you mean '\($0)'? Rename the column" })
    }
    try self.init(table, file: file, among: ["experiment", "well"] + further)
    guard !columns.isEmpty else {
      throw ZooError(
        .badInput, file: file, line: 1, problem: "says nothing of the wells", expected: "e.g. a column condition")
    }
  }

  /// - Parameters:
  ///   - names: columns that may name wells; those that the table has do.
  ///   - path: the key of the spec that names the table.
  /// - Throws: ``ZooError`` if the table has none of `names`, or two rows speak of one well.
  init(_ table: CSVTable, file: String, among names: [String], path: String? = nil) throws(ZooError) {
    let keys = names.filter { table.index(like: $0) != nil }
    self.keys = keys
    guard !keys.isEmpty else {
      throw ZooError(
        .badInput, file: file, line: 1, path: path,
        problem: "the columns are \(table.columns.joined(separator: ", "))",
        expected: "one of \(names.joined(separator: ", ")) among them", remedy: Self.longForm(table))
    }
    let places = keys.compactMap(table.index(like:))
    columns = table.columns.indices.filter { !places.contains($0) }.map { table.columns[$0] }.filter { $0 != "note" }
    note = table.index(of: "note").flatMap { place in table.rows.first.map { $0[place] } }
    let further = columns.compactMap(table.index(of:))
    try table.checkNames(in: places + further, file: file)
    let values = Dictionary(
      zip(columns, further.map { place in table.rows.map { $0[place] } }), uniquingKeysWith: { first, _ in first })
    self.values = values
    var rows: [[String]: [String]] = [:]
    for (index, cells) in table.rows.enumerated() {
      let key = places.map { WellName.normal(cells[$0]) }
      guard rows.updateValue(further.map { cells[$0] }, forKey: key) == nil else {
        let lacking = names.filter { !keys.contains($0) }
        let telling = table.columns.filter { name in
          guard let values = values[name], path != nil else { return false }
          let all = zip(table.rows, values).map { row, value in places.map { WellName.normal(row[$0]) } + [value] }
          return Set(all).count == all.count && Set(values).count < values.count
        }
        throw ZooError(
          .badInput, file: file, line: table.lines[index], path: path,
          problem:
            "\(zip(keys, places).map { "\($0) \(cells[$1])" }.joined(separator: ", ")) stands here a second time",
          expected: "one row for each well",
          remedy: telling.first.map {
            "The column '\($0)' tells them apart: call the part of data.cells.images and data.cells.tables that is the same {\($0)}"
          } ?? (lacking.isEmpty ? nil : "Add a column \(lacking.joined(separator: " or ")) if plates differ"))
      }
    }
    self.rows = rows
  }

  /// The values of ``columns`` for a well by the names of ``keys``; `nil` if the map doesn't have it.
  package func values(_ names: [String: String]) -> [String]? {
    rows[keys.map { WellName.normal(names[$0] ?? "") }]
  }

  /// The values of ``columns``; `nil` if the map doesn't have the well.
  package func conditions(experiment: String, well: String) -> [String]? {
    values(["experiment": experiment, "well": well])
  }
}
