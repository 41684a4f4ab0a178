/// The difference of two areas under the ROC curve on the same items (DeLong, DeLong and Clarke-Pearson 1988), with the
/// ranks of Sun and Xu (2014), so that it costs O(n log n) instead of O(n²).
///
/// Takes items as independent. Assumes enough items of both kinds for the areas to be normal, which is doubtful where an
/// area is near 1.
package struct DeLong: Codable, Sendable, Hashable {
  package var firstArea: Double
  package var secondArea: Double
  /// Of the second area minus the first.
  package var standardError: Double
  /// (second − first) / ``standardError``; 0 if the scores order the items alike.
  package var z: Double
  /// Two-sided.
  package var pValue: Double

  /// - Returns: `nil` unless there are at least two positive and two negative items and as many scores as items.
  package init?(first: [Float], second: [Float], isPositive: [Bool]) {
    guard first.count == isPositive.count, second.count == isPositive.count else { return nil }
    let positives = isPositive.indices.filter { isPositive[$0] }
    let negatives = isPositive.indices.filter { !isPositive[$0] }
    guard positives.count > 1, negatives.count > 1 else { return nil }
    let one = Components(first, positives, negatives)
    let other = Components(second, positives, negatives)
    firstArea = one.area
    secondArea = other.area
    func variance(_ first: [Double], _ second: [Double]) -> Double {
      let differences = zip(first, second).map { $1 - $0 }
      let mean = differences.reduce(0, +) / Double(differences.count)
      let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return squares / Double(differences.count - 1) / Double(differences.count)
    }
    let total =
      variance(one.ofPositives, other.ofPositives) + variance(one.ofNegatives, other.ofNegatives)
    standardError = total.squareRoot()
    z = standardError > 0 ? (secondArea - firstArea) / standardError : 0
    pValue = standardError > 0 ? 2 * NormalDistribution.cumulative(-abs(z)) : secondArea == firstArea ? 1 : 0
  }

  /// For each positive item the share of negatives that it outranks, for each negative item the share of positives that
  /// outrank it; equal scores count half.
  private struct Components {
    let ofPositives: [Double]
    let ofNegatives: [Double]
    let area: Double

    init(_ scores: [Float], _ positives: [Int], _ negatives: [Int]) {
      let all = Self.midranks(positives.map { scores[$0] } + negatives.map { scores[$0] })
      let amongPositives = Self.midranks(positives.map { scores[$0] })
      let amongNegatives = Self.midranks(negatives.map { scores[$0] })
      let (m, n) = (Double(positives.count), Double(negatives.count))
      ofPositives = positives.indices.map { (all[$0] - amongPositives[$0]) / n }
      ofNegatives = negatives.indices.map { 1 - (all[positives.count + $0] - amongNegatives[$0]) / m }
      area = ofPositives.reduce(0, +) / m
    }

    /// Ranks from 1; equal values share the mean of theirs.
    private static func midranks(_ values: [Float]) -> [Double] {
      let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
      var ranks = [Double](repeating: 0, count: values.count)
      var start = 0
      while start < order.count {
        var end = start
        while end + 1 < order.count, values[order[end + 1]] == values[order[start]] { end += 1 }
        for place in start...end { ranks[order[place]] = Double(start + end) / 2 + 1 }
        start = end + 1
      }
      return ranks
    }
  }
}
