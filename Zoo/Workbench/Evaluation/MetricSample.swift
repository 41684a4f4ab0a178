/// Labelled predictions made ready to compute metrics again and again with another weight for each group: with all
/// weights 1 a metric is the plain one, with the counts of a bootstrap resample it is that of the resample.
struct MetricSample {
  let predictions: Predictions
  let groups: Groups
  private let labels: [Int]
  private let logLosses: [Double]
  private let briers: [Double]
  /// The order of the items by each class's probability; empty if there are too many of both to keep.
  private let ranks: [RankMetrics]

  /// Up to this many classes, counting in a table is faster.
  private static let mostTabulated = 64
  /// Items × classes up to which orders are kept: going through them for each resample takes ten seconds or so.
  static let mostKept = 1 << 19

  /// `predictions` must all have a label; items without one are left out. O(classes · n log n).
  init(_ predictions: Predictions) {
    let items = predictions.items.filter { $0.label != nil }
    let labels = items.map { $0.label ?? 0 }
    self.predictions = predictions.labelled()
    self.groups = Groups(items)
    self.labels = labels
    self.logLosses = zip(items, labels).map { ProbabilityMetrics.logLoss($0.probabilities, label: $1) }
    self.briers = zip(items, labels).map { ProbabilityMetrics.brier($0.probabilities, label: $1) }
    ranks =
      items.count * predictions.classes.count <= Self.mostKept
      ? predictions.classes.indices.map { Self.ranks($0, items) } : []
  }

  /// Whether metrics of ranks can be computed again and again; otherwise each time takes a sort for each class.
  var keepsRanks: Bool { !ranks.isEmpty }

  private static func ranks(_ index: Int, _ items: [Predictions.Item]) -> RankMetrics {
    RankMetrics(scores: items.map { $0.probabilities[index] })
  }

  /// The metrics of each class against the rest.
  private func eachRank(_ body: (RankMetrics, _ isPositive: (Int) -> Bool) -> Double?) -> [Double?] {
    predictions.classes.indices.map { index in
      body(keepsRanks ? ranks[index] : Self.ranks(index, predictions.items)) { labels[$0] == index }
    }
  }

  func confusion(weights: [Int]) -> ConfusionMatrix {
    let count = predictions.classes.count
    guard count <= Self.mostTabulated else {
      var confusion = ConfusionMatrix(classes: predictions.classes)
      for (index, item) in predictions.items.enumerated() {
        confusion.add(weights[groups.ofItem[index]], of: labels[index], givenTo: item.predicted)
      }
      return confusion
    }
    var flat = Array(repeating: 0, count: count * count)
    for (index, item) in predictions.items.enumerated() {
      flat[labels[index] * count + item.predicted] += weights[groups.ofItem[index]]
    }
    return ConfusionMatrix(classes: predictions.classes, flat: flat)
  }

  /// The values of `metrics`, `nil` where one isn't defined. O(n), and O(classes · n) for those of ranks.
  func values(of metrics: [Metric], weights: [Int]) -> [Double?] {
    let confusion = confusion(weights: weights)
    return metrics.map { metric in
      switch metric {
      case .accuracy: confusion.accuracy
      case .balancedAccuracy: confusion.balancedAccuracy
      case .macroF1: confusion.macroF1
      case .cohenKappa: confusion.cohenKappa
      case .matthews: confusion.matthews
      case .logLoss: mean(logLosses, weights)
      case .brier: mean(briers, weights)
      case .areaUnderROC: mean(areasUnderROC(weights: weights))
      case .averagePrecision: mean(averagePrecisions(weights: weights))
      case .expectedCalibrationError:
        ReliabilityBin.expectedCalibrationError(ReliabilityBin.bins(predictions))
      }
    }
  }

  func areasUnderROC(weights: [Int]) -> [Double?] {
    eachRank { $0.areaUnderROC(isPositive: $1) { weights[groups.ofItem[$0]] } }
  }

  func averagePrecisions(weights: [Int]) -> [Double?] {
    eachRank { $0.averagePrecision(isPositive: $1) { weights[groups.ofItem[$0]] } }
  }

  private func mean(_ values: [Double], _ weights: [Int]) -> Double? {
    var sum = 0.0
    var total = 0
    for (index, value) in values.enumerated() {
      let weight = weights[groups.ofItem[index]]
      sum += Double(weight) * value
      total += weight
    }
    return total == 0 ? nil : sum / Double(total)
  }

  private func mean(_ values: [Double?]) -> Double? {
    let defined = values.compactMap { $0 }
    return defined.isEmpty ? nil : defined.reduce(0, +) / Double(defined.count)
  }
}

/// The independent units of a set of items, numbered in the order of their names. An item without a group is one.
struct Groups {
  /// The number of the group of each item.
  let ofItem: [Int]
  let count: Int

  init(_ items: [Predictions.Item]) {
    // The prefixes keep a group from having the name of another item.
    let names = items.map { $0.group.isEmpty ? "i\($0.id)" : "g\($0.group)" }
    let sorted = Set(names).sorted()
    let numbers = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
    ofItem = names.map { numbers[$0] ?? 0 }
    count = sorted.count
  }
}
