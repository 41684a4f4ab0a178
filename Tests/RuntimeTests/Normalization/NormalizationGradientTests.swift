import Testing
import ZooRuntime

@Suite struct NormalizationGradientTests {
  @Test(arguments: [-1, 1]) func layers(_ axis: Int) throws {
    var numbers = GradientCheckNumbers(state: 61)
    let row = axis == 1 ? [3, 4] : [4]
    let inputs = [try numbers.tensor([2, 3, 4]), try numbers.tensor(row), try numbers.tensor(row)]
    try GradientCheck().check(SingleCall(op: "LayerNormalization", inputs: inputs, attributes: ["axis": .int(axis)]))
    try GradientCheck().check(
      SingleCall(op: "RMSNormalization", inputs: Array(inputs[..<2]), attributes: ["axis": .int(axis)]))
  }

  @Test func scalesThatBroadcastGetTheSumOfTheirGradients() throws {
    var numbers = GradientCheckNumbers(state: 62)
    try GradientCheck().check(
      SingleCall(
        op: "LayerNormalization", inputs: [numbers.tensor([2, 3, 4]), numbers.tensor([3, 1]), numbers.tensor([1])],
        attributes: ["axis": .int(1)]))
  }

  @Test(arguments: [(18, 2), (21, 6)]) func groups(_ version: (opset: Int, values: Int)) throws {
    var numbers = GradientCheckNumbers(state: 63)
    try GradientCheck().check(
      SingleCall(
        op: "GroupNormalization",
        inputs: [numbers.tensor([2, 6, 2, 3]), numbers.tensor([version.values]), numbers.tensor([version.values])],
        attributes: ["num_groups": .int(2)], opset: version.opset))
  }

  @Test func instances() throws {
    var numbers = GradientCheckNumbers(state: 64)
    try GradientCheck().check(
      SingleCall(
        op: "InstanceNormalization", inputs: [numbers.tensor([2, 3, 5]), numbers.tensor([3]), numbers.tensor([3])]))
  }

  @Test(arguments: [1, 2]) func norms(_ p: Int) throws {
    var numbers = GradientCheckNumbers(state: 65)
    try GradientCheck().check(
      SingleCall(
        op: "LpNormalization", inputs: [numbers.distinct([2, 5, 3])], attributes: ["p": .int(p), "axis": .int(1)]))
  }

  @Test func wholeTensors() throws {
    var numbers = GradientCheckNumbers(state: 66)
    try GradientCheck().check(
      SingleCall(op: "MeanVarianceNormalization", inputs: [numbers.tensor([2, 3, 2, 2])]))
  }

  @Test func groupsThatDontDivideTheChannelsAreRefused() throws {
    var numbers = GradientCheckNumbers(state: 67)
    for groups in [0, -1, 4, Int.max] {
      let call = SingleCall(
        op: "GroupNormalization",
        inputs: [try numbers.tensor([1, 6, 2]), try numbers.tensor([6]), try numbers.tensor([6])],
        attributes: ["num_groups": .int(groups)])
      #expect(throws: ZooError.self) { try call.run() }
    }
  }
}
