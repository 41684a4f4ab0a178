import ZooFormat

extension Program {
  /// Multiplications and additions of one run, a fused multiply-add counted as two. O(nodes).
  package func operationCount() throws -> Int {
    try nodes.reduce(0) { sum, node in
      let (next, overflow) = sum.addingReportingOverflow(try operationCount(of: node))
      return overflow ? .max : next
    }
  }

  /// Multiplications and additions of one node.
  package func operationCount(of node: Node) throws -> Int {
    guard let definition = builder.operators[domain: node.domain, name: node.op] else { return 0 }
    return try definition.cost(builder.call(node), builder.infer(node))
  }
}
