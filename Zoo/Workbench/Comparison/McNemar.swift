import Foundation

/// McNemar's test (1947): do two models fail on different items more often than chance lets them, given the items on
/// which just one of them is right?
package struct McNemar: Codable, Sendable, Hashable {
  /// Items that only the first model got right.
  package var onlyFirst: Int
  /// Items that only the second model got right.
  package var onlySecond: Int
  /// Two-sided exact binomial p-value.
  package var exactPValue: Double
  /// Two-sided mid-p-value, less conservative (Fagerland, Lydersen and Laake 2013).
  package var midPValue: Double

  /// O(onlyFirst + onlySecond).
  package init(onlyFirst: Int, onlySecond: Int) {
    self.onlyFirst = onlyFirst
    self.onlySecond = onlySecond
    let fewer = min(onlyFirst, onlySecond)
    let (mass, tail) = Self.fairBinomial(fewer, of: onlyFirst + onlySecond)
    exactPValue = min(1, 2 * tail)
    midPValue = min(1, 2 * tail - mass)
  }

  /// P(X = k) and P(X ≤ k) for X ~ Binomial(n, 1/2).
  private static func fairBinomial(_ k: Int, of n: Int) -> (mass: Double, tail: Double) {
    var logarithm = -Double(n) * log(2.0)
    for i in 0..<k { logarithm += log(Double(n - i)) - log(Double(i + 1)) }
    let mass = exp(logarithm)
    // Downwards from k each term is the one before, times i / (n − i + 1).
    var term = mass
    var tail = mass
    for i in stride(from: k, to: 0, by: -1) {
      term *= Double(i) / Double(n - i + 1)
      tail += term
      if term < tail * 1e-18 { break }
    }
    return (mass, tail)
  }
}
