import Testing
import ZooRuntime

@Suite struct SoftmaxCrossEntropyTests {
  private func call(_ fixture: TrainingFixture.CrossEntropy) throws -> SingleCall {
    var inputs: [Tensor?] = [
      try Tensor(shape: [fixture.items, fixture.classes], fixture.logits),
      try Tensor(shape: [fixture.items], fixture.labels),
    ]
    if let weights = fixture.weights { inputs.append(try Tensor(shape: [fixture.classes], weights)) }
    return SingleCall(
      op: "SoftmaxCrossEntropy", domain: "zoo", inputs: inputs,
      attributes: ["label_smoothing": .float(fixture.smoothing)])
  }

  @Test func lossAndGradientAreThoseOfPyTorch() throws {
    for fixture in try TrainingFixture.load().crossEntropy {
      let call = try call(fixture)
      let loss: [Float] = try call.run()[0].values() ?? []
      #expect(abs(loss[0] - fixture.loss) <= 1e-5 * abs(fixture.loss), "\(loss[0]) for \(fixture.loss)")
      let wanted = [true] + call.inputs.dropFirst().map { _ in false }
      let gradient = try call.gradients([Tensor(Float(1))], wanted: wanted)[0]
      for (actual, expected) in zip(gradient?.values(as: Float.self) ?? [], fixture.gradient) {
        #expect(abs(actual - expected) <= 1e-6 + 1e-4 * abs(expected), "\(actual) for \(expected)")
      }
      try GradientCheck(step: 1e-2).check(call, by: [0])
    }
  }

  @Test func aLabelThatIsNoClassIsAnError() throws {
    let call = SingleCall(
      op: "SoftmaxCrossEntropy", domain: "zoo",
      inputs: [try Tensor(shape: [1, 3], [Float(1), 2, 3]), try Tensor(shape: [1], [Int64(3)])])
    #expect(throws: ZooError.self) { try call.run() }
  }

  @Test func hugeLogitsGiveAFiniteLoss() throws {
    let call = SingleCall(
      op: "SoftmaxCrossEntropy", domain: "zoo",
      inputs: [try Tensor(shape: [1, 2], [Float(1e4), -1e4]), try Tensor(shape: [1], [Int64(1)])])
    #expect(try call.run()[0].values() == [Float(2e4)])
  }
}
