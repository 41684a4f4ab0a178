import ZooFormat

/// One row of `split.csv`: an item, its group and where it went.
package struct SplitRow: Sendable, Hashable {
  package var id: String
  package var group: String
  /// The item's class by name.
  package var label: String
  /// `train`, `validation` or `test`.
  package var subset: String
  /// The first half of the SHA-256 of what is stored of the item, in hexadecimal; empty if nobody noted it.
  package var content: String

  package init(id: String, group: String, label: String, subset: String, content: String = "") {
    self.content = content
    self.id = id
    self.group = group
    self.label = label
    self.subset = subset
  }

  package static func csv(_ rows: [SplitRow]) -> String {
    var text = CSV.line(["id", "group", "label", "subset", "content"])
    for row in rows { text += CSV.line([row.id, row.group, row.label, row.subset, row.content]) }
    return text
  }

  /// Reads `id` and `subset`, and `group` and `label` where the file has them.
  package static func parse(_ text: String, file: String) throws(ZooError) -> [SplitRow] {
    // Somebody's spreadsheet may have written it.
    let table = try CSVTable(Array(text.utf8), file: file)
    let (header, rows) = (table.columns, table.rows)
    guard let id = header.firstIndex(of: "id"), let subset = header.firstIndex(of: "subset") else {
      throw ZooError(
        .badInput, file: file, line: 1, problem: "the columns are \(header.joined(separator: ", "))",
        expected: "id and subset among them")
    }
    let group = header.firstIndex(of: "group")
    let label = header.firstIndex(of: "label")
    let content = header.firstIndex(of: "content")
    return rows.map { row in
      SplitRow(
        id: row[id], group: group.map { row[$0] } ?? "", label: label.map { row[$0] } ?? "", subset: row[subset],
        content: content.map { row[$0] } ?? "")
    }
  }
}
