import Testing
import ZooRuntime

/// Every gradient rule, of whatever operator the table has, against finite differences.
@Suite struct GradientRuleTests {
  /// Operators with a gradient rule, by domain and name.
  static let rules = OperatorTable.standard.all.filter { $0.gradient != nil }.map { name($0.domain, $0.name) }

  /// Operators without a rule, besides the gradients themselves, which nothing differentiates again.
  static let none: Set<String> = [
    // Whole numbers, bits, steps of training, bodies of others: nothing to differentiate, or not by a rule.
    "BitCast", "BitShift", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Compress", "ConvInteger", "If", "Loop",
    "MatMulInteger", "QLinearConv", "QLinearMatMul", "Scan", "ai.onnx.preview.training.Adagrad",
    "ai.onnx.preview.training.Adam", "ai.onnx.preview.training.Momentum",
    // They could have one; Roadmap.md names those that are wanted.
    "AffineGrid", "Attention", "CausalConvWithState", "CenterCropPad", "Col2Im", "CumProd", "DFT",
    "DeformConv", "Det", "Einsum", "GlobalLpPool", "GridSample", "LinearAttention", "LpPool", "MaxUnpool",
    "Mod", "RoiAlign", "STFT", "TensorScatter", "ai.onnx.preview.FlexAttention",
    // Made by passes behind the gradients, of prediction or of 8-bit numbers, or steps of training.
    "zoo.AdamW", "zoo.BatchNormalizationRepeated", "zoo.ChannelSum", "zoo.FusedAttention", "zoo.FusedConv",
    "zoo.GateSum", "zoo.GlobalNormScale", "zoo.Linear", "zoo.MatrixProduct", "zoo.MovingAverage",
    "zoo.QuantizeImage", "zoo.QuantizedConv", "zoo.QuantizedGemm", "zoo.QuantizedGlobalAveragePool",
    "zoo.QuantizedMaxPool", "zoo.QuantizedScale", "zoo.SGD",
  ]

  @Test("an operator has a gradient rule, is a gradient, or is named as one that has none")
  func noRuleIsForgotten() {
    let found = Set(
      OperatorTable.standard.all.filter { $0.gradient == nil && !($0.domain == "zoo" && $0.name.contains("Gradient")) }
        .map { Self.name($0.domain, $0.name) })
    #expect(found.subtracting(Self.none).isEmpty, "no rule: \(found.subtracting(Self.none).sorted())")
    #expect(Self.none.subtracting(found).isEmpty, "have a rule: \(Self.none.subtracting(found).sorted())")
  }

  private static func name(_ domain: String, _ op: String) -> String { domain.isEmpty ? op : "\(domain).\(op)" }

  @Test("a rule gives the slopes of its operator", arguments: rules)
  func ruleAgreesWithFiniteDifferences(_ name: String) throws {
    var samples = GradientSamples()
    let sample = try #require(
      try samples.sample(of: name), "\(name) has a gradient rule: give GradientSamples a call that it can be tried on")
    #expect(Self.name(sample.call.domain, sample.call.op) == name, "the sample is of another operator")
    switch sample {
    case .slopes(let call, let inputs, let outputs, let check):
      try check.check(call, by: inputs, outputs: outputs)
    case .nothing(let call, let inputs):
      try holdsStill(call, by: inputs)
    case .refused(let call):
      let wanted = call.inputs.map { $0?.elementType == .float32 }
      let weights = try call.run().map { try samples.numbers.tensor($0.shape) }
      #expect(throws: ZooError.self) { try call.gradients(weights, wanted: wanted) }
    }
  }

  /// The rule gives nothing, and the outputs stay as they are when the inputs are moved a little.
  private func holdsStill(_ call: SingleCall, by inputs: [Int]) throws {
    var numbers = GradientCheckNumbers(state: 12)
    let outputs = try call.run()
    let weights = try outputs.map { try numbers.tensor($0.shape) }
    let gradients = try call.gradients(weights, wanted: call.inputs.indices.map(inputs.contains))
    #expect(gradients.allSatisfy { $0 == nil }, "\(call.op) gives a gradient")
    for index in inputs {
      let input = try #require(call.inputs[index])
      let values: [Float] = try #require(input.values())
      for element in values.indices {
        for delta: Float in [-5e-3, 5e-3] {
          var moved = values
          moved[element] += delta
          var shifted = call
          shifted.inputs[index] = try Tensor(shape: input.shape, moved)
          for (before, after) in zip(outputs, try shifted.run()) {
            let isSame = before.withUnsafeBytes { a in after.withUnsafeBytes { a.elementsEqual($0) } }
            #expect(isSame, "\(call.op) follows element \(element) of input \(index), but gives no gradient")
          }
        }
      }
    }
  }
}

/// A call that a gradient rule is tried on, and what it must do.
enum GradientSample {
  /// Gives the slopes of the outputs by the inputs, all of float32 if `by` is `nil`.
  case slopes(SingleCall, by: [Int]? = nil, outputs: Set<Int> = [0], check: GradientCheck = GradientCheck())
  /// Gives nothing, because what it computes is the same for all numbers near those of the inputs `by`.
  case nothing(SingleCall, by: [Int] = [])
  /// Says that there is none.
  case refused(SingleCall)

  var call: SingleCall {
    switch self {
    case .slopes(let call, _, _, _), .nothing(let call, _), .refused(let call): call
    }
  }
}
