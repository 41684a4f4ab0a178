import ZooFormat

/// Rebuilds a program node by node, so that a pass can leave out, replace and insert nodes.
///
/// Types are inferred anew as nodes are appended, hence no pass can leave a graph that is wrongly typed.
struct Rewriter {
  var builder: GraphBuilder
  let source: Program
  /// Values of the source that go by another name now.
  private(set) var replacements: [String: String] = [:]

  init(_ source: Program) throws {
    self.source = source
    builder = GraphBuilder(operators: source.builder.operators, opsets: source.builder.opsets)
    for input in source.inputs { try builder.input(input, source.builder.type(of: input)) }
    for (name, value) in source.builder.initializers.sorted(by: { $0.key < $1.key }) {
      if source.builder.constants[name] != nil {
        try builder.constant(name, value)
      } else {
        try builder.parameter(name, value)
      }
    }
  }

  /// The name that `value` of the source has now.
  func current(_ value: String) -> String {
    var value = value
    while let next = replacements[value] { value = next }
    return value
  }

  mutating func replace(_ value: String, by other: String) { replacements[value] = other }

  /// `node` with its inputs' present names.
  func renamed(_ node: Node) -> Node {
    var node = node
    node.inputs = node.inputs.map(current)
    return node
  }

  /// Appends `node` of the source, with its inputs' present names.
  mutating func keep(_ node: Node) throws {
    builder.part = node.part
    try builder.append(renamed(node))
  }

  /// The rebuilt program. Outputs keep their names: a replaced output gets an `Identity`.
  mutating func finish() throws -> Program {
    for output in source.outputs where builder.types[output] == nil {
      try builder.append(
        Node(name: builder.fresh("\(output).output"), op: "Identity", inputs: [current(output)], outputs: [output]))
    }
    let updates = source.updates.map { Update(state: $0.state, value: current($0.value)) }
    return Program(builder: builder, inputs: source.inputs, outputs: source.outputs, updates: updates)
  }
}

extension Program {
  /// The program with the nodes at some indices replaced, and without those at `dropped` that aren't.
  func replacing(_ replaced: [Int: Node], dropping dropped: Set<Int> = []) throws -> Program {
    var rewriter = try Rewriter(self)
    for (index, node) in nodes.enumerated() where replaced[index] != nil || !dropped.contains(index) {
      try rewriter.keep(replaced[index] ?? node)
    }
    return try rewriter.finish()
  }
}
