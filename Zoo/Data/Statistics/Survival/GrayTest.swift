import Foundation

/// Gray's test (1988): do groups have the same cumulative incidence of one kind of event, the others competing with it?
///
/// With ρ = 0, as R's `cmprsk::cuminc` has it. Takes subjects as independent, with the same fault for cells of a well as
/// ``LogRank``. Delayed entry isn't part of the method: subjects that came later are left out.
package struct GrayTest: Codable, Sendable, Hashable {
  package var chiSquared: Double
  package var degrees: Int
  package var pValue: Double

  /// - Parameter kind: The kind of event that is compared.
  /// - Returns: `nil` for fewer than two groups, or if no event tells them apart. O(n log n + times · groups³).
  package init?(_ data: SurvivalData, kind: Int = 1) {
    let groups = (data.subjects.map(\.group).max() ?? 0) + 1
    guard groups > 1 else { return nil }
    let start = data.subjects.map(\.entry).min() ?? 0
    let renumbered = data.subjects.filter { $0.entry <= start }.map { subject in
      SurvivalData.Subject(
        time: subject.time, event: subject.event == 0 ? 0 : subject.event == kind ? 1 : 2, group: subject.group)
    }
    guard let data = try? SurvivalData(renumbered) else { return nil }
    var sums = Sums(groups: groups)
    for moment in GroupedMoments(data, groups: groups, kinds: 2).moments { sums.add(moment) }
    guard let (statistic, rank) = QuadraticForm.value(sums.score, sums.finalVariance) else { return nil }
    chiSquared = statistic
    degrees = rank
    pValue = ChiSquared.upperTail(statistic, degrees: rank)
  }

  /// The sums of Gray's section 2 and appendix, event time by event time: scores, and the pieces of their variance.
  private struct Sums {
    let groups: Int
    var score: [Double]
    private var variance: [[Double]]
    /// ∫ a dF / (1 − F) until now, by pair of groups.
    private var c: [[Double]]
    private var v2: [[Double]]
    private var v3: [Double]
    /// Survival of each group before this time, and its cumulative incidence.
    private var survival: [Double]
    private var incidence: [Double]
    /// Cumulative incidence of all groups together under the hypothesis.
    private var pooled = 0.0

    init(groups: Int) {
      self.groups = groups
      let zeros = [Double](repeating: 0, count: groups)
      score = zeros
      v3 = zeros
      incidence = zeros
      survival = zeros.map { _ in 1 }
      variance = [[Double]](repeating: zeros, count: groups)
      c = variance
      v2 = variance
    }

    mutating func add(_ moment: GroupedMoments.Moment) {
      let own = moment.counts.map { $0[1] }
      let other = moment.counts.map { $0[2] }
      let allOwn = own.reduce(0, +)
      let allOther = other.reduce(0, +)
      guard allOwn + allOther > 0 else { return }
      let risk = moment.atRisk
      let open = (0..<groups).filter { risk[$0] > 0 && survival[$0] > 0 }
      var after = survival
      var incidenceAfter = incidence
      var tr = 0.0
      var tq = 0.0
      for i in open {
        after[i] = survival[i] * (risk[i] - own[i] - other[i]) / risk[i]
        incidenceAfter[i] = incidence[i] + survival[i] * own[i] / risk[i]
        tr += risk[i] / survival[i]
        tq += risk[i] * (1 - incidence[i]) / survival[i]
      }
      guard tr > 0, tq > 0 else { return }
      let pooledAfter = pooled + allOwn / tr
      var a = [[Double]](repeating: [Double](repeating: 0, count: groups), count: groups)
      for i in open {
        let weight = risk[i] / survival[i]
        for j in open {
          a[i][j] = weight * ((i == j ? 1 : 0) - risk[j] / survival[j] / tr)
          c[i][j] += a[i][j] * allOwn / (tr * (1 - pooled))
        }
        score[i] += own[i] - allOwn * risk[i] * (1 - incidence[i]) / survival[i] / tq
      }
      if allOwn > 0 {
        for k in open {
          let t4 = after[k] > 0 ? 1 - (1 - pooledAfter) / after[k] : 1
          let t5 = allOwn > 1 ? 1 - (allOwn - 1) / (tr * survival[k] - 1) : 1
          addVariance(k, t4, t5 * survival[k] * allOwn / (tr * risk[k]), (0..<groups).map { a[$0][k] - t4 * c[$0][k] })
        }
      }
      if allOther > 0 {
        for k in open where after[k] > 0 && other[k] > 0 {
          let t4 = (1 - pooledAfter) / after[k]
          let t5 = other[k] > 1 ? 1 - (other[k] - 1) / (risk[k] - 1) : 1
          let t3 = t5 * survival[k] * survival[k] * other[k] / (risk[k] * risk[k])
          addVariance(k, t4, t3, (0..<groups).map { -t4 * c[$0][k] })
        }
      }
      pooled = pooledAfter
      incidence = incidenceAfter
      survival = after
    }

    private mutating func addVariance(_ k: Int, _ t4: Double, _ t3: Double, _ terms: [Double]) {
      v3[k] += t4 * t4 * t3
      for i in 0..<groups {
        v2[i][k] += terms[i] * t4 * t3
        for j in 0..<groups { variance[i][j] += terms[i] * terms[j] * t3 }
      }
    }

    var finalVariance: [[Double]] {
      var result = variance
      for i in 0..<groups {
        for j in 0..<groups {
          for k in 0..<groups {
            result[i][j] += c[i][k] * c[j][k] * v3[k] + c[i][k] * v2[j][k] + c[j][k] * v2[i][k]
          }
        }
      }
      return result
    }
  }
}
