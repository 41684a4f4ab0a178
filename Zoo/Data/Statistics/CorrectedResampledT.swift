/// The corrected resampled t test (Nadeau and Bengio 2003): are two models different, given one difference for each fold
/// and repetition of a cross-validation?
///
/// Folds share training items, so the plain t test takes their spread for too small. The correction adds the share
/// test / train to the 1 / n of the variance.
package struct CorrectedResampledT: Codable, Sendable, Hashable {
  /// Of the differences.
  package var mean: Double
  package var standardError: Double
  package var t: Double
  package var degrees: Int
  /// Two-sided.
  package var pValue: Double

  /// - Parameters:
  ///   - differences: One for each pair of trainings on the same items with the same held-out items.
  ///   - testShare: Held-out items ÷ training items of a fold, e.g. 1 / 4 with five folds.
  /// - Returns: `nil` for fewer than two differences.
  package init?(_ differences: [Double], testShare: Double) {
    guard let spread = Spread(differences), testShare >= 0 else { return nil }
    mean = spread.mean
    degrees = differences.count - 1
    standardError =
      spread.standardDeviation * (1 / Double(differences.count) + testShare).squareRoot()
    t = standardError > 0 ? mean / standardError : mean == 0 ? 0 : .infinity * mean
    pValue = standardError > 0 ? StudentT.twoSidedPValue(t, degrees: Double(degrees)) : mean == 0 ? 1 : 0
  }
}
