import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Baselines")
struct BaselineTests {
  @Test("logistic regression gives scikit-learn's probabilities")
  func logistic() throws {
    for item in try StatisticsFixture.load().logistic {
      let classes = item.probabilities[0].count
      let model = LogisticRegression(item.features, item.labels, classes: classes, penalty: item.penalty)
      for (row, expected) in zip(item.features, item.probabilities) {
        for (found, wanted) in zip(model.probabilities(row), expected) {
          #expect(abs(found - wanted) < 1e-7, "\(found), expected \(wanted)")
        }
      }
    }
    // Told apart without error, and a feature that never varies.
    let easy = LogisticRegression([[1, 0], [2, 0], [-1, 0], [-2, 0]], [0, 0, 1, 1], classes: 2, penalty: 0.01)
    #expect(easy.probabilities([1.5, 0])[0] > 0.95)
  }

  @Test("a threshold parts what a threshold can part, and classes count alike")
  func threshold() throws {
    let rule = try #require(IntensityThreshold([1, 2, 3, 10, 11], [0, 0, 0, 1, 1], classes: 2))
    #expect(rule.threshold == 6.5)
    for (found, wanted) in zip(rule.probabilities(12) + rule.probabilities(2), [0.0, 1, 1, 0]) {
      #expect(abs(found - wanted) < 1e-12)
    }
    #expect(IntensityThreshold([4, 4, 4], [0, 1, 1], classes: 2) == nil)
  }

  @Test("features are NumPy's figures of each channel")
  func features() {
    // Two channels of 2 × 2; numpy.quantile([1, 2, 3, 6], …).
    let found = ImageFeatures.features([1, 2, 3, 6, 5, 5, 5, 5], frames: 1, channels: 2, bright: [2.5, 9])
    let expected = [3, 3.5.squareRoot(), 1.15, 1.75, 2.5, 3.75, 5.55, 6, 0.5]
    for (value, wanted) in zip(found, expected) { #expect(abs(value - wanted) < 1e-9, "\(value), expected \(wanted)") }
    #expect(Array(found[9...]) == [5, 0, 5, 5, 5, 5, 5, 5, 0])
    // Of two frames the mean and the change.
    let sequence = ImageFeatures.features([1, 1, 3, 3], frames: 2, channels: 1, bright: [2])
    #expect(sequence[0] == 2 && sequence[9] == 2 && sequence[8] == 0.5)
  }

  @Test("on simulated cells the marker's threshold finds death, and the regression does better than chance")
  func simulated() throws {
    var spec = DataSpec()
    spec.source = .simulated
    (spec.height, spec.width) = (32, 32)
    spec.channels = ["BF", "PI"]
    spec.classes = ["healthy", "apoptosis", "pyroptosis"]
    spec.split.by = ["experiment"]
    spec.simulation.cellsPerClass = 12
    let data = try TrainingData(OpenedData(spec), spec, cacheLimit: 100_000_000, threads: 2)
    var baselines: [Baseline] = []
    try Baseline.forEach(data, threads: 2) {
      data.dataset.samples[$0].groups[0]
    } _: {
      baselines.append($0)
    }
    #expect(
      baselines.map(\.name) == [
        "most frequent class", "threshold on BF", "threshold on PI", "logistic regression on simple features",
      ])
    func accuracy(_ place: Int) throws -> Double {
      try #require(
        EvaluationResult(baselines[place].predictions.labelled(subset: "test"), resamples: 0)[.balancedAccuracy])
    }
    #expect(abs(try accuracy(0) - 1 / 3.0) < 1e-9)
    for place in [2, 3] {
      let found = try accuracy(place)
      #expect(found > 0.5, "\(baselines[place].name): \(found)")
    }
  }
}
