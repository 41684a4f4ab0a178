import Foundation

/// The share that no event has come to yet (Kaplan and Meier 1958), with Greenwood's variance (1926) and intervals on the
/// scale of log(−log), which stay within 0 and 1 (Kalbfleisch and Prentice 2002, 1.4).
///
/// Assumes that subjects are independent and that who is censored would have fared like the others.
package struct KaplanMeier: Codable, Sendable, Hashable {
  package var curve: StepCurve

  /// All kinds of events count. O(n log n).
  package init(_ data: SurvivalData, level: Double = 0.95) {
    let z = NormalDistribution.quantile((1 + level) / 2)
    var survival = 1.0
    var sum = 0.0
    var points: [StepCurve.Point] = []
    for moment in data.moments(kinds: data.kinds) where moment.events > 0 && moment.atRisk > 0 {
      let (risk, events) = (Double(moment.atRisk), Double(moment.events))
      survival *= 1 - events / risk
      // With nobody left the sum is infinite and the curve is 0.
      sum += events / (risk * (risk - events))
      let variance = survival > 0 ? survival * survival * sum : 0
      var (lower, upper) = (survival, survival)
      if survival > 0, survival < 1 {
        let half = z * sum.squareRoot() / log(survival)
        let center = log(-log(survival))
        lower = exp(-exp(center - half))
        upper = exp(-exp(center + half))
      }
      points.append(
        .init(
          time: moment.time, value: survival, variance: variance, lower: lower, upper: upper, atRisk: moment.atRisk))
    }
    curve = StepCurve(start: 1, points: points)
  }

  /// The first time at which at most half are without an event; `nil` if more than half never have one.
  package var median: Double? { curve.points.first { $0.value <= 0.5 }?.time }
}
