/// The order of execution of nodes that a file lists in another.
///
/// ONNX demands a topological order, but tools that insert nodes (float16 and precision converters) append them at the end,
/// and readers that sort take such files.
enum ONNXNodeOrder {
  /// `nodes` with each after those whose outputs it reads, itself or in graphs of its attributes; nodes that are in order
  /// already stay as they are. O(nodes + values).
  /// - Throws: ``ZooError`` naming a node that waits for itself.
  static func sorted(_ nodes: [Node]) throws(ZooError) -> [Node] {
    var makers: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty && makers[output] == nil { makers[output] = index }
    }
    let needs = nodes.indices.map { index in
      Set((nodes[index].inputs + nodes[index].capturedNames).compactMap { makers[$0] })
    }
    guard needs.indices.contains(where: { index in needs[index].contains { $0 >= index } }) else { return nodes }

    var order: [Int] = []
    var isPlaced = [Bool](repeating: false, count: nodes.count)
    // Depth first with a stack of its own: a hostile file may have chains of any length.
    var isOpen = isPlaced
    for start in nodes.indices where !isPlaced[start] {
      var stack = [(node: start, needs: needs[start].sorted(), next: 0)]
      isOpen[start] = true
      while let (node, waiting, next) = stack.last {
        guard next < waiting.count else {
          isPlaced[node] = true
          isOpen[node] = false
          order.append(node)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let need = waiting[next]
        guard !isOpen[need] else {
          throw ZooError(
            .badInput, node: nodes[need].name,
            problem: need == node
              ? "the node uses its own output" : "the node waits for its own output: the graph has a cycle",
            expected: "nodes in an order in which they can be executed")
        }
        guard !isPlaced[need] else { continue }
        isOpen[need] = true
        stack.append((need, needs[need].sorted(), 0))
      }
    }
    return order.map { nodes[$0] }
  }
}

extension Node {
  /// Names that graphs in the node's attributes read and don't make themselves: values of the graphs around.
  package var capturedNames: [String] {
    attributes.values.flatMap { attribute -> [String] in
      guard case .graph(let graph) = attribute else { return [] }
      let own = Set(graph.initializers.keys).union(graph.inputs.map(\.name)).union(graph.nodes.flatMap(\.outputs))
      let read = graph.nodes.flatMap { $0.inputs + $0.capturedNames } + graph.outputs.map(\.name)
      return read.filter { !$0.isEmpty && !own.contains($0) }
    }
  }
}
