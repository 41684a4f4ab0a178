import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// Whether the tests of a comparison keep their promises: on pairs of models whose truth is known.
@Suite("Differences by groups")
struct GroupedDifferenceTests {
  /// Two models on `groups` groups of `size` items; a group's difficulty and each model's luck with it are shared by its
  /// items.
  private static func pair(
    groups: Int, size: Int, accuracies: (Double, Double), luck: Double, seed: UInt64
  ) -> (GroupedConfusion, GroupedConfusion) {
    var random = KeyedRandom(seed: seed, KeyedRandom.key("pair"))
    var sets: ([Predictions.Item], [Predictions.Item]) = ([], [])
    for group in 0..<groups {
      let difficulty = random.normal() * luck
      let lucks = (random.normal() * luck / 2, random.normal() * luck / 2)
      for item in 0..<size {
        let label = item % 2
        func predict(_ accuracy: Double, _ luck: Double) -> Predictions.Item {
          let isRight = random.chance(min(max(accuracy + difficulty + luck, 0), 1))
          let probability: Float = isRight == (label == 0) ? 0.8 : 0.2
          return .init(
            id: "\(group)-\(item)", group: "\(group)", label: label, probabilities: [probability, 1 - probability])
        }
        sets.0.append(predict(accuracies.0, lucks.0))
        sets.1.append(predict(accuracies.1, lucks.1))
      }
    }
    func confusion(_ items: [Predictions.Item]) -> GroupedConfusion {
      guard let predictions = try? Predictions(classes: ["a", "b"], items: items) else {
        return GroupedConfusion([], groups: Groups([]))
      }
      return GroupedConfusion([predictions], groups: Groups(items))
    }
    return (confusion(sets.0), confusion(sets.1))
  }

  private static func share(of trials: Int, _ holds: @Sendable (UInt64) -> Bool) -> Double {
    Double((0..<trials).count { holds(UInt64($0)) }) / Double(trials)
  }

  @Test("of equal models with correlated groups one in twenty is called different")
  func level() {
    let trials = 1000
    let found = Self.share(of: trials) { seed in
      let (one, other) = Self.pair(groups: 10, size: 20, accuracies: (0.8, 0.8), luck: 0.1, seed: seed)
      return (GroupedDifference(one, other, .accuracy).pValue(seed: 1) ?? 1) < 0.05
    }
    #expect(abs(found - 0.05) <= 0.015, "\(found)")
  }

  @Test("a gap of five points on a thousand items of twenty groups is found four times of five")
  func power() {
    let found = Self.share(of: 100) { seed in
      let (one, other) = Self.pair(groups: 20, size: 50, accuracies: (0.85, 0.9), luck: 0.04, seed: seed)
      return (GroupedDifference(one, other, .balancedAccuracy).pValue(seed: 1) ?? 1) < 0.05
    }
    #expect(found >= 0.8, "\(found)")
  }

  @Test("models that differ by the margin are called equivalent one time in twenty at most, and equal ones often")
  func equivalence() {
    @Sendable func isEquivalent(_ gap: Double, _ seed: UInt64) -> Bool {
      let (one, other) = Self.pair(groups: 20, size: 50, accuracies: (0.8, 0.8 + gap), luck: 0.03, seed: seed)
      let difference = GroupedDifference(one, other, .accuracy)
      guard let wide = difference.interval(level: 0.95), let narrow = difference.interval(level: 0.9) else {
        return false
      }
      let conclusion = Equivalence(
        wide: wide.lower...wide.upper, narrow: narrow.lower...narrow.upper, margin: 0.05)
      return conclusion == .equivalent || conclusion == .differentWithinMargin
    }
    let wrong = Self.share(of: 1000) { isEquivalent(0.05, $0) }
    #expect(wrong <= 0.065, "\(wrong)")
    let right = Self.share(of: 300) { isEquivalent(0, $0) }
    // The difference's standard error is near 2 points, so that no test could do much better.
    #expect(right >= 0.6, "\(right)")
  }

