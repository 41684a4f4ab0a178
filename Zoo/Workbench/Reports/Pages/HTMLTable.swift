/// A table with a caption; the first column is the rows' heads.
struct HTMLTable {
  struct Cell {
    var content: Markup
    var isLeft = false
    var isBest = false

    static func text(_ text: String) -> Cell { Cell(content: "\(text)") }
    static func left(_ text: String) -> Cell { Cell(content: "\(text)", isLeft: true) }

    /// A figure, with its deviation over seeds behind and its interval below.
    static func estimate(
      _ value: Double?, _ interval: Interval?, deviation: Double? = nil, isBest: Bool = false
    ) -> Cell {
      var content: Markup = "\(Figures.fixed(value))\(deviation.map { " ± " + Figures.fixed($0) } ?? "")"
      if let interval {
        content += "<span class=\"range\">\(Figures.fixed(interval.lower)) – \(Figures.fixed(interval.upper))</span>"
      }
      return Cell(content: content, isBest: isBest)
    }
  }

  let caption: String
  let columns: [(title: String, isLeft: Bool)]
  var rows: [[Cell]] = []

  var html: Markup {
    let head = columns.map { column -> Markup in
      "<th scope=\"col\"\(column.isLeft ? Markup(" class=\"left\"") : Markup(""))>\(column.title)</th>"
    }
    let body = rows.map { row -> Markup in
      let cells = row.enumerated().map { index, cell -> Markup in
        let kind = [cell.isLeft ? "left" : "", cell.isBest ? "best" : ""].filter { !$0.isEmpty }.joined(separator: " ")
        return index == 0
          ? "<th scope=\"row\" class=\"\(kind)\">\(cell.content)</th>" : "<td class=\"\(kind)\">\(cell.content)</td>"
      }
      return "<tr>\(cells)</tr>\n"
    }
    return """
      <div class="scroll"><table><caption>\(caption)</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body)</tbody></table></div>

      """
  }
}
