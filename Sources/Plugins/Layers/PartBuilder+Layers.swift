/// Layers with parameters. Their names are those of PyTorch's state dictionaries: `NAME.weight`, `NAME.bias`.
extension PartBuilder {
  /// A convolution with square kernel; `input` is [N, C, H, W].
  /// - Parameters:
  ///   - padding: on all four sides; `nil` keeps the size (at stride 1): `kernel / 2`.
  ///   - initialization: of the weight; torchvision's for ResNet if `nil`.
  public mutating func convolution(
    _ input: String, _ name: String, channels: Int, kernel: Int, stride: Int = 1, padding: Int? = nil, groups: Int = 1,
    bias: Bool = false, initialization: Initialization? = nil
  ) throws -> String {
    let inputs = try size(of: input, 1)
    guard groups > 0, inputs % groups == 0, channels % groups == 0, channels > 0 else {
      throw ZooError(
        .badInput, node: graph.scoped(name), problem: "\(inputs) to \(channels) channels in \(groups) groups",
        expected: "channels that the groups divide")
    }
    let weight = try parameter(
      "\(name).weight", [channels, inputs / groups, kernel, kernel],
      initialization ?? .kaimingNormal(outputChannels: channels, kernelArea: kernel * kernel))
    let biases = bias ? [try parameter("\(name).bias", [channels], .constant(0))] : []
    let padding = padding ?? kernel / 2
    return try add(
      "Conv", [input, weight] + biases,
      [
        "kernel_shape": .ints([kernel, kernel]), "strides": .ints([stride, stride]),
        "pads": .ints([padding, padding, padding, padding]), "group": .int(groups), "dilations": .ints([1, 1]),
      ], name: name)
  }

  /// Batch normalisation over channels, with running statistics. `scale` is where its weight starts.
  public mutating func batchNormalization(
    _ input: String, _ name: String, scale: Float = 1, epsilon: Float = 1e-5
  ) throws -> String {
    let channels = [try size(of: input, 1)]
    let inputs = [
      input, try parameter("\(name).weight", channels, .constant(scale)),
      try parameter("\(name).bias", channels, .constant(0)),
      try parameter("\(name).running_mean", channels, .constant(0)),
      try parameter("\(name).running_var", channels, .constant(1)),
    ]
    // ONNX's momentum is the share that the old statistics keep: PyTorch's 0.1 is 0.9 here.
    return try add("BatchNormalization", inputs, ["epsilon": .float(epsilon), "momentum": .float(0.9)], name: name)
  }

  /// A fully connected layer; `input` is [N, F]. Initialized as PyTorch's `Linear`.
  public mutating func linear(_ input: String, _ name: String, features: Int) throws -> String {
    let inputs = try size(of: input, 1)
    let weight = try parameter("\(name).weight", [features, inputs], .uniform(inputs: inputs))
    let bias = try parameter("\(name).bias", [features], .uniform(inputs: inputs))
    return try add("Gemm", [input, weight, bias], ["transB": .int(1)], name: name)
  }
}

/// Layers without parameters.
extension PartBuilder {
  /// max(x, 0), of any shape.
  public mutating func relu(_ input: String, _ name: String? = nil) throws -> String {
    try add("Relu", [input], name: name)
  }

  /// x · sigmoid(x), also called swish.
  public mutating func silu(_ input: String) throws -> String {
    try add("Mul", [input, add("Sigmoid", [input])])
  }

  /// The largest value of each window, over `[N, C, H, W]`; `padding` pixels on all four sides never win.
  public mutating func maxPool(_ input: String, kernel: Int, stride: Int, padding: Int = 0) throws -> String {
    try add(
      "MaxPool", [input],
      [
        "kernel_shape": .ints([kernel, kernel]), "strides": .ints([stride, stride]),
        "pads": .ints([padding, padding, padding, padding]),
      ])
  }

  /// The mean over height and width: [N, C, H, W] → [N, C].
  public mutating func globalAveragePool(_ input: String) throws -> String {
    try add("Flatten", [add("GlobalAveragePool", [input])], ["axis": .int(1)])
  }

  /// Sets a share of the elements to zero and scales the rest up, while training. No node for a share of 0.
  public mutating func dropout(_ input: String, _ share: Double) throws -> String {
    share > 0 ? try add("Dropout", [input, graph.constant(Float(share))]) : input
  }

  /// Drops whole samples with `probability` and scales the rest up, while training. No node for a probability of 0.
  public mutating func stochasticDepth(_ input: String, _ probability: Double) throws -> String {
    guard probability > 0 else { return input }
    return try add("StochasticDepth", domain: "zoo", [input], ["probability": .float(Float(probability))])
  }
}
