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

  /// - Throws: ``ZooError`` if there is no column to join by, or two rows speak of one well.
  init(_ file: String, _ images: FieldImages) throws(ZooError) {
    let map = try PlateMap(
      CSVTable(FileBytes.read(file), file: file), file: file, among: images.keys, path: "data.cells.plateMap")
    columns = map.columns
    note = map.note
    values = images.fields.map { map.values($0.values) }
  }
}
