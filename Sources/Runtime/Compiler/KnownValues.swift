import ZooFormat

/// Computes values that are known before the run while a graph is typed, so that shapes which a graph works out by
/// itself (`Shape` → `Gather` → `Concat` → `Reshape`) are known too.
package struct KnownValues {
  /// Shapes and indices are small; what is larger is left to ``Pass/foldConstants``.
  private static let largestByteCount = 1 << 16

  private let runner: NodeRunner
  /// Bytes that all values together may still take: a small file can have many nodes.
  private var room = 64 << 20

  package init(_ operators: OperatorTable) { runner = NodeRunner(operators: operators, threads: ThreadPool(count: 1)) }

  /// The values of the outputs that `node`, the next to be added to `builder`, is going to have, or `nil` if they
  /// depend on the run or are large.
  mutating func outputs(of node: Node, _ builder: GraphBuilder) throws -> [Tensor]? {
    let call = try builder.call(node)
    let isOfTypes = node.domain.isEmpty && (node.op == "Shape" || node.op == "Size")
    // Sizes first: most nodes read something that isn't known.
    let isKnown = isOfTypes || zip(node.inputs, call.constants).allSatisfy { $0.isEmpty || $1 != nil }
    // Weights of 8 bits stay what they are: the compiler multiplies them as such.
    guard isKnown, !NodeRunner.isRandom(node), node.operatorKey != "DequantizeLinear",
      call.inputs.allSatisfy({ isOfTypes || isSmall($0) })
    else { return nil }
    let types = try builder.infer(node)
    guard types.prefix(node.outputs.count).allSatisfy(isSmall) else { return nil }
    let byteCount = types.prefix(node.outputs.count).reduce(0) { $0 + $1.byteCount }
    guard byteCount <= room else { return nil }
    room -= byteCount
    return try runner.run(call, types)
  }

  private func isSmall(_ type: TensorType?) -> Bool { type.map { $0.byteCount <= Self.largestByteCount } ?? true }
}
