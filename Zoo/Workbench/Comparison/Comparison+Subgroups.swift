import ZooData

extension Comparison {
  /// Each model on each experiment, condition and time point, as CSV: a row for each value of each column that groups the
  /// items. Items of a cross-validation count once a seed.
  package var subgroupsCSV: String {
    var text = CSV.line(levelColumns + ["column", "value", "items", "accuracy", "balanced_accuracy", "macro_f1"])
    for model in models {
      for group in model.subgroups {
        let figures = [group.accuracy, group.balancedAccuracy, group.macroF1].map { $0.map { "\($0)" } ?? "" }
        text += CSV.line(levelCells(model) + [group.column, group.value, "\(group.items)"] + figures)
      }
    }
    return text
  }

  /// Subgroups with fewer items say too little to be named.
  private static let fewestItems = 10

  /// For a terminal: of the best model of each set, the weakest and the strongest value of each column.
  var subgroupText: String {
    let best = rankings.compactMap(\.places.first?.model).map { models[$0] }
    return best.map { model in
      let groups = model.subgroups.filter { $0.items >= Self.fewestItems && $0.accuracy != nil }
      var columns: [String] = []
      for group in groups where !columns.contains(group.column) { columns.append(group.column) }
      let lines = columns.compactMap { column -> String? in
        let own = groups.filter { $0.column == column }.sorted { ($0.accuracy ?? 0) < ($1.accuracy ?? 0) }
        guard let weakest = own.first, let strongest = own.last, own.count > 1 else { return nil }
        func text(_ group: SubgroupResult) -> String {
          "\(Figures.fixed(group.accuracy)) (\(Escape.line(group.value)), \(Figures.counted(group.items, "item")))"
        }
        return "  \(Escape.line(column)): \(text(weakest)) … \(text(strongest)), \(own.count) values\n"
      }
      return lines.isEmpty ? "" : "accuracy of \(model.title), weakest and strongest:\n" + lines.joined()
    }.joined()
  }
}
