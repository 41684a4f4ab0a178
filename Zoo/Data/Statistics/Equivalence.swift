/// What an interval of a difference says about a margin within which a difference doesn't matter.
///
/// “Equivalent” is the result of two one-sided tests at level α (Schuirmann 1987): the interval of level 1 − 2α lies within
/// the margin. That no difference was found never means that there is none.
package enum Equivalence: String, Codable, Sendable, Hashable {
  /// A difference beyond chance, and more than the margin.
  case different
  /// A difference beyond chance, but shown to lie within the margin.
  case differentWithinMargin = "different_within_margin"
  /// No difference larger than the margin.
  case equivalent
  /// Neither shown.
  case undecided

  /// - Parameters:
  ///   - wide: The interval of level 1 − α, which tells whether there is a difference.
  ///   - narrow: The interval of level 1 − 2α, which tells whether it lies within the margin.
  package init(wide: ClosedRange<Double>, narrow: ClosedRange<Double>, margin: Double) {
    let isDifferent = wide.lowerBound > 0 || wide.upperBound < 0
    let isWithin = narrow.lowerBound > -margin && narrow.upperBound < margin
    switch (isDifferent, isWithin) {
    case (true, true): self = .differentWithinMargin
    case (true, false): self = .different
    case (false, true): self = .equivalent
    case (false, false): self = .undecided
    }
  }
}
