extension Pass {
  /// x · sigmoid(x) becomes one operator.
  static let fuseSilu = Pass(name: "fuse-silu", summary: "make one operator of x · sigmoid(x)") { program in
    let uses = ValueUses(program)
    var products: [Int: String] = [:]
    var dropped: Set<Int> = []
    for (index, node) in program.nodes.enumerated() where node.operatorKey == "Sigmoid" {
      guard let reader = uses.onlyReader(of: node.outputs[0]), program.nodes[reader].operatorKey == "Mul",
        program.nodes[reader].inputs.contains(node.inputs[0])
      else { continue }
      products[reader] = node.inputs[0]
      dropped.insert(index)
    }
    var rewriter = try Rewriter(program)
    for (index, node) in program.nodes.enumerated() where !dropped.contains(index) {
      guard let x = products[index] else {
        try rewriter.keep(node)
        continue
      }
      try rewriter.keep(
        Node(name: node.name, op: "Silu", domain: "zoo", inputs: [x], outputs: node.outputs, part: node.part))
    }
    return try rewriter.finish()
  }
}
