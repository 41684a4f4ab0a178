/// Two models on the same items: how far apart are they, and could that be chance?
public struct PairedComparison: Codable, Sendable, Hashable {
  public var first: String
  public var second: String
  /// Items that both were evaluated on.
  public var items: Int
  /// Independent units among them.
  public var groups: Int
  /// By ``Metric``'s raw value.
  public var differences: [String: Difference]
  /// On accuracy, taking the items as independent.
  public var mcnemar: McNemar
  public var cautions: [String]

  /// Second minus first.
  public struct Difference: Codable, Sendable, Hashable {
    public var estimate: Double
    /// 95 %, from resamples of groups that both models share.
    public var interval: Interval?
    /// Of the hypothesis that there is no difference; `nil` with too few groups.
    public var pValue: Double?
    /// ``pValue`` corrected for all the pairs of a comparison.
    public var adjustedPValue: Double?
  }

  /// The metrics that are compared.
  public static let metrics: [Metric] = [.accuracy, .balancedAccuracy, .macroF1, .logLoss]

  public subscript(metric: Metric) -> Difference? { differences[metric.rawValue] }

  /// Compares on the items that both have and agree about; cautions tell of others. Deterministic.
  /// - Throws: ``ZooError`` if the classes differ, or no item is common.
  public init(
    first: (name: String, predictions: Predictions), second: (name: String, predictions: Predictions),
    resamples: Int = 2000, seed: UInt64 = 1
  ) throws(ZooError) {
    let common = try CommonItems(first, second)
    let samples = (MetricSample(common.first), MetricSample(common.second))
    self.first = first.name
    self.second = second.name
    items = common.first.items.count
    groups = samples.0.groups.count
    cautions = common.cautions
    mcnemar = McNemar(
      onlyFirst: Self.wins(of: common.first, over: common.second),
      onlySecond: Self.wins(of: common.second, over: common.first))
    if groups < items {
      cautions.append("McNemar's test takes items as independent, but they come in \(Figures.counted(groups, "group"))")
    }
    differences = Self.differences(samples.0, samples.1, resamples: resamples, seed: seed)
    if groups < ClusterBootstrap.fewestGroups {
      cautions.append("\(Figures.counted(groups, "independent group")): too few for an interval of the difference")
    } else if groups < ClusterBootstrap.enoughGroups {
      cautions.append("only \(groups) independent groups: the intervals are likely too narrow")
    }
  }

  /// Holm's correction over `pairs`, for each metric by itself.
  static func adjust(_ pairs: inout [PairedComparison]) {
    for metric in metrics {
      let tested = pairs.indices.filter { pairs[$0][metric]?.pValue != nil }
      let adjusted = Holm.adjusted(tested.compactMap { pairs[$0][metric]?.pValue })
      for (index, value) in zip(tested, adjusted) {
        pairs[index].differences[metric.rawValue]?.adjustedPValue = value
      }
    }
  }

  private static func differences(
    _ first: MetricSample, _ second: MetricSample, resamples: Int, seed: UInt64
  ) -> [String: Difference] {
    let count = first.groups.count
    let bootstrap = ClusterBootstrap(
      groups: count, resamples: count < ClusterBootstrap.fewestGroups ? 0 : resamples, seed: seed)
    let outcomes = bootstrap.run { weights in
      zip(first.values(of: metrics, weights: weights), second.values(of: metrics, weights: weights)).map {
        first, second in
        if let first, let second { second - first } else { nil }
      }
    }
    var differences: [String: Difference] = [:]
    for (metric, outcome) in zip(metrics, outcomes) {
      guard let outcome else { continue }
      differences[metric.rawValue] = Difference(
        estimate: outcome.estimate, interval: outcome.interval().interval, pValue: outcome.pValueOfZero)
    }
    return differences
  }

  private static func wins(of one: Predictions, over other: Predictions) -> Int {
    zip(one.items, other.items).count { $0.predicted == $0.label && $1.predicted != $1.label }
  }
}
