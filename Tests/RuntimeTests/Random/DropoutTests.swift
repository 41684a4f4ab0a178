import Testing
import ZooRuntime

@Suite struct DropoutTests {
  private func dropout(_ x: Tensor, seed: Int = 42, step: Int64 = 5, ratio: Float = 0.3) throws -> SingleCall {
    SingleCall(
      op: "DropoutTraining", domain: "zoo", inputs: [x, try Tensor(step)],
      attributes: ["ratio": .float(ratio), "seed": .int(seed)])
  }

  @Test func theMaskDependsOnSeedAndStepAlone() throws {
    let ones = try Tensor(shape: [100_003], [Float](repeating: 1, count: 100_003))
    var call = try dropout(ones)
    let first: [Float] = try call.run()[0].values() ?? []
    call.threads = 4
    #expect(try call.run()[0].values() == first)
    #expect(try dropout(ones, step: 6).run()[0].values() != first)
    #expect(try dropout(ones, seed: 43).run()[0].values() != first)
    let dropped = Float(first.filter { $0 == 0 }.count) / Float(first.count)
    #expect(abs(dropped - 0.3) < 0.01, "\(dropped)")
    #expect(first.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-6 })
  }

  @Test func theGradientUsesTheSameMask() throws {
    var numbers = GradientCheckNumbers(state: 61)
    try GradientCheck().check(dropout(numbers.tensor([5, 13])), by: [0])
    let depth = SingleCall(
      op: "StochasticDepthTraining", domain: "zoo", inputs: [try numbers.tensor([9, 2, 3]), try Tensor(Int64(2))],
      attributes: ["probability": .float(0.5), "seed": .int(3)])
    try GradientCheck().check(depth, by: [0])
  }

  @Test func stochasticDepthDropsWholeSamples() throws {
    let ones = try Tensor(shape: [500, 6], [Float](repeating: 1, count: 3000))
    let call = SingleCall(
      op: "StochasticDepthTraining", domain: "zoo", inputs: [ones, try Tensor(Int64(1))],
      attributes: ["probability": .float(0.2), "seed": .int(9)])
    let values: [Float] = try call.run()[0].values() ?? []
    var dropped = 0
    for sample in 0..<500 {
      let row = Set(values[sample * 6..<sample * 6 + 6])
      #expect(row.count == 1)
      if row.contains(0) { dropped += 1 }
    }
    #expect((60...140).contains(dropped), "\(dropped) of 500")
  }

  /// ONNX, Changelog: the mask is of T in versions 1, 6 and 7, and of bool since 10.
  @Test(arguments: [(7, ElementType.float32), (10, .bool), (13, .bool)])
  func theMaskIsOfTheTypeThatItsVersionSays(opset: Int, type: ElementType) throws {
    var run = NodeByNode(values: ["x": try Tensor(shape: [3], [1, -2, 3] as [Float])], opset: opset)
    try run.run(Node(name: "d", op: "Dropout", inputs: ["x"], outputs: ["y", "m"]))
    #expect(run.values["m"]?.elementType == type && run.values["y"]?.values(as: Float.self) == [1, -2, 3])
    let booleans: [Bool]? = run.values["m"]?.values()
    let numbers: [Float]? = run.values["m"]?.values()
    #expect(type == .bool ? booleans == [true, true, true] : numbers == [1, 1, 1])
  }

  @Test func predictionKeepsEverything() throws {
    var numbers = GradientCheckNumbers(state: 62)
    let x = try numbers.tensor([4, 4])
    for call in [
      SingleCall(op: "Dropout", inputs: [x, try Tensor(Float(0.5))]),
      SingleCall(op: "StochasticDepth", domain: "zoo", inputs: [x], attributes: ["probability": .float(0.5)]),
    ] {
      #expect(try call.run()[0].values() == x.values(as: Float.self))
    }
  }
}
