import Testing
import ZooRuntime

@Suite struct AttentionTests {
  /// Attention on all keys at once equals attention step by step with a cache.
  @Test func aCacheGivesWhatTheWholeSequenceGives() throws {
    var numbers = GradientCheckNumbers(state: 91)
    let (length, size) = (5, 4)
    let x = try (0..<3).map { _ in try numbers.tensor([1, 2, length, size]) }
    let whole: [Float] =
      try SingleCall(op: "Attention", inputs: x, attributes: ["is_causal": .int(1)]).run()[0].values() ?? []
    var (keys, values) = (
      try Tensor(zeros: TensorType(.float32, [1, 2, 0, size])),
      try Tensor(zeros: TensorType(.float32, [1, 2, 0, size]))
    )
    for step in 0..<length {
      let now = try x.map { try row($0, step) }
      let outputs = try SingleCall(
        op: "Attention", inputs: [now[0], now[1], now[2], nil, keys, values], attributes: ["is_causal": .int(1)],
        outputs: 3
      ).run()
      (keys, values) = (outputs[1], outputs[2])
      let y: [Float] = outputs[0].values() ?? []
      for head in 0..<2 {
        for i in 0..<size { #expect(abs(y[head * size + i] - whole[(head * length + step) * size + i]) < 1e-5) }
      }
    }
  }

  private func row(_ x: Tensor, _ step: Int) throws -> Tensor {
    let values: [Float] = x.values() ?? []
    let (heads, length, size) = (x.shape[1], x.shape[2], x.shape[3])
    var own: [Float] = []
    for head in 0..<heads {
      let start = (head * length + step) * size
      own += values[start..<start + size]
    }
    return try Tensor(shape: [1, heads, 1, size], own)
  }

  @Test func theResultDoesntDependOnWorkers() throws {
    var numbers = GradientCheckNumbers(state: 92)
    let inputs = [try numbers.tensor([2, 7, 12]), try numbers.tensor([2, 9, 6]), try numbers.tensor([2, 9, 6])]
    let attributes: [String: Attribute] = ["q_num_heads": .int(4), "kv_num_heads": .int(2), "softcap": .float(2)]
    let one = try SingleCall(op: "Attention", inputs: inputs, attributes: attributes).run()[0]
    let three = try SingleCall(op: "Attention", inputs: inputs, attributes: attributes, threads: 3).run()[0]
    #expect(one.values(as: Float.self) == three.values(as: Float.self))
  }

  @Test(arguments: [0, 1]) func turningHasAGradient(_ interleaved: Int) throws {
    var numbers = GradientCheckNumbers(state: 93)
    try GradientCheck().check(
      SingleCall(
        op: "RotaryEmbedding",
        inputs: [
          numbers.tensor([1, 2, 3, 6]), numbers.tensor([5, 2]), numbers.tensor([5, 2]),
          Tensor(shape: [1, 3], [Int64(4), 0, 2]),
        ], attributes: ["rotary_embedding_dim": .int(4), "interleaved": .int(interleaved)]), by: [0])
  }

  @Test func headsThatDontFitAreRefused() throws {
    var numbers = GradientCheckNumbers(state: 94)
    let x = try numbers.tensor([1, 3, 6])
    for (heads, keyHeads) in [(0, 1), (-1, 1), (4, 2), (2, 3), (Int.max, 1)] {
      let call = SingleCall(
        op: "Attention", inputs: [x, x, x], attributes: ["q_num_heads": .int(heads), "kv_num_heads": .int(keyHeads)])
      #expect(throws: ZooError.self) { try call.run() }
    }
  }
}
