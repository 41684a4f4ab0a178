import ZooFormat
import ZooImages

extension Dataset {
  /// What a reader of figures on this split must know of it: classes that go with groups, what lies on both sides, how few
  /// groups the figures are of. O(samples · columns).
  package func splitCautions(_ split: Split, _ spec: DataSpec.Split) -> [String] {
    var cautions = split.cautions + groupsBeside(by: spec.by) + classesOfOneGroup(by: spec.by)
    guard !spec.by.isEmpty else {
      if isGiven(spec), straddlingGroups(split, given: "") != nil { return cautions }
      let columns = groupColumns.isEmpty ? "" : " (the data have \(groupColumns.joined(separator: ", ")))"
      let hasUnits = samples.contains { $0.unit != nil }
      cautions.append(
        (isGiven(spec)
          ? "the split is as given; whether images that are alike fall on both sides isn't known without data.split.by"
          : hasUnits
            ? "split at random, tracks and what else belongs together as wholes: what those of one well or day have in common falls on both sides, which flatters; data.split.by keeps it together"
            : "split at random: images that are alike fall on both sides, which flatters; data.split.by keeps them together")
          + columns)
      return cautions
    }
    let by = spec.by.joined(separator: " and ")
    let rows = rows(split, by: spec.by)
    if Set(rows.map(\.group)).count == rows.count {
      cautions.append("every group of \(by) is a single item: the split is no better than one at random")
    }
    for subset in [Subset.validation, .test] where !split[subset].isEmpty {
      let groups = Set(rows.filter { $0.subset == subset.rawValue }.map(\.group))
      if groups.count == 1, let group = groups.first {
        cautions.append(
          "all \(split[subset].count) \(subset.rawValue) items are of one \(by), \(group): the figures are of that one alone"
        )
      }
    }
    return cautions
  }

  /// Whether somebody else says which samples are held out: a file, a column, folders, or whoever published the data.
  func isGiven(_ spec: DataSpec.Split) -> Bool { spec.file != nil || samples.contains { $0.subset != nil } }

  /// What stands above all figures: a column that makes samples alike, coarser than wells or with as many values as there
  /// are classes, whose values have one class each, and whose held-out values are in training, too. Whatever tells the
  /// groups apart, without a look at the cells, answers everything held out; `nil` if there is no such column.
  /// O(samples · columns).
  package func confounding(_ split: Split) -> String? {
    let held = split.validation + split.test
    guard !held.isEmpty else { return nil }
    let wells = ColumnRoles.level("well") ?? 0
    for name in ColumnRoles.groups(factColumns) {
      guard let place = factColumns.firstIndex(of: name) else { continue }
      var labels: [String: Int] = [:]
      let hasOneClass = (split.train + held).allSatisfy { index in
        let value = fact(index, place).trimmed
        guard let label = samples[index].label, !Spelling.isNothing(value) else { return false }
        return labels.updateValue(label, forKey: value).map { $0 == label } ?? true
      }
      let trained = Set(split.train.map { fact($0, place).trimmed })
      let isCoarse = ColumnRoles.level(name).map { $0 < wells } ?? false
      guard hasOneClass, Set(labels.values).count > 1, isCoarse || labels.count == Set(labels.values).count,
        held.allSatisfy({ trained.contains(fact($0, place).trimmed) })
      else { continue }
      let pairs = labels.sorted { NaturalOrder.precedes($0.key, $1.key) }
      let shown = pairs.prefix(Self.shownPairs).map { "'\($0.key.onOneLine)' \(classes[$0.value])" }
      return
        "the figures say nothing of the cells: each '\(name)' has one class alone (\(shown.joined(separator: ", "))\(pairs.count > Self.shownPairs ? " …" : "")), and those held out are in training, too, so that what tells them apart by light or staining answers everything; get samples of several classes from each \(name), e.g. controls"
    }
    return nil
  }

  private static let shownPairs = 6

