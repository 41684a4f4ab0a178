import ZooFormat

extension GraphBuilder {
  /// Appends a node of a graph that was made elsewhere, and remembers values that are known for the builder's own batch,
  /// so that types behind them can be told. The nodes stay: for another batch the values may be others.
  package mutating func append(_ node: Node, _ known: inout KnownValues) throws {
    let values = try known.outputs(of: node, self)
    try append(node)
    for (output, value) in zip(node.outputs, values ?? []) where !output.isEmpty { know(output, value) }
  }
}
