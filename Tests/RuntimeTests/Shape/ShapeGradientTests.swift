import Testing
import ZooRuntime

@Suite struct ShapeGradientTests {
  private func integers(_ values: [Int]) throws -> Tensor { try Tensor(shape: [values.count], values.map(Int64.init)) }

  @Test func movingElementsMovesGradientsBack() throws {
    var numbers = GradientCheckNumbers(state: 51)
    let check = GradientCheck()
    try check.check(
      SingleCall(op: "Transpose", inputs: [numbers.tensor([2, 3, 4, 5])], attributes: ["perm": .ints([2, 0, 3, 1])]))
    try check.check(SingleCall(op: "Reshape", inputs: [numbers.tensor([2, 3, 4]), integers([4, -1])]), by: [0])
    try check.check(SingleCall(op: "Flatten", inputs: [numbers.tensor([2, 3, 4])]))
    try check.check(SingleCall(op: "Squeeze", inputs: [numbers.tensor([2, 1, 4]), integers([1])]), by: [0])
    try check.check(SingleCall(op: "Unsqueeze", inputs: [numbers.tensor([2, 4]), integers([0, -1])]), by: [0])
    try check.check(
      SingleCall(
        op: "Concat", inputs: [numbers.tensor([2, 3]), numbers.tensor([2, 1]), numbers.tensor([2, 4])],
        attributes: ["axis": .int(-1)]))
    try check.check(
      SingleCall(
        op: "Split", inputs: [numbers.tensor([2, 7]), integers([3, 4])], attributes: ["axis": .int(1)], outputs: 2),
      by: [0], outputs: [0, 1])
    try check.check(
      SingleCall(
        op: "Split", inputs: [numbers.tensor([2, 7]), integers([3, 4])], attributes: ["axis": .int(1)], outputs: 2),
      by: [0], outputs: [1])
    try check.check(SingleCall(op: "Expand", inputs: [numbers.tensor([3, 1]), integers([2, 3, 4])]), by: [0])
    try check.check(SingleCall(op: "Tile", inputs: [numbers.tensor([2, 3]), integers([2, 3])]), by: [0])
  }

  @Test(arguments: [([1], [5], [1], [2]), ([-1], [-100], [1], [-2]), ([0, 1], [1, 4], [0, 2], [1, 1])])
  func slices(_ box: ([Int], [Int], [Int], [Int])) throws {
    var numbers = GradientCheckNumbers(state: 52)
    let call = SingleCall(
      op: "Slice",
      inputs: [
        try numbers.tensor([2, 6, 4]), try integers(box.0), try integers(box.1), try integers(box.2),
        try integers(box.3),
      ])
    try GradientCheck().check(call, by: [0])
  }

  @Test(arguments: ["constant", "edge", "reflect", "wrap"])
  func pads(_ mode: String) throws {
    var numbers = GradientCheckNumbers(state: 53)
    let call = SingleCall(
      op: "Pad", inputs: [try numbers.tensor([2, 4, 5]), try integers([0, 2, 1, 1, 1, 3])],
      attributes: ["mode": .string(mode)])
    try GradientCheck().check(call, by: [0])
  }

  @Test(arguments: [0, 1, -1])
  func gatheringTheSameElementTwiceAddsItsGradients(_ axis: Int) throws {
    var numbers = GradientCheckNumbers(state: 54)
    let call = SingleCall(
      op: "Gather", inputs: [try numbers.tensor([3, 3, 3]), try integers([0, 2, -1, 0])],
      attributes: ["axis": .int(axis)])
    try GradientCheck().check(call, by: [0])
  }

  @Test func anIndexOutsideTheAxisIsAnError() throws {
    var numbers = GradientCheckNumbers(state: 55)
    let call = SingleCall(op: "Gather", inputs: [try numbers.tensor([3]), try integers([3])])
    #expect(throws: ZooError.self) { try call.run() }
  }
}
