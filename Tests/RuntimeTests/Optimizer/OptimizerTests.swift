import Testing
import ZooRuntime

@Suite struct OptimizerTests {
  private func step(
    _ op: String, _ attributes: [String: Attribute], _ states: [Tensor], gradient: Tensor, rate: Float, step: Int,
    scale: Float = 1
  ) throws -> [Tensor] {
    try SingleCall(
      op: op, domain: "zoo",
      inputs: [states[0], gradient] + states.dropFirst() + [Tensor(rate), Tensor(Int64(step)), Tensor(scale)],
      attributes: attributes, outputs: states.count
    ).run()
  }

  @Test func stepsAreThoseOfPyTorch() throws {
    for fixture in try TrainingFixture.load().optimizers {
      let type = TensorType(.float32, [fixture.start.count])
      var states = [try Tensor(shape: type.shape, fixture.start), try Tensor(zeros: type)]
      if fixture.name == "AdamW" { states.append(try Tensor(zeros: type)) }
      var attributes: [String: Attribute] = [:]
      for setting in fixture.attributes {
        attributes[setting.name] =
          setting.name == "nesterov" ? .int(Int(saturating: setting.value)) : .float(setting.value)
      }
      for (index, (gradient, expected)) in zip(fixture.gradients, fixture.results).enumerated() {
        states = try step(
          fixture.name, attributes, states, gradient: Tensor(shape: type.shape, gradient), rate: fixture.learningRate,
          step: index + 1)
        for (a, e) in zip(states[0].values(as: Float.self) ?? [], expected) {
          #expect(abs(a - e) <= 1e-6 * max(1, abs(e)), "\(fixture.name), step \(index + 1): \(a) for \(e)")
        }
      }
    }
  }

  /// The mean of all values while that reaches back less far than the decay does, from where it started.
  @Test func theMovingAverageIsThatOfMeanTeachers() throws {
    let values: [[Float]] = [[1, -2], [4, 0], [2.5, 8], [0, 1], [-3, 1]]
    var average = try Tensor(shape: [2], [Float(0.5), 3])
    var expected: [Double] = [0.5, 3]
    for (index, value) in values.enumerated() {
      average = try SingleCall(
        op: "MovingAverage", domain: "zoo",
        inputs: [average, Tensor(shape: [2], value), Tensor(Int64(index + 1))], attributes: ["decay": .float(0.75)]
      ).run()[0]
      // 1 − 1/2, 1 − 1/3, and from the third step on the decay.
      let decay = min(0.75, 1 - 1 / Double(index + 2))
      expected = zip(expected, value).map { decay * $0 + (1 - decay) * Double($1) }
      for (a, e) in zip(average.values(as: Float.self) ?? [], expected) { #expect(abs(Double(a) - e) < 1e-6) }
    }
    #expect(throws: ZooError.self) {
      try SingleCall(
        op: "MovingAverage", domain: "zoo", inputs: [average, Tensor(Float(1)), Tensor(Int64(1))], attributes: [:]
      ).run()
    }
  }

  @Test func gradientsThatArentFiniteLeaveEverythingAsItIs() throws {
    let gradient = try Tensor(shape: [2], [Float.infinity, 1])
    let outputs = try SingleCall(
      op: "GlobalNormScale", domain: "zoo", inputs: [gradient], attributes: ["clip_norm": .float(1)], outputs: 2
    ).run()
    let scale = try #require(outputs[0].values(as: Float.self)?.first)
    #expect(scale.isNaN)
    let states = try (0..<3).map { try Tensor(shape: [2], [Float($0), 2]) }
    let after = try step("AdamW", [:], states, gradient: gradient, rate: 0.1, step: 3, scale: scale)
    for (before, after) in zip(states, after) {
      #expect(before.values(as: Float.self) == after.values(as: Float.self))
    }
  }

  @Test func theNormIsThatOfAllGradientsTogether() throws {
    let gradients = [try Tensor(shape: [2], [Float(3), 0]), try Tensor(Float(4))]
    let outputs = try SingleCall(
      op: "GlobalNormScale", domain: "zoo", inputs: gradients, attributes: ["clip_norm": .float(1)], outputs: 2
    ).run()
    #expect(outputs[1].values() == [Float(5)])
    let scale = try #require(outputs[0].values(as: Float.self)?.first)
    #expect(abs(scale - 0.2) < 1e-6)
  }
}
