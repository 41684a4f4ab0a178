import ZooData

/// Results by experiment, condition and whatever else the data's table tells apart.
enum GroupSection {
  static func html(_ groups: [SubgroupResult], subset: String) -> Markup {
    guard !groups.isEmpty else { return "" }
    var columns: [String] = []
    for group in groups where !columns.contains(group.column) { columns.append(group.column) }
    let tables = columns.map { column in table(column, groups.filter { $0.column == column }, subset: subset) }
    return "<h2>By group</h2>\n<div class=\"tables\">\(tables)</div>\n"
  }

  private static func table(_ column: String, _ groups: [SubgroupResult], subset: String) -> Markup {
    var table = HTMLTable(
      caption: "By \(column), on the \(subset) items. With few items a figure says little.",
      columns: [(column, true), ("items", false), ("accuracy", false), ("balanced accuracy", false)])
    var csv = CSV.line([column, "items", "accuracy", "balanced_accuracy"])
    for group in groups {
      table.rows.append([
        .left(group.value), .text("\(group.items)"), .text(Figures.fixed(group.accuracy)),
        .text(Figures.fixed(group.balancedAccuracy)),
      ])
      csv += CSV.line(
        [group.value, "\(group.items)"] + [group.accuracy, group.balancedAccuracy].map { $0.map { "\($0)" } ?? "" })
    }
    return "<div>\(table.html)<p class=\"note\">\(DataLink.html("by \(column)", csv))</p></div>\n"
  }
}
