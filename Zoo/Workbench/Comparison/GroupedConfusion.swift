/// What a model said of some items, summed up by group: for each class how many items belong to it, were given to it, and
/// both, as a mean over seeds.
///
/// All that a comparison needs of a model for accuracy, balanced accuracy, F1 and log loss, whatever groups are left out or
/// exchanged with another model's. Takes memory for what groups hold, and none for the square of the classes.
struct GroupedConfusion {
  let classes: Int
  /// For each group its sums that aren't zero.
  private(set) var counts: [Sums]

  /// Sums by their places in ``total``.
  struct Sums: Hashable {
    private(set) var places: [Int] = []
    private(set) var values: [Double] = []

    init(_ sums: [Int: Double]) {
      places = sums.keys.sorted()
      values = places.map { sums[$0] ?? 0 }
    }

    /// Adds `factor` times the sums to `total`.
    func add(to total: inout [Double], times factor: Double = 1) {
      for (place, value) in zip(places, values) { total[place] += factor * value }
    }

    /// `total` without the sums; rounding makes nothing negative.
    func removed(from total: [Double]) -> [Double] {
      var rest = total
      for (place, value) in zip(places, values) { rest[place] = max(0, rest[place] - value) }
      return rest
    }
  }

  /// - Parameter replicates: predictions of the same items, which all have a label, one for each seed.
  init(_ replicates: [Predictions], groups: Groups) {
    classes = replicates.first?.classes.count ?? 0
    var sums = [[Int: Double]](repeating: [:], count: groups.count)
    let share = 1 / Double(max(replicates.count, 1))
    for predictions in replicates {
      for (place, item) in predictions.items.enumerated() {
        let group = groups.ofItem[place]
        let label = item.label ?? 0
        if label == item.predicted { sums[group][label, default: 0] += share }
        sums[group][classes + label, default: 0] += share
        sums[group][2 * classes + item.predicted, default: 0] += share
        sums[group][3 * classes, default: 0] += share * ProbabilityMetrics.logLoss(item.probabilities, label: label)
      }
    }
    counts = sums.map(Sums.init)
  }

  /// Over all groups: for each class the items that were found, then those that belong to it, then those that were given to
  /// it; and behind them the sum of log losses.
  var total: [Double] {
    counts.reduce(into: [Double](repeating: 0, count: 3 * classes + 1)) { $1.add(to: &$0) }
  }

  /// The metrics that follow from the sums; those of scikit-learn, as ``ConfusionMatrix`` has them.
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

    /// Counts are whole multiples of one through the number of seeds: less is rounding.
    private static let rounding = 1e-9

    /// - Parameter sums: as ``GroupedConfusion/total`` has them.
    /// - Returns: NaN without items.
    func value(_ sums: [Double], classes: Int) -> Double {
      let (found, actual, given) = (sums[..<classes], sums[classes..<2 * classes], sums[2 * classes..<3 * classes])
      switch self {
      case .accuracy: return found.reduce(0, +) / actual.reduce(0, +)
      case .logLoss: return sums[3 * classes] / actual.reduce(0, +)
      case .balancedAccuracy: return Self.mean(zip(found, actual))
      case .macroF1:
        return Self.mean(zip(found.lazy.map { 2 * $0 }, zip(actual, given).lazy.map { $0 + $1 }))
      }
    }

    /// The mean of the ratios that are defined.
    private static func mean(_ ratios: some Sequence<(Double, Double)>) -> Double {
      var (sum, defined) = (0.0, 0.0)
      for (part, whole) in ratios where whole > rounding {
        sum += part / whole
        defined += 1
      }
      return sum / defined
    }
  }
}
