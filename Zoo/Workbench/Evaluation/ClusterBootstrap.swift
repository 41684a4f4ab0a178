import ZooData

/// Bootstrap that draws whole groups with replacement, so that items of one group (a well, an experiment), which are
/// alike, don't count as independent.
///
/// The same seed gives the same resamples, whatever is computed from them.
package struct ClusterBootstrap: Sendable {
  package let groups: Int
  package let resamples: Int
  package let seed: UInt64

  /// With fewer groups there is no interval.
  package static let fewestGroups = 5
  /// With fewer groups an interval carries a caution: it tends to be too narrow (Cameron, Gelbach and Miller 2008).
  package static let enoughGroups = 20

  package init(groups: Int, resamples: Int = 2000, seed: UInt64 = 1) {
    self.groups = groups
    self.resamples = resamples
    self.seed = seed
  }

  /// What the resamples gave for one statistic.
  package struct Outcome: Sendable {
    /// The statistic of the data as they are.
    package let estimate: Double
    /// Sorted; without the resamples for which the statistic isn't defined.
    package let replicates: [Double]
    /// How many resamples there were.
    package let resamples: Int
    let jackknife: [Double]
    let groups: Int
  }

  /// Computes several statistics at once. `statistics` gets how often each group was drawn.
  /// O(resamples) calls, and at most 200 more for the jackknife.
  /// - Returns: `nil` in the place of a statistic that the data themselves don't define.
  package func run(_ statistics: ([Int]) -> [Double?]) -> [Outcome?] {
    let estimates = statistics(Array(repeating: 1, count: groups))
    var replicates: [[Double]] = Array(repeating: [], count: estimates.count)
    for resample in 0..<max(resamples, 0) {
      for (index, value) in statistics(weights(resample: resample)).enumerated() {
        if let value { replicates[index].append(value) }
      }
    }
    let jackknife = jackknife(statistics, count: estimates.count)
    return estimates.enumerated().map { index, estimate in
      guard let estimate else { return nil }
      return Outcome(
        estimate: estimate, replicates: replicates[index].sorted(), resamples: resamples,
        jackknife: jackknife[index], groups: groups)
    }
  }

  func weights(resample: Int) -> [Int] {
    var random = SplitMix64(seed: seed, stream: UInt64(resample))
    var weights = Array(repeating: 0, count: groups)
    for _ in 0..<groups { weights[random.next(below: groups)] += 1 }
    return weights
  }

  /// The statistics without each group; of many groups, without each of 200 blocks of them, which has the same
  /// skewness in the limit.
  private func jackknife(_ statistics: ([Int]) -> [Double?], count: Int) -> [[Double]] {
    let blocks = min(groups, 200)
    var result: [[Double]] = Array(repeating: [], count: count)
    for block in 0..<blocks where groups > 1 {
      let weights = (0..<groups).map { $0 % blocks == block ? 0 : 1 }
      for (index, value) in statistics(weights).enumerated() {
        if let value { result[index].append(value) }
      }
    }
    return result
  }
}

extension ClusterBootstrap.Outcome {
  /// The bias-corrected and accelerated interval (Efron 1987), or why there is none.
  package func interval(level: Double = 0.95) -> (interval: Interval?, reason: String?) {
    guard groups >= ClusterBootstrap.fewestGroups else {
      return (
        nil,
        "no interval: \(Figures.counted(groups, "independent group")), "
          + "at least \(ClusterBootstrap.fewestGroups) are needed"
      )
    }
    guard Double(replicates.count) >= 0.95 * Double(resamples), let first = replicates.first, let last = replicates.last
    else { return (nil, "no interval: the figure isn't defined for most resamples") }
    guard first < last else { return (nil, "no interval: all resamples give the same value") }
    let below = share { $0 < estimate }
    let upTo = share { $0 <= estimate }
    let bias = NormalDistribution.quantile((below + upTo) / 2)
    guard bias.isFinite else { return (nil, "no interval: all resamples lie on one side of the estimate") }
    let acceleration = acceleration
    func end(_ probability: Double) -> Double {
      let z = bias + NormalDistribution.quantile(probability)
      return quantile(NormalDistribution.cumulative(bias + z / (1 - acceleration * z)))
    }
    let (lower, upper) = (end((1 - level) / 2), end((1 + level) / 2))
    // An interval without width would say that nothing is uncertain.
    guard lower < upper else { return (nil, "no interval: nearly all resamples give the same value") }
    let caution =
      groups < ClusterBootstrap.enoughGroups ? "only \(groups) independent groups: likely too narrow" : nil
    return (
      Interval(
        lower: lower, upper: upper, level: level,
        method: "BCa bootstrap of \(groups) groups, \(resamples) resamples", caution: caution), nil
    )
  }

  /// The two-sided p-value of the hypothesis that the statistic is 0: twice the share of resamples on the smaller side
  /// of it, the data themselves counted as one (Davison and Hinkley 1997, 4.2). `nil` with too few groups.
  package var pValueOfZero: Double? {
    guard groups >= ClusterBootstrap.fewestGroups, !replicates.isEmpty else { return nil }
    let total = Double(replicates.count + 1)
    let atMost = Double(replicates.count { $0 <= 0 } + 1) / total
    let atLeast = Double(replicates.count { $0 >= 0 } + 1) / total
    return min(1, 2 * min(atMost, atLeast))
  }

  private var acceleration: Double {
    guard !jackknife.isEmpty else { return 0 }
    let mean = jackknife.reduce(0, +) / Double(jackknife.count)
    var squares = 0.0
    var cubes = 0.0
    for value in jackknife {
      let difference = mean - value
      squares += difference * difference
      cubes += difference * difference * difference
    }
    return squares == 0 ? 0 : cubes / (6 * squares * squares.squareRoot())
  }

  private func share(_ predicate: (Double) -> Bool) -> Double {
    Double(replicates.count(where: predicate)) / Double(replicates.count)
  }

  /// Linear interpolation between order statistics (Hyndman and Fan's type 7).
  private func quantile(_ probability: Double) -> Double {
    let position = min(max(probability, 0), 1) * Double(replicates.count - 1)
    let index = min(Int(saturating: position), replicates.count - 1)
    let next = min(index + 1, replicates.count - 1)
    return replicates[index] + (position - Double(index)) * (replicates[next] - replicates[index])
  }
}
