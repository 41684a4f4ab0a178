/// The items that two models were both evaluated on, in the same order and with the classes in the same order.
struct CommonItems {
  /// One for each training of the model.
  let first: [Predictions]
  let second: [Predictions]
  /// What was left out, in words.
  let cautions: [String]

  /// What has one name isn't the same item if its contents differ, where these are known.
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
    var contents: [String: Set<String>] = [:]
    for item in all.lazy.flatMap(\.items) where !item.content.isEmpty {
      contents[item.id, default: []].insert(item.content)
    }
    let changed = Set(shared.lazy.map(\.id).filter { (contents[$0]?.count ?? 0) > 1 })
    // Where all differ, the files are others (another format, other channels), and only the names can tell.
    let areNamesAll = changed.count == shared.count
    let same = areNamesAll ? shared : shared.filter { !changed.contains($0.id) }
    let agreed = same.filter { known[$0.id]?.agreed == all.count }.map(\.id)
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
    if areNamesAll, !changed.isEmpty {
      cautions.append("the items have the same names but are stored in other files: taken for the same by their names")
    } else if !changed.isEmpty {
      cautions.append("\(Figures.counted(changed.count, "item")) of the same name but other contents left out")
    }
    if agreed.count < same.count {
      cautions.append("\(same.count - agreed.count) items with two different labels are left out")
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
      let moved = Item(
        id: item.id, subset: item.subset, group: item.group,
        label: item.label.flatMap { after[self.classes[$0]] },
        probabilities: old.map { item.probabilities[$0] })
      guard let isUncertain = item.isUncertain, let index = after[self.classes[item.predicted]] else { return moved }
      return moved.answered(Decision.Answer(index: index, isUncertain: isUncertain))
    }
    return try Predictions(classes: classes, items: items)
  }
}
