import ZooFormat
import ZooImages

/// Which sample is used for what.
package struct Split: Sendable, Hashable {
  /// Sample indices in ascending order.
  package var train: [Int]
  package var validation: [Int]
  package var test: [Int]
  /// How the samples were assigned, in words.
  package var rule: String
  /// What a reader must know of it, e.g. a class that the test set lacks.
  package var cautions: [String] = []

  package static let mostFolds = 1000

  package subscript(_ subset: Subset) -> [Int] {
    switch subset {
    case .train: train
    case .validation: validation
    case .test: test
    }
  }

  package init(_ subsets: [Subset], rule: String) {
    func indices(_ wanted: Subset) -> [Int] { subsets.indices.filter { subsets[$0] == wanted } }
    train = indices(.train)
    validation = indices(.validation)
    test = indices(.test)
    self.rule = rule
  }
}

extension Dataset {
  /// Assigns every sample to training, validation or test as the spec says: from a file, by groups or at random.
  ///
  /// Groups stay together, and every subset gets its share of every class as nearly as whole groups allow. The same seed
  /// gives the same split. Samples that the source itself assigns stay there: of its training part a share becomes
  /// validation, unless it has a validation part of its own.
  /// - Throws: ``ZooError`` if there are too few groups, a subset lacks a class, shares make no sense, or the file doesn't
  ///   fit the data.
  package func split(_ spec: DataSpec.Split) throws(ZooError) -> Split {
    if let file = spec.file { return try split(file: file, spec) }
    let shares = try checkedShares(spec)
    let columns = try spec.by.map { name throws(ZooError) in
      guard let column = groupColumns.firstIndex(of: name) else {
        throw Self.missingColumn(name, among: groupColumns)
      }
      return column
    }
    var subsets = [Subset](repeating: .train, count: samples.count)
    let fixed = samples.indices.filter { samples[$0].subset != nil }
    let free: [Int]
    if fixed.isEmpty {
      free = Array(samples.indices)
    } else if fixed.contains(where: { samples[$0].subset == .validation }) {
      return try publishedSplit(spec, columns)
    } else {
      for index in fixed { subsets[index] = samples[index].subset ?? .train }
      free = samples.indices.filter { samples[$0].subset == .train || samples[$0].subset == nil }
    }
    let groups = splitGroups(of: free, by: columns)
    let wanted = fixed.isEmpty ? shares : [shares[0], shares[1], 0]
    let needed = wanted.filter { $0 > 0 }.count
    guard groups.count >= needed else {
      throw ZooError(
        .badInput, path: "data.split.by",
        problem:
          "the data have \(Figures.counted(groups.count, "group")) of \(spec.by.isEmpty ? samples.contains { $0.unit != nil } ? "tracks or single samples" : "one sample" : spec.by.joined(separator: " and "))"
          + (source.lost.isEmpty ? "" : "; \(source.lost.joined(separator: "; "))"),
        expected: "at least \(needed), one for each subset", remedy: "Split by a finer column or leave a subset out")
    }
    let heldOut = try heldOutGroups(groups, spec, isPublished: !fixed.isEmpty)
    let rest = groups.indices.filter { !heldOut.contains($0) }
    let restShares = heldOut.isEmpty ? wanted : Split.withoutTest(wanted)
    let assigned = GroupAssignment(
      groups: rest.map { classesPresent(groups[$0]) }, classes: classes.count, shares: restShares, seed: spec.seed
    ).subsets
    for (group, subset) in zip(rest, assigned) {
      for index in groups[group] { subsets[index] = Subset.allCases[subset] }
    }
    for group in heldOut {
      for index in groups[group] { subsets[index] = .test }
    }
    guard heldOut.isEmpty else {
      var split = Split(subsets, rule: spec.heldOutRule(groups: heldOut.count, how: how(spec)))
      split.cautions = try cautions(split, shares: restShares.prefix(2) + [1], spec)
      return split
    }
    let percent = shares.map { "\(Int(saturating: ($0 * 100).rounded()))" }.joined(separator: " / ")
    let how = how(spec)
    var split = Split(
      subsets,
      rule: fixed.isEmpty
        ? "\(how), \(percent) %, seed \(spec.seed)"
        : "\(Self.published(spec)); validation \(how), seed \(spec.seed)")
    if !fixed.isEmpty { try checkGroups(subsets, columns) }
    split.cautions = try cautions(split, shares: fixed.isEmpty ? shares : wanted, spec)
    return split
  }

