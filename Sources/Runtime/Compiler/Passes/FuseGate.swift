extension Pass {
  /// Products with a number for each channel of each sample become an operator of their own, whose gradients go through
  /// memory once.
  static let fuseGate = Pass(
    name: "fuse-gate", summary: "make one operator of an image times a number for each channel of each sample"
  ) { program in
    var rewriter = try Rewriter(program)
    for node in program.nodes {
      guard node.operatorKey == "Mul", node.inputs.count == 2, let image = imageOperand(node, program) else {
        try rewriter.keep(node)
        continue
      }
      try rewriter.keep(
        Node(
          name: node.name, op: "Gate", domain: "zoo", inputs: [node.inputs[image], node.inputs[1 - image]],
          outputs: node.outputs, part: node.part))
    }
    return try rewriter.finish()
  }

  /// Which operand of a product is an image whose gate the other operand is.
  private static func imageOperand(_ node: Node, _ program: Program) -> Int? {
    (0..<2).first { index in
      guard let image = program.types[node.inputs[index]], image.elementType == .float32, image.rank > 2 else {
        return false
      }
      let gate = GateGeometry.gateType(image)
      return gate != image && program.types[node.inputs[1 - index]] == gate
    }
  }
}
