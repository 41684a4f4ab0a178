/// What a model said of some items, summed up by group: how often each class was given to each, as a mean over seeds.
///
/// All that a comparison needs of a model for accuracy, balanced accuracy, F1 and log loss, whatever groups are left out or
/// exchanged with another model's.
struct GroupedConfusion {
  let classes: Int
  /// For each group the counts [true class · classes + predicted class], and behind them the sum of log losses.
  private(set) var counts: [[Double]]

  /// - Parameter replicates: predictions of the same items, which all have a label, one for each seed.
  init(_ replicates: [Predictions], groups: Groups) {
    classes = replicates.first?.classes.count ?? 0
    counts = Array(repeating: [Double](repeating: 0, count: classes * classes + 1), count: groups.count)
    let share = 1 / Double(max(replicates.count, 1))
    for predictions in replicates {
      for (place, item) in predictions.items.enumerated() {
        let label = item.label ?? 0
        counts[groups.ofItem[place]][label * classes + item.predicted] += share
        counts[groups.ofItem[place]][classes * classes] +=
          share * ProbabilityMetrics.logLoss(item.probabilities, label: label)
      }
    }
  }

  var total: [Double] {
    counts.reduce(into: [Double](repeating: 0, count: classes * classes + 1)) { sum, group in
      for place in sum.indices { sum[place] += group[place] }
    }
  }

  /// The metrics that follow from the counts; those of scikit-learn, as ``ConfusionMatrix`` has them.
  enum Score: CaseIterable {
    case accuracy, balancedAccuracy, macroF1, logLoss

    var metric: Metric {
      switch self {
      case .accuracy: .accuracy
      case .balancedAccuracy: .balancedAccuracy
      case .macroF1: .macroF1
      case .logLoss: .logLoss
      }
    }

    /// - Returns: NaN without items.
    func value(_ counts: [Double], classes: Int) -> Double {
      var sum = 0.0
      var defined = 0.0
      switch self {
      case .accuracy:
        for place in 0..<classes { sum += counts[place * classes + place] }
        return sum / counts.dropLast().reduce(0, +)
      case .logLoss:
        return counts[classes * classes] / counts.dropLast().reduce(0, +)
      case .balancedAccuracy:
        for label in 0..<classes {
          let row = counts[label * classes..<(label + 1) * classes].reduce(0, +)
          if row > 0 {
            sum += counts[label * classes + label] / row
            defined += 1
          }
        }
      case .macroF1:
        for label in 0..<classes {
          var all = counts[label * classes..<(label + 1) * classes].reduce(0, +)
          for other in 0..<classes { all += counts[other * classes + label] }
          if all > 0 {
            sum += 2 * counts[label * classes + label] / all
            defined += 1
          }
        }
      }
      return sum / defined
    }
  }
}
