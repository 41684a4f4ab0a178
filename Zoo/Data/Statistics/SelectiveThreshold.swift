/// The confidence from which on answers are given, so that at most a stated share of them is wrong.
///
/// Items are accepted from the most to the least confident, as many as keep (errors + 1) ÷ (accepted + 1) within the stated
/// error: the selective classification of Geifman and El-Yaniv (2017), with the correction by which conformal risk control
/// makes up for the choice (Angelopoulos et al. 2024). The error is met on average over sets of items like those that it was
/// found with; items of other experiments vary by more.
package struct SelectiveThreshold: Sendable, Hashable {
  /// Answers of at least this confidence are given; 0 if all are.
  package let confidence: Double
  /// Items that are answered, and how many of these answers are wrong.
  package let accepted: Int
  package let errors: Int

  /// The smallest estimate of the error that any confidence reaches; what can be stated at the least.
  package static func smallestError(confidences: [Double], isCorrect: [Bool]) -> Double {
    points(confidences, isCorrect).map { Double($0.errors + 1) / Double($0.accepted + 1) }.min() ?? 1
  }

  /// O(n log n).
  /// - Returns: `nil` if no confidence keeps the error within `maximumError`.
  package init?(confidences: [Double], isCorrect: [Bool], maximumError: Double) {
    let points = Self.points(confidences, isCorrect)
    guard let last = points.last(where: { Double($0.errors + 1) <= maximumError * Double($0.accepted + 1) }) else {
      return nil
    }
    self = last
  }

  private init(confidence: Double, accepted: Int, errors: Int) {
    self.confidence = confidence
    self.accepted = accepted
    self.errors = errors
  }

  /// One for each set of items that a confidence tells apart, from the smallest to all. Confidences lie half-way between
  /// neighbouring items, so that the last bits of a computation don't decide.
  private static func points(_ confidences: [Double], _ isCorrect: [Bool]) -> [SelectiveThreshold] {
    let order = confidences.indices.sorted { confidences[$0] > confidences[$1] }
    var points: [SelectiveThreshold] = []
    var errors = 0
    for (place, index) in order.enumerated() {
      if !isCorrect[index] { errors += 1 }
      guard place + 1 < order.count else {
        points.append(SelectiveThreshold(confidence: 0, accepted: place + 1, errors: errors))
        break
      }
      let (own, next) = (confidences[index], confidences[order[place + 1]])
      guard next < own else { continue }
      points.append(SelectiveThreshold(confidence: (own + next) / 2, accepted: place + 1, errors: errors))
    }
    return points
  }
}
