/// The items that two models were both evaluated on, in the same order and with the classes in the same order.
struct CommonItems {
  /// One for each training of the model.
  let first: [Predictions]
  let second: [Predictions]
  /// What was left out, in words.
  let cautions: [String]

  init(
    _ first: (name: String, replicates: [Predictions]), _ second: (name: String, replicates: [Predictions])
  ) throws(ZooError) {
    guard let classes = first.replicates.first?.classes, let others = second.replicates.first?.classes,
      Set(classes) == Set(others)
    else {
      throw ZooError(
        .badInput, problem: "'\(first.name)' and '\(second.name)' tell other classes apart",
        expected: "the same classes (\((first.replicates.first?.classes ?? []).joined(separator: ", ")))")
    }
    let all = try (first.replicates + second.replicates).map { predictions throws(ZooError) in
      try predictions.labelled().reordered(to: classes)
    }
    // The label that the first training knows, and in how many of the others it is the same.
    var known: [String: (label: Int?, count: Int, agreed: Int)] = [:]
    for (place, predictions) in all.enumerated() {
      for item in predictions.items {
        guard place > 0 else {
          known[item.id] = (item.label, 1, 1)
          continue
        }
        guard let entry = known[item.id] else { continue }
        known[item.id] = (entry.label, entry.count + 1, entry.agreed + (entry.label == item.label ? 1 : 0))
      }
    }
    let shared = all[0].items.filter { known[$0.id]?.count == all.count }
    let agreed = shared.filter { known[$0.id]?.agreed == all.count }.map(\.id)
    guard !agreed.isEmpty else {
      throw ZooError(
        .badInput, problem: "'\(first.name)' and '\(second.name)' were evaluated on no common item",
        remedy: "Evaluate both on the same data and split")
    }
    var cautions: [String] = []
    let most = all.map(\.items.count)
    if most.contains(where: { $0 > shared.count }) {
      let counts = most.count == 2 ? "\(most[0]) and \(most[1])" : "\(most.min() ?? 0) to \(most.max() ?? 0)"
      cautions.append("not evaluated on the same items: \(counts), of which \(shared.count) common")
    }
    if agreed.count < shared.count {
      cautions.append("\(shared.count - agreed.count) items with two different labels are left out")
    }
    self.cautions = cautions
    self.first = all.prefix(first.replicates.count).map { $0.selecting(agreed) }
    self.second = all.dropFirst(first.replicates.count).map { $0.selecting(agreed) }
  }
}

extension Predictions {
  /// The same predictions with the classes in the order of `classes`, which must be the same set.
  fileprivate func reordered(to classes: [String]) throws(ZooError) -> Predictions {
    if classes == self.classes { return self }
    func places(_ names: [String]) -> [String: Int] {
      Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    }
    let (before, after) = (places(self.classes), places(classes))
    let old = classes.map { before[$0] ?? 0 }
    let items = items.map { item in
      Item(
        id: item.id, subset: item.subset, group: item.group,
        label: item.label.flatMap { after[self.classes[$0]] },
        probabilities: old.map { item.probabilities[$0] })
    }
    return try Predictions(classes: classes, items: items)
  }
}
