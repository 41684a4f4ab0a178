extension Pass {
  /// Normalisation in training, the residual added to it and the activation go through memory once instead of three
  /// times, and so do their gradients.
  static let fuseNormalization = Pass(
    name: "fuse-normalization", summary: "normalise, add and activate in one pass over memory"
  ) { program in
    let uses = ValueUses(program)
    func isNormalization(_ node: Node) -> Bool { node.operatorKey == "zoo.BatchNormalizationTraining" }
    var fused: [Int: Node] = [:]
    var dropped: Set<Int> = []
    for (index, node) in program.nodes.enumerated() where isNormalization(node) && node.inputs.count == 5 {
      let chain = FusibleChain(
        from: index, program, uses, isActivation: { ["Relu", "zoo.Silu"].contains($0.operatorKey) },
        isProducer: isNormalization)
      // The gradient of SiLU needs what it was applied to, which the residual is a part of.
      guard let last = chain.followers.last, chain.residual == nil || chain.activation?.op != "Silu" else { continue }
      var whole = node
      whole.outputs[0] = chain.output
      if let residual = chain.residual { whole.inputs.append(residual) }
      if let activation = chain.activation {
        whole.attributes["activation"] = .string(activation.op == "Relu" ? "relu" : "silu")
      }
      fused[last] = whole
      dropped.formUnion([index] + chain.followers)
    }
    return try program.replacing(fused, dropping: dropped)
  }
}
