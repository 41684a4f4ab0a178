/// A table for a terminal: columns aligned, a header, and rules where asked for.
package struct TextTable {
  package enum Alignment { case left, right }

  private let columns: [(title: String, alignment: Alignment)]
  /// `nil` is a rule.
  private var rows: [[String]?] = []

  package init(_ columns: [(title: String, alignment: Alignment)]) { self.columns = columns }

  /// Adds a row; cells that are missing stay empty.
  package mutating func add(_ cells: [String]) {
    let missing = max(0, columns.count - cells.count)
    rows.append(cells.prefix(columns.count) + Array(repeating: "", count: missing))
  }

  package mutating func addRule() { rows.append(nil) }

  /// The lines, each with a line feed and without spaces at its end.
  package var text: String {
    let header = columns.map(\.title)
    let widths = columns.indices.map { column in
      ([header] + rows.compactMap { $0 }).map { $0[column].count }.max() ?? 0
    }
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "──") + "\n"
    var text = line(header, widths) + rule
    for row in rows { text += row.map { line($0, widths) } ?? rule }
    return text
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    var line = ""
    for (index, cell) in cells.enumerated() {
      let padding = String(repeating: " ", count: max(0, widths[index] - cell.count))
      if index > 0 { line += "  " }
      line += columns[index].alignment == .left ? cell + padding : padding + cell
    }
    while line.hasSuffix(" ") { line.removeLast() }
    return line + "\n"
  }
}
