import ZooFormat

extension Pass {
  /// Computes nodes whose inputs are all known, up to results of 16 MiB: beyond, storing costs more than computing.
  static let foldConstants = Pass(name: "fold-constants", summary: "compute what is known before the run") { program in
    var rewriter = try Rewriter(program)
    let runner = NodeRunner(operators: program.builder.operators, threads: ThreadPool(count: 1))
    for node in program.nodes {
      let node = rewriter.renamed(node)
      let call = try rewriter.builder.call(node)
      let types = try rewriter.builder.infer(node)
      let isKnown = zip(node.inputs, call.constants).allSatisfy { $0.isEmpty || $1 != nil }
      guard isKnown, types.allSatisfy({ $0.byteCount <= 16 << 20 }), !NodeRunner.isRandom(node) else {
        try rewriter.keep(node)
        continue
      }
      let values = try runner.run(call, types)
      for (output, value) in zip(node.outputs, values) where !output.isEmpty {
        if program.outputs.contains(output) {
          rewriter.replace(output, by: try rewriter.builder.constant(nil, value))
        } else {
          try rewriter.builder.constant(output, value)
        }
      }
    }
    return try rewriter.finish()
  }
}
