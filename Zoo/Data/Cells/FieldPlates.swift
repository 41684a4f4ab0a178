import ZooFormat
import ZooImages

/// A plate map joined to fields.
package struct FieldPlates: Sendable {
  /// Names of the columns that say what was done.
  let columns: [String]
  /// Of each field the values of `columns`; `nil` for a field that the map doesn't name.
  let values: [[String]?]
  /// What the column `note` says, as simulated data have it.
  package let note: String?
  /// All values of each column of the map.
  private let table: [String: [String]]
  /// What is doubtful in how it was joined.
  let caution: String?

  /// - Throws: ``ZooError`` if there is no column to join by, or two rows speak of one well.
  init(_ file: String, _ images: FieldImages) throws(ZooError) {
    let map = try PlateMap(
      CSVTable(FileBytes.read(file), file: file), file: file, among: images.keys, path: "data.cells.plateMap")
    columns = map.columns
    note = map.note
    values = images.fields.map { map.values($0.values) }
    table = map.values
    let keys = images.keys
    let name = file.split(separator: "/").last.map(String.init) ?? file
    caution = SharedWells.caution(
      name, joinedBy: map.keys, rows: images.fields.map { field in keys.map { field.values[$0] ?? "" } }, columns: keys)
  }

  /// Of fields without a plate map.
  init(_ images: FieldImages) {
    (columns, note, table, caution) = ([], nil, [:], nil)
    values = images.fields.map { _ in [] }
  }

  private init(columns: [String], values: [[String]?], _ other: FieldPlates) {
    (self.columns, self.values, note, table, caution) = (columns, values, other.note, other.table, other.caution)
  }

  /// With the columns of further tables, which are joined by what is known of the fields.
  func joined(
    _ join: TableJoin, _ images: FieldImages, _ remarks: inout [String]
  ) throws(ZooError) -> FieldPlates {
    let keys = images.keys
    let rows = zip(images.fields, values).map { field, known in
      keys.map { field.values[$0] ?? "" } + (known ?? columns.map { _ in "" })
    }
    let table = try join.joined(
      to: CSVTable(
        columns: keys + columns, rows: rows, lines: rows.map { _ in 1 }, remarks: [], origins: [(0, "the fields")]),
      &remarks)
    return FieldPlates(
      columns: Array(table.columns.dropFirst(keys.count)), values: table.rows.map { Array($0.dropFirst(keys.count)) },
      self)
  }

  /// A part of the images' pattern whose values stand in a column of the map that is called otherwise.
  func part(for images: FieldImages) -> (part: String, column: String)? {
    for part in images.keys {
      let wanted = Set(images.fields.compactMap { $0.values[part].map(WellName.normal) })
      let column = columns.first { name in
        wanted.isSubset(of: Set((table[name] ?? []).map(WellName.normal))) && !images.keys.contains(name)
      }
      if let column { return (part, column) }
    }
    return nil
  }
}
