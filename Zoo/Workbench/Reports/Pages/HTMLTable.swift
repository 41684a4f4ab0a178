/// A table with a caption; the first column is the rows' heads.
struct HTMLTable {
  struct Cell {
    var content: Markup
    var isLeft = false
    var isBest = false
    /// What the row comes after others by, if the table is sorted by this column; `nil` comes last.
    var key: Double?

    static func text(_ text: String) -> Cell { Cell(content: "\(text)") }
    static func left(_ text: String) -> Cell { Cell(content: "\(text)", isLeft: true) }

    /// A figure with what it is sorted by.
    static func number(_ text: String, _ key: Double?) -> Cell { Cell(content: "\(text)", key: key) }

    /// A figure, with its deviation over seeds behind and its interval below. Higher ones come first.
    static func estimate(
      _ value: Double?, _ interval: Interval?, deviation: Double? = nil, isBest: Bool = false
    ) -> Cell {
      var content: Markup = "\(Figures.fixed(value))\(deviation.map { "\u{a0}±\u{a0}" + Figures.fixed($0) } ?? "")"
      if let interval {
        content += "<span class=\"range\">\(Figures.fixed(interval.lower)) – \(Figures.fixed(interval.upper))</span>"
      }
      return Cell(content: content, isBest: isBest, key: value.map { -$0 })
    }
  }

  let caption: String
  let columns: [(title: String, isLeft: Bool)]
  var rows: [[Cell]] = []
  /// Whether a reader can sort by the columns that have keys: by style sheet alone, without scripts.
  var isSortable = false
  /// Tables of one group are sorted one at a time.
  var sortGroup = "sort"

  /// Whether the cells of a row come one below the other where the page is narrow: more columns don't fit side by side.
  private var isStacked: Bool { columns.count > 4 }

  var html: Markup {
    let orders = isSortable ? columns.indices.prefix(Stylesheet.sortedColumns).map(order) : []
    let head = columns.enumerated().map { index, column -> Markup in
      let isSorted = orders.indices.contains(index) && orders[index] != nil
      let title: Markup =
        isSorted
        ? "<label><input type=\"radio\" name=\"\(sortGroup)\" class=\"k\(index)\"/> \(column.title)</label>"
        : "\(column.title)"
      return "<th scope=\"col\"\(column.isLeft ? Markup(" class=\"left\"") : Markup(""))>\(title)</th>"
    }
    let body = rows.enumerated().map { number, row -> Markup in
      let cells = row.enumerated().map { index, cell -> Markup in
        let kind = [cell.isLeft ? "left" : "", cell.isBest ? "best" : ""].filter { !$0.isEmpty }.joined(separator: " ")
        let label: Markup = isStacked ? " data-label=\"\(columns[min(index, columns.count - 1)].title)\"" : ""
        return index == 0
          ? "<th scope=\"row\" class=\"\(kind)\">\(cell.content)</th>"
          : "<td class=\"\(kind)\"\(label)>\(cell.content)</td>"
      }
      let places = orders.enumerated().compactMap { index, order in order.map { "--k\(index):\($0[number])" } }
      let style: Markup = places.isEmpty ? "" : " style=\"\(places.joined(separator: ";"))\""
      return "<tr\(style)>\(cells)</tr>\n"
    }
    let kinds = [isSortable ? "sortable" : "", isStacked ? "stack" : ""].filter { !$0.isEmpty }.joined(separator: " ")
    let grid: Markup = isSortable ? " style=\"grid-template-columns:repeat(\(columns.count),auto)\"" : ""
    let kind: Markup = "\(kinds.isEmpty ? Markup("") : Markup(" class=\"\(kinds)\""))\(grid)"
    return """
      <div class="scroll"><table\(kind)><caption>\(caption)</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body)</tbody></table></div>

      """
  }

  /// The place of each row if the table is sorted by a column; `nil` if the column has no keys.
  private func order(_ column: Int) -> [Int]? {
    let keys = rows.map { $0.indices.contains(column) ? $0[column].key : nil }
    guard keys.contains(where: { $0 != nil }) else { return nil }
    let sorted = rows.indices.sorted { (keys[$0] ?? .infinity, $0) < (keys[$1] ?? .infinity, $1) }
    var places = [Int](repeating: 0, count: rows.count)
    for (place, row) in sorted.enumerated() { places[row] = place }
    return places
  }
}
