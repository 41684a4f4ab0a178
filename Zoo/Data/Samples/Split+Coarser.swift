import ZooFormat
import ZooImages

extension Dataset {
  private static let shownGroups = 4

  /// What a column that makes samples alike has on both sides of a split that isn't made by it: `nil` if there is none.
  ///
  /// Looked at are columns that are known by their names (experiments, donors, plates …) and that are coarser than those
  /// of the split: each group of the split lies in one of theirs; or the split's lie in several, as wells do that are
  /// called alike on every plate. Beside a split by a column of an unknown name, that is told only of what is coarser than
  /// wells: these are called alike in whatever is coarser than them.
  func coarserGroups(_ split: Split, _ spec: DataSpec.Split) -> String? {
    let columns = spec.by
    guard !columns.isEmpty else { return nil }
    let places = columns.compactMap(groupColumns.firstIndex(of:))
    let finest = columns.compactMap(ColumnRoles.level).max()
    let held = split.validation + split.test
    let wells = ColumnRoles.level("well") ?? 0
    var groups: [[String]: Set<String>] = [:]
    func key(_ index: Int) -> [String] { places.map { samples[index].groups[$0] } }
    var found: [(name: String, level: Int, text: String, straddling: [String])] = []
    var beside: [(name: String, level: Int, text: String)] = []
    // Of several columns the coarser ones are on both sides, too, though each combination is whole.
    for name in factColumns where !columns.contains(name) || columns.count > 1 {
      guard let level = ColumnRoles.level(name), let place = factColumns.firstIndex(of: name) else { continue }
      func value(_ index: Int) -> String { fact(index, place).trimmed }
      let trained = Set(split.train.map(value))
      let values = Set(samples.indices.map(value))
      let straddling = trained.intersection(held.map(value)).filter { !Spelling.isNothing($0) }
        .sorted(by: NaturalOrder.precedes)
      // Training has none of these, but what is chosen on the one part is measured on what is like it.
      let shared = Set(split.validation.map(value)).intersection(split.test.map(value))
        .filter { !Spelling.isNothing($0) && !trained.contains($0) }.sorted(by: NaturalOrder.precedes)
      let isCoarser = finest.map { level < $0 } ?? true
      guard values.count > 1, !straddling.isEmpty || !shared.isEmpty, isCoarser || ColumnRoles.isIndividual(name)
      else { continue }
      groups = [:]
      for index in split.train + held { groups[key(index), default: []].insert(value(index)) }
      let several = groups.filter { $0.value.count > 1 }
      guard several.isEmpty || finest != nil || level < wells else { continue }
      guard values.count < groups.count || !several.isEmpty else { continue }
      // A donor is the same one in every experiment.
      if !isCoarser, spread(name, over: columns) == nil { continue }
      func told(_ names: [String], _ more: String = "") -> String {
        let shown = names.prefix(Self.shownGroups).map { "'\($0.onOneLine)'" }.joined(separator: ", ")
        return
          "\(names.count) of \(values.count) values of '\(name)' (\(shown)\(names.count > Self.shownGroups ? " …" : "")\(more))"
      }
      guard !straddling.isEmpty else {
        beside.append((name, level, told(shared)))
        continue
      }
      let example = several.max { ($0.value.count, $1.key[0]) < ($1.value.count, $0.key[0]) }
      let repeated = example.map {
        "; \(several.count) of \(Figures.counted(groups.count, "group")) are on several, e.g. '\($0.key.joined(separator: " / ").onOneLine)' on \($0.value.count)"
      }
      found.append((name, level, told(straddling, repeated ?? ""), straddling))
    }
    let by = columns.joined(separator: " and ")
    guard let first = found.min(by: { $0.level < $1.level }) else {
      return beside.min { $0.level < $1.level }.map {
        "\($0.text) lie in validation and in test of the split by \(by): what is chosen by the one is measured on what is like it; \(keepingWhole($0.name, spec))"
      }
    }
    let others = found.filter { $0.name != first.name }.map(\.text)
    let between =
      beside.isEmpty ? "" : "; \(beside.map(\.text).joined(separator: ", ")) lie in validation and in test, too"
    return
      "\(first.text) lie on both sides of the split by \(by)\(others.isEmpty ? "" : ", and so do \(others.joined(separator: ", "))"): what they have in common is seen in training; \(keepingWhole(first.name, spec))\(between)"
  }

