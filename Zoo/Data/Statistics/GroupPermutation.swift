import ZooRuntime

/// Paired permutation test over groups (Fisher 1935; Good 2005): were two models equal, each group's difference could as
/// well have had the other sign.
///
/// Exact for any distribution as long as the groups are independent; all sign patterns are gone through while there are at
/// most 2^16, otherwise `permutations` random ones and the data themselves (Phipson and Smyth 2010).
package struct GroupPermutation: Codable, Sendable, Hashable {
  /// The sum of the groups' differences over the sum of their weights.
  package var estimate: Double
  /// Two-sided.
  package var pValue: Double
  package var groups: Int
  /// Whether all sign patterns were gone through.
  package var isExact: Bool

  static let mostExactGroups = 16

  /// - Parameters:
  ///   - differences: For each group the sum over its items of second minus first.
  ///   - items: Items of each group.
  /// - Returns: `nil` without groups or items.
  package init?(differences: [Double], items: [Int], permutations: Int = 9999, seed: UInt64 = 1) {
    let total = items.reduce(0, +)
    guard !differences.isEmpty, differences.count == items.count, total > 0 else { return nil }
    groups = differences.count
    estimate = differences.reduce(0, +) / Double(total)
    isExact = groups <= Self.mostExactGroups
    // Sums of the same numbers in another order differ in the last bits, which must not make them less extreme.
    let size = differences.reduce(0) { $0 + abs($1) }
    let observed = abs(differences.reduce(0, +)) - 1e-12 * size
    var extreme = 0
    let patterns = isExact ? 1 << groups : permutations
    for pattern in 0..<patterns {
      var sum = 0.0
      if isExact {
        for (group, value) in differences.enumerated() { sum += pattern >> group & 1 == 0 ? value : -value }
      } else {
        var random = SplitMix64(seed: seed, stream: UInt64(pattern))
        for value in differences { sum += random.next(below: 2) == 0 ? value : -value }
      }
      if abs(sum) >= observed { extreme += 1 }
    }
    pValue = isExact ? Double(extreme) / Double(patterns) : Double(extreme + 1) / Double(patterns + 1)
  }
}
