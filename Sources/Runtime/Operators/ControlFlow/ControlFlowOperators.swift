import ZooFormat

/// `If`, `Loop`, `Scan` and `FlexAttention`, which the interpreter executes itself: what they give is known only by doing
/// it.
enum ControlFlowOperators {
  static let all: [Operator] = [
    ("", "If", 1...1), ("", "Loop", 2...Int.max), ("", "Scan", 1...Int.max),
    ("ai.onnx.preview", "FlexAttention", 3...3),
  ].map { domain, name, inputs in
    Operator(
      name, domain: domain, inputs: inputs, outputs: 1...Int.max,
      types: { call in throw ValueNeeded(node: call.node.name, input: 0) },
      kernel: { request in throw request.call.error("is executed by the interpreter alone") })
  }
}
