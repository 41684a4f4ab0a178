import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// The fixture is scikit-learn's: `Fixtures/evaluation/make_curves.py`.
@Suite struct CurvesTests {
  private struct Fixture: Decodable {
    struct Curve: Decodable {
      var scores: [Float]
      var isPositive: [Bool]
      var falsePositiveRate: [Double]
      var truePositiveRate: [Double]
      var thresholds: [Double]
      var precision: [Double]
      var recall: [Double]
    }

    struct Components: Decodable {
      var rows: [[Float]]
      var scores: [[Double]]
      var shares: [Double]
    }

    var curves: [Curve]
    var components: [Components]

    static func load() throws -> Fixture {
      let url = try #require(
        Bundle.module.url(forResource: "curves", withExtension: "json", subdirectory: "Fixtures/evaluation"))
      return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: url))
    }
  }

  private func expectSame(_ ours: [Double], _ theirs: [Double], within tolerance: Double = 1e-9, _ what: Comment) {
    #expect(ours.count == theirs.count, what)
    let difference = zip(ours, theirs).map { abs($0 - $1) }.max() ?? .infinity
    #expect(difference <= tolerance, what)
  }

  @Test func curvesAreThoseOfScikitLearn() throws {
    for curve in try Fixture.load().curves {
      let ours = RankCurves(scores: curve.scores, isPositive: curve.isPositive)
      expectSame(ours.receiverOperating.map(\.falsePositiveRate), curve.falsePositiveRate, "false positive rate")
      expectSame(ours.receiverOperating.map(\.truePositiveRate), curve.truePositiveRate, "true positive rate")
      expectSame(ours.points.dropFirst().map { Double($0.threshold) }, curve.thresholds, within: 1e-6, "thresholds")
      // Where everything is found already, scikit-learn has further points too.
      expectSame(ours.precisionRecall.map(\.precision), curve.precision, "precision")
      expectSame(ours.precisionRecall.map(\.recall), curve.recall, "recall")
    }
  }

  @Test func aClassWithoutItemsHasNoCurve() {
    let ours = RankCurves(scores: [0.1, 0.7], isPositive: [false, false])
    #expect(ours.receiverOperating.isEmpty && ours.precisionRecall.isEmpty)
  }

  /// A component's direction is free; ours has its largest entry above 0.
  @Test func principalComponentsAreThoseOfScikitLearn() throws {
    for fixture in try Fixture.load().components {
      let ours = PrincipalComponents(fixture.rows)
      expectSame(ours.shares, fixture.shares, "shares of the variance")
      for component in 0..<2 {
        let (mine, theirs) = (ours.scores.map { $0[component] }, fixture.scores.map { $0[component] })
        let sign = zip(mine, theirs).reduce(0) { $0 + $1.0 * $1.1 } < 0 ? -1.0 : 1
        expectSame(mine.map { $0 * sign }, theirs, within: 1e-6, "component \(component)")
      }
    }
  }

  @Test func itemsThatAreAllAlikeHaveNoComponents() {
    let ours = PrincipalComponents([[1, 2], [1, 2], [1, 2]])
    #expect(ours.shares == [0, 0])
    #expect(ours.scores == [[0, 0], [0, 0], [0, 0]])
  }
}
