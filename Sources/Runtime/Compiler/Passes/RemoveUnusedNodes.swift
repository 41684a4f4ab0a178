extension Pass {
  /// Nodes, outputs and initializers that no output of the graph depends on.
  static let removeUnusedNodes = Pass(name: "remove-unused-nodes", summary: "drop what no output depends on") {
    program in
    var needed = Set(program.outputs + program.updates.map(\.value))
    var kept: [Node] = []
    for node in program.nodes.reversed() where node.outputs.contains(where: needed.contains) {
      needed.formUnion(node.inputs.lazy.filter { !$0.isEmpty })
      kept.append(node)
    }
    var builder = GraphBuilder(operators: program.builder.operators, opsets: program.builder.opsets)
    for input in program.inputs { try builder.input(input, program.builder.type(of: input)) }
    needed.formUnion(program.updates.map(\.state))
    for (name, value) in program.builder.initializers.sorted(by: { $0.key < $1.key }) where needed.contains(name) {
      if program.builder.constants[name] != nil {
        try builder.constant(name, value)
      } else {
        try builder.parameter(name, value)
      }
    }
    for var node in kept.reversed() {
      // An output that nobody reads costs its kernel nothing if it is absent.
      node.outputs = node.outputs.map { needed.contains($0) ? $0 : "" }
      builder.part = node.part
      try builder.append(node)
    }
    return Program(builder: builder, inputs: program.inputs, outputs: program.outputs, updates: program.updates)
  }
}
