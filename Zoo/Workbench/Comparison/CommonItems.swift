/// The items that two models were both evaluated on, in the same order and with the classes in the same order.
struct CommonItems {
  let first: Predictions
  let second: Predictions
  /// What was left out, in words.
  let cautions: [String]

  init(
    _ first: (name: String, predictions: Predictions), _ second: (name: String, predictions: Predictions)
  ) throws(ZooError) {
    let one = first.predictions.labelled()
    guard Set(one.classes) == Set(second.predictions.classes) else {
      throw ZooError(
        .badInput, problem: "'\(first.name)' and '\(second.name)' tell other classes apart",
        expected: "the same classes (\(one.classes.joined(separator: ", ")))")
    }
    let other = try second.predictions.labelled().reordered(to: one.classes)
    let labels = Dictionary(other.items.map { ($0.id, $0.label) }) { first, _ in first }
    let shared = one.items.filter { labels[$0.id] != nil }
    let agreed = shared.filter { labels[$0.id] == $0.label }.map(\.id)
    guard !agreed.isEmpty else {
      throw ZooError(
        .badInput, problem: "'\(first.name)' and '\(second.name)' were evaluated on no common item",
        remedy: "Evaluate both on the same data and split")
    }
    var cautions: [String] = []
    if shared.count < one.items.count || shared.count < other.items.count {
      cautions.append(
        "not evaluated on the same items: \(one.items.count) and \(other.items.count), of which \(shared.count) common")
    }
    if agreed.count < shared.count {
      cautions.append("\(shared.count - agreed.count) items with two different labels are left out")
    }
    self.cautions = cautions
    self.first = one.selecting(agreed)
    self.second = other.selecting(agreed)
  }
}

extension Predictions {
  /// The same predictions with the classes in the order of `classes`, which must be the same set.
  fileprivate func reordered(to classes: [String]) throws(ZooError) -> Predictions {
    if classes == self.classes { return self }
    let old = classes.map { self.classes.firstIndex(of: $0) ?? 0 }
    let items = items.map { item in
      Item(
        id: item.id, subset: item.subset, group: item.group,
        label: item.label.flatMap { classes.firstIndex(of: self.classes[$0]) },
        probabilities: old.map { item.probabilities[$0] })
    }
    return try Predictions(classes: classes, items: items)
  }
}
