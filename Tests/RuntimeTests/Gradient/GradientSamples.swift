import ZooRuntime

/// A small call of each operator that has a gradient rule, away from corners and jumps.
struct GradientSamples {
  var numbers = GradientCheckNumbers(state: 101)

  /// - Parameter name: with the domain before it, unless that is ONNX's.
  /// - Returns: `nil` for operators that nobody wrote one for.
  mutating func sample(of name: String) throws -> GradientSample? {
    if let sample = try elementwise(name) { return sample }
    if let sample = try constant(name) { return sample }
    if let sample = try shape(name) { return sample }
    if let sample = try reduction(name) { return sample }
    return try layer(name)
  }

  private func integers(_ values: [Int64], _ shape: [Int]? = nil) throws -> Tensor {
    try Tensor(shape: shape ?? [values.count], values)
  }

  private func floats(_ values: [Float], _ shape: [Int]? = nil) throws -> Tensor {
    try Tensor(shape: shape ?? [values.count], values)
  }

  private func slopes(
    _ op: String, _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:], by: [Int]? = nil, domain: String = ""
  ) -> GradientSample {
    .slopes(SingleCall(op: op, domain: domain, inputs: inputs, attributes: attributes), by: by)
  }

  private func nothing(
    _ op: String, _ inputs: [Tensor?], _ attributes: [String: Attribute] = [:], by: [Int] = []
  ) -> GradientSample {
    .nothing(SingleCall(op: op, inputs: inputs, attributes: attributes), by: by)
  }

  // MARK: Numbers by themselves

  private mutating func elementwise(_ name: String) throws -> GradientSample? {
    switch name {
    case "Relu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Gelu", "Elu", "Selu", "Celu", "Softplus", "Softsign",
      "Mish", "LeakyRelu", "Shrink", "Swish", "Neg", "Abs", "Exp", "Erf", "Sin", "Cos", "Atan", "Sinh", "Cosh", "Asinh",
      "Identity":
      return slopes(name, [try numbers.distinct([2, 3, 5])])
    case "zoo.Silu": return slopes("Silu", [try numbers.distinct([2, 3, 5])], domain: "zoo")
    case "ThresholdedRelu": return slopes(name, [try floats([-1, 0.3, 0.9, 1.2, 2])])
    case "Sqrt", "Log", "Reciprocal", "Acosh":
      return slopes(name, [try numbers.tensor([3, 5], scale: 0.5, shift: 2)])
    case "Asin", "Acos", "Atanh", "Tan": return slopes(name, [try numbers.tensor([3, 5], scale: 0.7)])
    case "Cast": return slopes(name, [try numbers.tensor([2, 3])], ["to": .int(Int(ElementType.float32.rawValue))])
    case "CastLike": return slopes(name, [try numbers.tensor([2, 3]), try numbers.tensor([1])], by: [0])
    case "Add", "Sub", "Mul", "Div":
      return slopes(name, [try numbers.tensor([2, 3, 4]), try numbers.tensor([3, 1], scale: 0.5, shift: 2)])
    case "Pow": return slopes(name, [try numbers.tensor([3, 4], scale: 0.5, shift: 2), try numbers.tensor([4])])
    case "PRelu": return slopes(name, [try numbers.distinct([2, 3, 4]), try numbers.tensor([3, 1])])
    case "Clip":
      return slopes(name, [try numbers.distinct([5, 5]), try Tensor(Float(-0.51)), try Tensor(Float(1.01))], by: [0])
    case "Where":
      let condition = try Tensor(shape: [3, 1], [true, false, true])
      return slopes(name, [condition, try numbers.tensor([2, 3, 4]), try numbers.tensor([4])])
    case "Sum", "Mean":
      return slopes(name, [try numbers.tensor([2, 3]), try numbers.tensor([3]), try numbers.tensor([2, 1])])
    case "Min", "Max":
      // Which of them it is mustn't change within a step.
      return slopes(
        name, [try floats([-1, 0.5, 2, 0.1]), try floats([1, 0.2, -2, 0.4]), try floats([0.7, -0.3, 0, 3])])
    default: return nil
    }
  }

  // MARK: What follows no number

  private mutating func constant(_ name: String) throws -> GradientSample? {
    let fractions = try floats([-1.4, 0.3, 2.6, -0.7], [2, 2])
    let others = try floats([1.4, -0.3, 2.1, 0.2], [2, 2])
    let flags = try Tensor(shape: [2], [true, false])
    switch name {
    case "Ceil", "Floor", "Round", "Sign", "IsInf", "IsNaN", "Shape", "Size", "ArgMax", "ArgMin", "Hardmax", "EyeLike":
      return nothing(name, [fractions], by: [0])
    case "NonZero": return nothing(name, [fractions])
    case "Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual":
      return nothing(name, [fractions, others], by: [0, 1])
    case "And", "Or", "Xor": return nothing(name, [flags, try Tensor(shape: [2], [true, true])])
    case "Not": return nothing(name, [flags])
    case "BitwiseNot": return nothing(name, [try integers([1, 2])])
    case "BlackmanWindow", "HammingWindow", "HannWindow": return nothing(name, [try Tensor(Int64(5))])
    case "Constant": return nothing(name, [], ["value": .tensor(fractions)])
    case "ConstantOfShape": return nothing(name, [try integers([2, 3])])
    case "MelWeightMatrix":
      return nothing(
        name, try [Tensor(Int64(4)), Tensor(Int64(16)), Tensor(Int64(8000)), Tensor(Float(0)), Tensor(Float(4000))])
    case "NonMaxSuppression":
      let boxes = try floats([0, 0, 1, 1, 0, 0.1, 1, 1.1, 3, 3, 4, 4], [1, 3, 4])
      return nothing(
        name, try [boxes, floats([0.9, 0.8, 0.7], [1, 1, 3]), integers([3]), floats([0.5]), floats([0])])
    case "TfIdfVectorizer":
      return nothing(
        name, [try integers([1, 2, 1, 3])],
        [
          "mode": .string("TF"), "min_gram_length": .int(1), "max_gram_length": .int(1), "max_skip_count": .int(0),
          "ngram_counts": .ints([0]), "ngram_indexes": .ints([0, 1]), "pool_int64s": .ints([1, 3]),
        ])
    // By what these follow nothing is trained: the numbers that a range starts from, the two values of a one-hot vector,
    // which elements are alike, the scales of quantized numbers.
    case "OneHot": return nothing(name, try [integers([0, 2]), Tensor(Int64(3)), floats([0, 1])])
    case "Range": return nothing(name, try [Tensor(Float(0)), Tensor(Float(2)), Tensor(Float(0.5))])
    case "Unique": return nothing(name, [try floats([2, 1, 2])])
    case "QuantizeLinear":
      return nothing(name, try [fractions, Tensor(Float(0.5)), Tensor(UInt8(3))], by: [0])
    case "DequantizeLinear":
      return nothing(name, try [Tensor(shape: [2], [UInt8(3), 9]), Tensor(Float(0.5)), Tensor(UInt8(3))])
    case "DynamicQuantizeLinear":
      return .nothing(SingleCall(op: name, inputs: [fractions], outputs: 3))
    default: return nil
    }
  }

  // MARK: Moving elements

  private mutating func shape(_ name: String) throws -> GradientSample? {
    switch name {
    case "Transpose": return slopes(name, [try numbers.tensor([2, 3, 4])], ["perm": .ints([2, 0, 1])])
    case "Reshape": return slopes(name, [try numbers.tensor([2, 3, 4]), try integers([4, -1])], by: [0])
    case "Flatten": return slopes(name, [try numbers.tensor([2, 3, 4])])
    case "Squeeze": return slopes(name, [try numbers.tensor([2, 1, 4]), try integers([1])], by: [0])
    case "Unsqueeze": return slopes(name, [try numbers.tensor([2, 4]), try integers([0, -1])], by: [0])
    case "Concat": return slopes(name, [try numbers.tensor([2, 3]), try numbers.tensor([2, 1])], ["axis": .int(1)])
    case "Split":
      let call = SingleCall(
        op: name, inputs: [try numbers.tensor([2, 7]), try integers([3, 4])], attributes: ["axis": .int(1)], outputs: 2)
      return .slopes(call, by: [0], outputs: [0, 1])
    case "Expand": return slopes(name, [try numbers.tensor([3, 1]), try integers([2, 3, 4])], by: [0])
    case "Tile": return slopes(name, [try numbers.tensor([2, 3]), try integers([2, 3])], by: [0])
    case "Slice":
      return slopes(
        name,
        try [numbers.tensor([4, 5]), integers([3, 0]), integers([0, 4]), integers([0, 1]), integers([-2, 3])],
        by: [0])
    case "Pad": return slopes(name, [try numbers.tensor([2, 3]), try integers([1, 0, 0, 2])], by: [0])
    case "Gather":
      // One place twice: its gradients add up.
      return slopes(name, [try numbers.tensor([3, 4]), try integers([0, 2, -1, 0])], ["axis": .int(1)], by: [0])
    case "GatherElements":
      return slopes(
        name, [try numbers.tensor([3, 4]), try integers([0, 3, -1, 0, 2, 2], [3, 2])], ["axis": .int(1)], by: [0])
    case "GatherND":
      return slopes(name, [try numbers.tensor([3, 4]), try integers([0, 1, 2, 3, 0, 1], [3, 2])], by: [0])
    case "ScatterElements", "Scatter":
      let inputs = try [numbers.tensor([3, 4]), integers([0, 2, 1, 3, 3, 0], [3, 2]), numbers.tensor([3, 2])]
      let opset = name == "Scatter" ? 10 : Model.currentOpset
      return .slopes(SingleCall(op: name, inputs: inputs, attributes: ["axis": .int(1)], opset: opset))
    case "ScatterND":
      return slopes(name, try [numbers.tensor([4, 3, 2]), integers([1, 2, 3, 0], [2, 2]), numbers.tensor([2, 2])])
    case "Trilu":
      return slopes(name, [try numbers.tensor([2, 3, 4]), try Tensor(Int64(1))], ["upper": .int(0)], by: [0])
    case "ReverseSequence":
      return slopes(
        name, [try numbers.tensor([4, 3, 2]), try integers([4, 1, 3])], ["batch_axis": .int(1), "time_axis": .int(0)],
        by: [0])
    case "DepthToSpace": return slopes(name, [try numbers.tensor([1, 8, 2, 3])], ["blocksize": .int(2)])
    case "SpaceToDepth": return slopes(name, [try numbers.tensor([1, 2, 4, 6])], ["blocksize": .int(2)])
    case "Resize":
      return slopes(
        name, [try numbers.tensor([1, 2, 4, 5]), nil, try floats([1, 1, 1.5, 0.8])], ["mode": .string("linear")],
        by: [0])
    case "Upsample":
      let inputs = [try numbers.tensor([1, 2, 3, 2]), try floats([1, 1, 2, 2])]
      return .slopes(SingleCall(op: name, inputs: inputs, attributes: ["mode": .string("nearest")], opset: 9), by: [0])
    default: return nil
    }
  }

  // MARK: Sums

  private mutating func reduction(_ name: String) throws -> GradientSample? {
    switch name {
    case "ReduceSum", "ReduceMean", "ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceLogSumExp", "ReduceProd",
      "ReduceMax",
      "ReduceMin":
      return slopes(name, [try numbers.distinct([3, 4, 2]), try integers([1])], ["keepdims": .int(0)], by: [0])
    case "ReduceLogSum":
      return slopes(name, [try numbers.tensor([3, 4], scale: 0.5, shift: 2), try integers([0])], by: [0])
    case "CumSum":
      return slopes(name, [try numbers.tensor([3, 4]), try Tensor(Int64(1))], ["exclusive": .int(1)], by: [0])
    case "TopK":
      let call = SingleCall(op: name, inputs: [try numbers.distinct([3, 5]), try integers([2])], outputs: 2)
      return .slopes(call, by: [0])
    case "Softmax", "LogSoftmax": return slopes(name, [try numbers.tensor([3, 4, 2], scale: 3)], ["axis": .int(1)])
    case "zoo.SumTo": return slopes("SumTo", [try numbers.tensor([2, 3, 4])], ["shape": .ints([3, 1])], domain: "zoo")
    case "zoo.MulSumTo":
      return slopes(
        "MulSumTo", [try numbers.tensor([2, 3, 4]), try numbers.tensor([2, 3, 4])], ["shape": .ints([3, 1])],
        domain: "zoo")
    default: return nil
    }
  }

  // MARK: Layers

  private mutating func layer(_ name: String) throws -> GradientSample? {
    switch name {
    case "Conv":
      return slopes(
        name, try [numbers.tensor([2, 4, 5, 4]), numbers.tensor([6, 2, 3, 3]), numbers.tensor([6])],
        ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1]), "strides": .ints([2, 1]), "group": .int(2)])
    case "ConvTranspose":
      return slopes(
        name, try [numbers.tensor([2, 4, 3, 3]), numbers.tensor([4, 3, 3, 3]), numbers.tensor([3])],
        ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1]), "strides": .ints([2, 2])])
    case "Gemm":
      return slopes(
        name, try [numbers.tensor([3, 4]), numbers.tensor([5, 3]), numbers.tensor([5])],
        ["transA": .int(1), "transB": .int(1), "alpha": .float(0.5), "beta": .float(2)])
    case "MatMul": return slopes(name, [try numbers.tensor([2, 3, 4]), try numbers.tensor([4, 5])])
    case "MaxPool", "AveragePool":
      return slopes(
        name, [try numbers.distinct([1, 2, 5, 5])],
        ["kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "pads": .ints([1, 1, 1, 1])])
    case "GlobalAveragePool", "GlobalMaxPool": return slopes(name, [try numbers.distinct([2, 3, 3, 3])])
    case "zoo.Gate":
      return slopes("Gate", [try numbers.tensor([2, 3, 2, 5]), try numbers.tensor([2, 1, 1, 5])], domain: "zoo")
    case "zoo.GatedConv":
      return slopes(
        "GatedConv",
        try [numbers.tensor([2, 3, 4, 5]), numbers.tensor([3, 5, 1, 1]), nil, nil, numbers.tensor([2, 1, 1, 5])],
        ["channels_last": .int(1), "kernel_shape": .ints([1, 1]), "input_size": .ints([3, 4])], domain: "zoo")
    case "RotaryEmbedding":
      return slopes(
        name,
        try [
          numbers.tensor([1, 2, 3, 6]), numbers.tensor([5, 3]), numbers.tensor([5, 3]), integers([4, 0, 2], [1, 3]),
        ], by: [0])
    case "Dropout": return slopes(name, [try numbers.tensor([5, 3])])
    case "zoo.DropoutTraining":
      return slopes(
        "DropoutTraining", [try numbers.tensor([5, 13]), try Tensor(Int64(5))],
        ["ratio": .float(0.3), "seed": .int(42)],
        by: [0], domain: "zoo")
    case "zoo.StochasticDepth":
      return slopes("StochasticDepth", [try numbers.tensor([5, 3])], ["probability": .float(0.5)], domain: "zoo")
    case "zoo.StochasticDepthTraining":
      return slopes(
        "StochasticDepthTraining", [try numbers.tensor([9, 2, 3]), try Tensor(Int64(2))],
        ["probability": .float(0.5), "seed": .int(3)], by: [0], domain: "zoo")
    case "NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss":
      return slopes(name, [try numbers.tensor([3, 4]), try integers([0, 3, 1])], by: [0])
    case "zoo.SoftmaxCrossEntropy":
      return slopes(
        "SoftmaxCrossEntropy", [try numbers.tensor([3, 4]), try integers([0, 3, 1])], ["label_smoothing": .float(0.1)],
        by: [0], domain: "zoo")
    default: return try normalization(name) ?? recurrent(name)
    }
  }

  private mutating func normalization(_ name: String) throws -> GradientSample? {
    switch name {
    case "LayerNormalization":
      return slopes(name, try [numbers.tensor([2, 3, 4]), numbers.tensor([4]), numbers.tensor([4])])
    case "RMSNormalization": return slopes(name, try [numbers.tensor([2, 3, 4]), numbers.tensor([4])])
    case "GroupNormalization":
      return slopes(
        name, try [numbers.tensor([2, 4, 3]), numbers.tensor([4]), numbers.tensor([4])], ["num_groups": .int(2)])
    case "InstanceNormalization":
      return slopes(name, try [numbers.tensor([2, 3, 5]), numbers.tensor([3]), numbers.tensor([3])])
    case "LpNormalization": return slopes(name, [try numbers.distinct([2, 5, 3])], ["p": .int(2), "axis": .int(1)])
    case "MeanVarianceNormalization": return slopes(name, [try numbers.tensor([2, 3, 2, 2])])
    case "LRN":
      return .refused(SingleCall(op: name, inputs: [try numbers.tensor([1, 4, 2, 2])], attributes: ["size": .int(3)]))
    case "BatchNormalization":
      return slopes(
        name,
        try [
          numbers.tensor([2, 3, 4]), numbers.tensor([3], shift: 1), numbers.tensor([3]), numbers.tensor([3]),
          numbers.tensor([3], scale: 0.4, shift: 1),
        ], by: [0, 1, 2])
    case "zoo.BatchNormalizationTraining":
      let inputs = try [
        numbers.tensor([3, 4, 5], scale: 2), numbers.tensor([4], shift: 1.5), numbers.tensor([4]), numbers.tensor([4]),
        numbers.tensor([4], scale: 0.4, shift: 1),
      ]
      let call = SingleCall(op: "BatchNormalizationTraining", domain: "zoo", inputs: inputs, outputs: 5)
      return .slopes(call, by: [0, 1, 2], check: GradientCheck(step: 1e-2, tolerance: 2e-2))
    case "zoo.NormalizedConv":
      // By the image, its rule takes the statistics for those of the batch, which finite differences of this node alone don't
      // move; that it agrees with its parts there, `NormalizedConvolutionTests` hold.
      let statistics = try [
        numbers.tensor([5], shift: 1.5), numbers.tensor([5]), numbers.tensor([5]),
        numbers.tensor([5], scale: 0.4, shift: 1),
      ]
      return slopes(
        "NormalizedConv", try [numbers.tensor([2, 4, 3, 5]), numbers.tensor([5, 1, 3, 3]), nil, nil] + statistics,
        [
          "channels_last": .int(1), "kernel_shape": .ints([3, 3]), "input_size": .ints([4, 3]), "group": .int(5),
          "pads": .ints([1, 1, 1, 1]), "normalization": .string("silu"),
        ], by: [1, 4, 5], domain: "zoo")
    default: return nil
    }
  }

  private mutating func recurrent(_ name: String) throws -> GradientSample? {
    let gates: Int
    switch name {
    case "LSTM", "zoo.LSTMTraining": gates = 4
    case "GRU", "zoo.GRUTraining": gates = 3
    case "RNN", "zoo.RNNTraining": gates = 1
    default: return nil
    }
    let (steps, batch, features, hidden) = (3, 2, 3, 4)
    let inputs = try [
      numbers.tensor([steps, batch, features]), numbers.tensor([1, gates * hidden, features], scale: 0.5),
      numbers.tensor([1, gates * hidden, hidden], scale: 0.5), numbers.tensor([1, 2 * gates * hidden], scale: 0.5),
    ]
    let isTraining = name.hasPrefix("zoo.")
    let outputs = (gates == 4 ? 3 : 2) + (isTraining ? 1 : 0)
    return .slopes(
      SingleCall(
        op: isTraining ? String(name.dropFirst(4)) : name, domain: isTraining ? "zoo" : "", inputs: inputs,
        attributes: ["hidden_size": .int(hidden)], outputs: outputs),
      outputs: [0, 1])
  }
}
