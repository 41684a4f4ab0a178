import Testing
import ZooWorkbench

@Suite struct EvaluationIntervalTests {
  @Test func wilsonIsThatOfSciPy() throws {
    for expected in try EvaluationFixture.load().wilson {
      let interval = try #require(Interval.wilson(successes: expected.successes, total: expected.total))
      #expect(abs(interval.lower - expected.lower) < 1e-12, "\(expected)")
      #expect(abs(interval.upper - expected.upper) < 1e-12, "\(expected)")
    }
    #expect(Interval.wilson(successes: 3, total: 0) == nil)
    #expect(Interval.wilson(successes: 3, total: 2) == nil)
  }

  /// Both draw at random, so they agree within the noise of their resamples.
  @Test func clusterBootstrapAgreesWithSciPyWithinResamplingNoise() throws {
    let grouped = try EvaluationFixture.load().grouped
    let predictions = try EvaluationFixture.predictions(
      grouped.labels, grouped.probabilities, groups: grouped.groups)
    let result = try EvaluationResult(predictions, resamples: 20_000)
    #expect(result.groups == 24)
    for (name, expected) in grouped.intervals {
      let interval = try #require(result.intervals[name])
      let tolerance = 0.05 * (expected[1] - expected[0])
      #expect(abs(interval.lower - expected[0]) < tolerance, "\(name): \(interval), expected \(expected)")
      #expect(abs(interval.upper - expected[1]) < tolerance, "\(name): \(interval), expected \(expected)")
    }
  }

  @Test func sameSeedSameIntervalAnotherSeedAnother() throws {
    let grouped = try EvaluationFixture.load().grouped
    let predictions = try EvaluationFixture.predictions(
      grouped.labels, grouped.probabilities, groups: grouped.groups)
    let first = try EvaluationResult(predictions, resamples: 300, seed: 3)
    #expect(try EvaluationResult(predictions, resamples: 300, seed: 3) == first)
    #expect(try EvaluationResult(predictions, resamples: 300, seed: 4).intervals != first.intervals)
  }

  @Test func orderOfItemsDoesNotMatter() throws {
    let grouped = try EvaluationFixture.load().grouped
    let predictions = try EvaluationFixture.predictions(
      grouped.labels, grouped.probabilities, groups: grouped.groups)
    let reversed = try Predictions(classes: predictions.classes, items: predictions.items.reversed())
    let intervals = (
      try EvaluationResult(predictions, resamples: 200).interval(.balancedAccuracy),
      try EvaluationResult(reversed, resamples: 200).interval(.balancedAccuracy)
    )
    #expect(intervals.0 == intervals.1)
  }

  @Test func fewGroupsGiveACautionAndVeryFewNoInterval() throws {
    func evaluate(groups: Int) throws -> EvaluationResult {
      let items = (0..<60).map { index in
        Predictions.Item(
          id: "\(index)", group: "plate \(index % groups)", label: index % 2,
          probabilities: index % 7 == 0 ? [0.4, 0.6] : index % 2 == 0 ? [0.9, 0.1] : [0.2, 0.8])
      }
      return try EvaluationResult(Predictions(classes: ["a", "b"], items: items), resamples: 400)
    }
    let four = try evaluate(groups: 4)
    #expect(four.intervals.isEmpty)
    #expect(four.cautions.contains { $0.contains("only 4 independent groups") })
    #expect(try evaluate(groups: 1).cautions.contains { $0.contains("only 1 independent group:") })
    let eleven = try evaluate(groups: 11)
    #expect(eleven.interval(.accuracy)?.caution?.contains("11 independent groups") == true)
    let thirty = try evaluate(groups: 30)
    #expect(thirty.interval(.accuracy)?.caution == nil)
  }

  /// Cells of a well succeed or fail together, which an interval over items doesn't know.
  @Test func intervalsOverGroupsCoverTheTruthWhereIntervalsOverItemsDoNot() throws {
    var random = Xorshift(state: 88_172_645_463_325_252)
    var covered = (groups: 0, items: 0)
    let trials = 300
    for _ in 0..<trials {
      var items: [Predictions.Item] = []
      for well in 0..<30 {
        // Half of the wells are easy (95 %), half are hard (55 %): the truth is 75 %.
        let skill: Float = random.unit() < 0.5 ? 0.95 : 0.55
        for cell in 0..<20 {
          let isRight = random.unit() < skill
          items.append(
            .init(
              id: "\(well).\(cell)", group: "\(well)", label: cell % 2,
              probabilities: isRight == (cell % 2 == 0) ? [0.9, 0.1] : [0.1, 0.9]))
        }
      }
      let result = try EvaluationResult(Predictions(classes: ["a", "b"], items: items), resamples: 300)
      let interval = try #require(result.interval(.accuracy))
      if (interval.lower...interval.upper).contains(0.75) { covered.groups += 1 }
      let correct = result.confusion.counts[0][0] + result.confusion.counts[1][1]
      let naive = try #require(Interval.wilson(successes: correct, total: 600))
      if (naive.lower...naive.upper).contains(0.75) { covered.items += 1 }
    }
    let shares = (Double(covered.groups) / Double(trials), Double(covered.items) / Double(trials))
    #expect((0.90...0.98).contains(shares.0), "the interval over groups covers in \(shares.0)")
    #expect(shares.1 < 0.75, "the interval over items covers in \(shares.1)")
  }

  private struct Xorshift {
    var state: UInt64
    mutating func unit() -> Float {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Float(state >> 40) / Float(1 << 24)
    }
  }
}
