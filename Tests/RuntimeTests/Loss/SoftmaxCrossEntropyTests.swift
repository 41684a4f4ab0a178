import Testing
import ZooRuntime

@Suite struct SoftmaxCrossEntropyTests {
  private func call(_ fixture: TrainingFixture.CrossEntropy) throws -> SingleCall {
    var inputs: [Tensor?] = [
      try Tensor(shape: [fixture.items, fixture.classes], fixture.logits),
      try Tensor(shape: [fixture.items], fixture.labels),
    ]
    inputs.append(try fixture.weights.map { try Tensor(shape: [fixture.classes], $0) })
    inputs.append(try fixture.itemWeights.map { try Tensor(shape: [fixture.items], $0) })
    return SingleCall(
      op: "SoftmaxCrossEntropy", domain: "zoo", inputs: inputs,
      attributes: ["label_smoothing": .float(fixture.smoothing), "focal_gamma": .float(fixture.gamma ?? 0)])
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

  @Test func focalLossOfSureAnswersIsFinite() throws {
    // With γ < 1 the derivative of the power alone would be infinite at p = 1.
    for gamma: Float in [0.5, 1, 2] {
      let call = SingleCall(
        op: "SoftmaxCrossEntropy", domain: "zoo",
        inputs: [try Tensor(shape: [2, 2], [Float(200), -200, 200, -200]), try Tensor(shape: [2], [Int64(0), 1])],
        attributes: ["focal_gamma": .float(gamma)])
      #expect(try call.run()[0].values() == [Float(200)])
      let gradient = try call.gradients([Tensor(Float(1))], wanted: [true, false])[0]
      #expect(gradient?.values(as: Float.self) == [0, 0, 0.5, -0.5])
    }
  }

  @Test func itemsOfWeightZeroCountAsLittleAsThoseLeftOut() throws {
    func loss(_ weights: [Float], _ labels: [Int64]) throws -> [Float]? {
      try SingleCall(
        op: "SoftmaxCrossEntropy", domain: "zoo",
        inputs: [
          try Tensor(shape: [2, 2], [Float(1), 2, 3, 5]), try Tensor(shape: [2], labels), nil,
          try Tensor(shape: [2], weights),
        ]
      ).run()[0].values()
    }
    #expect(try loss([1, 0], [0, 1]) == loss([1, 1], [0, -100]))
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