  @Test("intervals of a mean over groups are the textbook's: mean ± t · s / √n")
  func interval() throws {
    // Accuracy over equally large groups is the mean of their accuracies.
    let (one, other) = Self.pair(groups: 8, size: 10, accuracies: (0.7, 0.8), luck: 0.1, seed: 4)
    func found(_ sums: GroupedConfusion.Sums) -> Double {
      var total = [Double](repeating: 0, count: 3 * one.classes + 1)
      sums.add(to: &total)
      return total[..<one.classes].reduce(0, +)
    }
    let gaps = zip(one.counts, other.counts).map { (found($1) - found($0)) / 10 }
    let mean = gaps.reduce(0, +) / 8
    let deviation = (gaps.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 7).squareRoot()
    let interval = try #require(GroupedDifference(one, other, .accuracy).interval(level: 0.95))
    // t of 7 degrees at 97.5 %, from any table.
    let half = 2.364624251592785 * deviation / 8.0.squareRoot()
    #expect(abs(interval.lower - (mean - half)) < 1e-9 && abs(interval.upper - (mean + half)) < 1e-9)
  }

  /// A table of the square of the classes would have 80 GB for each group.
  @Test("100,000 classes take memory for what was said of items, and scores are those of the confusion matrix")
  func manyClasses() throws {
    let classes = (0..<100_000).map { "class-\($0)" }
    let shares = [Float](repeating: 0, count: classes.count)
    func predictions(_ wrong: Int) throws -> Predictions {
      try Predictions(
        classes: classes,
        items: (0..<12).map { number in
          var own = shares
          own[(number * 7919 + (number < wrong ? 1 : 0)) % classes.count] = 1
          return .init(
            id: "\(number)", group: "\(number % 6)", label: number * 7919 % classes.count, probabilities: own)
        })
    }
    let (one, other) = (try predictions(3), try predictions(6))
    let compared = try PairedComparison(first: ("one", one), second: ("other", other))
    for metric in [Metric.accuracy, .balancedAccuracy, .macroF1] {
      let values = try [one, other].map { try #require(EvaluationResult($0, resamples: 0)[metric]) }
      let difference = try #require(compared[metric])
      #expect(abs(difference.estimate - (values[1] - values[0])) < 1e-12, "\(metric)")
    }
  }

  @Test("letters part those that differ and join those that don't")
  func letters() {
    // Four models, of which the best differs from the two last and the second from the last.
    let differ: Set<[Int]> = [[0, 2], [0, 3], [1, 3]]
    func ranking(_ values: [Double], differ: (Int, Int) -> Bool) -> Ranking {
      Ranking(Array(values.indices), value: { values[$0] }, differ: differ)
    }
    let four = ranking([0.9, 0.85, 0.8, 0.7]) { differ.contains([min($0, $1), max($0, $1)]) }
    #expect(four.places.map(\.letters) == ["a", "ab", "bc", "c"])
    #expect(ranking([0.5, 0.9]) { _, _ in false }.places.map(\.letters) == ["a", "a"])
    #expect(ranking([0.5, 0.9]) { _, _ in true }.places.map(\.model) == [1, 0])
  }

  @Test("many pairs of few groups: the least p that there can be is said where no difference could be shown")
  func leastP() throws {
    func pairs(groups: Int, _ count: Int) throws -> [PairedComparison] {
      func predictions(_ isRight: Bool) throws -> Predictions {
        try Predictions(
          classes: ["a", "b"],
          items: (0..<groups * 4).map { item in
            let first: Float = isRight == (item % 2 == 0) ? 0.9 : 0.1
            return .init(id: "\(item)", group: "\(item / 4)", label: item % 2, probabilities: [first, 1 - first])
          })
      }
      let pair = try PairedComparison(first: ("none", predictions(false)), second: ("all", predictions(true)))
      // Nothing is farther apart than a model that is always right from one that never is.
      #expect(pair[.balancedAccuracy]?.pValue == 1 / Double(1 << groups))
      var all = [PairedComparison](repeating: pair, count: count)
      PairedComparison.adjust(&all)
      return all
    }
    let few = try pairs(groups: 9, 240)
    #expect(few.allSatisfy { ($0[.balancedAccuracy]?.adjustedPValue ?? 0) > 0.05 })
    let caution = try #require(PairedComparison.powerCaution(few))
    #expect(caution.hasPrefix("9 independent groups can't show a difference"), "\(caution)")
    #expect(caution.contains("corrected for 240 pairs, p is at least 0.469"), "\(caution)")
    #expect(try PairedComparison.powerCaution(pairs(groups: 12, 204)) == nil)
    #expect(try PairedComparison.powerCaution(pairs(groups: 12, 205)) != nil)
    #expect(try PairedComparison.powerCaution(pairs(groups: 9, 1)) == nil)
  }
}
