/// The receiver operating characteristic and the precision-recall curve of one class against the rest. Equal scores are one
/// point, so the order of the items doesn't matter.
package struct RankCurves: Sendable, Hashable {
  package struct Point: Sendable, Hashable {
    /// Items of at least this score are taken for the class; infinite for the first point, where none is.
    package let threshold: Float
    package let truePositives: Int
    package let falsePositives: Int
  }

  /// By falling threshold.
  package let points: [Point]
  /// Items of the class.
  package let positives: Int
  /// Other items.
  package let negatives: Int

  /// O(n log n).
  package init(scores: [Float], isPositive: [Bool]) {
    let order = scores.indices.sorted { scores[$0] > scores[$1] }
    var points = [Point(threshold: .infinity, truePositives: 0, falsePositives: 0)]
    var (truePositives, falsePositives) = (0, 0)
    for (place, index) in order.enumerated() {
      if isPositive[index] { truePositives += 1 } else { falsePositives += 1 }
      guard place + 1 == order.count || scores[order[place + 1]] != scores[index] else { continue }
      points.append(
        Point(threshold: scores[index], truePositives: truePositives, falsePositives: falsePositives))
    }
    self.points = points
    positives = truePositives
    negatives = falsePositives
  }

  /// Of the class with this index, over the items that have a label.
  package init(_ predictions: Predictions, class index: Int) {
    let items = predictions.items.filter { $0.label != nil }
    self.init(scores: items.map { $0.probabilities[index] }, isPositive: items.map { $0.label == index })
  }

  /// The share of the other items that are taken for the class, and the share of the class that is found
  /// (`sklearn.metrics.roc_curve` with all points). Empty without items of both kinds.
  package var receiverOperating: [(falsePositiveRate: Double, truePositiveRate: Double)] {
    guard positives > 0, negatives > 0 else { return [] }
    return points.map {
      (Double($0.falsePositives) / Double(negatives), Double($0.truePositives) / Double(positives))
    }
  }

  /// The share of the class that is found, and the share of what is taken for it that is right
  /// (`sklearn.metrics.precision_recall_curve`, from the highest threshold on). Empty without items of the class.
  package var precisionRecall: [(recall: Double, precision: Double)] {
    guard positives > 0 else { return [] }
    return points.map { point in
      let taken = point.truePositives + point.falsePositives
      return (
        Double(point.truePositives) / Double(positives), taken == 0 ? 1 : Double(point.truePositives) / Double(taken)
      )
    }
  }
}
