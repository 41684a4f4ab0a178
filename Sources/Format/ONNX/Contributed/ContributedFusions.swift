/// What ONNX Runtime's optimizer makes of products and the activations, sums and transpositions around them.
extension ContributedOperators {
  static let fused: [String: Rule] = [
    "FusedConv": fusedConvolution, "FusedGemm": fusedGemm, "FusedMatMul": fusedProduct, "TransposeMatMul": fusedProduct,
    "FusedMatMulActivation": fusedProduct, "NhwcMaxPool": channelsLastPool,
  ]

  /// Inputs X, W, B, Z: activation(Conv(X, W, B) + Z).
  private static func fusedConvolution(_ node: inout ContributedNode) throws {
    var value = node.add(
      "Conv", Array(node.node.inputs.prefix(node.optional(2) == nil ? 2 : 3)),
      node.attributes(without: "activation", "activation_params"))
    if let other = node.optional(3) { value = node.add("Add", [value, other]) }
    let name = try node.text("activation")
    node.finish(try activation(name, value, node.numbers("activation_params"), &node))
  }

  private static func fusedGemm(_ node: inout ContributedNode) throws {
    let value = node.add(
      "Gemm", node.node.inputs,
      node.attributes(without: "activation", "activation_alpha", "activation_beta", "activation_gamma"))
    node.finish(try activation(node.text("activation"), value, activationParameters(node), &node))
  }

  /// alpha · A′ · B′, where ′ exchanges the last two dimensions (`transA`), after the first became the last but one
  /// (`transBatchA`).
  private static func fusedProduct(_ node: inout ContributedNode) throws {
    func operand(_ index: Int, _ letter: String) throws -> String {
      var value = try node.input(index)
      if try node.integer("transBatch\(letter)") != 0 {
        let rank = try node.rank(value)
        guard rank >= 2 else { throw node.problem("transBatch\(letter) of a value of rank \(rank)") }
        value = node.add("Transpose", [value], ["perm": .ints(Array(1..<rank - 1) + [0, rank - 1])])
      }
      return try node.integer("trans\(letter)") == 0 ? value : node.transposed(value)
    }
    var value = node.add("MatMul", [try operand(0, "A"), try operand(1, "B")])
    let alpha = try node.number("alpha", default: 1)
    if alpha != 1 { value = node.add("Mul", [value, try node.scalar(alpha, like: try node.input(0))]) }
    node.finish(try activation(node.text("activation"), value, activationParameters(node), &node))
  }

  private static func activationParameters(_ node: ContributedNode) throws -> [Float] {
    var parameters: [Float] = []
    for name in ["activation_alpha", "activation_beta", "activation_gamma"] where node.node.attributes[name] != nil {
      parameters.append(try node.number(name, default: 0))
    }
    return parameters
  }

  /// - Parameter parameters: in the order that the operator's attributes have in ONNX's documentation.
  static func activation(
    _ name: String, _ value: String, _ parameters: [Float], _ node: inout ContributedNode
  ) throws -> String {
    func attributes(_ names: String...) -> [String: Attribute] {
      Dictionary(zip(names, parameters).map { ($0, .float($1)) }) { first, _ in first }
    }
    switch name {
    case "": return value
    case "Relu", "Sigmoid", "Tanh", "Softplus", "Softsign": return node.add(name, [value])
    case "LeakyRelu", "Elu", "ThresholdedRelu": return node.add(name, [value], attributes("alpha"))
    case "HardSigmoid": return node.add(name, [value], attributes("alpha", "beta"))
    case "HardSwish":
      let gate = node.add("HardSigmoid", [value], ["alpha": .float(1 / 6), "beta": .float(0.5)])
      return node.add("Mul", [value, gate])
    case "Clip":
      guard parameters.count == 2 else { throw node.problem("Clip with \(parameters.count) limits") }
      return try node.clip(value, parameters[0], parameters[1])
    default: throw node.problem("the activation '\(name)' is not known")
    }
  }

  /// A pool of images whose channels come last.
  private static func channelsLastPool(_ node: inout ContributedNode) throws {
    let axes = try node.integers("kernel_shape").count
    guard axes > 0 else { throw node.problem("the attribute 'kernel_shape' is missing") }
    let first = channelsFirst(try node.input(0), rank: axes + 2, &node)
    node.finish(channelsLast(node.add("MaxPool", [first], node.node.attributes), rank: axes + 2, &node))
  }

  static func channelsFirst(_ value: String, rank: Int, _ node: inout ContributedNode) -> String {
    node.add("Transpose", [value], ["perm": .ints([0, rank - 1] + Array(1..<rank - 1))])
  }

  static func channelsLast(_ value: String, rank: Int, _ node: inout ContributedNode) -> String {
    node.add("Transpose", [value], ["perm": .ints([0] + Array(2..<rank) + [1])])
  }
}
