import ZooFormat
import ZooImages

extension Split {
  /// The shares of training and validation that are left when the test set is given.
  static func withoutTest(_ shares: [Double]) -> [Double] {
    let sum = shares[0] + shares[1]
    return [shares[0] / sum, shares[1] / sum, 0]
  }
}

extension DataSpec.Split {
  /// In words.
  func heldOutRule(groups: Int, how: String) -> String {
    let rest = Split.withoutTest([train, validation, test]).prefix(2).map { "\(Int(saturating: ($0 * 100).rounded()))" }
    let others = "the rest \(rest.joined(separator: " / ")) %, seed \(seed)"
    return folds > 0
      ? "\(how), fold \(fold) of \(folds), \(others)"
      : "\(how), held out: \(holdOut.joined(separator: ", ")); \(others)"
  }
}

extension Dataset {
  /// The groups that a cross-validation or a list of names makes the test set; empty if neither does.
  ///
  /// Folds get equal shares of every class as nearly as whole groups allow; each group is in one fold.
  /// - Throws: ``ZooError`` for a name that no group has, for fewer groups than folds, and for a test set that the data
  ///   themselves name already.
  func heldOutGroups(
    _ groups: [[Int]], _ spec: DataSpec.Split, isPublished: Bool
  ) throws(ZooError) -> [Int] {
    guard spec.folds > 0 || !spec.holdOut.isEmpty else { return [] }
    let path = spec.folds > 0 ? "data.split.folds" : "data.split.holdOut"
    guard !isPublished else {
      throw ZooError(
        .badInput, path: path, problem: "the data say themselves which samples are the test set",
        remedy: "Leave \(path) out")
    }
    let heldOut: [Int]
    if spec.folds > 0 {
      guard groups.count >= spec.folds else {
        throw ZooError(
          .badInput, path: path,
          problem: "is \(spec.folds), but the data have \(Figures.counted(groups.count, "group"))",
          expected: "at most one fold a group", remedy: "Split by a finer column, or into fewer folds")
      }
      let parts = GroupAssignment(
        groups: groups.map { classesPresent($0) }, classes: classes.count,
        shares: [Double](repeating: 1 / Double(spec.folds), count: spec.folds), seed: spec.seed
      ).subsets
      heldOut = groups.indices.filter { parts[$0] == spec.fold - 1 }
    } else {
      // What shares a track or overlaps is one group of several names.
      let places = spec.by.compactMap(groupColumns.firstIndex(of:))
      let names = groups.map { group in Set(group.map { groupName(samples[$0], places) }) }
      let all = groupNames(spec)
      let known = Set(all)
      var problems = Problems()
      for name in spec.holdOut where !known.contains(name) {
        problems.add(Self.missing(name, path, "group", among: Array(all.prefix(50))))
      }
      try problems.check()
      heldOut = groups.indices.filter { !names[$0].isDisjoint(with: spec.holdOut) }
    }
    guard !heldOut.isEmpty, heldOut.count < groups.count else {
      throw ZooError(
        .badInput, path: path,
        problem: "leaves \(heldOut.isEmpty ? "no group for the test set" : "no group to train on")",
        expected: "groups on both sides")
    }
    return heldOut
  }

  /// The names of the groups that `spec.by` makes, in the order of the samples. O(samples).
  package func groupNames(_ spec: DataSpec.Split) -> [String] {
    let places = spec.by.compactMap(groupColumns.firstIndex(of:))
    var seen: Set<String> = []
    return samples.map { groupName($0, places) }.filter { seen.insert($0).inserted }
  }
}
