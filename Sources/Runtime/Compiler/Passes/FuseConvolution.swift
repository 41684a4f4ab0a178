extension Pass {
  /// A convolution adds its residual and applies its activation before it writes its result.
  static let fuseConvolution = Pass(
    name: "fuse-convolution", summary: "add and activate where the convolution writes"
  ) { program in
    let uses = ValueUses(program)
    func isConvolution(_ node: Node) -> Bool { node.operatorKey == "Conv" }
    var fused: [Int: Node] = [:]
    var dropped: Set<Int> = []
    for (index, node) in program.nodes.enumerated() where isConvolution(node) {
      let chain = FusibleChain(
        from: index, program, uses, activations: Set(activations.keys), isProducer: isConvolution)
      guard let last = chain.followers.last else { continue }
      var whole = node
      whole.op = "FusedConv"
      whole.domain = "zoo"
      whole.outputs = [chain.output]
      if let residual = chain.residual {
        if whole.inputs.count == 2 { whole.inputs.append("") }
        whole.inputs.append(residual)
      }
      if let activation = chain.activation {
        whole.attributes["activation"] = activations[activation.operatorKey].map { .string($0) }
      }
      fused[last] = whole
      dropped.formUnion([index] + chain.followers)
    }
    return try program.replacing(fused, dropping: dropped)
  }

  /// Activations without attributes that a convolution can apply, with the names that `FusedConv` has for them.
  private static let activations = [
    "Relu": "relu", "zoo.Silu": "silu", "Sigmoid": "sigmoid", "HardSwish": "hard_swish",
  ]
}
