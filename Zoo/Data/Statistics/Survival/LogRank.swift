/// The log-rank test (Mantel 1966; Peto and Peto 1972): do groups have events at the same rate?
///
/// Takes subjects as independent. Cells of a well aren't, so that with cells as subjects it finds differences that aren't
/// there; wells or experiments as units don't have that fault.
package struct LogRank: Codable, Sendable, Hashable {
  package var chiSquared: Double
  package var degrees: Int
  package var pValue: Double
  /// Of each group.
  package var observed: [Double]
  package var expected: [Double]

  /// All kinds of events count. O(n log n + times · groups²).
  /// - Returns: `nil` for fewer than two groups, or if no event tells them apart.
  package init?(_ data: SurvivalData) {
    let groups = (data.subjects.map(\.group).max() ?? 0) + 1
    guard groups > 1 else { return nil }
    let table = GroupedMoments(data, groups: groups, kinds: 1)
    var observed = [Double](repeating: 0, count: groups)
    var expected = observed
    var variance = [[Double]](repeating: observed, count: groups)
    for moment in table.moments {
      let n = moment.atRisk.reduce(0, +)
      let events = moment.counts.reduce(0) { $0 + $1[1] }
      guard events > 0, n > 0 else { continue }
      let spread = n > 1 ? events * (n - events) / (n - 1) : 0
      for i in 0..<groups {
        let share = moment.atRisk[i] / n
        observed[i] += moment.counts[i][1]
        expected[i] += events * share
        for j in 0..<groups {
          variance[i][j] += spread * share * ((i == j ? 1 : 0) - moment.atRisk[j] / n)
        }
      }
    }
    guard let (statistic, rank) = QuadraticForm.value(zip(observed, expected).map { $0 - $1 }, variance) else {
      return nil
    }
    self.observed = observed
    self.expected = expected
    chiSquared = statistic
    degrees = rank
    pValue = ChiSquared.upperTail(statistic, degrees: rank)
  }
}

/// The times at which anything ends, with subjects at risk and events of each group.
struct GroupedMoments {
  struct Moment {
    let time: Double
    /// By group.
    let atRisk: [Double]
    /// By group, then by event; at 0 those that are censored.
    let counts: [[Double]]
  }

  let moments: [Moment]

  /// Events above `kinds` count as `kinds`. O(n log n + times · groups · kinds).
  init(_ data: SurvivalData, groups: Int, kinds: Int) {
    let ends = data.subjects.sorted { $0.time < $1.time }
    let entries = data.subjects.sorted { $0.entry < $1.entry }
    var atRisk = [Double](repeating: 0, count: groups)
    var moments: [Moment] = []
    var entered = 0
    var place = 0
    while place < ends.count {
      let time = ends[place].time
      while entered < entries.count, entries[entered].entry < time {
        atRisk[entries[entered].group] += 1
        entered += 1
      }
      let before = atRisk
      var counts = [[Double]](repeating: [Double](repeating: 0, count: kinds + 1), count: groups)
      while place < ends.count, ends[place].time == time {
        counts[ends[place].group][min(ends[place].event, kinds)] += 1
        atRisk[ends[place].group] -= 1
        place += 1
      }
      moments.append(Moment(time: time, atRisk: before, counts: counts))
    }
    self.moments = moments
  }
}

/// xᵀ V⁻¹ x of a test statistic whose components add up to zero.
enum QuadraticForm {
  /// Without the last component, which follows from the others.
  /// - Returns: The value and its degrees of freedom; `nil` if the variance leaves none.
  static func value(_ vector: [Double], _ variance: [[Double]]) -> (value: Double, degrees: Int)? {
    // Groups without variance (nobody at risk at any event) say nothing.
    let used = vector.indices.filter { variance[$0][$0] > 1e-12 }
    guard used.count > 1 else { return nil }
    let kept = Array(used.dropLast())
    var rows = kept.map { i in kept.map { variance[i][$0] } + [vector[i]] }
    let size = kept.count
    for pivot in 0..<size {
      guard let best = (pivot..<size).max(by: { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) }),
        abs(rows[best][pivot]) > 1e-12
      else { return nil }
      rows.swapAt(pivot, best)
      for row in 0..<size where row != pivot {
        let factor = rows[row][pivot] / rows[pivot][pivot]
        for column in pivot...size { rows[row][column] -= factor * rows[pivot][column] }
      }
    }
    let solved = (0..<size).map { rows[$0][size] / rows[$0][$0] }
    return (zip(kept, solved).reduce(0) { $0 + vector[$1.0] * $1.1 }, size)
  }
}
