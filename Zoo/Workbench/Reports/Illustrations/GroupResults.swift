/// How well the items of each value of a column do, e.g. of each experiment.
struct GroupResults: Sendable {
  struct Row: Sendable {
    let value: String
    let items: Int
    let accuracy: Double
    /// The mean recall of the classes that the items have.
    let balancedAccuracy: Double
  }

  let column: String
  let rows: [Row]

  /// More values than this are no conditions.
  static let mostValues = 60

  /// - Parameters:
  ///   - groups: by item id, one value for each of `columns`.
  /// - Returns: For each column whose values don't differ from item to item; of columns that say the same, the first.
  static func all(_ predictions: Predictions, _ groups: [String: [String]], columns: [String]) -> [GroupResults] {
    let items = predictions.items.filter { $0.label != nil && groups[$0.id] != nil }
    var seen: Set<[[String]]> = []
    return columns.indices.compactMap { place in
      let byValue = Dictionary(grouping: items) { groups[$0.id]?[place] ?? "" }
      guard (2...mostValues).contains(byValue.count), byValue.count < items.count else { return nil }
      let order = byValue.keys.sorted()
      guard seen.insert(order.map { byValue[$0]?.map(\.id) ?? [] }.sorted { $0[0] < $1[0] }).inserted else {
        return nil
      }
      return GroupResults(column: columns[place], rows: order.map { row($0, byValue[$0] ?? []) })
    }
  }

  private static func row(_ value: String, _ items: [Predictions.Item]) -> Row {
    let byClass = Dictionary(grouping: items) { $0.label ?? 0 }
    func accuracy(_ items: [Predictions.Item]) -> Double {
      Double(items.count { $0.label == $0.predicted }) / Double(max(items.count, 1))
    }
    let recalls = byClass.keys.sorted().map { accuracy(byClass[$0] ?? []) }
    return Row(
      value: value, items: items.count, accuracy: accuracy(items),
      balancedAccuracy: recalls.reduce(0, +) / Double(max(recalls.count, 1)))
  }
}
