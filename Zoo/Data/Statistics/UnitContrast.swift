import Foundation
import ZooRuntime

/// Two conditions compared with wells or experiments as units: the difference of the mean of their units' values.
///
/// Cells of a well share its medium, its focus and its neighbours, so a test that takes cells as independent finds
/// differences that aren't there (Lazic 2010). Labels are permuted among units, within strata (an experiment) where there
/// are such, which is exact for exchangeable units. The interval is Welch's with spreads found within strata: with two or
/// three units of a condition, resampled ones would vary half as much as units do, and intervals were too narrow.
package struct UnitContrast: Codable, Sendable, Hashable {
  /// A well, or an experiment.
  package struct Unit: Sendable, Hashable {
    package var value: Double
    package var isSecond: Bool
    /// Units are only exchanged with units of the same stratum.
    package var stratum: String

    package init(value: Double, isSecond: Bool, stratum: String = "") {
      self.value = value
      self.isSecond = isSecond
      self.stratum = stratum
    }
  }

  /// Second minus first, averaged over strata by the number of their units.
  package var difference: Double
  package var lower: Double?
  package var upper: Double?
  /// Two-sided; `nil` if the units can't be exchanged in more than one way.
  package var pValue: Double?
  package var firstUnits: Int
  package var secondUnits: Int
  /// Ways in which the labels could have been given to units; the p-value can't be smaller than 1 / of it.
  package var arrangements: Double
  /// Whether all of them were gone through.
  package var isExact: Bool

  static let mostExactArrangements = 20_000.0

  /// - Returns: `nil` unless both conditions have units in some stratum.
  package init?(
    _ units: [Unit], permutations: Int = 9999, level: Double = 0.95, seed: UInt64 = 1
  ) {
    let strata = Dictionary(grouping: units.indices) { units[$0].stratum }.sorted { $0.key < $1.key }.map(\.value)
      .filter { members in members.contains { units[$0].isSecond } && members.contains { !units[$0].isSecond } }
    guard !strata.isEmpty else { return nil }
    let values = units.map(\.value)
    let labels = units.map(\.isSecond)
    func statistic(_ labels: [Bool]) -> Double {
      var sum = 0.0
      var weights = 0.0
      for members in strata {
        var sums = (0.0, 0.0)
        var counts = (0.0, 0.0)
        for unit in members {
          if labels[unit] {
            sums.1 += values[unit]
            counts.1 += 1
          } else {
            sums.0 += values[unit]
            counts.0 += 1
          }
        }
        // The weight of least variance for units of equal spread.
        let weight = counts.0 * counts.1 / (counts.0 + counts.1)
        sum += weight * (sums.1 / counts.1 - sums.0 / counts.0)
        weights += weight
      }
      return sum / weights
    }
    difference = statistic(labels)
    firstUnits = strata.joined().count { !labels[$0] }
    secondUnits = strata.joined().count { labels[$0] }
    arrangements = strata.reduce(1.0) { $0 * Self.choices($1.count, $1.count { labels[$0] }) }
    isExact = arrangements <= Self.mostExactArrangements
    let size = strata.joined().reduce(0) { max($0, abs(values[$1])) }
    let observed = abs(difference) - 1e-12 * size
    var extreme = 0
    var total = 0
    if isExact {
      Self.forEachArrangement(strata, labels) { labels in
        total += 1
        if abs(statistic(labels)) >= observed { extreme += 1 }
      }
      pValue = arrangements > 1 ? Double(extreme) / Double(total) : nil
    } else {
      for permutation in 0..<permutations {
        var random = SplitMix64(seed: seed, stream: UInt64(permutation))
        var shuffled = labels
        for members in strata {
          for place in stride(from: members.count - 1, to: 0, by: -1) {
            shuffled.swapAt(members[place], members[random.next(below: place + 1)])
          }
        }
        if abs(statistic(shuffled)) >= observed { extreme += 1 }
      }
      pValue = Double(extreme + 1) / Double(permutations + 1)
    }
    (lower, upper) = Self.interval(strata, values, labels, around: difference, level: level)
  }

  /// Welch's interval (1947): each condition has a spread of its own, found within strata, and degrees of freedom are
  /// Satterthwaite's. Where each stratum has one unit of each condition, that of their paired differences.
  private static func interval(
    _ strata: [[Int]], _ values: [Double], _ labels: [Bool], around difference: Double, level: Double
  ) -> (Double?, Double?) {
    let cells = strata.map { members in
      [members.filter { !labels[$0] }, members.filter { labels[$0] }].map { $0.map { values[$0] } }
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func squares(_ values: [Double]) -> Double {
      let mean = mean(values)
      return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    func bounds(_ variance: Double, _ degrees: Double) -> (Double?, Double?) {
      guard variance > 0, degrees.isFinite, degrees > 0 else { return (nil, nil) }
      let half = variance.squareRoot() * StudentT.halfWidth(level: level, degrees: degrees)
      return (difference - half, difference + half)
    }
    if cells.allSatisfy({ $0[0].count == 1 && $0[1].count == 1 }) {
      let count = Double(cells.count)
      guard cells.count > 2 else { return (nil, nil) }
      return bounds(squares(cells.map { $0[1][0] - $0[0][0] }) / (count - 1) / count, count - 1)
    }
    let weights = cells.map { Double($0[0].count * $0[1].count) / Double($0[0].count + $0[1].count) }
    let all = weights.reduce(0, +)
    var variance = 0.0
    var degrees = 0.0
    for arm in 0..<2 {
      let own = cells.reduce(0.0) { $0 + Double($1[arm].count - 1) }
      guard own > 0 else { return (nil, nil) }
      let share = zip(cells, weights).reduce(0.0) { $0 + $1.1 * $1.1 / Double($1.0[arm].count) } / (all * all)
      let part = cells.reduce(0.0) { $0 + squares($1[arm]) } / own * share
      variance += part
      degrees += part * part / own
    }
    return bounds(variance, variance * variance / degrees)
  }

  private static func choices(_ n: Int, _ k: Int) -> Double {
    (0..<min(k, n - k)).reduce(1.0) { ($0 * Double(n - $1) / Double($1 + 1)).rounded() }
  }

  /// All ways to give as many second labels within each stratum as there are.
  private static func forEachArrangement(_ strata: [[Int]], _ labels: [Bool], _ body: ([Bool]) -> Void) {
    var current = labels
    func choose(_ stratum: Int) {
      guard stratum < strata.count else { return body(current) }
      let members = strata[stratum]
      func place(_ from: Int, _ left: Int) {
        guard left > 0 else {
          for unit in members[from...] { current[unit] = false }
          return choose(stratum + 1)
        }
        guard members.count - from >= left else { return }
        current[members[from]] = true
        place(from + 1, left - 1)
        current[members[from]] = false
        place(from + 1, left)
      }
      place(0, members.count { labels[$0] })
    }
    choose(0)
  }
}
