import ZooData

/// Two models on the same items: how far apart are they, and could that be chance?
package struct PairedComparison: Codable, Sendable, Hashable {
  package var first: String
  package var second: String
  /// Items that both were evaluated on.
  package var items: Int
  /// Independent units among them.
  package var groups: Int
  /// By ``Metric``'s raw value.
  package var differences: [String: Difference]
  /// On accuracy, taking the items as independent; for models that were trained once.
  package var mcnemar: McNemar?
  /// On the area under the ROC curve, taking the items as independent; for two classes.
  package var deLong: DeLong?
  /// Over seeds and folds on accuracy, if there are at least two of them.
  package var correctedT: CorrectedResampledT?
  package var cautions: [String]

  /// Second minus first.
  package struct Difference: Codable, Sendable, Hashable {
    package var estimate: Double
    /// 95 %, by groups that both models share.
    package var interval: Interval?
    /// 90 %, which has to lie within a margin for the models to be called equivalent.
    package var narrowInterval: Interval?
    /// Of the hypothesis that there is no difference; `nil` with too few groups.
    package var pValue: Double?
    /// ``pValue`` corrected for all the pairs of a comparison.
    package var adjustedPValue: Double?

    /// What is shown, given the largest difference that doesn't matter.
    package func conclusion(margin: Double) -> Equivalence? {
      guard let interval, let narrowInterval else { return nil }
      return Equivalence(
        wide: interval.lower...interval.upper, narrow: narrowInterval.lower...narrowInterval.upper, margin: margin)
    }
  }

  /// The metrics that are compared.
  package static let metrics: [Metric] = GroupedConfusion.Score.allCases.map(\.metric)

  package subscript(metric: Metric) -> Difference? { differences[metric.rawValue] }

  /// Compares two models that were trained once on the items that both have and agree about; cautions tell of others.
  /// - Throws: ``ZooError`` if the classes differ, or no item is common.
  package init(
    first: (name: String, predictions: Predictions), second: (name: String, predictions: Predictions), seed: UInt64 = 1
  ) throws(ZooError) {
    try self.init(first: (first.name, [first.predictions]), second: (second.name, [second.predictions]), seed: seed)
  }

  /// Compares two models, each trained once or more, on the items that all trainings have and agree about. Deterministic.
  /// - Throws: ``ZooError`` if the classes differ, or no item is common.
  init(
    first: (name: String, replicates: [Predictions]), second: (name: String, replicates: [Predictions]),
    seed: UInt64 = 1
  ) throws(ZooError) {
    let common = try CommonItems(first, second)
    self.first = first.name
    self.second = second.name
    cautions = common.cautions
    let labelled = common.first[0].items
    let grouping = Groups(labelled)
    items = labelled.count
    groups = grouping.count
    let one = GroupedConfusion(common.first, groups: grouping)
    let other = GroupedConfusion(common.second, groups: grouping)
    differences = [:]
    for score in GroupedConfusion.Score.allCases {
      let difference = GroupedDifference(one, other, score)
      guard difference.estimate.isFinite else { continue }
      differences[score.metric.rawValue] = Difference(
        estimate: difference.estimate, interval: difference.interval(level: 0.95),
        narrowInterval: difference.interval(level: 0.9), pValue: difference.pValue(seed: seed))
    }
    if common.first.count == 1, common.second.count == 1 {
      mcnemar = McNemar(
        onlyFirst: Self.wins(of: common.first[0], over: common.second[0]),
        onlySecond: Self.wins(of: common.second[0], over: common.first[0]))
      if groups < items {
        cautions.append(
          "McNemar's test takes items as independent, but they come in \(Figures.counted(groups, "group"))")
      }
    }
    if common.first[0].classes.count == 2 {
      deLong = DeLong(
        first: Self.meanScores(common.first), second: Self.meanScores(common.second),
        isPositive: labelled.map { $0.label == 1 })
    }
    if groups < ClusterBootstrap.fewestGroups {
      cautions.append("\(Figures.counted(groups, "independent group")): too few for an interval of the difference")
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

  /// Says so if no difference could be shown however large, because few groups allow no small p and there are many pairs: the
  /// least p of exchanging n groups is 2⁻ⁿ (mid-p of the two patterns that are as extreme), which Holm's correction multiplies
  /// by the number of pairs.
  static func powerCaution(_ pairs: [PairedComparison]) -> String? {
    let tested = pairs.filter { $0[.balancedAccuracy]?.pValue != nil }
    guard let groups = tested.map(\.groups).max(), groups < 60 else { return nil }
    let least = min(1, Double(tested.count) / Double(UInt64(1) << UInt64(groups)))
    guard least >= 0.05 else { return nil }
    return
      "\(Figures.counted(groups, "independent group")) can't show a difference between any two of so many models: corrected for "
      + "\(Figures.counted(tested.count, "pair")), p is at least \(Figures.pValue(least)); test on more groups, or compare fewer models"
  }

  /// The probability of the second class, averaged over trainings.
  private static func meanScores(_ replicates: [Predictions]) -> [Float] {
    replicates[0].items.indices.map { place in
      replicates.reduce(0) { $0 + $1.items[place].probabilities[1] } / Float(replicates.count)
    }
  }

  private static func wins(of one: Predictions, over other: Predictions) -> Int {
    zip(one.items, other.items).count { $0.predicted == $0.label && $1.predicted != $1.label }
  }
}
