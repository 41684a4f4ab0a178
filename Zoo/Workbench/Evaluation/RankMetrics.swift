/// Metrics of one class against the rest that depend only on the order of the scores. Equal scores are taken
/// together, so the order of the items doesn't matter.
///
/// The order is found once, O(n log n); a value for a set of weights is then O(n). Keeps ``bytesPerItem`` for each item.
struct RankMetrics {
  /// Items by falling score.
  private let order: [UInt32]
  /// Where each run of equal scores ends in `order`.
  private let ends: [UInt32]

  static let bytesPerItem = 8

  init(scores: [Float]) {
    let order = scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }
    let ends = order.indices.filter { $0 + 1 == order.count || scores[order[$0]] != scores[order[$0 + 1]] }
    self.order = order.map { UInt32($0) }
    self.ends = ends.map { UInt32($0 + 1) }
  }

  /// The probability that a positive item scores higher than a negative one, equal scores counting half
  /// (`roc_auc_score`; Mann and Whitney 1947). `nil` without items of both kinds.
  func areaUnderROC(isPositive: (Int) -> Bool, weight: (Int) -> Int) -> Double? {
    var positives = 0
    var negatives = 0
    var twiceWins = 0
    forEachTie(isPositive: isPositive, weight: weight) { tied in
      // The negatives of this tie lose half against its positives and wholly against the positives above.
      twiceWins += tied.negative * (2 * positives + tied.positive)
      positives += tied.positive
      negatives += tied.negative
    }
    guard positives > 0, negatives > 0 else { return nil }
    return Double(twiceWins) / 2 / Double(positives) / Double(negatives)
  }

  /// Σ (recall_n − recall_{n−1}) · precision_n over falling thresholds, without interpolation
  /// (`average_precision_score`). `nil` without positive items.
  func averagePrecision(isPositive: (Int) -> Bool, weight: (Int) -> Int) -> Double? {
    var positives = 0
    var all = 0
    var sum = 0.0
    forEachTie(isPositive: isPositive, weight: weight) { tied in
      positives += tied.positive
      all += tied.positive + tied.negative
      if all > 0 { sum += Double(tied.positive) * Double(positives) / Double(all) }
    }
    return positives == 0 ? nil : sum / Double(positives)
  }

  private func forEachTie(
    isPositive: (Int) -> Bool, weight: (Int) -> Int, _ body: ((positive: Int, negative: Int)) -> Void
  ) {
    var start = 0
    for end in ends.lazy.map(Int.init) {
      var tied = (positive: 0, negative: 0)
      for item in order[start..<end].lazy.map(Int.init) {
        if isPositive(item) { tied.positive += weight(item) } else { tied.negative += weight(item) }
      }
      body(tied)
      start = end
    }
  }
}
