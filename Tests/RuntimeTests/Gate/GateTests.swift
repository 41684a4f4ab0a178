import Testing
import ZooRuntime

@Suite struct GateTests {
  @Test(arguments: [[2, 3, 5, 7], [1, 1, 2, 40], [3, 4, 1], [2, 2, 2, 2, 3]])
  func gradientsAgreeWithFiniteDifferences(_ shape: [Int]) throws {
    var numbers = GradientCheckNumbers(state: 31)
    let gate = [shape[0]] + Array(repeating: 1, count: shape.count - 2) + [shape[shape.count - 1]]
    let call = SingleCall(
      op: "Gate", domain: "zoo", inputs: [try numbers.tensor(shape), try numbers.tensor(gate)])
    try GradientCheck().check(call, by: [0, 1])
  }

  @Test func theFusedGradientEqualsItsParts() throws {
    var numbers = TestNumbers(seed: 5)
    let gradient = try numbers.tensor([2, 4, 3, 33]), gate = try numbers.tensor([2, 1, 1, 33])
    let pooled = try numbers.tensor([2, 1, 1, 33])
    let fused = try KernelRunner.run("GateGradient", domain: "zoo", [gradient, gate, pooled])
    let product = try KernelRunner.run("Mul", [gradient, gate])
    let spread = try KernelRunner.run(
      "GlobalAveragePoolGradient", domain: "zoo", [pooled], ["spatial": .ints([4, 3]), "channels_last": .int(1)])
    #expect(relativeDifference(fused, try KernelRunner.run("Add", [product, spread])) < 1e-6)
  }

  @Test func averagesOfNarrowImagesAreWide() throws {
    var numbers = TestNumbers(seed: 6)
    let image = try numbers.tensor([2, 9, 70, 40])
    let narrow = try KernelRunner.run("Cast", [image], ["to": .int(Int(ElementType.bfloat16.rawValue))])
    let layout: [String: Attribute] = ["channels_last": .int(1)]
    let expected = try KernelRunner.run("GlobalAveragePool", [image], layout)
    let actual = try KernelRunner.run("GlobalAveragePool", [narrow], layout)
    #expect(actual.elementType == .float32)
    #expect(relativeDifference(actual, expected) < 5e-3)
  }
}
