extension Pass {
  /// `Dropout` and `StochasticDepth` do nothing in prediction.
  static let removeTrainingOperators = Pass(
    name: "remove-training-operators", summary: "drop Dropout, StochasticDepth and Identity"
  ) { program in
    var rewriter = try Rewriter(program)
    for node in program.nodes {
      let isIdentity =
        switch (node.domain, node.op) {
        case ("", "Dropout"): node.outputs.count < 2 || node.outputs[1].isEmpty
        case ("", "Identity"), ("zoo", "StochasticDepth"): true
        default: false
        }
      if isIdentity, let input = node.inputs.first, let output = node.outputs.first {
        rewriter.replace(output, by: rewriter.current(input))
      } else {
        try rewriter.keep(node)
      }
    }
    return try rewriter.finish()
  }
}
