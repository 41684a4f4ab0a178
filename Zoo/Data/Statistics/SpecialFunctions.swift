import Foundation

/// The two integrals that the distributions of test statistics come down to.
enum SpecialFunctions {
  /// The regularised incomplete beta function I_x(a, b), by the continued fraction of Didonato and Morris (1992, eq. 8;
  /// DLMF 8.17.22), evaluated by Lentz's method. Relative error about 1e-14. `a`, `b` > 0, `x` in 0...1.
  static func regularizedBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The fraction converges fast on one side of the mean.
    guard x <= (a + 1) / (a + b + 2) else { return 1 - regularizedBeta(1 - x, b, a) }
    let logFactor = lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    return exp(logFactor) * betaFraction(x, a, b) / a
  }

  private static func betaFraction(_ x: Double, _ a: Double, _ b: Double) -> Double {
    let tiny = 1e-300
    func nonzero(_ value: Double) -> Double { abs(value) < tiny ? tiny : value }
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...10_000 {
      let m = Double(step)
      let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
      d = 1 / nonzero(1 + even * d)
      c = nonzero(1 + even / c)
      result *= d * c
      let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
      d = 1 / nonzero(1 + odd * d)
      c = nonzero(1 + odd / c)
      let change = d * c
      result *= change
      if abs(change - 1) < 1e-16 { break }
    }
    return result
  }

  /// The regularised upper incomplete gamma function Q(a, x), by its series below a + 1 and by Legendre's continued
  /// fraction above (DLMF 8.11.4, 8.9.2). `a` > 0, `x` ≥ 0.
  static func regularizedUpperGamma(_ a: Double, _ x: Double) -> Double {
    guard x > 0 else { return 1 }
    guard x.isFinite else { return 0 }
    let factor = exp(a * log(x) - x - lgamma(a))
    if x < a + 1 {
      var term = 1 / a
      var sum = term
      for step in 1...100_000 {
        term *= x / (a + Double(step))
        sum += term
        if term < sum * 1e-17 { break }
      }
      return 1 - factor * sum
    }
    let tiny = 1e-300
    var b = x + 1 - a
    var c = 1 / tiny
    var d = 1 / b
    var result = d
    for step in 1...100_000 {
      let an = -Double(step) * (Double(step) - a)
      b += 2
      d = 1 / (abs(an * d + b) < tiny ? tiny : an * d + b)
      c = abs(b + an / c) < tiny ? tiny : b + an / c
      result *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return factor * result
  }
}

/// Student's t distribution (Gosset 1908).
package enum StudentT {
  /// P(|T| ≥ |t|) with `degrees` > 0 of freedom.
  package static func twoSidedPValue(_ t: Double, degrees: Double) -> Double {
    guard t.isFinite else { return t.isNaN ? .nan : 0 }
    return SpecialFunctions.regularizedBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
  }

  /// The t > 0 that |T| exceeds with probability 1 − `level`, e.g. 2.776 for 0.95 and 4 degrees; by bisection, to a
  /// relative 1e-14.
  package static func halfWidth(level: Double, degrees: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while twoSidedPValue(high, degrees: degrees) > 1 - level, high < 1e150 { high *= 2 }
    for _ in 0..<200 where high - low > 1e-14 * high {
      let middle = (low + high) / 2
      if twoSidedPValue(middle, degrees: degrees) > 1 - level { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

/// The χ² distribution (Pearson 1900).
enum ChiSquared {
  /// P(X ≥ `statistic`) with `degrees` ≥ 1 of freedom.
  static func upperTail(_ statistic: Double, degrees: Int) -> Double {
    SpecialFunctions.regularizedUpperGamma(Double(degrees) / 2, max(statistic, 0) / 2)
  }
}
