/// How well a model does on one subset.
public struct EvaluationResult: Codable, Sendable, Hashable {
  /// Items that have a label.
  public var items: Int
  /// Independent units among them.
  public var groups: Int
  package var confusion: ConfusionMatrix
  /// Metrics by ``Metric``'s raw value; one that isn't defined is absent.
  public var metrics: [String: Double]
  /// 95 % intervals by the same names.
  public var intervals: [String: Interval]
  /// In the order of the classes.
  public var perClass: [ClassResult]
  /// Each label against its absence, in the order in which the classes name them; `nil` unless classes are sets of labels,
  /// such as `CE`, `PI`, `CE+PI` and `negative`.
  public var perLabel: [ClassResult]?
  package var reliability: [ReliabilityBin]
  /// What a reader should know before relying on the figures, e.g. a class without items.
  public var cautions: [String]
  /// Why the figures say nothing of the cells, if they don't: it stands above them.
  package var confounding: String?
  /// The answers that are certain, of a model that says which are.
  package var certain: CertainAnswers?
  /// Seconds for one item, from loaded pixels to probabilities in the run's batches, if it was measured.
  package var secondsPerItem: Double?

  /// One class against the rest; `nil` where a figure isn't defined.
  public struct ClassResult: Codable, Sendable, Hashable {
    /// The class.
    public var name: String
    /// Items of the class.
    public var support: Int
    /// TP / (TP + FP).
    public var precision: Double?
    /// TP / (TP + FN).
    public var recall: Double?
    /// 2 TP / (2 TP + FP + FN).
    public var f1: Double?
    /// Area under the receiver operating characteristic, against all other classes.
    public var areaUnderROC: Double?
    /// The mean of precision over the steps of recall.
    public var averagePrecision: Double?

    private enum CodingKeys: String, CodingKey {
      case name, support, precision, recall, f1
      case areaUnderROC = "auroc"
      case averagePrecision
    }
  }

  /// `nil` if it isn't defined, e.g. for a class without items.
  public subscript(metric: Metric) -> Double? { metrics[metric.rawValue] }

  /// The 95 % interval; `nil` if there is none, of which ``cautions`` says why.
  public func interval(_ metric: Metric) -> Interval? { intervals[metric.rawValue] }

  /// Evaluates the items that have a label. Deterministic: the same predictions and seed give the same figures.
  /// O(resamples · items · classes).
  /// - Throws: ``ZooError`` if no item has a label.
  package init(_ predictions: Predictions, resamples: Int = 2000, seed: UInt64 = 1) throws(ZooError) {
    try self.init(replicates: [predictions], resamples: resamples, seed: seed)
  }

  /// Evaluates what several trainings of one model said of the same items: figures are means over the trainings, the
  /// confusion matrix and the reliability count all of them, and intervals are those of the mean.
  /// - Throws: ``ZooError`` if no item has a label.
  package init(replicates: [Predictions], resamples: Int = 2000, seed: UInt64 = 1) throws(ZooError) {
    let samples = replicates.map { MetricSample($0) }
    guard let sample = samples.first, samples.allSatisfy({ !$0.predictions.items.isEmpty }) else {
      throw ZooError(.badInput, problem: "no item has a label", expected: "at least one item to evaluate on")
    }
    let ones = Array(repeating: 1, count: sample.groups.count)
    items = sample.predictions.items.count
    groups = sample.groups.count
    let matrices = samples.map { $0.confusion(weights: Array(repeating: 1, count: $0.groups.count)) }
    confusion = matrices.dropFirst().reduce(matrices[0]) { $0.adding($1) }
    reliability = ReliabilityBin.bins(samples.map(\.predictions))
    perClass =
      samples.count == 1
      ? Self.perClass(confusion, sample, ones)
      : Self.mean(zip(samples, matrices).map { Self.perClass($1, $0, Array(repeating: 1, count: $0.groups.count)) })
    let labels = samples.compactMap { Self.perLabel($0.predictions) }
    perLabel = labels.count == samples.count ? (labels.count == 1 ? labels[0] : Self.mean(labels)) : nil
    metrics = [:]
    let values = samples.map { $0.values(of: Metric.allCases, weights: Array(repeating: 1, count: $0.groups.count)) }
    for (metric, value) in zip(Metric.allCases, Self.mean(values)) { metrics[metric.rawValue] = value }
    let areSame = samples.allSatisfy { $0.predictions.items.map(\.id) == sample.predictions.items.map(\.id) }
    (intervals, cautions) =
      areSame
      ? Self.intervals(samples, confusion, resamples: resamples, seed: seed)
      : ([:], ["no interval: the trainings were evaluated on different items"])
    cautions += Self.cautions(confusion)
    confounding = replicates.lazy.compactMap(\.confounding).first
    certain = replicates.count == 1 ? CertainAnswers(replicates[0]) : nil
    for caution in replicates.flatMap(\.cautions) where !cautions.contains(caution) { cautions.append(caution) }
  }

  /// Of several trainings; `nil` where one of them has none.
  static func mean(_ values: [[Double?]]) -> [Double?] {
    guard let first = values.first, values.count > 1 else { return values.first ?? [] }
    return first.indices.map { place in
      let all = values.compactMap { $0[place] }
      return all.count == values.count ? all.reduce(0, +) / Double(all.count) : nil
    }
  }

  private static func mean(_ results: [[ClassResult]]) -> [ClassResult] {
    (results.first ?? []).indices.map { place in
      let all = results.map { $0[place] }
      var mean = all[0]
      func average(_ path: KeyPath<ClassResult, Double?>) -> Double? {
        let values = all.compactMap { $0[keyPath: path] }
        return values.count == all.count ? values.reduce(0, +) / Double(values.count) : nil
      }
      mean.precision = average(\.precision)
      mean.recall = average(\.recall)
      mean.f1 = average(\.f1)
      mean.areaUnderROC = average(\.areaUnderROC)
      mean.averagePrecision = average(\.averagePrecision)
      return mean
    }
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
    _ samples: [MetricSample], _ confusion: ConfusionMatrix, resamples: Int, seed: UInt64
  ) -> ([String: Interval], [String]) {
    let sample = samples[0]
    var intervals: [String: Interval] = [:]
    var cautions: [String] = []
    let bootstrap = ClusterBootstrap(groups: sample.groups.count, resamples: resamples, seed: seed)
    let resampled = Metric.resampled.filter { sample.keepsRanks || !$0.isOfRanks }
    if !sample.keepsRanks, resamples > 0 {
      cautions.append("\(Metric.areaUnderROC.title): no interval for so many items and classes")
    }
    let outcomes =
      bootstrap.groups < ClusterBootstrap.fewestGroups
      ? [] : bootstrap.run { weights in mean(samples.map { $0.values(of: resampled, weights: weights) }) }
    if outcomes.isEmpty {
      cautions.append(
        "only \(Figures.counted(bootstrap.groups, "independent group")): "
          + "too few for an interval (\(ClusterBootstrap.fewestGroups) needed)"
      )
    }
    for (metric, outcome) in zip(resampled, outcomes) {
      guard let (interval, reason) = outcome?.interval() else { continue }
      intervals[metric.rawValue] = interval
      if let reason, metric == .balancedAccuracy { cautions.append("\(metric.title): \(reason)") }
      if let caution = interval?.caution, metric == .balancedAccuracy { cautions.append("intervals: \(caution)") }
    }
    let itemCount = confusion.total
    if sample.groups.count == itemCount, samples.count == 1 {
      let correct = confusion.classes.indices.reduce(0) { $0 + confusion[$1, $1] }
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
