import Testing
import ZooWorkbench

/// Every figure against scikit-learn's, edge cases included.
@Suite struct EvaluationMetricsTests {
  let fixture: EvaluationFixture

  init() throws { fixture = try EvaluationFixture.load() }

  @Test func metricsAreThoseOfScikitLearn() throws {
    #expect(fixture.cases.count == 9)
    for expected in fixture.cases {
      let result = try EvaluationResult(
        EvaluationFixture.predictions(expected.labels, expected.probabilities), resamples: 10)
      #expect(result.confusion.counts == expected.confusion, "\(expected.name)")
      for metric in Metric.allCases {
        expectEqual(result[metric], expected.metrics[metric.rawValue], "\(expected.name): \(metric)")
      }
    }
  }

  @Test func figuresOfEachClassAreThoseOfScikitLearn() throws {
    for expected in fixture.cases {
      let result = try EvaluationResult(
        EvaluationFixture.predictions(expected.labels, expected.probabilities), resamples: 10)
      for (index, row) in result.perClass.enumerated() {
        let place = "\(expected.name), class \(index)"
        expectEqual(row.precision, expected.precision[index], "\(place): precision")
        expectEqual(row.recall, expected.recall[index], "\(place): recall")
        expectEqual(row.f1, expected.f1[index], "\(place): F1")
        expectEqual(row.areaUnderROC, expected.auroc[index], "\(place): AUROC")
        expectEqual(row.averagePrecision, expected.averagePrecision[index], "\(place): average precision")
      }
    }
  }

  @Test func cautionsNameClassesThatAreMissing() throws {
    let absent = try #require(fixture.cases.first { $0.name == "a class without items" })
    let result = try EvaluationResult(
      EvaluationFixture.predictions(absent.labels, absent.probabilities), resamples: 10)
    #expect(result.cautions.contains { $0.contains("'class 2' has no items") })
    let unpredicted = try #require(fixture.cases.first { $0.name == "a class that is never predicted" })
    let other = try EvaluationResult(
      EvaluationFixture.predictions(unpredicted.labels, unpredicted.probabilities), resamples: 10)
    #expect(other.cautions.contains { $0.contains("'class 2' is never predicted") })
  }

  @Test func nothingLabelledIsAnError() throws {
    let predictions = try Predictions(
      classes: ["a", "b"], items: [.init(id: "1", label: nil, probabilities: [0.5, 0.5])])
    #expect(throws: ZooError.self) { try EvaluationResult(predictions) }
  }

  private func expectEqual(
    _ actual: Double?, _ expected: Double?, _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    guard let actual, let expected else {
      #expect(
        actual == nil && expected == nil, "\(what): \(actual as Any), expected \(expected as Any)",
        sourceLocation: sourceLocation)
      return
    }
    #expect(
      abs(actual - expected) < 1e-12 * max(1, abs(expected)), "\(what): \(actual), expected \(expected)",
      sourceLocation: sourceLocation)
  }
}