  /// Who says where samples go, if the source does.
  private static func published(_ spec: DataSpec.Split) -> String {
    spec.column.map { "as the column '\($0)' says" } ?? (spec.folders ? "as the folders say" : "as published")
  }

  /// The key that says so, for messages.
  private static func giver(_ spec: DataSpec.Split) -> String {
    spec.file != nil
      ? "data.split.file"
      : spec.column != nil ? "data.split.column" : spec.folders ? "data.split.folders" : "the published one"
  }

  /// All three subsets as the source has them.
  private func publishedSplit(_ spec: DataSpec.Split, _ columns: [Int]) throws(ZooError) -> Split {
    let subsets = samples.map { $0.subset ?? .train }
    try checkGroups(subsets, columns)
    _ = try heldOutGroups([], spec, isPublished: true)
    var split = Split(subsets, rule: Self.published(spec))
    split.cautions = try cautions(split, shares: Subset.allCases.map { split[$0].isEmpty ? 0 : 1 }, spec)
    return split
  }

  /// Each group that is in two subsets.
  private func groupProblems(
    _ subsets: [Subset?], _ columns: [Int], file: String? = nil, path: String
  ) -> [ZooError] {
    var groups: [String: Set<Subset>] = [:]
    var units: [String: (subset: Subset, id: String)] = [:]
    var torn: Set<String> = []
    var problems: [ZooError] = []
    for (sample, subset) in zip(samples, subsets) {
      guard let subset else { continue }
      groups[groupName(sample, columns), default: []].insert(subset)
      guard !columns.isEmpty, let unit = sample.unit else { continue }
      if let other = units[unit], other.subset != subset, torn.insert(unit).inserted {
        problems.append(
          ZooError(
            .badInput, file: file, path: path,
            problem: "'\(other.id)' is in \(other.subset.rawValue) and '\(sample.id)' is in \(subset.rawValue), "
              + "but they are of one track or overlap",
            expected: "one side for both", remedy: "Change the assignment"))
      }
      units[unit] = (subset, sample.id)
    }
    return problems
      + groups.filter { $0.value.count > 1 }.sorted { $0.key < $1.key }.map { group, found in
        let names = Subset.allCases.filter(found.contains).map(\.rawValue)
        return ZooError(
          .badInput, file: file, path: path,
          problem: "the group '\(group)' is in \(names.joined(separator: " and in "))",
          expected: "groups that stay together", remedy: "Change the assignment or data.split.by")
      }
  }

  private func checkGroups(_ subsets: [Subset], _ columns: [Int]) throws(ZooError) {
    var problems = Problems()
    problems.add(groupProblems(subsets, columns, path: "data.split"))
    try problems.check()
  }

  /// The split as rows to be written down.
  package func rows(_ split: Split, by columns: [String]) -> [SplitRow] {
    let places = columns.compactMap(groupColumns.firstIndex(of:))
    var rows: [(Int, SplitRow)] = []
    for subset in Subset.allCases {
      for index in split[subset] {
        let sample = samples[index]
        rows.append(
          (
            index,
            SplitRow(
              id: sample.id, group: groupName(sample, places), label: sample.label.map { classes[$0] } ?? "",
              subset: subset.rawValue)
          ))
      }
    }
    return rows.sorted { $0.0 < $1.0 }.map(\.1)
  }

  private func how(_ spec: DataSpec.Split) -> String {
    guard spec.by.isEmpty else { return "by \(spec.by.joined(separator: " and "))" }
    let units = Set(samples.compactMap(\.unit)).count
    return units > 0 ? "at random, but tracks and what else belongs together as wholes" : "at random"
  }

  /// The names of what figures take as independent: by sample, the group that `columns` make, or without any the track or film
  /// that it is of; empty for a sample that stands for itself. O(columns) for each.
  package func independentNames(by columns: [String]) -> (Int) -> String {
    let places = columns.compactMap(groupColumns.firstIndex(of:))
    return { index in
      let sample = samples[index]
      return places.isEmpty ? sample.unit ?? "" : groupName(sample, places)
    }
  }

  func groupName(_ sample: Sample, _ places: [Int]) -> String {
    places.isEmpty ? sample.unit ?? sample.id : places.map { sample.groups[$0] }.joined(separator: " / ")
  }

