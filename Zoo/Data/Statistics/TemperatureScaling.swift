import Foundation

/// One number that logits are divided by so that probabilities mean what they say (Guo, Pleiss, Sun and Weinberger 2017).
///
/// The temperature of least log loss on held-out items. The loss is convex in 1 / T, so that its only minimum is found by
/// Newton's method kept within a bracket. It changes no decision.
package struct TemperatureScaling: Codable, Sendable, Hashable {
  package var temperature: Double
  /// Mean log loss at temperature 1.
  package var logLossBefore: Double
  package var logLossAfter: Double

  /// Temperatures outside are refused: there the logits say nothing, or the items are told apart without error.
  static let range = 0.05...20.0

  /// O(items · classes), some dozen times.
  /// - Returns: `nil` without items.
  package init?(logits: [[Double]], labels: [Int]) {
    guard !logits.isEmpty, logits.count == labels.count else { return nil }
    var low = 1 / Self.range.upperBound
    var high = 1 / Self.range.lowerBound
    var inverse = 1.0
    for _ in 0..<200 {
      let (slope, curvature) = Self.derivatives(logits, labels, inverse)
      if slope > 0 { high = inverse } else { low = inverse }
      let newton = curvature > 0 ? inverse - slope / curvature : .nan
      let next = newton > low && newton < high ? newton : (low + high) / 2
      if abs(next - inverse) <= 1e-15 * inverse { break }
      inverse = next
    }
    temperature = 1 / inverse
    logLossBefore = Self.logLoss(logits, labels, 1)
    logLossAfter = Self.logLoss(logits, labels, inverse)
  }

  private static func logLoss(_ logits: [[Double]], _ labels: [Int], _ inverse: Double) -> Double {
    zip(logits, labels).reduce(0) { sum, item in
      let largest = (item.0.max() ?? 0) * inverse
      let total = item.0.reduce(0) { $0 + exp($1 * inverse - largest) }
      return sum + largest + log(total) - item.0[item.1] * inverse
    } / Double(logits.count)
  }

  /// First and second derivative of the mean log loss by 1 / T: E[z] − z_label and Var[z] under the softmax.
  private static func derivatives(_ logits: [[Double]], _ labels: [Int], _ inverse: Double) -> (Double, Double) {
    var slope = 0.0
    var curvature = 0.0
    for (row, label) in zip(logits, labels) {
      let largest = (row.max() ?? 0) * inverse
      let weights = row.map { exp($0 * inverse - largest) }
      let total = weights.reduce(0, +)
      let mean = zip(row, weights).reduce(0) { $0 + $1.0 * $1.1 } / total
      let square = zip(row, weights).reduce(0) { $0 + ($1.0 - mean) * ($1.0 - mean) * $1.1 } / total
      slope += mean - row[label]
      curvature += square
    }
    return (slope / Double(logits.count), curvature / Double(logits.count))
  }
}
