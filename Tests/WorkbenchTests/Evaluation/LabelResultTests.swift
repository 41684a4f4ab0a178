import Testing

@testable import ZooWorkbench

@Suite("Figures of single labels")
struct LabelResultTests {
  private func predictions(_ classes: [String], _ rows: [(label: Int, probabilities: [Float])]) throws -> Predictions {
    try Predictions(
      classes: classes,
      items: rows.enumerated().map { index, row in
        Predictions.Item(
          id: "\(index)", subset: "test", group: "", label: row.label, probabilities: row.probabilities, cautions: [])
      })
  }

  /// By hand: CE is in the second and fourth class, PI in the third and fourth.
  @Test func ofSets() throws {
    let result = try EvaluationResult(
      predictions(
        ["negative", "CE", "PI", "CE+PI"],
        [
          (0, [0.7, 0.1, 0.1, 0.1]), (1, [0.1, 0.6, 0.1, 0.2]), (2, [0.2, 0.5, 0.2, 0.1]), (3, [0.1, 0.2, 0.3, 0.4]),
          (3, [0.4, 0.3, 0.2, 0.1]),
        ]), resamples: 0)
    let labels = try #require(result.perLabel)
    #expect(labels.map(\.name) == ["CE", "PI"])
    #expect(labels.map(\.support) == [3, 3])
    // CE is said of items 1, 2 and 3, and true of 1, 3 and 4; PI is said of 3 alone, and true of 2, 3 and 4.
    #expect(labels[0].precision == 2.0 / 3 && labels[0].recall == 2.0 / 3 && labels[0].f1 == 4.0 / 6)
    #expect(labels[1].precision == 1 && labels[1].recall == 1.0 / 3 && labels[1].f1 == 2.0 / 4)
    // CE's scores are 0.2, 0.8, 0.6, 0.6 and 0.4: of six pairs four are in order, and one is a tie.
    let area = try #require(labels[0].areaUnderROC)
    #expect(abs(area - 4.5 / 6) < 1e-6)
  }

  @Test func ofClassesThatAreNoSetsThereAreNone() throws {
    for classes in [["healthy", "dead"], ["CE+PI-", "CE-PI-"], ["PI+", "PI-"]] {
      let result = try EvaluationResult(predictions(classes, [(0, [0.6, 0.4]), (1, [0.3, 0.7])]), resamples: 0)
      #expect(result.perLabel == nil)
    }
  }
}
