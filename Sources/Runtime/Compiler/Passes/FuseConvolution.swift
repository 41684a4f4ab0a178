import ZooFormat

extension Pass {
  /// A convolution adds its residual and applies its activation before it writes its result; a normalisation that is left
  /// applies its activation too.
  static let fuseConvolution = Pass(
    name: "fuse-convolution", summary: "add and activate where the convolution writes"
  ) { program in
    let uses = ValueUses(program)
    func isConvolution(_ node: Node) -> Bool { node.operatorKey == "Conv" }
    var fused: [Int: Node] = [:]
    var dropped: Set<Int> = []
    for (index, node) in program.nodes.enumerated() {
      if let (last, whole) = activated(node, program, uses) {
        fused[last] = whole
        dropped.insert(index)
        continue
      }
      guard isConvolution(node) else { continue }
      let chain = FusibleChain(
        from: index, program, uses, isActivation: { EpilogueActivation($0, program.builder) != nil },
        isProducer: isConvolution)
      guard let last = chain.followers.last else { continue }
      var whole = node
      whole.op = "FusedConv"
      whole.domain = "zoo"
      whole.outputs = [chain.output]
      if let residual = chain.residual {
        if whole.inputs.count == 2 { whole.inputs.append("") }
        whole.inputs.append(residual)
      }
      if let activation = chain.activation.flatMap({ EpilogueActivation($0, program.builder) }) {
        whole.attributes.merge(activation.attributes) { $1 }
      }
      fused[last] = whole
      dropped.formUnion([index] + chain.followers)
    }
    return try program.replacing(fused, dropping: dropped)
  }

  /// A normalisation with the activation behind it, and where that stands.
  private static func activated(_ node: Node, _ program: Program, _ uses: ValueUses) -> (last: Int, whole: Node)? {
    guard node.operatorKey == "BatchNormalization", node.outputs.count == 1, node.attributes["activation"] == nil,
      let reader = uses.onlyReader(of: node.outputs[0]),
      let name = ["Relu": "relu", "zoo.Silu": "silu"][program.nodes[reader].operatorKey]
    else { return nil }
    var whole = node
    whole.outputs = program.nodes[reader].outputs
    whole.attributes["activation"] = .string(name)
    return (reader, whole)
  }
}

/// An activation as the attributes by which an operator applies it to its own result.
struct EpilogueActivation {
  var attributes: [String: Attribute] = [:]

  /// `nil` if `node` is no activation that an epilogue knows.
  init?(_ node: Node, _ builder: GraphBuilder) {
    func number(_ name: String, _ value: Float) -> Float? { try? builder.call(node).float(name, default: value) }
    func name(_ name: String) { attributes["activation"] = .string(name) }
    func numbers(_ alpha: Float, _ beta: Float = 0) {
      attributes["activation_alpha"] = .float(alpha)
      attributes["activation_beta"] = .float(beta)
    }
    switch node.operatorKey {
    case "Relu": name("relu")
    case "zoo.Silu": name("silu")
    case "Sigmoid": name("sigmoid")
    case "HardSwish": name("hard_swish")
    case "Gelu":
      guard (try? builder.call(node).string("approximate", default: "none")) == "none" else { return nil }
      name("gelu")
    case "LeakyRelu":
      guard let alpha = number("alpha", 0.01), (0...1).contains(alpha) else { return nil }
      name("leaky_relu")
      numbers(alpha)
    case "HardSigmoid":
      guard let alpha = number("alpha", 0.2), let beta = number("beta", 0.5) else { return nil }
      name("hard_sigmoid")
      numbers(alpha, beta)
    case "Clip":
      guard let low = Self.bound(node, 1, "min", builder, -.greatestFiniteMagnitude),
        let high = Self.bound(node, 2, "max", builder, .greatestFiniteMagnitude), low <= high
      else { return nil }
      name("clip")
      numbers(low, high)
    default: return nil
    }
  }

  /// A bound of Clip, as an input or an attribute; `nil` if it is known in a run only.
  private static func bound(_ node: Node, _ index: Int, _ name: String, _ builder: GraphBuilder, _ none: Float)
    -> Float?
  {
    guard index < node.inputs.count, !node.inputs[index].isEmpty else {
      return try? builder.call(node).float(name, default: none)
    }
    return (builder.constants[node.inputs[index]]?.values() as [Float]?)?.first
  }
}
