import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("From probabilities to answers")
struct DecisionTests {
  private let isPositive = [
    1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1,
  ].map { $0 == 1 }
  private let scores: [Float] = [
    0.58, 0.18, 0.09, 0.25, 0.47, 0.59, 0.89, 0.6, 0.36, 0.74, 0.49, 0.22, 0.6, 0.49, 0.83, 0.28, 0.59, 0.9, 0.13, 0.28,
    0.57, 0.5, 0.67, 0.82,
  ]

  /// Sensitivities and specificities are those of `sklearn.metrics.roc_curve`; thresholds lie half-way to the next score.
  private static let expected: [(rule: OperatingPoint.Rule, values: [Double])] = [
    (.youden, [0.575, 1, 13.0 / 15]), (.sensitivity(0.9), [0.575, 1, 13.0 / 15]),
    (.specificity(0.9), [0.78, 3.0 / 9, 14.0 / 15]),
  ]

  @Test("operating points are those of the ROC curve")
  func points() throws {
    for (rule, values) in Self.expected {
      let point = try #require(OperatingPoint(rule, probabilities: scores, isPositive: isPositive))
      for (a, e) in zip([point.threshold, point.sensitivity, point.specificity], values) {
        #expect(abs(a - e) < 1e-6, "\(rule): \(point)")
      }
      #expect(OperatingPoint(rule, probabilities: scores, isPositive: scores.map { _ in true }) == nil)
    }
  }

  @Test("rules are read from words, and nothing else is")
  func rules() {
    #expect(OperatingPoint.Rule("youden") == .youden)
    #expect(OperatingPoint.Rule("sensitivity=0.95") == .sensitivity(0.95))
    #expect(OperatingPoint.Rule("specificity=1") == .specificity(1))
    for text in ["", "youden=1", "sensitivity", "sensitivity=0", "specificity=2", "sensitivity=x", "best"] {
      #expect(OperatingPoint.Rule(text) == nil, "\(text)")
    }
  }

  @Test("answers follow the threshold and the least confidence")
  func answers() {
    let plain = Decision()
    #expect(plain.answer([0.2, 0.8], classes: ["a", "b"]) == .init(index: 1, isUncertain: false))
    #expect(plain.answer([0.5, 0.5], classes: ["a", "b"]) == .init(index: 0, isUncertain: false))
    let strict = Decision(positiveClass: "b", threshold: 0.1, leastConfidence: 0.3)
    #expect(strict.answer([0.8, 0.2], classes: ["a", "b"]) == .init(index: 1, isUncertain: true))
    #expect(strict.answer([0.95, 0.05], classes: ["a", "b"]) == .init(index: 0, isUncertain: false))
    #expect(strict.answer([0.6, 0.4], classes: ["a", "b"]) == .init(index: 1, isUncertain: false))
  }

  /// Logits of items of three classes that are `sharpness` times as large as they should be; the labels are drawn from the
  /// probabilities that the right ones mean.
  private func items(_ count: Int, sharpness: Double, seed: UInt64) -> (logits: [[Double]], labels: [Int]) {
    var random = KeyedRandom(seed: seed, 9)
    var (logits, labels): ([[Double]], [Int]) = ([], [])
    for _ in 0..<count {
      let own = (0..<3).map { _ in 4 * random.normal() }
      let odds = own.map { exp($0) }
      var draw = random.uniform() * odds.reduce(0, +)
      labels.append(
        odds.firstIndex { odds in
          draw -= odds; return draw < 0
        } ?? 2)
      logits.append(own.map { sharpness * $0 })
    }
    return (logits, labels)
  }

  private func predictions(_ items: (logits: [[Double]], labels: [Int]), temperature: Double) throws -> Predictions {
    let rows = zip(items.logits, items.labels).enumerated().map { place, item in
      let odds = item.0.map { exp(($0 - (item.0.max() ?? 0)) / temperature) }
      let total = odds.reduce(0, +)
      return Predictions.Item(id: "\(place)", label: item.1, probabilities: odds.map { Float($0 / total) })
    }
    return try Predictions(classes: ["a", "b", "c"], items: rows)
  }

  /// Twenty experiments, each with its own validation items: what is found there is held against 4,000 items of the same kind.
  @Test(
    "overconfident models lose half of their calibration error at least, and the stated error of 5 % is met within 1 %")
  func twentyExperiments() throws {
    var (errors, coverages): ([Double], [Double]) = ([], [])
    for experiment in 0..<20 {
      let validation = items(800, sharpness: 3, seed: UInt64(experiment))
      let scaling = try #require(TemperatureScaling(logits: validation.logits, labels: validation.labels))
      let test = items(4000, sharpness: 3, seed: UInt64(1000 + experiment))
      let error = { (predictions: Predictions) in
        ReliabilityBin.expectedCalibrationError(ReliabilityBin.bins(predictions))
      }
      let before = error(try predictions(test, temperature: 1))
      let calibrated = try predictions(test, temperature: scaling.temperature)
      #expect(error(calibrated) <= before / 2, "experiment \(experiment): \(before) → \(error(calibrated))")

      let found = try predictions(validation, temperature: scaling.temperature).items
      let threshold = try #require(
        SelectiveThreshold(
          confidences: found.map { Double($0.probabilities[$0.predicted]) },
          isCorrect: found.map { $0.predicted == $0.label },
          maximumError: 0.05))
      let certain = try #require(
        CertainAnswers(calibrated.decided(by: Decision(leastConfidence: threshold.confidence, maximumError: 0.05))))
      errors.append(certain.error)
      coverages.append(certain.coverage)
    }
    let mean = errors.reduce(0, +) / 20
    #expect(abs(mean - 0.05) <= 0.01, "\(errors)")
    #expect(coverages.allSatisfy { $0 > 0.4 && $0 < 0.95 }, "\(coverages)")
  }

  @Test("an error that no confidence keeps is refused, and one that all keep leaves nothing uncertain")
  func limits() throws {
    let confidences = (0..<100).map { 0.5 + Double($0) / 250 }
    let wrong = confidences.map { _ in false }
    #expect(SelectiveThreshold(confidences: confidences, isCorrect: wrong, maximumError: 0.5) == nil)
    let right = try #require(
      SelectiveThreshold(confidences: confidences, isCorrect: wrong.map { !$0 }, maximumError: 0.05))
    #expect(right.confidence == 0 && right.accepted == 100 && right.errors == 0)
    #expect(SelectiveThreshold.smallestError(confidences: confidences, isCorrect: wrong.map { !$0 }) == 1.0 / 101)
  }
}
