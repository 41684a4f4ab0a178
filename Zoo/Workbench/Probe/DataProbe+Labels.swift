import ZooData
import ZooFormat

/// Which column is the label, where several may be.
extension DataProbe {
  /// The label of the images' own table, which no table that is joined takes the place of: `nil` if somebody names it, or if
  /// its name may say something else and a joined one says it plainly.
  func ownLabel(_ own: CSVTable, joined: CSVTable) -> String? {
    guard let label = ColumnRoles(own).label, joined.index(of: label) != nil else { return nil }
    if ColumnRoles.isPlainLabel(label) { return label }
    let other = ColumnRoles(joined).label
    return other.map(ColumnRoles.isPlainLabel) == true ? nil : label
  }

  /// Says which column is the label where another may be meant, and of a joined one that isn't taken how far it differs.
  mutating func tellLabel(_ table: CSVTable, _ roles: ColumnRoles, own: CSVTable) {
    guard let label = roles.label, let place = table.index(of: label) else { return }
    let others = roles.otherLabels(table)
    if let first = others.first {
      let shown = others.prefix(4).map { "'\($0)' (\(ColumnRoles.counted(table, $0)))" }.joined(separator: ", ")
      say(
        "columns",
        "Unsure: the label is '\(label)' (\(ColumnRoles.counted(table, label))); \(shown) may be it, too: --label \(first)."
      )
    }
    let further = ColumnRoles(table).label
    guard let further, further != label, own.index(of: label) != nil, own.index(of: further) == nil,
      let other = table.index(of: further)
    else { return }
    let count = ColumnRoles.disagreement(table, place, other)
    say(
      "columns",
      "Unsure: '\(further)', which is joined, may be the label, too, and '\(label)' of the images' own table is taken: "
        + "they \(count == 0 ? "tell the same classes apart" : "differ in \(count) of \(Figures.counted(table.rows.count, "row"))"); --label \(further) takes it."
    )
  }
}
