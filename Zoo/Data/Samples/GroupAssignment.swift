/// Puts whole groups into subsets so that each gets its share of each class as nearly as possible.
///
/// Greedy, largest groups first, each to where it reduces the misfit most; then single groups are moved and pairs swapped
/// while that helps. The misfit of a subset and a class is (count − wanted)² / wanted, with a high price on a class that a
/// subset lacks altogether.
struct GroupAssignment {
  /// The place in `shares` of each group.
  private(set) var subsets: [Int]
  private let groups: [ClassCounts]
  private let wanted: [[Double]]
  private var counts: [[Int]]

  /// Improving costs O(groups²) a round, so beyond this many groups, where greedy is good anyway, it is left out.
  private static let mostGroupsToImprove = 250

  /// How many samples of each class a group has: those that it has any of, by rising class. Groups are many, and so are
  /// classes; a table of both isn't.
  typealias ClassCounts = [(label: Int, count: Int)]

  /// - Parameters:
  ///   - groups: What each group has.
  ///   - classes: How many classes there are.
  init(groups: [ClassCounts], classes: Int, shares: [Double], seed: UInt64) {
    self.groups = groups
    var totals = [Int](repeating: 0, count: classes)
    for (label, count) in groups.joined() { totals[label] += count }
    wanted = shares.map { share in totals.map { share * Double($0) } }
    counts = shares.map { _ in [Int](repeating: 0, count: classes) }
    subsets = [Int](repeating: -1, count: groups.count)
    var random = KeyedRandom(seed: seed, KeyedRandom.key("split"))
    // A random factor of up to 2 on the sizes lets different seeds give different splits.
    let sizes = groups.map { group in Double(group.reduce(0) { $0 + $1.count }) }
    let order = groups.indices.map { (index: $0, weight: sizes[$0] * (1 + random.uniform())) }
      .sorted { $0.weight > $1.weight }.map(\.index)
    let open = shares.indices.filter { shares[$0] > 0 }
    for group in order { assign(group, among: open) }
    if groups.count <= Self.mostGroupsToImprove { improve(among: open) }
  }

  private mutating func assign(_ group: Int, among open: [Int]) {
    var best = (subset: open.first ?? 0, change: Double.infinity)
    for subset in open {
      let change = misfit(subset, adding: groups[group]) - misfit(subset)
      if change < best.change { best = (subset, change) }
    }
    put(group, into: best.subset)
  }

  private mutating func improve(among open: [Int]) {
    for _ in 0..<20 {
      var improved = false
      for group in groups.indices {
        for subset in open where subset != subsets[group] {
          improved = tryMove([(group, subset)]) || improved
        }
        for other in group + 1..<max(groups.count, group + 1) where subsets[other] != subsets[group] {
          improved = tryMove([(group, subsets[other]), (other, subsets[group])]) || improved
        }
      }
      if !improved { return }
    }
  }

  /// Moves groups and keeps that only if the misfit falls.
  private mutating func tryMove(_ moves: [(group: Int, subset: Int)]) -> Bool {
    let before = counts.indices.reduce(0) { $0 + misfit($1) }
    let old = moves.map { (group: $0.group, subset: subsets[$0.group]) }
    for move in moves { put(move.group, into: move.subset) }
    if counts.indices.reduce(0, { $0 + misfit($1) }) < before - 1e-9 { return true }
    for move in old { put(move.group, into: move.subset) }
    return false
  }

  private mutating func put(_ group: Int, into subset: Int) {
    let old = subsets[group]
    for (label, count) in groups[group] {
      if old >= 0 { counts[old][label] -= count }
      counts[subset][label] += count
    }
    subsets[group] = subset
  }

  private func misfit(_ subset: Int, adding group: ClassCounts = []) -> Double {
    var sum = 0.0
    var added = group[...]
    let (counts, wanted) = (counts[subset], wanted[subset])
    for label in wanted.indices {
      var count = Double(counts[label])
      if let next = added.first, next.label == label {
        count += Double(next.count)
        added.removeFirst()
      }
      let wanted = wanted[label]
      guard wanted > 0 else { continue }
      sum += (count - wanted) * (count - wanted) / wanted
      if count == 0 { sum += 1e6 }
    }
    return sum
  }
}
