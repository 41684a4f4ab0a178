/// Several runs of one spec that differ in nothing but the seed.
///
/// The deviation is that of training (initialization, order of samples); how much the figures depend on the choice of
/// test items is what the intervals of each run tell.
public struct SeedSummary: Codable, Sendable, Hashable {
  /// The runs' names.
  public var runs: [String]
  /// By ``Metric``'s raw value.
  public var metrics: [String: Spread]

  public struct Spread: Codable, Sendable, Hashable {
    public var mean: Double
    /// With n − 1 in the denominator.
    public var standardDeviation: Double

    /// `nil` for fewer than two values.
    public init?(_ values: [Double]) {
      guard values.count >= 2 else { return nil }
      let mean = values.reduce(0, +) / Double(values.count)
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      self.mean = mean
      self.standardDeviation = (squares / Double(values.count - 1)).squareRoot()
    }
  }

  public init(runs: [String], results: [EvaluationResult]) {
    self.runs = runs
    metrics = [:]
    for metric in Metric.allCases {
      let values = results.compactMap { $0[metric] }
      if values.count == results.count { metrics[metric.rawValue] = Spread(values) }
    }
  }
}
