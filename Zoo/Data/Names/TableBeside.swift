import Foundation
import ZooFormat
import ZooImages

/// A table in a folder of images that says something of them, to be named where the folders are no classes.
struct TableBeside {
  let name: String
  private let columns: [String]
  /// Columns that are called as what stands in paths: plates, wells and the like.
  private let keys: [String]

  private static let parts: Set<String> = [
    "experiment", "donor", "patient", "mouse", "date", "day", "plate", "well", "site", "field", "position",
  ]
  private static let endings: Set<String> = ["csv", "tsv"]
  private static let mostBytes = 1 << 16

  /// The table with the most columns of such names; `nil` if the folder has no table. O(tables, of each its first bytes).
  init?(_ root: String) {
    let names = ((try? FolderSource.contents(root)) ?? []).filter {
      Self.endings.contains(($0 as NSString).pathExtension.lowercased())
    }
    let found = names.prefix(20).compactMap { name -> TableBeside? in
      guard var bytes = try? FileBytes.read("\(root)/\(name)", prefix: Self.mostBytes) else { return nil }
      // Without a line that was cut.
      if bytes.count == Self.mostBytes, let end = bytes.lastIndex(of: 0x0A) { bytes.removeSubrange(end...) }
      return (try? CSVTable(bytes, file: name)).map { TableBeside(name: name, columns: $0.columns) }
    }
    guard let best = found.max(by: { $0.keys.count < $1.keys.count }) else { return nil }
    self = best
  }

  init(name: String, columns: [String]) {
    (self.name, self.columns) = (name, columns)
    keys = columns.filter { Self.parts.contains(ColumnRoles.plain($0)) }
  }

  /// What it has, and how a manifest takes it.
  var told: String {
    let shown = columns.prefix(8).map(\.onOneLine).joined(separator: ", ") + (columns.count > 8 ? " …" : "")
    let file = JSONValue.string(name).description
    let joined = keys.isEmpty ? "NAME" : keys.map(\.onOneLine).joined(separator: ", ")
    return
      "the table '\(name.onOneLine)' beside them (\(shown)) is joined to it by data.join={\(file): [\(joined)]}, if these columns tell its rows apart, and its label is data.columns.label"
  }
}
