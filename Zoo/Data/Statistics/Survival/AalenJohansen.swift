import Foundation

/// Cumulative incidence of each kind of event where one precludes the others (Aalen and Johansen 1978): the share of
/// subjects that had that kind until a time.
///
/// One minus Kaplan–Meier with the other kinds censored would overstate it. The variance is that of the delta method, the
/// interval on the scale of log(−log) (Collett 2015, 12.3).
package struct AalenJohansen: Codable, Sendable, Hashable {
  /// One curve for each kind of event, kind 1 first.
  package var incidence: [StepCurve]

  /// O(n log n + n · kinds).
  /// - Parameter kinds: The number of kinds, if some may be absent from the data.
  package init(_ data: SurvivalData, kinds: Int? = nil, level: Double = 0.95) {
    let kinds = max(kinds ?? 1, data.kinds)
    let z = NormalDistribution.quantile((1 + level) / 2)
    let moments = data.moments(kinds: kinds).filter { $0.events > 0 && $0.atRisk > 0 }
    incidence = (1...kinds).map { kind in
      var survival = 1.0
      var value = 0.0
      // Sums over the events so far, of which the variance at any later time is made:
      // Σ (F − F_i)² a_i + Σ b_i − 2 Σ (F − F_i) c_i with a = d / (n (n − d)), b = S² d_k (n − d_k) / n³, c = S d_k / n².
      var (a, aF, aFF, b, c, cF) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
      var points: [StepCurve.Point] = []
      for moment in moments {
        let n = Double(moment.atRisk)
        let all = Double(moment.events)
        let own = Double(moment.counts[kind])
        value += survival * own / n
        let weight = n > all ? all / (n * (n - all)) : 0
        a += weight
        aF += weight * value
        aFF += weight * value * value
        b += survival * survival * own * (n - own) / (n * n * n)
        c += survival * own / (n * n)
        cF += survival * own / (n * n) * value
        survival *= 1 - all / n
        guard own > 0 else { continue }
        let variance = max(0, value * value * a - 2 * value * aF + aFF + b - 2 * (value * c - cF))
        var (lower, upper) = (value, value)
        if value > 0, value < 1 {
          let half = z * variance.squareRoot() / (value * log(value))
          let center = log(-log(value))
          lower = exp(-exp(center - half))
          upper = exp(-exp(center + half))
        }
        points.append(
          .init(time: moment.time, value: value, variance: variance, lower: lower, upper: upper, atRisk: moment.atRisk)
        )
      }
      return StepCurve(start: 0, points: points)
    }
  }
}