  private func split(file: String, _ spec: DataSpec.Split) throws(ZooError) -> Split {
    let table = try SplitRow.parse(
      String(decoding: FileBytes.read(StoredPath.found(file)), as: UTF8.self), file: file)
    var assigned: [String: Subset] = [:]
    var problems = Problems()
    var unknown: [String: Int] = [:]
    for row in table {
      guard let subset = Subset(rawValue: row.subset) else {
        unknown[row.subset, default: 0] += 1
        continue
      }
      if let other = assigned.updateValue(subset, forKey: row.id), other != subset {
        problems.add(
          ZooError(.badInput, file: file, problem: "'\(row.id)' is in \(other.rawValue) and in \(subset.rawValue)"))
      }
    }
    for (word, count) in unknown.sorted(by: { $0.key < $1.key }) {
      problems.add(
        ZooError(
          .badInput, file: file, path: "subset",
          problem: "there is no subset '\(word.onOneLine)' (\(Figures.counted(count, "row")))",
          expected: "one of \(Subset.allCases.map(\.rawValue).joined(separator: ", "))",
          remedy: (SubsetWords.subset(word)?.rawValue ?? NearestName.of(word, in: Subset.allCases.map(\.rawValue)))
            .map { "Did you mean '\($0)'?" }))
    }
    let subsets = samples.map { assigned[$0.id] }
    let listed = Set(table.map(\.id))
    let free = samples.filter { !listed.contains($0.id) }
    if let first = free.first {
      problems.add(
        ZooError(
          .badInput, file: file,
          problem: free.count == 1
            ? "the sample '\(first.id)' isn't assigned"
            : "\(free.count) of \(samples.count) samples aren't assigned, e.g. '\(first.id)'",
          expected: "a subset for each sample"))
    }
    problems.add(
      groupProblems(
        subsets, spec.by.compactMap(groupColumns.firstIndex(of:)), file: file, path: "data.split.by"))
    try problems.check()
    var split = Split(subsets.compactMap { $0 }, rule: "as in \(file)")
    split.cautions = try cautions(split, shares: Subset.allCases.map { split[$0].isEmpty ? 0 : 1 }, spec)
    let known = Set(samples.map(\.id))
    let strangers = table.filter { !known.contains($0.id) }
    if let first = strangers.first {
      split.cautions.append(
        "\(strangers.count) of the \(table.count) names in \(file) are of no sample that is used, e.g. '\(first.id.onOneLine)'"
      )
    }
    return split
  }

  private func checkedShares(_ spec: DataSpec.Split) throws(ZooError) -> [Double] {
    let shares = [spec.train, spec.validation, spec.test]
    let sum = shares.reduce(0, +)
    guard shares.allSatisfy({ $0 >= 0 && $0 <= 1 }), abs(sum - 1) < 1e-6, spec.train > 0 else {
      throw ZooError(
        .badInput, path: "data.split",
        problem: "the shares are train \(spec.train), validation \(spec.validation) and test \(spec.test)",
        expected: "shares from 0 to 1 that sum to 1, with train above 0")
    }
    return shares
  }

  package func classCounts(_ indices: [Int]) -> [Int] {
    var counts = [Int](repeating: 0, count: classes.count)
    for index in indices {
      if let label = samples[index].label { counts[label] += 1 }
    }
    return counts
  }

  /// The same without the classes that there are none of.
  func classesPresent(_ indices: [Int]) -> GroupAssignment.ClassCounts {
    var counts: [Int: Int] = [:]
    for index in indices {
      if let label = samples[index].label { counts[label, default: 0] += 1 }
    }
    return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// A class that validation or test lacks is a caution: classes often come with some groups alone. One that training lacks
  /// can't be learned.
  private func cautions(_ split: Split, shares: [Double], _ spec: DataSpec.Split) throws(ZooError) -> [String] {
    var problems = Problems()
    for (label, count) in classCounts(split.train).enumerated() where count == 0 {
      problems.add(untrained(label, split, by: spec.by))
    }
    try problems.check()
    var cautions = tellsTornGroups ? coarserGroups(split, spec).map { [$0] } ?? [] : []
    if spec.by.isEmpty, isGiven(spec), let straddling = straddlingGroups(split, given: Self.giver(spec)) {
      cautions.append(straddling)
    }
    for subset in [Subset.test, .validation] where isGiven(spec) && split[subset].isEmpty {
      cautions.append(
        "no \(subset.rawValue) items: \(Self.giver(spec)) puts none there that is used\(subset == .test ? ", so that nothing is measured at the end" : "")"
      )
    }
    for (subset, share) in zip(Subset.allCases, shares).dropFirst()
    where share > 0 && !(isGiven(spec) && split[subset].isEmpty) {
      for (name, count) in zip(classes, classCounts(split[subset])) where count == 0 {
        cautions.append("\(subset.rawValue) has no sample of the class '\(name)'")
      }
    }
    return cautions
  }
}
