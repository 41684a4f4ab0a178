import Testing
import ZooRuntime

@Suite struct ClassLossTests {
  @Test(arguments: ["none", "sum", "mean"], [false, true])
  func gradients(_ reduction: String, _ isWeighted: Bool) throws {
    var numbers = GradientCheckNumbers(state: 71)
    let labels = try Tensor(shape: [2, 3], [Int64(0), 3, -1, 2, 1, 3])
    let inputs = [try numbers.tensor([2, 4, 3]), labels] + (isWeighted ? [try numbers.tensor([4], shift: 2)] : [])
    let attributes: [String: Attribute] = ["reduction": .string(reduction), "ignore_index": .int(-1)]
    for op in ["NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"] {
      try GradientCheck().check(SingleCall(op: op, inputs: inputs, attributes: attributes), by: [0])
    }
    try GradientCheck().check(
      SingleCall(op: "SoftmaxCrossEntropyLoss", inputs: inputs, attributes: attributes, outputs: 2), by: [0],
      outputs: [0, 1])
  }

  @Test func labelsThatAreNoClassAreRefused() throws {
    var numbers = GradientCheckNumbers(state: 72)
    let scores = try numbers.tensor([2, 4])
    for label in [Int64(4), -1, Int64.max, Int64.min] {
      let call = SingleCall(
        op: "NegativeLogLikelihoodLoss", inputs: [scores, try Tensor(shape: [2], [Int64(0), label])])
      #expect(throws: ZooError.self) { try call.run() }
    }
  }
}
