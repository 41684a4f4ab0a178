import ZooFormat

extension Pass {
  /// Computes nodes whose inputs are all known, up to results of 16 MiB, beyond which storing costs more than computing,
  /// and of 256 MiB together, so that a small file can't ask for much. What costs over 10^10 operations is left to the
  /// run.
  static let foldConstants = Pass(name: "fold-constants", summary: "compute what is known before the run") { program in
    var rewriter = try Rewriter(program)
    let runner = NodeRunner(operators: program.builder.operators, threads: ThreadPool(count: 1))
    var room = 256 << 20
    for node in program.nodes {
      let node = rewriter.renamed(node)
      let call = try rewriter.builder.call(node)
      let types = try rewriter.builder.infer(node)
      let isKnown = zip(node.inputs, call.constants).allSatisfy { $0.isEmpty || $1 != nil }
      let byteCount = types.reduce(0) { $0 + min($1.byteCount, 1 << 48) }
      let cost = rewriter.builder.operators[domain: node.domain, name: node.op]?.cost(call, types) ?? 0
      guard isKnown, byteCount <= min(16 << 20, room), cost <= 10_000_000_000, !NodeRunner.isRandom(node) else {
        try rewriter.keep(node)
        continue
      }
      room -= byteCount
      let values = try runner.run(call, types)
      for (output, value) in zip(node.outputs, values) where !output.isEmpty {
        if program.outputs.contains(output) {
          rewriter.replace(output, by: try rewriter.builder.constant(nil, value).name)
        } else {
          try rewriter.builder.constant(output, value)
        }
      }
    }
    return try rewriter.finish()
  }
}

extension Pass {
  /// Constants among images are turned once, when their layout is chosen.
  static let foldTurnedConstants = Pass(
    name: "fold-turned-constants", summary: "turn constants to the layout of images before the run",
    apply: foldConstants.apply)
}
