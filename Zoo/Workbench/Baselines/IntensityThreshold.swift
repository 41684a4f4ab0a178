/// The simplest reader of a marker: one threshold on one figure, with the class that is the most frequent on each side.
///
/// Classes count alike, whatever their number: the threshold is that of the best balanced accuracy over the training items.
struct IntensityThreshold {
  let threshold: Double
  /// The share of each class, weighted so that classes count alike, below and above.
  let below: [Double]
  let above: [Double]

  /// O(n log n · classes).
  /// - Returns: `nil` if all values are the same.
  init?(_ values: [Double], _ labels: [Int], classes: Int) {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var totals = [Double](repeating: 0, count: classes)
    for label in labels { totals[label] += 1 }
    let weights = totals.map { $0 > 0 ? 1 / $0 : 0 }
    var left = [Double](repeating: 0, count: classes)
    var right = zip(totals, weights).map { $0 * $1 }
    var best: (score: Double, threshold: Double, below: [Double], above: [Double])?
    for (place, item) in order.enumerated().dropLast() {
      left[labels[item]] += weights[labels[item]]
      right[labels[item]] -= weights[labels[item]]
      let next = values[order[place + 1]]
      guard next > values[item] else { continue }
      let score = (left.max() ?? 0) + (right.max() ?? 0)
      if best.map({ score > $0.score + 1e-12 }) ?? true {
        best = (score, (values[item] + next) / 2, left, right)
      }
    }
    guard let best else { return nil }
    func shares(_ counts: [Double]) -> [Double] {
      let total = counts.reduce(0) { $0 + max($1, 0) }
      return counts.map { total > 0 ? max($0, 0) / total : 1 / Double(classes) }
    }
    threshold = best.threshold
    below = shares(best.below)
    above = shares(best.above)
  }

  func probabilities(_ value: Double) -> [Double] { value > threshold ? above : below }
}
