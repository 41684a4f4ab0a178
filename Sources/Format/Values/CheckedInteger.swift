/// The project's conversions of numbers with a fraction into integers. The standard library's ends the program for a
/// number that isn't finite or is too large, and where such a number comes from a file that is a stranger's choice.
extension FixedWidthInteger {
  /// The integer that `number` rounds to, or `nil` if it is NaN or out of range: for numbers from outside, where a wrong
  /// one is to be refused.
  @inlinable
  package init?(checked number: some BinaryFloatingPoint, _ rule: FloatingPointRoundingRule = .towardZero) {
    self.init(exactly: number.rounded(rule))
  }

  /// The integer that `number` rounds to, the nearest there is if it is out of range, and 0 for NaN: for positions and
  /// counts that are clamped to a range anyway.
  @inlinable
  package init(saturating number: some BinaryFloatingPoint, _ rule: FloatingPointRoundingRule = .towardZero) {
    let rounded = number.rounded(rule)
    self = Self(exactly: rounded) ?? (rounded.isNaN ? 0 : rounded < 0 ? .min : .max)
  }
}
