import Testing
import ZooData
import ZooWorkbench

/// The tests and corrections that a comparison relies on.
@Suite struct ComparisonStatisticsTests {
  @Test func mcNemarIsTheBinomialTestOfSciPy() throws {
    for expected in try EvaluationFixture.load().mcnemar {
      let test = McNemar(onlyFirst: expected.first, onlySecond: expected.second)
      #expect(abs(test.exactPValue - expected.exact) < 1e-9, "\(expected): \(test)")
      #expect(abs(test.midPValue - expected.mid) < 1e-9, "\(expected): \(test)")
    }
  }

  @Test func holmAdjustsStepByStep() throws {
    for expected in try EvaluationFixture.load().holm {
      let adjusted = Holm.adjusted(expected.p)
      for (actual, wanted) in zip(adjusted, expected.adjusted) { #expect(abs(actual - wanted) < 1e-12, "\(adjusted)") }
    }
    #expect(Holm.adjusted([]) == [])
  }

  @Test func aModelDoesNotDifferFromItself() throws {
    let grouped = try EvaluationFixture.load().grouped
    let one = try EvaluationFixture.predictions(grouped.labels, grouped.probabilities, groups: grouped.groups)
    let comparison = try PairedComparison(first: ("a", one), second: ("b", one))
    #expect(comparison[.balancedAccuracy]?.estimate == 0)
    #expect(comparison[.balancedAccuracy]?.pValue == 1)
    #expect(comparison.mcnemar?.exactPValue == 1)
  }

  @Test func otherItemsAndOtherLabelsAreLeftOutWithACaution() throws {
    func predictions(_ ids: Range<Int>, relabelled: Int? = nil) throws -> Predictions {
      try Predictions(
        classes: ["a", "b"],
        items: ids.map { .init(id: "\($0)", label: $0 == relabelled ? 1 : 0, probabilities: [0.7, 0.3]) })
    }
    let comparison = try PairedComparison(
      first: ("x", predictions(0..<10)), second: ("y", predictions(4..<12, relabelled: 5)))
    #expect(comparison.items == 5)
    #expect(comparison.cautions.contains { $0.contains("10 and 8, of which 6 common") })
    #expect(comparison.cautions.contains { $0.contains("1 items with two different labels") })
    #expect(throws: ZooError.self) {
      try PairedComparison(first: ("x", predictions(0..<3)), second: ("y", predictions(5..<9)))
    }
  }

  @Test func classesAreMatchedByName() throws {
    let first = try Predictions(classes: ["a", "b"], items: [.init(id: "1", label: 0, probabilities: [0.9, 0.1])])
    let second = try Predictions(classes: ["b", "a"], items: [.init(id: "1", label: 1, probabilities: [0.2, 0.8])])
    let comparison = try PairedComparison(first: ("x", first), second: ("y", second))
    #expect(comparison[.accuracy]?.estimate == 0)
    let other = try Predictions(classes: ["a", "c"], items: [.init(id: "1", label: 0, probabilities: [0.2, 0.8])])
    #expect(throws: ZooError.self) { try PairedComparison(first: ("x", first), second: ("z", other)) }
  }

  @Test func deviationOverSeedsHasNMinusOne() throws {
    let spread = try #require(Spread([0.8, 0.9, 0.85]))
    #expect(abs(spread.mean - 0.85) < 1e-12)
    #expect(abs(spread.standardDeviation - 0.05) < 1e-12)
    #expect(Spread([0.8]) == nil)
  }
}
