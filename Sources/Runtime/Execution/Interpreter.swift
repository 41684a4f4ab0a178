import ZooFormat

/// Executes a graph node by node, for graphs whose shapes depend on values (`NonZero`, `If`, `Loop`) and so can't be
/// planned ahead.
///
/// Slower than an ``Executable``: each node is prepared and its memory taken anew. Values are released after their
/// last use.
package struct Interpreter: Sendable {
  private let opsets: [String: Int]
  private let runner: NodeRunner
  private let memoryLimit: Int

  /// - Parameter limits: of which ``LoadLimits/arenaBytes`` is the most that the values of a
  ///   graph may take at a time.
  package init(
    opsets: [String: Int], operators: OperatorTable = .current, threads: ThreadPool, limits: LoadLimits = .default
  ) {
    self.opsets = opsets
    memoryLimit = limits.arenaBytes
    runner = NodeRunner(operators: operators, threads: threads)
  }

  /// Executes `graph` on `inputs` and returns its outputs in their order.
  /// - Parameter outer: values of the graphs around this one, which its nodes may read; `nil` for the model's own graph,
  ///   whose inputs alone are held against their declared types.
  /// - Throws: `ZooError` naming the node that refuses its inputs.
  package func run(
    _ graph: Graph, inputs: [String: Tensor], outer: [String: Tensor]? = nil
  ) throws -> [(name: String, value: Tensor)] {
    var values = outer ?? [:]
    values.merge(graph.initializers) { $1 }
    for input in graph.inputs {
      if let value = inputs[input.name] {
        guard outer != nil || value.elementType == input.elementType else {
          throw ZooError(.badInput, tensor: input.name, problem: "is \(value.type)", expected: "\(input.elementType)")
        }
        values[input.name] = value
      } else if graph.initializers[input.name] == nil {
        throw ZooError(.usage, tensor: input.name, problem: "the input has no value", remedy: "Give it one")
      }
    }
    let lastUses = Self.lastUses(graph)
    let made = Set(graph.nodes.flatMap(\.outputs))
    var room = memoryLimit
    for (step, node) in graph.nodes.enumerated() {
      let results = try execute(node, values, room: room)
      for (output, value) in zip(node.outputs, results) where !output.isEmpty {
        values[output] = value
        room -= value.type.byteCount
      }
      for name in lastUses[step] {
        if let value = values.removeValue(forKey: name), made.contains(name) { room += value.type.byteCount }
      }
    }
    return try graph.outputs.map { output in
      guard let value = values[output.name] else {
        throw ZooError(.badInput, tensor: output.name, problem: "nothing computes this output of the graph")
      }
      return (output.name, value)
    }
  }

  private func execute(_ node: Node, _ values: [String: Tensor], room: Int) throws -> [Tensor] {
    var node = node
    var inputs = try node.inputs.map { input -> Tensor? in
      if input.isEmpty { return nil }
      guard let value = values[input] else {
        throw ZooError(.badInput, node: node.name, problem: "input '\(input)' is not defined before the node")
      }
      return value
    }
    let domain = OperatorDomain.canonical(node.domain)
    if inputs.count == 2, let a = inputs[0], let b = inputs[1],
      let shape = try LegacyBroadcast.shape(ofSecondOperandOf: node, version: opsets[""] ?? 1, a.shape, b.shape)
    {
      inputs[1] = try Tensor(TensorType(b.elementType, shape), storage: b.storage)
      node = LegacyBroadcast.stripped(node)
    }
    let call = OperatorCall(node: node, opset: opsets[domain] ?? 1, inputs: inputs.map { $0?.type }, constants: inputs)
    if let control = ControlFlow(call) { return try control.run(self, values) }
    guard let definition = runner.operators[domain: node.domain, name: node.op] else {
      throw ZooError(.badInput, node: node.name, problem: "operator '\(node.op)' is unknown")
    }
    guard definition.inputs.contains(node.inputs.count), definition.outputs.contains(node.outputs.count),
      node.outputs.contains(where: { !$0.isEmpty })
    else {
      throw call.error("\(node.inputs.count) inputs and \(node.outputs.count) outputs")
    }
    do {
      let types = try definition.types(call)
      guard types.count >= node.outputs.count else {
        throw call.error("\(node.outputs.count) outputs", expected: "at most \(types.count)")
      }
      var byteCount = 0
      for type in types {
        byteCount += try type.validated(node.name).byteCount
        guard byteCount <= room else {
          throw call.error(
            "a result of \(type), beside \(memoryLimit - room) bytes", expected: "at most \(memoryLimit) bytes")
        }
      }
      if definition.isView, let input = inputs.first ?? nil, let type = types.first {
        return [try Tensor(type, storage: input.storage)]
      }
      return try runner.run(call, types)
    } catch let error as ZooError {
      throw error.at(node: node.name)
    }
  }

  /// For each node the values that nobody reads after it.
  private static func lastUses(_ graph: Graph) -> [[String]] {
    var result = Array(repeating: [String](), count: graph.nodes.count)
    var seen = Set(graph.outputs.map(\.name))
    for (step, node) in graph.nodes.enumerated().reversed() {
      let read = node.inputs + node.capturedNames
      for value in read + node.outputs where !value.isEmpty && seen.insert(value).inserted {
        result[step].append(value)
      }
    }
    return result
  }
}
