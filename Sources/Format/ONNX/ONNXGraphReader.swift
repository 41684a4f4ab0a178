/// Reads `GraphProto` and `NodeProto`; calls of functions become the functions' nodes.
struct ONNXGraphReader {
  let budget: ONNXBudget
  let external: ONNXExternalData?
  let functions: [ONNXFunction.Key: ONNXFunction]
  /// Whether an initializer that is listed among the model's inputs may be given another value by a run.
  let hasDefaults: Bool

  func graph(_ bytes: UnsafeRawBufferPointer, scope: ONNXScope, depth: Int) throws(ZooError) -> Graph {
    guard depth <= budget.limits.nesting else {
      throw budget.limits.exceeded(
        "graphs inside each other", found: "more than \(budget.limits.nesting)", limit: "\(budget.limits.nesting)")
    }
    var graph = Graph(name: "")
    var nodes: [UnsafeRawBufferPointer] = []
    let tensors = ONNXTensorReader(budget: budget, external: external)
    let values = ONNXValueReader(isOuter: depth == 0)
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: nodes.append(try field.bytes())
      case 2: graph.name = try field.string()
      case 5, 15:  // initializer, sparse_initializer
        let isSparse = field.number == 15
        let (name, tensor) = try isSparse ? tensors.readSparse(field.bytes()) : tensors.read(field.bytes())
        guard graph.initializers.updateValue(tensor, forKey: scope.name(name)) == nil else {
          throw ZooError(.badInput, tensor: name, problem: "is an initializer twice")
        }
        continue
      case 11: graph.inputs.append(try values.read(field.bytes(), scope: scope))
      case 12: graph.outputs.append(try values.read(field.bytes(), scope: scope))
      case 13:  // value_info
        if let info = try values.readIfTensor(field.bytes(), scope: scope) { graph.valueInfos.append(info) }
      default: continue
      }
      if field.number >= 11 { try budget.spend(structureBytes: field.bytes().count) }
    }
    let initializers = graph.initializers
    if depth > 0 || !hasDefaults { graph.inputs.removeAll { initializers[$0.name] != nil } }
    var builder = ONNXNodeList()
    for node in nodes { try add(node, scope: scope, depth: depth, to: &builder) }
    graph.nodes = try ONNXNodeOrder.sorted(builder.nodes)
    return graph
  }

  // MARK: Nodes

  private func add(
    _ bytes: UnsafeRawBufferPointer, scope: ONNXScope, depth: Int, to list: inout ONNXNodeList
  ) throws(ZooError) {
    try budget.spend(nodes: 1)
    var node = Node(name: "", op: "", inputs: [], outputs: [])
    var overload = ""
    var attributes: [UnsafeRawBufferPointer] = []
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1: node.inputs.append(scope.name(try field.string()))
      case 2: node.outputs.append(scope.name(try field.string()))
      case 3: node.name = scope.prefix + (try field.string())
      case 4: node.op = try field.string()
      case 5:
        attributes.append(try field.bytes())
        continue
      case 7:
        node.domain = OperatorDomain.canonical(try field.string())
      case 8: overload = try field.string()
      case 9:
        let (key, value) = try ONNXModelReader.entry(field.bytes())
        if key == ONNXMetadata.part { node.part = Part(rawValue: value) }
      default: continue
      }
      try budget.spend(structureBytes: field.bytes().count)
    }
    do throws(ZooError) {
      let reader = ONNXAttributeReader(graphs: self, scope: scope, depth: depth)
      for attribute in attributes {
        guard let (name, value) = try reader.read(attribute) else { continue }
        guard node.attributes.updateValue(value, forKey: name) == nil else {
          throw ZooError(.badInput, problem: "has the attribute '\(name)' twice")
        }
      }
      let key = ONNXFunction.Key(domain: node.domain, name: node.op, overload: overload)
      if let function = functions[key] {
        try inline(function, call: node, scope: scope, depth: depth, to: &list)
      } else {
        list.append(node)
      }
    } catch {
      throw error.at(node: node.name.isEmpty ? node.op : node.name)
    }
  }

  // MARK: Functions

  private func inline(
    _ function: ONNXFunction, call: Node, scope: ONNXScope, depth: Int, to list: inout ONNXNodeList
  ) throws(ZooError) {
    guard !scope.calls.contains(function.key) else {
      throw ZooError(.badInput, problem: "function '\(function.key)' calls itself", expected: "no recursion")
    }
    guard scope.calls.count < 4 * budget.limits.nesting else {
      throw budget.limits.exceeded(
        "functions inside each other", found: "more than \(4 * budget.limits.nesting)",
        limit: "\(4 * budget.limits.nesting)")
    }
    guard call.inputs.count <= function.inputs.count, call.outputs.count <= function.outputs.count else {
      throw ZooError(
        .badInput,
        problem: "\(call.inputs.count) inputs and \(call.outputs.count) outputs for function '\(function.key)'",
        expected: "at most \(function.inputs.count) and \(function.outputs.count)")
    }
    // Every call costs what its function declares, even if it uses little of it.
    try budget.spend(structureBytes: 16 * (function.inputs.count + function.outputs.count))
    var inner = ONNXScope(
      prefix: list.freshName(call.name.isEmpty ? "\(scope.prefix)\(call.op)" : call.name) + "/",
      attributes: call.attributes, calls: scope.calls + [function.key])
    for (index, name) in function.inputs.enumerated() {
      inner.names[name] = call.inputs.indices.contains(index) ? call.inputs[index] : ""
    }
    let defaults = ONNXAttributeReader(graphs: self, scope: ONNXScope(attributes: [:]), depth: depth)
    for attribute in function.defaults {
      guard let (name, value) = try defaults.read(attribute), inner.attributes?[name] == nil else { continue }
      inner.attributes?[name] = value
    }
    let inputs = Set(function.inputs)
    for (output, name) in zip(call.outputs, function.outputs) where !output.isEmpty {
      if inputs.contains(name) {
        list.append(Node(name: output, op: "Identity", inputs: [inner.name(name)], outputs: [output]))
      } else {
        inner.names[name] = output
      }
    }
    for node in function.nodes { try add(node, scope: inner, depth: depth, to: &list) }
  }
}

/// The nodes of a graph, each with a name of its own: in ONNX names may be missing or stand twice.
struct ONNXNodeList {
  private(set) var nodes: [Node] = []
  private var names: Set<String> = []

  mutating func append(_ node: Node) {
    var node = node
    let output = node.outputs.first { !$0.isEmpty }
    node.name = freshName(node.name.isEmpty ? output ?? node.op : node.name)
    nodes.append(node)
  }

  /// `name`, or `name_2` and so on if it is taken.
  mutating func freshName(_ name: String) -> String {
    var candidate = name
    var number = counters[name] ?? 1
    while !names.insert(candidate).inserted {
      number += 1
      candidate = "\(name)_\(number)"
    }
    counters[name] = number
    return candidate
  }

  /// The last number that was put after a name, so that a thousand equal names don't cost a million tries.
  private var counters: [String: Int] = [:]
}
