import Foundation

/// Metrics of the probabilities themselves.
enum ProbabilityMetrics {
  /// −ln of the probability of the true class, which is kept off 0 and 1 by the spacing of doubles at 1, as
  /// `sklearn.metrics.log_loss` does.
  static func logLoss(_ probabilities: [Float], label: Int) -> Double {
    let epsilon = Double.ulpOfOne
    return -log(min(max(Double(probabilities[label]), epsilon), 1 - epsilon))
  }

  /// Σ (p − y)² over the classes, halved for two classes, as `sklearn.metrics.brier_score_loss` does (Brier 1950).
  static func brier(_ probabilities: [Float], label: Int) -> Double {
    var sum = 0.0
    for (index, probability) in probabilities.enumerated() {
      let difference = Double(probability) - (index == label ? 1 : 0)
      sum += difference * difference
    }
    return probabilities.count == 2 ? sum / 2 : sum
  }
}

/// The items whose highest probability lies in (lower, upper], of equally wide bins over 0...1.
package struct ReliabilityBin: Codable, Sendable, Hashable {
  package var lower: Double
  package var upper: Double
  package var items: Int
  /// The mean highest probability of these items.
  package var meanConfidence: Double
  /// The share of these items whose class was found.
  package var accuracy: Double

  /// The bins that have items, from low to high confidence.
  package static func bins(_ predictions: Predictions, count: Int = 15) -> [ReliabilityBin] {
    bins([predictions], count: count)
  }

  /// Of all that several trainings said.
  static func bins(_ replicates: [Predictions], count: Int = 15) -> [ReliabilityBin] {
    var items = Array(repeating: 0, count: count)
    var confidence = Array(repeating: 0.0, count: count)
    var correct = Array(repeating: 0, count: count)
    for item in replicates.lazy.flatMap(\.items) {
      guard let label = item.label else { continue }
      let highest = Double(item.probabilities[item.predicted])
      let bin = min(max(Int(saturating: (highest * Double(count)).rounded(.up)) - 1, 0), count - 1)
      items[bin] += 1
      confidence[bin] += highest
      if label == item.predicted { correct[bin] += 1 }
    }
    return (0..<count).filter { items[$0] > 0 }.map { bin in
      ReliabilityBin(
        lower: Double(bin) / Double(count), upper: Double(bin + 1) / Double(count), items: items[bin],
        meanConfidence: confidence[bin] / Double(items[bin]), accuracy: Double(correct[bin]) / Double(items[bin]))
    }
  }

  /// Σ share of items · |accuracy − mean confidence| over the bins (Guo et al. 2017); 0 without items.
  package static func expectedCalibrationError(_ bins: [ReliabilityBin]) -> Double {
    let total = bins.reduce(0) { $0 + $1.items }
    guard total > 0 else { return 0 }
    return bins.reduce(0) { $0 + Double($1.items) * abs($1.accuracy - $1.meanConfidence) } / Double(total)
  }
}