  /// What a given split has on both sides, by the columns that make samples alike and those that number cells and tracks,
  /// the finest first; `nil` if everything is whole.
  ///
  /// Cells and wells are numbered anew in what is coarser, so they count within it.
  func straddlingGroups(_ split: Split, given how: String) -> String? {
    let known = ColumnRoles.groups(factColumns)
    let items = factColumns.filter { ColumnRoles.level($0) == nil && ColumnRoles.isItem($0) }
    let wells = ColumnRoles.level("well") ?? 0
    var found: [Crossing] = []
    for name in items + known.reversed() {
      guard let place = factColumns.firstIndex(of: name) else { continue }
      let isNumbered = ColumnRoles.level(name).map { $0 >= wells } ?? true
      let above = isNumbered ? known.filter { ($0 != name) && isCoarser($0, than: name) } : []
      let keyed = crossing(split, above + [name])
      guard keyed.all > 1, !keyed.examples.isEmpty else { continue }
      // The column alone says it where no value stands in several of what is coarser.
      let isAlone = crossing(split, [name]).all == keyed.all
      let values = keyed.examples.map { index in
        isAlone ? fact(index, place).trimmed : factName(index, places(above + [name]))
      }.sorted(by: NaturalOrder.precedes)
      found.append(Crossing(by: isAlone ? [name] : above + [name], counts: keyed.counts, all: keyed.all, shown: values))
    }
    guard let first = found.first else { return nil }
    let shown = first.shown.prefix(4).map { "'\($0.onOneLine)'" }.joined(separator: ", ")
    let others = found.dropFirst().map(\.text)
    return
      "\(first.text) (\(shown)\(first.shown.count > 4 ? " …" : ""))\(others.isEmpty ? "" : "; \(others.joined(separator: "; "))"): figures flatter, and their intervals take items for independent that aren't; data.split.by=[\(first.by.joined(separator: ", "))] refuses it and names each, and without \(how) keeps them whole"
  }

  /// What a split has on both sides of groups.
  private struct Crossing {
    /// The columns that make the groups.
    var by: [String]
    /// How many groups training shares with what is held out, of how many.
    var counts: [(subset: Subset, count: Int)]
    var all: Int
    var shown: [String]

    var text: String {
      let name = by.joined(separator: " / ")
      let parts = counts.enumerated().map { place, one in
        "\(one.count) \(place == 0 ? "of \(all) values of '\(name)' lie" : "") in train and \(one.subset.rawValue)"
      }
      return parts.joined(separator: ", ").replacing("  ", with: " ")
    }
  }

  private func isCoarser(_ name: String, than other: String) -> Bool {
    guard let level = ColumnRoles.level(name) else { return false }
    return ColumnRoles.level(other).map { level < $0 } ?? true
  }

  private func places(_ columns: [String]) -> [Int] { columns.compactMap(factColumns.firstIndex(of:)) }

  /// How many groups `columns` make, how many of them training shares with each other subset, and a sample of each such.
  /// Samples of no name are of no group.
  private func crossing(
    _ split: Split, _ columns: [String]
  ) -> (all: Int, counts: [(subset: Subset, count: Int)], examples: [Int]) {
    let places = places(columns)
    func name(_ index: Int) -> [String]? {
      let values = places.map { fact(index, $0).trimmed }
      return values.last.map(Spelling.isNothing) ?? true ? nil : values
    }
    let trained = Set(split.train.compactMap(name))
    var all = trained
    var counts: [(subset: Subset, count: Int)] = []
    var examples: [[String]: Int] = [:]
    for subset in [Subset.test, .validation] {
      let held = Dictionary(split[subset].compactMap { index in name(index).map { ($0, index) } }) { first, _ in first }
      all.formUnion(held.keys)
      let shared = held.filter { trained.contains($0.key) }
      if !shared.isEmpty { counts.append((subset, shared.count)) }
      examples.merge(shared) { first, _ in first }
    }
    return (all.count, counts, examples.values.sorted())
  }
}
