import ZooFormat

/// A graph whose every type is known, on its way through the compiler.
package struct Program: Sendable {
  /// The nodes in the order of execution, with the types and the known values.
  package internal(set) var builder: GraphBuilder
  /// Names of the values that a run is given.
  package let inputs: [String]
  package internal(set) var outputs: [String]
  /// States that the run changes, with the values that they take.
  package internal(set) var updates: [Update]

  /// In the order of execution.
  package var nodes: [Node] { builder.nodes }
  /// The type of every value, by name.
  package var types: [String: TensorType] { builder.types }

  /// Binds the sizes of `graph`'s inputs and infers every type; shapes that the graph works out are constants from here
  /// on. O(nodes).
  /// - Parameters:
  ///   - inputTypes: the types of the inputs that aren't wholly declared, by name.
  ///   - states: initializers that are not to be treated as constants although no run changes them.
  /// - Throws: `ZooError` naming the input or node; ``ValueNeeded`` if a shape depends on a value of the run.
  package init(
    _ graph: Graph, opsets: [String: Int] = ["": Model.currentOpset, "zoo": 1],
    inputTypes: [String: TensorType] = [:], operators: OperatorTable = .current, states: Set<String> = [],
    limits: LoadLimits = .default
  ) throws {
    let budget = CompileBudget(limits)
    var builder = GraphBuilder(operators: operators, opsets: opsets)
    var sizes: [String: Int] = [:]
    // An input with a default is a constant unless it is given.
    let isGiven = { (name: String) in graph.initializers[name] == nil || inputTypes[name] != nil }
    for input in graph.inputs where isGiven(input.name) {
      try builder.input(input.name, Self.bind(input, to: inputTypes[input.name], sizes: &sizes))
    }
    if let unknown = inputTypes.keys.sorted().first(where: { name in !graph.inputs.contains { $0.name == name } }) {
      throw ZooError(
        .usage, tensor: unknown, problem: "the graph has no such input",
        expected: graph.inputs.map(\.name).joined(separator: ", "))
    }
    let states = states.union(graph.updates.map(\.state))
    let given = Set(graph.inputs.map(\.name).filter(isGiven))
    for (name, value) in graph.initializers.sorted(by: { $0.key < $1.key }) where !given.contains(name) {
      if states.contains(name) { try builder.parameter(name, value) } else { try builder.constant(name, value) }
    }
    let outputs = Set(graph.outputs.map(\.name) + graph.updates.map(\.value))
    var known = KnownValues(operators)
    // Nodes whose types nobody here computes, and the values that can't be known for it.
    var unsupported = operators.unknown(in: graph, opsets: opsets)
    var unknown: Set<String> = []
    for node in graph.nodes {
      try budget.checkTime(at: node.name)
      guard unknown.isDisjoint(with: node.inputs), operators[domain: node.domain, name: node.op] != nil else {
        unknown.formUnion(node.outputs.filter { !$0.isEmpty })
        continue
      }
      builder.part = node.part
      do {
        let node = try builder.broadcastingFromTheEnd(node)
        if !node.outputs.contains(where: outputs.contains), let values = try known.outputs(of: node, builder) {
          for (output, value) in zip(node.outputs, values) where !output.isEmpty { try builder.constant(output, value) }
        } else {
          try builder.append(node)
          try budget.check(node.outputs.compactMap { builder.types[$0] }, of: node)
        }
      } catch let error as ZooError where error.isUnsupported || !unsupported.isEmpty {
        unsupported.append(error)
        unknown.formUnion(node.outputs.filter { !$0.isEmpty })
      } catch is ValueNeeded where !unsupported.isEmpty {
        unknown.formUnion(node.outputs.filter { !$0.isEmpty })
      }
    }
    if !unsupported.isEmpty { unsupported += builder.unsupportedKernels() }
    if let error = ZooError.all(unsupported: unsupported) { throw error }
    self.builder = builder
    self.inputs = graph.inputs.map(\.name).filter(isGiven)
    self.outputs = graph.outputs.map(\.name)
    self.updates = graph.updates
    for name in outputs + updates.flatMap({ [$0.state, $0.value] }) where builder.types[name] == nil {
      throw ZooError(.badInput, tensor: name, problem: "nothing computes this output of the graph")
    }
  }

  init(builder: GraphBuilder, inputs: [String], outputs: [String], updates: [Update]) {
    self.builder = builder
    self.inputs = inputs
    self.outputs = outputs
    self.updates = updates
  }

  /// The program as a graph again, for files and drawings; its types are fixed.
  package func graph(named name: String) -> Graph {
    func info(_ value: String) -> ValueInfo {
      let type = types[value] ?? TensorType(.float32, [])
      return ValueInfo(value, type.elementType, type.shape.map(Dimension.fixed))
    }
    return Graph(
      name: name, nodes: nodes, inputs: inputs.map(info), outputs: outputs.map(info),
      initializers: builder.initializers, updates: updates)
  }

  private static func bind(
    _ input: ValueInfo, to given: TensorType?, sizes: inout [String: Int]
  ) throws -> TensorType {
    func refuse(_ problem: String) -> ZooError {
      let dimensions = input.dimensions.map { "[\($0.map(\.description).joined(separator: ", "))]" } ?? ""
      return ZooError(
        .badInput, tensor: input.name, problem: problem, expected: "\(input.elementType)\(dimensions)",
        remedy: "Give an input of that type and shape")
    }
    guard let dimensions = input.dimensions else {
      guard let given, given.elementType == input.elementType else { throw refuse("the input's shape is not known") }
      return given
    }
    var shape: [Int] = []
    if let given {
      guard given.elementType == input.elementType, given.rank == dimensions.count else { throw refuse("is \(given)") }
    }
    for (axis, dimension) in dimensions.enumerated() {
      let size = given?.shape[axis]
      switch dimension {
      case .fixed(let fixed):
        if let size, size != fixed { throw refuse("is \(given?.description ?? "")") }
        shape.append(fixed)
      case .symbolic(let name):
        guard let size = size ?? sizes[name] else { throw refuse("the size of dimension '\(name)' is not known") }
        if let other = sizes.updateValue(size, forKey: name), other != size {
          throw refuse("dimension '\(name)' is \(size) here and \(other) elsewhere")
        }
        shape.append(size)
      case .unknown:
        guard let size else { throw refuse("the size of dimension \(axis) is not known") }
        shape.append(size)
      }
    }
    return TensorType(input.elementType, shape)
  }
}

extension GraphBuilder {
  /// An error for each node whose element types have no kernel. Weights are packed for it: for reports alone.
  fileprivate func unsupportedKernels() -> [ZooError] {
    nodes.compactMap { node in
      guard let definition = operators[domain: node.domain, name: node.op], !definition.isView,
        let call = try? call(node), let types = try? infer(node)
      else { return nil }
      do {
        _ = try definition.kernel(
          KernelCall(call: call, outputTypes: Array(types.prefix(node.outputs.count)), workers: 1))
        return nil
      } catch {
        return (error as? ZooError).flatMap { $0.isUnsupported ? $0.at(node: node.name) : nil }
      }
    }
  }
}
