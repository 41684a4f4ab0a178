extension Pass {
  /// The two gradients by an image that is averaged and gated (squeeze and excitation) are made and added in one pass
  /// over memory instead of three.
  static let fuseGateGradient = Pass(
    name: "fuse-gate-gradient", summary: "make one operator of the gradients by an averaged and gated image"
  ) { program in
    let uses = ValueUses(program)
    let nodes = program.nodes
    /// The node that makes `value` if nobody but the sum reads it.
    func term(_ value: String, _ key: String) -> Int? {
      guard uses.onlyReader(of: value) != nil, let maker = uses.maker(of: value), nodes[maker].operatorKey == key
      else { return nil }
      return maker
    }
    var fused: [Int: Node] = [:]
    var dropped: Set<Int> = []
    for (index, node) in nodes.enumerated() where node.operatorKey == "Add" && node.inputs.count == 2 {
      for (first, second) in [(0, 1), (1, 0)] {
        guard
          let product = term(node.inputs[first], "zoo.Gate") ?? term(node.inputs[first], "zoo.GatedConvGradientInput"),
          let pool = term(node.inputs[second], "zoo.GlobalAveragePoolGradient"),
          nodes[pool].isChannelsLast, let type = program.types[node.outputs[0]],
          nodes[product].inputs.count != 6, program.types[node.inputs[first]] == type,
          program.types[nodes[pool].inputs[0]] == GateGeometry.gateType(type)
        else { continue }
        var whole = nodes[product]
        whole.name = node.name
        if whole.op == "Gate" { whole.op = "GateGradient" }
        whole.inputs.append(nodes[pool].inputs[0])
        whole.outputs = node.outputs
        fused[index] = whole
        dropped.formUnion([product, pool])
        break
      }
    }
    return try program.replacing(fused, dropping: dropped)
  }
}
