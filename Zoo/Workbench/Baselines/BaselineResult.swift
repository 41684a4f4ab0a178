/// How a baseline does on a subset, and how much better the network is.
package struct BaselineResult: Codable, Sendable, Hashable {
  package var name: String
  /// By ``Metric``'s raw value.
  package var metrics: [String: Double]
  /// In balanced accuracy, the network minus the baseline.
  package var difference: PairedComparison.Difference?

  package subscript(metric: Metric) -> Double? { metrics[metric.rawValue] }

  /// Whether the network is shown to be better.
  package var isBeaten: Bool {
    guard let difference else { return false }
    return (difference.interval?.lower ?? difference.estimate) > 0
  }

  init(_ baseline: Baseline, network: Predictions, subset: String) throws(ZooError) {
    name = baseline.name
    let own = baseline.predictions.labelled(subset: subset)
    let result = try EvaluationResult(own, resamples: 0)
    metrics = [:]
    for metric in [Metric.accuracy, .balancedAccuracy, .macroF1] { metrics[metric.rawValue] = result[metric] }
    difference = try PairedComparison(
      first: (baseline.name, own), second: ("network", network.labelled(subset: subset)))[.balancedAccuracy]
  }
}

extension RunMetrics {
  /// What must be said of a network that isn't shown to be better than something much simpler.
  package var baselineCautions: [String] {
    let unbeaten = (baselines ?? []).filter { !$0.isBeaten }
    return unbeaten.map { baseline in
      let value = Figures.fixed(baseline[.balancedAccuracy])
      return "the network is not shown to be better than '\(baseline.name)' (balanced accuracy \(value))"
    }
  }
}
