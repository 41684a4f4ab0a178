import Testing
import ZooRuntime

@Suite struct ElementwiseGradientTests {
  @Test(arguments: [
    "Relu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Gelu", "Elu", "Selu", "Celu", "Softplus", "Softsign",
    "Mish", "LeakyRelu", "Shrink", "Swish", "Neg", "Abs", "Exp", "Erf", "Sin", "Cos", "Atan",
    "Sinh", "Cosh", "Asinh",
  ])
  func functionsOfOneVariable(_ op: String) throws {
    var numbers = GradientCheckNumbers(state: 3)
    for shape in [[1], [7], [2, 3, 5]] {
      try GradientCheck().check(SingleCall(op: op, inputs: [numbers.distinct(shape)]))
    }
  }

  @Test(arguments: ["Sqrt", "Log", "Reciprocal", "Acosh"])
  func functionsOfPositiveNumbers(_ op: String) throws {
    var numbers = GradientCheckNumbers(state: 4)
    try GradientCheck().check(SingleCall(op: op, inputs: [numbers.tensor([3, 5], scale: 0.5, shift: 2)]))
  }

  @Test(arguments: [-0.5, 2.5]) func thresholdedReluOnBothSidesOfItsJump(center: Float) throws {
    var numbers = GradientCheckNumbers(state: 7)
    try GradientCheck().check(
      SingleCall(op: "ThresholdedRelu", inputs: [numbers.tensor([3, 5], scale: 0.5, shift: center)]))
  }

  @Test(arguments: ["Asin", "Acos", "Atanh", "Tan"])
  func functionsOnTheUnitInterval(_ op: String) throws {
    var numbers = GradientCheckNumbers(state: 5)
    try GradientCheck().check(SingleCall(op: op, inputs: [numbers.tensor([3, 5], scale: 0.7)]))
  }

  @Test func siluAndTheTanhFormOfGelu() throws {
    var numbers = GradientCheckNumbers(state: 6)
    try GradientCheck().check(SingleCall(op: "Silu", domain: "zoo", inputs: [numbers.tensor([4, 9], scale: 3)]))
    try GradientCheck().check(
      SingleCall(op: "Gelu", inputs: [numbers.tensor([4, 9], scale: 3)], attributes: ["approximate": .string("tanh")]))
  }

  static let shapes: [([Int], [Int])] = [
    ([2, 3, 4], [2, 3, 4]), ([2, 3, 4], [4]), ([2, 3, 4], []), ([1], [3, 4]), ([2, 1, 5], [1, 3, 1]),
    ([2, 3, 3, 2], [2, 1, 1, 2]), ([2, 3, 3, 2], [3, 1, 1]), ([7, 1], [1, 9]),
  ]

  @Test(arguments: ["Add", "Sub", "Mul", "Div"], shapes)
  func arithmeticWithBroadcasting(_ op: String, _ shapes: ([Int], [Int])) throws {
    var numbers = GradientCheckNumbers(state: 7)
    let inputs = try [numbers.tensor(shapes.0), numbers.tensor(shapes.1, scale: 0.5, shift: 2)]
    try GradientCheck().check(SingleCall(op: op, inputs: inputs))
  }

  @Test func powersAndBounds() throws {
    var numbers = GradientCheckNumbers(state: 8)
    try GradientCheck().check(
      SingleCall(op: "Pow", inputs: [numbers.tensor([3, 4], scale: 0.5, shift: 2), numbers.tensor([4])]))
    try GradientCheck().check(
      SingleCall(op: "Clip", inputs: [numbers.distinct([5, 5]), Tensor(Float(-0.51)), Tensor(Float(1.01))]), by: [0])
  }

  @Test func aGradientThatNobodyWantsIsNotComputed() throws {
    var numbers = GradientCheckNumbers(state: 9)
    let call = SingleCall(op: "Mul", inputs: [try numbers.tensor([2, 3]), try numbers.tensor([3])])
    let gradients = try call.gradients([numbers.tensor([2, 3])], wanted: [false, true])
    #expect(gradients[0] == nil)
    #expect(gradients[1]?.shape == [3])
  }
}
