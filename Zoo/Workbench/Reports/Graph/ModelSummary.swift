/// What a graph is made of: its nodes with types, parameters and operations, and totals for each part.
package struct ModelSummary: Codable, Sendable, Hashable {
  package struct NodeSummary: Codable, Sendable, Hashable {
    package var name: String
    package var op: String
    package var domain: String
    package var part: String?
    /// What tells it apart from others of its kind, e.g. `3×3, stride 2`.
    package var settings: String
    /// Types of the outputs, e.g. `float32[1, 64, 112, 112]`; empty where they depend on values of the run.
    package var outputs: [String]
    /// Learned parameters that it is the first to read.
    package var parameters: Int
    /// Multiplications and additions.
    package var flops: Int
  }

  package struct PartSummary: Codable, Sendable, Hashable {
    package var name: String
    package var nodes: Int
    package var parameters: Int
    package var flops: Int
  }

  package var name: String
  /// Named types with which the graph was looked at.
  package var inputs: [String]
  package var outputs: [String]
  package var nodes: [NodeSummary]
  /// In the order in which the parts appear.
  package var parts: [PartSummary]
  package var parameters: Int
  /// For the inputs as given above.
  package var flops: Int

  /// Summarises `graph` with the types of its values, as a ``Program`` infers them. O(nodes).
  package init(
    _ graph: Graph, types: [String: TensorType], opsets: [String: Int], operators: OperatorTable = .current
  ) {
    let trained = Dictionary(
      graph.parameters().filter(\.isTrainable).map { ($0.name, $0.type.elementCount) }
    ) { first, _ in first }
    let readers = FirstReaders(graph, parameters: Set(trained.keys))
    name = graph.name
    inputs = graph.requiredInputs.map { Self.describe($0, types) }
    outputs = graph.outputs.map { Self.describe($0, types) }
    nodes = graph.nodes.enumerated().map { index, node in
      NodeSummary(
        name: node.name, op: node.op, domain: node.domain, part: node.part?.rawValue,
        settings: NodeSettings.text(node, graph),
        outputs: node.outputs.filter { !$0.isEmpty }.compactMap { types[$0]?.description },
        parameters: readers.parameters(ofNode: index).reduce(0) { $0 + (trained[$1] ?? 0) },
        flops: Self.flops(node, graph, types, opsets, operators))
    }
    parts = []
    for node in nodes {
      let name = node.part ?? "no part"
      let index = parts.firstIndex { $0.name == name } ?? parts.endIndex
      if index == parts.endIndex { parts.append(PartSummary(name: name, nodes: 0, parameters: 0, flops: 0)) }
      parts[index].nodes += 1
      parts[index].parameters += node.parameters
      parts[index].flops = parts[index].flops.addingSaturating(node.flops)
    }
    parameters = nodes.reduce(0) { $0 + $1.parameters }
    flops = nodes.reduce(0) { $0.addingSaturating($1.flops) }
  }

  /// Summarises `model` for `batch` items. Other sizes that the graph leaves open must be in `inputTypes`; without them
  /// types and operations are left out.
  /// - Throws: ``ZooError`` if the graph isn't valid.
  package init(
    _ model: Model, batch: Int = 1, inputTypes: [String: TensorType] = [:], operators: OperatorTable = .current
  ) throws {
    let bound = Self.types(model, batch: batch, inputTypes: inputTypes)
    var types: [String: TensorType] = [:]
    do {
      types = try Program(model.graph, opsets: model.opsets, inputTypes: bound, operators: operators).types
    } catch let error where error is ValueNeeded || bound.isEmpty {
      // Shapes that depend on values of the run, or on sizes that nobody gave, stay open.
    }
    self.init(model.graph, types: types, opsets: model.opsets, operators: operators)
  }

  /// The inputs' types with the first open dimension bound to `batch`; empty if others are open.
  static func types(_ model: Model, batch: Int, inputTypes: [String: TensorType]) -> [String: TensorType] {
    var types = inputTypes
    for input in model.graph.requiredInputs where types[input.name] == nil {
      guard let dimensions = input.dimensions else { return [:] }
      var shape: [Int] = []
      for (axis, dimension) in dimensions.enumerated() {
        switch dimension {
        case .fixed(let size): shape.append(size)
        case .symbolic, .unknown:
          guard axis == 0 else { return [:] }
          shape.append(batch)
        }
      }
      types[input.name] = TensorType(input.elementType, shape)
    }
    return types
  }

  private static func describe(_ info: ValueInfo, _ types: [String: TensorType]) -> String {
    let declared = info.dimensions.map { "[\($0.map(\.description).joined(separator: ", "))]" } ?? ""
    return "\(info.name): " + (types[info.name]?.description ?? "\(info.elementType)\(declared)")
  }

  private static func flops(
    _ node: Node, _ graph: Graph, _ types: [String: TensorType], _ opsets: [String: Int], _ operators: OperatorTable
  ) -> Int {
    let outputs = node.outputs.map { types[$0] }
    guard let definition = operators[domain: node.domain, name: node.op],
      node.inputs.allSatisfy({ $0.isEmpty || types[$0] != nil }), let first = outputs.first, first != nil
    else { return 0 }
    let domain = OperatorDomain.canonical(node.domain)
    let call = OperatorCall(
      node: node, opset: opsets[domain] ?? 1, inputs: node.inputs.map { types[$0] },
      constants: node.inputs.map { graph.initializers[$0] })
    return definition.cost(call, outputs.compactMap { $0 })
  }
}

/// Which node is the first to read each parameter.
private struct FirstReaders {
  private var byNode: [Int: [String]] = [:]

  init(_ graph: Graph, parameters: Set<String>) {
    var seen: Set<String> = []
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs where parameters.contains(input) && seen.insert(input).inserted {
        byNode[index, default: []].append(input)
      }
    }
  }

  func parameters(ofNode index: Int) -> [String] { byNode[index] ?? [] }
}

extension Int {
  fileprivate func addingSaturating(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
