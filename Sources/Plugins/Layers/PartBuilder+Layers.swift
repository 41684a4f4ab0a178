/// Layers with parameters, which are initialized as the layer is added. Their names are those of PyTorch's state dictionaries:
/// `NAME.weight`, `NAME.bias`.
extension PartBuilder {
  /// A convolution with square kernel. O(parameters).
  /// - Parameters:
  ///   - input: [N, C, H, W].
  ///   - name: before `.weight` and `.bias`, in the current scopes.
  ///   - channels: of the output.
  ///   - kernel: height and width of the kernel.
  ///   - stride: of both axes.
  ///   - padding: on all four sides; `nil` keeps the size (at stride 1): `kernel / 2`.
  ///   - groups: of channels that don't see each other; must divide the channels of input and output.
  ///   - bias: whether a number is added to each channel, which starts at 0.
  ///   - initialization: of the weight; torchvision's for ResNet if `nil`.
  /// - Returns: [N, channels, H', W'], where H' is (H + 2 · padding − kernel) / stride + 1, rounded down.
  /// - Throws: `ZooError` if `input` isn't of the graph or of such a shape, or the groups don't divide the channels.
  public mutating func convolution(
    _ input: Value, _ name: String, channels: Int, kernel: Int, stride: Int = 1, padding: Int? = nil, groups: Int = 1,
    bias: Bool = false, initialization: Initialization? = nil
  ) throws(ZooError) -> Value {
    let padding = padding ?? kernel / 2
    return try convolution(
      input, name, channels: channels, kernel: (kernel, kernel), stride: stride, padding: (padding, padding),
      groups: groups, biases: bias ? .constant(0) : nil, initialization: initialization)
  }

  /// A convolution with an oblong kernel. O(parameters).
  /// - Parameters:
  ///   - input: [N, C, H, W].
  ///   - name: before `.weight` and `.bias`, in the current scopes.
  ///   - channels: of the output.
  ///   - kernel: height and width.
  ///   - stride: of both axes.
  ///   - padding: above and below, left and right.
  ///   - groups: of channels that don't see each other; must divide the channels of input and output.
  ///   - biases: where biases start; without biases if `nil`.
  ///   - initialization: of the weight; torchvision's for ResNet if `nil`.
  /// - Returns: [N, channels, H', W'], where H' is (H + 2 · padding − kernel) / stride + 1, rounded down.
  /// - Throws: `ZooError` if `input` isn't of the graph or of such a shape, or the groups don't divide the channels.
  public mutating func convolution(
    _ input: Value, _ name: String, channels: Int, kernel: (height: Int, width: Int), stride: Int = 1,
    padding: (vertical: Int, horizontal: Int), groups: Int = 1, biases: Initialization? = nil,
    initialization: Initialization? = nil
  ) throws(ZooError) -> Value {
    let inputs = try size(of: input, 1)
    guard groups > 0, inputs % groups == 0, channels % groups == 0, channels > 0 else {
      throw ZooError(
        .badInput, node: graph.scoped(name), problem: "\(inputs) to \(channels) channels in \(groups) groups",
        expected: "channels that the groups divide")
    }
    let weight = try parameter(
      "\(name).weight", [channels, inputs / groups, kernel.height, kernel.width],
      initialization ?? .kaimingNormal(outputChannels: channels, kernelArea: kernel.height * kernel.width))
    let biases = try biases.map { start throws(ZooError) in [try parameter("\(name).bias", [channels], start)] } ?? []
    return try add(
      "Conv", [input, weight] + biases,
      [
        "kernel_shape": .ints([kernel.height, kernel.width]), "strides": .ints([stride, stride]),
        "pads": .ints([padding.vertical, padding.horizontal, padding.vertical, padding.horizontal]),
        "group": .int(groups), "dilations": .ints([1, 1]),
      ], name: name)
  }

