import Testing

@testable import ZooWorkbench

@Suite("Figures by the columns of the data")
struct SubgroupTests {
  /// Twelve items: `hour` is 2, 10 or empty, `well` is another for each, `plate` is one for all.
  private func predictions(correct: (Int) -> Bool) throws -> Predictions {
    try Predictions(
      classes: ["a", "b"],
      items: (0..<12).map { place in
        let label = place % 2
        let answer = correct(place) ? label : 1 - label
        return Predictions.Item(
          id: "\(place)", label: label, probabilities: answer == 0 ? [0.75, 0.25] : [0.25, 0.75])
      })
  }

  private func values(_ id: String) -> [String] {
    let place = Int(id) ?? 0
    return [place < 4 ? "10" : place < 10 ? "2" : "", "w\(place)", "P1"]
  }

  @Test("columns that tell items apart or don't tell any apart are left out; values are in the order of their numbers")
  func columns() throws {
    let all = SubgroupResult.all(
      try predictions { $0 != 0 && $0 != 4 }, columns: ["hour", "well", "plate"], values: values)
    #expect(all.map(\.column) == ["hour", "hour"] && all.map(\.value) == ["2", "10"])
    #expect(all.map(\.items) == [6, 4])
    #expect(all[0].accuracy == 5.0 / 6 && all[1].accuracy == 0.75)
    // Of the label a, two of three and one of two; of b all.
    #expect(all[0].balancedAccuracy == (2.0 / 3 + 1) / 2 && all[1].balancedAccuracy == 0.75)
  }

  @Test("several runs are counted together, whichever values each has")
  func pooled() throws {
    let first = SubgroupResult.all(try predictions { _ in true }, columns: ["hour"], values: values)
    let second = SubgroupResult.all(try predictions { $0 > 3 }, columns: ["hour"], values: values)
    let pooled = SubgroupResult.pooled([first, Array(second.suffix(1))])
    #expect(pooled.map(\.value) == ["2", "10"] && pooled.map(\.items) == [6, 8])
    #expect(pooled[1].accuracy == 0.5)
  }
}
