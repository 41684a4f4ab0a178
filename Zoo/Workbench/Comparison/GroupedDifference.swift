import Foundation
import ZooData

/// The difference between two models on the same items, tested and bounded by whole groups.
///
/// The test exchanges what the two models said of whole groups, at random: were they equal, every such exchange would be
/// as likely as what was seen (Fisher 1935). It needs no distribution, and items of a group may be as alike as they are.
/// Exchanges that give exactly what was seen count half (mid-p, Lancaster 1961): few items make many of them, and counted
/// whole they let the test find less than its level allows.
/// The interval is the cluster jackknife's with Student's t of groups − 1 degrees of freedom, which keeps its level with
/// few groups where a bootstrap is too narrow (MacKinnon, Nielsen and Webb 2023).
struct GroupedDifference {
  let first: GroupedConfusion
  let second: GroupedConfusion
  let score: GroupedConfusion.Score
  /// Second minus first.
  let estimate: Double
  private let error: Double

  static let permutations = 9999
  /// With more groups than this a permutation costs much and says what t does.
  private static let mostGroupsToExchange = 300

  private var groups: Int { first.counts.count }

  /// O(groups · classes).
  init(_ first: GroupedConfusion, _ second: GroupedConfusion, _ score: GroupedConfusion.Score) {
    self.first = first
    self.second = second
    self.score = score
    let (one, other) = (first.total, second.total)
    estimate = score.value(other, classes: first.classes) - score.value(one, classes: first.classes)
    var jackknife: [Double] = []
    for group in first.counts.indices {
      func without(_ total: [Double], _ part: GroupedConfusion.Sums) -> Double {
        score.value(part.removed(from: total), classes: first.classes)
      }
      let value = without(other, second.counts[group]) - without(one, first.counts[group])
      if value.isFinite { jackknife.append(value) }
    }
    let n = Double(jackknife.count)
    let mean = jackknife.reduce(0, +) / n
    error = (jackknife.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } * (n - 1) / n).squareRoot()
  }

  /// `nil` with too few groups, or if no group tells the models apart.
  func interval(level: Double) -> Interval? {
    guard groups >= ClusterBootstrap.fewestGroups, error.isFinite, error > 0 else { return nil }
    let half = error * StudentT.halfWidth(level: level, degrees: Double(groups - 1))
    return Interval(
      lower: estimate - half, upper: estimate + half, level: level,
      method: "cluster jackknife of \(groups) groups, t with \(groups - 1) degrees of freedom")
  }

  /// Two-sided; `nil` with too few groups. O(permutations · (items + classes)).
  func pValue(seed: UInt64) -> Double? {
    guard groups >= ClusterBootstrap.fewestGroups else { return nil }
    if groups > Self.mostGroupsToExchange {
      return error > 0 ? StudentT.twoSidedPValue(estimate / error, degrees: Double(groups - 1)) : 1
    }
    // Groups of which both say the same can't tell them apart.
    let differing = first.counts.indices.filter { first.counts[$0] != second.counts[$0] }
    guard !differing.isEmpty else { return 1 }
    let isExact = differing.count <= 12
    let observed = abs(estimate)
    var extreme = 0.0
    let patterns = isExact ? 1 << differing.count : Self.permutations
    let (one, other) = (first.total, second.total)
    for pattern in 0..<patterns {
      var (left, right) = (one, other)
      var random = SplitMix64(seed: seed, stream: UInt64(pattern))
      var word: UInt64 = 0
      for (place, group) in differing.enumerated() {
        if place % 64 == 0 { word = isExact ? UInt64(pattern) : random.next() }
        guard word >> UInt64(place % 64) & 1 == 1 else { continue }
        for (sums, factor) in [(second.counts[group], 1.0), (first.counts[group], -1)] {
          sums.add(to: &left, times: factor)
          sums.add(to: &right, times: -factor)
        }
      }
      let value = score.value(right, classes: first.classes) - score.value(left, classes: first.classes)
      // Sums of the same numbers in another order differ in the last bits.
      extreme += abs(value) > observed + 1e-12 ? 1 : abs(value) < observed - 1e-12 ? 0 : 0.5
    }
    return isExact ? extreme / Double(patterns) : (extreme + 1) / Double(patterns + 1)
  }
}
