import ZooFormat

/// A table for a terminal: columns aligned, a header, and rules where asked for. A row is a line, whatever names are in it,
/// and of long ones there are start and end.
package struct TextTable {
  package enum Alignment { case left, right }

  private let columns: [(title: String, alignment: Alignment)]
  /// `nil` is a rule.
  private var rows: [[String]?] = []

  /// Bytes of a cell; one that is longer would make every row as wide.
  private static let longest = 400

  package init(_ columns: [(title: String, alignment: Alignment)]) {
    self.columns = columns.map { (Self.shown($0.title), $0.alignment) }
  }

  private static func shown(_ cell: String) -> String { Escape.quotation(cell, limit: longest) }

  /// Adds a row; cells that are missing stay empty.
  package mutating func add(_ cells: [String]) {
    let missing = max(0, columns.count - cells.count)
    rows.append(cells.prefix(columns.count).map(Self.shown) + Array(repeating: "", count: missing))
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
