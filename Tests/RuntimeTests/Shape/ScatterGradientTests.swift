import Testing
import ZooRuntime

@Suite struct ScatterGradientTests {
  private func integers(_ values: [Int64], _ shape: [Int]) throws -> Tensor { try Tensor(shape: shape, values) }

  @Test(arguments: ["none", "add"]) func scattered(_ reduction: String) throws {
    var numbers = GradientCheckNumbers(state: 61)
    let attributes: [String: Attribute] = ["reduction": .string(reduction)]
    try GradientCheck().check(
      SingleCall(
        op: "ScatterND",
        inputs: [numbers.tensor([4, 3, 2]), integers([1, 2, -1, 0], [2, 2]), numbers.tensor([2, 2])],
        attributes: attributes),
      by: [0, 2])
    try GradientCheck().check(
      SingleCall(
        op: "ScatterElements",
        inputs: [numbers.tensor([3, 4]), integers([0, 2, 1, -1, 3, 0], [3, 2]), numbers.tensor([3, 2])],
        attributes: attributes.merging(["axis": .int(1)]) { first, _ in first }), by: [0, 2])
  }

  @Test func gatheredByNestedIndices() throws {
    var numbers = GradientCheckNumbers(state: 62)
    // One place twice: its gradients add up.
    try GradientCheck().check(
      SingleCall(op: "GatherND", inputs: [numbers.tensor([3, 4]), integers([0, 1, 2, 3, 0, 1], [3, 2])]), by: [0])
  }
}
