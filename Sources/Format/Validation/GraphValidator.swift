/// Checks what every graph must keep to, whatever operators it uses: each value is made once and before it is used.
package struct GraphValidator {
  /// - Throws: ``ZooError`` about the first thing that is wrong.
  package static func validate(_ model: Model) throws(ZooError) {
    for (domain, version) in model.opsets where version < 1 {
      throw ZooError(.badInput, path: "opsets", problem: "version \(version) of '\(domain)'", expected: "at least 1")
    }
    try validate(model.graph, outer: [])
  }

  /// `outer` are the values of the graphs around, one set for each, which a graph in an attribute may use.
  private static func validate(_ graph: Graph, outer: [Set<String>]) throws(ZooError) {
    func isOuter(_ value: String) -> Bool { outer.contains { $0.contains(value) } }
    guard outer.count <= 64 else {
      throw ZooError(.badInput, problem: "graphs are nested more than 64 deep")
    }
    var defined: Set<String> = []
    func define(_ value: String, _ what: String, node: String? = nil) throws(ZooError) {
      guard defined.insert(value).inserted else {
        throw ZooError(
          .badInput, node: node, tensor: value, problem: "\(what), but another value of the graph has that name",
          expected: "each value made once")
      }
    }
    for info in graph.inputs {
      try validate(info)
      try define(info.name, "is an input")
    }
    let inputs = Dictionary(graph.inputs.map { ($0.name, $0.elementType) }) { first, _ in first }
    for (name, tensor) in graph.initializers {
      guard !name.isEmpty else { throw ZooError(.badInput, problem: "an initializer has no name") }
      _ = try tensor.type.validated(name)
      // The default of an input, for runs that don't give it another value.
      if let type = inputs[name] {
        guard type == tensor.elementType else {
          throw ZooError(
            .badInput, tensor: name, problem: "the input is \(type), its default \(tensor.type)", expected: "one type")
        }
        continue
      }
      try define(name, "is an initializer")
    }
    var names: Set<String> = []
    for node in graph.nodes {
      guard !node.op.isEmpty else { throw ZooError(.badInput, node: node.name, problem: "the node has no operator") }
      guard !node.name.isEmpty, names.insert(node.name).inserted else {
        throw ZooError(
          .badInput, node: node.name,
          problem: node.name.isEmpty ? "a node '\(node.op)' has no name" : "two nodes have the same name",
          expected: "names that are unique in their graph")
      }
      for input in node.inputs where !input.isEmpty && !defined.contains(input) && !isOuter(input) {
        throw undefined(input, node: node, in: graph)
      }
      for (name, attribute) in node.attributes {
        guard !name.isEmpty else { throw ZooError(.badInput, node: node.name, problem: "an attribute has no name") }
        switch attribute {
        case .graph(let body):
          do { try validate(body, outer: outer + [defined]) } catch { throw error.at(node: node.name) }
        case .tensor(let tensor): _ = try tensor.type.validated(name)
        default: break
        }
      }
      for output in node.outputs where !output.isEmpty {
        try define(output, "is made by this node", node: node.name)
      }
    }
    for output in graph.outputs {
      try validate(output)
      guard defined.contains(output.name) || isOuter(output.name) else {
        throw ZooError(.badInput, tensor: output.name, problem: "is an output of the graph, but nothing makes it")
      }
    }
    for info in graph.valueInfos { try validate(info) }
    try validateUpdates(graph, defined)
  }

  private static func validateUpdates(_ graph: Graph, _ defined: Set<String>) throws(ZooError) {
    var states: Set<String> = []
    for update in graph.updates {
      guard graph.initializers[update.state] != nil else {
        throw ZooError(.badInput, tensor: update.state, problem: "is updated, but is no initializer of the graph")
      }
      guard states.insert(update.state).inserted else {
        throw ZooError(.badInput, tensor: update.state, problem: "is updated twice")
      }
      guard defined.contains(update.value) else {
        throw ZooError(
          .badInput, tensor: update.value, problem: "updates '\(update.state)', but nothing makes it")
      }
    }
  }

  private static func validate(_ info: ValueInfo) throws(ZooError) {
    guard !info.name.isEmpty else { throw ZooError(.badInput, problem: "a declared value has no name") }
    guard let dimensions = info.dimensions else { return }
    let sizes = dimensions.map { if case .fixed(let size) = $0 { size } else { 1 } }
    _ = try TensorType(info.elementType, sizes).validated(info.name)
  }

  /// Says why `input` isn't there: it never is, it comes later, or the node waits for itself.
  private static func undefined(_ input: String, node: Node, in graph: Graph) -> ZooError {
    if node.outputs.contains(input) {
      return ZooError(.badInput, node: node.name, tensor: input, problem: "the node uses its own output")
    }
    if let maker = graph.nodes.first(where: { $0.outputs.contains(input) }) {
      return ZooError(
        .badInput, node: node.name, tensor: input,
        problem: "is used before node '\(maker.name)' makes it: the graph has a cycle or isn't in order",
        expected: "nodes in an order in which they can be executed")
    }
    return ZooError(.badInput, node: node.name, tensor: input, problem: "is used, but nothing makes it")
  }
}
