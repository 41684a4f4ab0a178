import ZooData

/// A confidence interval and how it was made.
public struct Interval: Codable, Sendable, Hashable {
  /// The lower end.
  public var lower: Double
  /// The upper end.
  public var upper: Double
  /// The confidence level, e.g. 0.95.
  public var level: Double
  /// E.g. `BCa bootstrap of 24 groups, 2000 resamples`.
  public var method: String
  /// What a reader should know before relying on it.
  public var caution: String?

  package init(lower: Double, upper: Double, level: Double, method: String, caution: String? = nil) {
    self.lower = lower
    self.upper = upper
    self.level = level
    self.method = method
    self.caution = caution
  }

  /// Wilson's score interval (1927) of a share, for `total` independent items.
  package static func wilson(successes: Int, total: Int, level: Double = 0.95) -> Interval? {
    guard total > 0, (0...total).contains(successes), level > 0, level < 1 else { return nil }
    let z = NormalDistribution.quantile((1 + level) / 2)
    let n = Double(total)
    let share = Double(successes) / n
    let center = (share + z * z / (2 * n)) / (1 + z * z / n)
    let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    // At the ends the formula gives 0 and 1 but for rounding.
    return Interval(
      lower: successes == 0 ? 0 : max(0, center - half), upper: successes == total ? 1 : min(1, center + half),
      level: level, method: "Wilson score interval, \(total) independent items")
  }
}

extension Figures {
  /// `0.912 [0.880, 0.940]`; the estimate alone if there is no interval.
  package static func estimate(_ value: Double?, _ interval: Interval?, _ decimals: Int = 3) -> String {
    guard let interval else { return fixed(value, decimals) }
    return "\(fixed(value, decimals)) [\(fixed(interval.lower, decimals)), \(fixed(interval.upper, decimals))]"
  }
}
