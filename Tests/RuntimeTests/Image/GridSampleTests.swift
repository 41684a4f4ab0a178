import Testing
import ZooRuntime

@Suite struct GridSampleTests {
  /// Coordinates that are far away, infinite or no numbers never read outside the image.
  @Test(arguments: ["zeros", "border", "reflection"], ["linear", "nearest", "cubic"])
  func strangePlacesAreInsideOrZero(_ padding: String, _ mode: String) throws {
    let x = try Tensor(shape: [1, 1, 2, 3], [Float](repeating: 1, count: 6))
    let places: [Float] = [.nan, .infinity, -.infinity, 1e30, -1e30, 1e9, -3, 3, 0, .greatestFiniteMagnitude]
    let grid = try Tensor(shape: [1, 1, 5, 2], places)
    for corners in [0, 1] {
      let y: [Float] =
        try SingleCall(
          op: "GridSample", inputs: [x, grid],
          attributes: ["mode": .string(mode), "padding_mode": .string(padding), "align_corners": .int(corners)]
        ).run()[0].values() ?? []
      #expect(y.count == 5)
      #expect(y.allSatisfy { $0.isNaN || (-0.5...1.5).contains($0) }, "\(y)")
    }
  }

  @Test func theGridOfTheIdentityReadsTheImage() throws {
    var numbers = GradientCheckNumbers(state: 83)
    let x = try numbers.tensor([2, 3, 4, 5])
    let identity: [Float] = [1, 0, 0, 0, 1, 0]
    for corners in [0, 1] {
      let attributes: [String: Attribute] = ["align_corners": .int(corners)]
      let grid = try SingleCall(
        op: "AffineGrid",
        inputs: [Tensor(shape: [2, 2, 3], identity + identity), Tensor(shape: [4], [Int64(2), 3, 4, 5])],
        attributes: attributes
      ).run()[0]
      let y = try SingleCall(op: "GridSample", inputs: [x, grid], attributes: attributes).run()[0]
      #expect(relativeDifference(y, x) < 1e-5)
    }
  }
}