  /// What keeps the groups of a column whole, as far as the data can be split by it at all; else why not.
  private func keepingWhole(_ name: String, _ spec: DataSpec.Split) -> String {
    // What isn't split by yet is no group.
    guard groupColumns.contains(name) else { return "data.split.by=[\(name)] keeps them whole" }
    var by = spec
    by.by = [name]
    // What another split takes apart may be what this one keeps.
    var plain = self
    plain.tellsTornGroups = false
    let reason: ZooError
    do throws(ZooError) {
      _ = try plain.split(by)
      return "data.split.by=[\(name)] keeps them whole\(torn(by: name))"
    } catch { reason = error }
    // Two groups are enough to train on one and test on the other, in turn.
    var halves = DataSpec.Split()
    (halves.by, halves.train, halves.validation, halves.test, halves.seed) = ([name], 0.5, 0, 0.5, spec.seed)
    let groups = groupNames(halves)
    guard !isGiven(spec), spec.folds == 0, spec.holdOut.isEmpty, groups.count == 2 else {
      return "they can't be kept whole: \(reason.problem)"
    }
    do throws(ZooError) {
      for group in groups {
        halves.holdOut = [group]
        _ = try plain.split(halves)
      }
    } catch { return "they can't be kept whole: \(error.problem)" }
    return
      "data.split={by: [\(name)], train: 0.5, validation: 0, test: 0.5} folds=leave_one_group_out keeps them whole, each being the test set once"
  }

  /// Whom a split by a column takes apart, as a clause; empty for nobody.
  private func torn(by name: String) -> String {
    for other in factColumns where ColumnRoles.isIndividual(other) && other != name {
      guard let (value, groups) = spread(other, over: [name]) else { continue }
      return
        ", but not those of '\(other)': '\(value.onOneLine)' is in \(groups.map { "'\($0.onOneLine)'" }.joined(separator: " and "))"
    }
    return ""
  }

  /// Classes whose samples all come from one group, by the coarsest column that says so, a sentence each.
  package func classesOfOneGroup(by columns: [String]) -> [String] {
    let known = ColumnRoles.groups(factColumns)
    let names = known + columns.filter { !known.contains($0) }
    var members = [[Int]](repeating: [], count: classes.count)
    for index in samples.indices { samples[index].label.map { members[$0].append(index) } }
    var found: [String] = []
    for (label, own) in members.enumerated() where own.count > 1 {
      let column = names.first { name in
        guard let place = factColumns.firstIndex(of: name) else { return false }
        let only = fact(own[0], place)
        return own.allSatisfy { fact($0, place) == only }
          && samples.indices.contains { fact($0, place) != only && samples[$0].label != label }
      }
      guard let column, let place = factColumns.firstIndex(of: column) else { continue }
      found.append(
        "all \(own.count) of the class '\(classes[label])' are of one \(column), '\(fact(own[0], place).onOneLine)': the class and the \(column) can't be told apart"
      )
    }
    let more = found.count - Self.shownGroups
    return more > 1
      ? Array(found.prefix(Self.shownGroups)) + ["\(more) more classes are of one group each, too"] : found
  }

  /// A class that training lacks, with where its samples are and what to do.
  func untrained(_ label: Int, _ split: Split, by columns: [String]) -> ZooError {
    let places = columns.compactMap(groupColumns.firstIndex(of:))
    var parts: [String] = []
    for subset in [Subset.validation, .test] {
      let members = split[subset].filter { samples[$0].label == label }
      guard !members.isEmpty else { continue }
      let groups = Set(members.map { groupName(samples[$0], places) }).sorted(by: NaturalOrder.precedes)
      let of = places.isEmpty ? "" : " (\(groups.prefix(Self.shownGroups).joined(separator: ", ")))"
      parts.append("\(members.count) in \(subset.rawValue)\(of)")
    }
    let name = classes[label]
    let isOne =
      !places.isEmpty && Set(samples.filter { $0.label == label }.map { groupName($0, places) }).count == 1
    let others = classes.filter { $0 != name }
    let without = others.count > 1 ? ", or leave the class out by data.classes=[\(others.joined(separator: ", "))]" : ""
    return ZooError(
      .badInput, path: "data.split",
      problem: "train has no sample of the class '\(name)'\(parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))")",
      expected: "every class in training",
      remedy: isOne
        ? "All its samples are of one group of \(columns.joined(separator: " and ")): split by a finer column, or get samples of another\(without)"
        : "Change the shares or data.split.seed, or split by a finer column\(without)")
  }
}
