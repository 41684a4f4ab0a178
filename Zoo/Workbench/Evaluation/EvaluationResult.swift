/// How well a model does on one subset.
public struct EvaluationResult: Codable, Sendable, Hashable {
  public var items: Int
  /// Independent units among them.
  public var groups: Int
  public var confusion: ConfusionMatrix
  /// Metrics by ``Metric``'s raw value; one that isn't defined is absent.
  public var metrics: [String: Double]
  /// 95 % intervals by the same names.
  public var intervals: [String: Interval]
  public var perClass: [ClassResult]
  public var reliability: [ReliabilityBin]
  /// What a reader should know before relying on the figures, e.g. a class without items.
  public var cautions: [String]
  /// Seconds for one item, from loaded pixels to probabilities in the run's batches, if it was measured.
  public var secondsPerItem: Double?

  /// One class against the rest; `nil` where a figure isn't defined.
  public struct ClassResult: Codable, Sendable, Hashable {
    public var name: String
    /// Items of the class.
    public var support: Int
    public var precision: Double?
    public var recall: Double?
    public var f1: Double?
    public var areaUnderROC: Double?
    public var averagePrecision: Double?

    private enum CodingKeys: String, CodingKey {
      case name, support, precision, recall, f1
      case areaUnderROC = "auroc"
      case averagePrecision
    }
  }

  public subscript(metric: Metric) -> Double? { metrics[metric.rawValue] }

  public func interval(_ metric: Metric) -> Interval? { intervals[metric.rawValue] }

  /// Evaluates the items that have a label. Deterministic: the same predictions and seed give the same figures.
  /// O(resamples · items · classes).
  /// - Throws: ``ZooError`` if no item has a label.
  public init(_ predictions: Predictions, resamples: Int = 2000, seed: UInt64 = 1) throws(ZooError) {
    let sample = MetricSample(predictions)
    guard !sample.predictions.items.isEmpty else {
      throw ZooError(.badInput, problem: "no item has a label", expected: "at least one item to evaluate on")
    }
    let ones = Array(repeating: 1, count: sample.groups.count)
    items = sample.predictions.items.count
    groups = sample.groups.count
    confusion = sample.confusion(weights: ones)
    reliability = ReliabilityBin.bins(sample.predictions)
    perClass = Self.perClass(confusion, sample, ones)
    metrics = [:]
    for (metric, value) in zip(Metric.allCases, sample.values(of: Metric.allCases, weights: ones)) {
      metrics[metric.rawValue] = value
    }
    (intervals, cautions) = Self.intervals(sample, confusion, resamples: resamples, seed: seed)
    cautions += Self.cautions(confusion)
  }

  private static func perClass(
    _ confusion: ConfusionMatrix, _ sample: MetricSample, _ weights: [Int]
  ) -> [ClassResult] {
    let areas = sample.areasUnderROC(weights: weights)
    let precisions = sample.averagePrecisions(weights: weights)
    return confusion.classes.enumerated().map { index, name in
      ClassResult(
        name: name, support: confusion.support(index), precision: confusion.precision(index),
        recall: confusion.recall(index), f1: confusion.f1(index), areaUnderROC: areas[index],
        averagePrecision: precisions[index])
    }
  }

  /// Accuracy over independent items has Wilson's interval, everything else the cluster bootstrap's.
  private static func intervals(
    _ sample: MetricSample, _ confusion: ConfusionMatrix, resamples: Int, seed: UInt64
  ) -> ([String: Interval], [String]) {
    var intervals: [String: Interval] = [:]
    var cautions: [String] = []
    let bootstrap = ClusterBootstrap(groups: sample.groups.count, resamples: resamples, seed: seed)
    let outcomes =
      bootstrap.groups < ClusterBootstrap.fewestGroups
      ? [] : bootstrap.run { sample.values(of: Metric.resampled, weights: $0) }
    if outcomes.isEmpty {
      cautions.append(
        "only \(Figures.counted(bootstrap.groups, "independent group")): "
          + "too few for an interval (\(ClusterBootstrap.fewestGroups) needed)"
      )
    }
    for (metric, outcome) in zip(Metric.resampled, outcomes) {
      guard let (interval, reason) = outcome?.interval() else { continue }
      intervals[metric.rawValue] = interval
      if let reason, metric == .balancedAccuracy { cautions.append("\(metric.title): \(reason)") }
      if let caution = interval?.caution, metric == .balancedAccuracy { cautions.append("intervals: \(caution)") }
    }
    let itemCount = confusion.total
    if sample.groups.count == itemCount {
      let correct = confusion.classes.indices.reduce(0) { $0 + confusion.counts[$1][$1] }
      intervals[Metric.accuracy.rawValue] = .wilson(successes: correct, total: itemCount)
    }
    return (intervals, cautions)
  }

  private static func cautions(_ confusion: ConfusionMatrix) -> [String] {
    confusion.classes.enumerated().compactMap { index, name in
      if confusion.support(index) == 0 { return "class '\(name)' has no items here: means over classes leave it out" }
      if confusion.predictedCount(index) == 0 {
        return "class '\(name)' is never predicted: its precision is undefined"
      }
      return nil
    }
  }
}