  /// Batch normalisation over the channels of [N, C, …], with running statistics. `scale` is where its weight starts.
  /// O(channels).
  /// - Throws: `ZooError` if `input` isn't of the graph or of such a shape.
  public mutating func batchNormalization(
    _ input: Value, _ name: String, scale: Float = 1, epsilon: Float = 1e-5
  ) throws(ZooError) -> Value {
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

  /// A fully connected layer: [N, F] → [N, features]. Initialized as PyTorch's `Linear` unless told otherwise. O(parameters).
  /// - Throws: `ZooError` if `input` isn't of the graph or of such a shape.
  public mutating func linear(
    _ input: Value, _ name: String, features: Int, initialization: Initialization? = nil,
    biases: Initialization? = nil
  ) throws(ZooError) -> Value {
    let inputs = try size(of: input, 1)
    let weight = try parameter("\(name).weight", [features, inputs], initialization ?? .uniform(inputs: inputs))
    let bias = try parameter("\(name).bias", [features], biases ?? .uniform(inputs: inputs))
    return try add("Gemm", [input, weight, bias], ["transB": .int(1)], name: name)
  }

  /// Layer normalisation over the last dimension (Ba and others, 2016). O(size of that).
  /// - Throws: `ZooError` if `input` isn't of the graph or is a single number.
  public mutating func layerNormalization(_ input: Value, _ name: String, epsilon: Float = 1e-6) throws(ZooError)
    -> Value
  {
    guard let features = try shape(of: input).last else {
      throw ZooError(.badInput, tensor: input.name, problem: "is a single number", expected: "at least one dimension")
    }
    let inputs = [
      input, try parameter("\(name).weight", [features], .constant(1)),
      try parameter("\(name).bias", [features], .constant(0)),
    ]
    return try add("LayerNormalization", inputs, ["axis": .int(-1), "epsilon": .float(epsilon)], name: name)
  }

  /// Layer normalisation over the channels of each pixel; `input` is [N, C, H, W]. O(channels).
  /// - Throws: `ZooError` if `input` isn't of the graph or of such a shape.
  public mutating func channelNormalization(_ input: Value, _ name: String, epsilon: Float = 1e-6) throws(ZooError)
    -> Value
  {
    let last = try add("Transpose", [input], ["perm": .ints([0, 2, 3, 1])])
    return try add(
      "Transpose", [layerNormalization(last, name, epsilon: epsilon)], ["perm": .ints([0, 3, 1, 2])])
  }
}

/// Small networks that several families are made with.
extension PartBuilder {
  /// Scales each channel by a gate that is computed from all channels' means (Hu and others, 2018): `NAME.fc1`, ReLU,
  /// `NAME.fc2`, sigmoid; `input` is [N, C, H, W], and `reduced` is the number of channels between the two.
  /// O(parameters).
  /// - Throws: `ZooError` if `input` isn't of the graph or of such a shape.
  public mutating func squeezeExcite(
    _ input: Value, _ name: String, reduced: Int, initialization: ((_ outputs: Int) -> Initialization)? = nil
  ) throws(ZooError) -> Value {
    let channels = try size(of: input, 1)
    var gate = try add("GlobalAveragePool", [input])
    for (layer, outputs) in [("fc1", reduced), ("fc2", channels)] {
      gate = try convolution(
        gate, "\(name).\(layer)", channels: outputs, kernel: (1, 1), padding: (0, 0), biases: .constant(0),
        initialization: initialization?(outputs))
      gate = try activation(gate, layer == "fc1" ? .relu : .sigmoid)
    }
    return try add("Mul", [input, gate])
  }
}

/// Layers without parameters: each adds a node or a few, and computes nothing.
extension PartBuilder {
  /// max(x, 0), of any shape. Adds a node: O(1).
  /// - Throws: `ZooError` if `input` isn't of the graph.
  public mutating func relu(_ input: Value, _ name: String? = nil) throws(ZooError) -> Value {
    try add("Relu", [input], name: name)
  }

  /// x · sigmoid(x), also called swish, of any shape. Adds two nodes: O(1).
  /// - Throws: `ZooError` if `input` isn't of the graph.
  public mutating func silu(_ input: Value) throws(ZooError) -> Value {
    try add("Mul", [input, add("Sigmoid", [input])])
  }

  /// An activation function by name, of any shape. Adds a node or two: O(1).
  /// - Throws: `ZooError` if `input` isn't of the graph.
  public mutating func activation(_ input: Value, _ function: Activation) throws(ZooError) -> Value {
    switch function {
    case .relu: try relu(input)
    case .relu6: try add("Clip", [input, constant(0), constant(6)])
    case .silu: try silu(input)
    case .hardSwish: try add("HardSwish", [input])
    case .gelu: try add("Gelu", [input])
    case .sigmoid: try add("Sigmoid", [input])
    // PyTorch's: relu6(x + 3) / 6.
    case .hardSigmoid: try add("HardSigmoid", [input], ["alpha": .float(1 / 6), "beta": .float(0.5)])
    case .tanh: try add("Tanh", [input])
    }
  }

  /// The largest value of each window, over `[N, C, H, W]`; `padding` pixels on all four sides never win. Adds a node: O(1).
  /// - Throws: `ZooError` if `input` isn't of the graph or smaller than a window.
  public mutating func maxPool(_ input: Value, kernel: Int, stride: Int, padding: Int = 0) throws(ZooError) -> Value {
    try add(
      "MaxPool", [input],
      [
        "kernel_shape": .ints([kernel, kernel]), "strides": .ints([stride, stride]),
        "pads": .ints([padding, padding, padding, padding]),
      ])
  }

  /// The mean over height and width: [N, C, H, W] → [N, C]. Adds two nodes: O(1).
  /// - Throws: `ZooError` if `input` isn't of the graph or of such a shape.
  public mutating func globalAveragePool(_ input: Value) throws(ZooError) -> Value {
    try add("Flatten", [add("GlobalAveragePool", [input])], ["axis": .int(1)])
  }

  /// Sets a share of the elements to zero and scales the rest up, while training. Adds a node, none for a share of 0: O(1).
  /// - Throws: `ZooError` if `input` isn't of the graph, or the share not in 0..<1.
  public mutating func dropout(_ input: Value, _ share: Double) throws(ZooError) -> Value {
    share > 0 ? try add("Dropout", [input, constant(Float(share))]) : input
  }

  /// Drops whole samples with `probability` and scales the rest up, while training. Adds a node, none for a probability of 0:
  /// O(1).
  /// - Throws: `ZooError` if `input` isn't of the graph, or the probability not in 0..<1.
  public mutating func stochasticDepth(_ input: Value, _ probability: Double) throws(ZooError) -> Value {
    guard probability > 0 else { return input }
    return try add("StochasticDepth", domain: "zoo", [input], ["probability": .float(Float(probability))])
  }
}

/// Activation functions that parts are made with; a setting takes them by these names.
public enum Activation: String, Codable, Sendable, CaseIterable {
  /// max(x, 0).
  case relu
  /// min(max(x, 0), 6) (Krizhevsky, 2010).
  case relu6
  /// x · sigmoid(x) (Elfwing and others, 2018).
  case silu
  /// x · min(max(x + 3, 0), 6) / 6 (Howard and others, 2019).
  case hardSwish
  /// x · Φ(x), by the error function (Hendrycks and Gimpel, 2016).
  case gelu
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// min(max(x + 3, 0), 6) / 6.
  case hardSigmoid
  /// The hyperbolic tangent.
  case tanh
}
