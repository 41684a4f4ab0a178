/// Results by experiment, condition and whatever else the data's table tells apart.
enum GroupSection {
  static func html(_ groups: [GroupResults], subset: String) -> Markup {
    guard !groups.isEmpty else { return "" }
    let tables = groups.map { group -> Markup in
      var table = HTMLTable(
        caption: "By \(group.column), on the \(subset) items. With few items a figure says little.",
        columns: [(group.column, true), ("items", false), ("accuracy", false), ("balanced accuracy", false)])
      var csv = CSV.line([group.column, "items", "accuracy", "balanced_accuracy"])
      for row in group.rows {
        table.rows.append([
          .left(row.value.isEmpty ? "–" : row.value), .text("\(row.items)"), .text(Figures.fixed(row.accuracy)),
          .text(Figures.fixed(row.balancedAccuracy)),
        ])
        csv += CSV.line([row.value, "\(row.items)", "\(row.accuracy)", "\(row.balancedAccuracy)"])
      }
      return "<div>\(table.html)<p class=\"note\">\(DataLink.html("by \(group.column)", csv))</p></div>\n"
    }
    return "<h2>By group</h2>\n<div class=\"tables\">\(tables)</div>\n"
  }
}
