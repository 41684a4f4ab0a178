/// How well a model does on the items that share a value of a column: an experiment, a condition, a time point.
package struct SubgroupResult: Codable, Sendable, Hashable {
  /// The column of the data, e.g. `experiment`.
  package var column: String
  package var value: String
  /// Of several trainings, each item once a training.
  package var confusion: ConfusionMatrix

  package var items: Int { confusion.total }
  package var accuracy: Double? { confusion.accuracy }
  package var balancedAccuracy: Double? { confusion.balancedAccuracy }
  package var macroF1: Double? { confusion.macroF1 }

  /// Columns with more values than this tell items apart, not groups of them.
  static let mostValues = 200

  /// One for each value of each column that groups the items: with at least two values, and at least two items a value on
  /// average. Columns in their order; values by the numbers in them. O(items · columns).
  /// - Parameter values: the values of `columns` of an item, by its id.
  static func all(
    _ predictions: Predictions, columns: [String], values: (String) -> [String]
  ) -> [SubgroupResult] {
    let items = predictions.items.filter { $0.label != nil }
    let rows = items.map { values($0.id) }
    return columns.indices.flatMap { column -> [SubgroupResult] in
      var matrices: [String: ConfusionMatrix] = [:]
      for (item, row) in zip(items, rows) where row.indices.contains(column) && !row[column].isEmpty {
        matrices[row[column], default: ConfusionMatrix(classes: predictions.classes)]
          .add(1, of: item.label ?? 0, givenTo: item.predicted)
        if matrices.count > mostValues { return [] }
      }
      guard matrices.count > 1, matrices.count * 2 <= items.count else { return [] }
      return matrices.keys.sorted(by: inOrder).map { value in
        SubgroupResult(
          column: columns[column], value: value,
          confusion: matrices[value] ?? ConfusionMatrix(classes: predictions.classes))
      }
    }
  }

  /// The sums over several runs, in the order of the first of each value.
  static func pooled(_ runs: [[SubgroupResult]]) -> [SubgroupResult] {
    var order: [[String]] = []
    var sums: [[String]: SubgroupResult] = [:]
    for result in runs.joined() {
      let key = [result.column, result.value]
      guard let known = sums[key], known.confusion.classes == result.confusion.classes else {
        if sums[key] == nil {
          order.append(key)
          sums[key] = result
        }
        continue
      }
      sums[key]?.confusion = known.confusion.adding(result.confusion)
    }
    let columns = order.map { $0[0] }
    return order.sorted { a, b in
      let (first, second) = (columns.firstIndex(of: a[0]) ?? 0, columns.firstIndex(of: b[0]) ?? 0)
      return first == second ? inOrder(a[1], b[1]) : first < second
    }.compactMap { sums[$0] }
  }

  /// Numbers by their size, texts by their letters, numbers first.
  private static func inOrder(_ a: String, _ b: String) -> Bool {
    switch (Double(a), Double(b)) {
    case (let first?, let second?): first == second ? a < b : first < second
    case (_?, nil): true
    case (nil, _?): false
    case (nil, nil): a < b
    }
  }
}
