/// The probability from which on a two-class model answers its positive class, chosen on held-out items.
package struct OperatingPoint: Sendable, Hashable {
  /// How the threshold is chosen.
  package enum Rule: Sendable, Hashable {
    /// The greatest sum of sensitivity and specificity (Youden 1950); of equals the one nearest to ½.
    case youden
    /// The highest threshold that finds at least this share of the positive items.
    case sensitivity(Double)
    /// The lowest threshold that leaves at least this share of the negative items.
    case specificity(Double)

    /// `youden`, `sensitivity=0.95` or `specificity=0.95`; `nil` for anything else.
    package init?(_ text: String) {
      let words = text.split(separator: "=", omittingEmptySubsequences: false)
      let share = words.count == 2 ? Double(words[1]).flatMap { $0 > 0 && $0 <= 1 ? $0 : nil } : nil
      switch (words.first, share) {
      case ("youden", nil) where words.count == 1: self = .youden
      case ("sensitivity", let share?): self = .sensitivity(share)
      case ("specificity", let share?): self = .specificity(share)
      default: return nil
      }
    }

    /// In words, for a model's card.
    package var text: String {
      switch self {
      case .youden: "greatest sensitivity + specificity on the validation items (Youden 1950)"
      case .sensitivity(let share): "sensitivity of at least \(share) on the validation items"
      case .specificity(let share): "specificity of at least \(share) on the validation items"
      }
    }
  }

  package let threshold: Double
  package let sensitivity: Double
  package let specificity: Double

  /// Thresholds lie half-way between neighbouring probabilities, so that the last bits of a computation don't decide.
  /// O(n log n).
  /// - Parameter probabilities: of the positive class.
  /// - Returns: `nil` without items of both kinds.
  package init?(_ rule: Rule, probabilities: [Float], isPositive: [Bool]) {
    let positives = isPositive.count { $0 }
    let negatives = isPositive.count - positives
    guard positives > 0, negatives > 0, probabilities.count == isPositive.count else { return nil }
    let order = probabilities.indices.sorted { probabilities[$0] < probabilities[$1] }
    // Below the lowest all are positive; each step turns the items of one probability negative.
    var points = [Self(threshold: 0, sensitivity: 1, specificity: 0)]
    var (found, left) = (positives, 0)
    for (place, index) in order.enumerated() {
      if isPositive[index] { found -= 1 } else { left += 1 }
      let own = Double(probabilities[index])
      let next = place + 1 < order.count ? Double(probabilities[order[place + 1]]) : max(1, own)
      guard place + 1 == order.count || next > own else { continue }
      points.append(
        Self(
          threshold: (own + next) / 2, sensitivity: Double(found) / Double(positives),
          specificity: Double(left) / Double(negatives)))
    }
    let chosen: OperatingPoint? =
      switch rule {
      case .youden:
        points.max {
          let (a, b) = ($0.sensitivity + $0.specificity, $1.sensitivity + $1.specificity)
          return a == b ? abs($0.threshold - 0.5) > abs($1.threshold - 0.5) : a < b
        }
      case .sensitivity(let share): points.last { $0.sensitivity >= share }
      case .specificity(let share): points.first { $0.specificity >= share }
      }
    guard let chosen else { return nil }
    self = chosen
  }

  private init(threshold: Double, sensitivity: Double, specificity: Double) {
    self.threshold = threshold
    self.sensitivity = sensitivity
    self.specificity = specificity
  }
}
