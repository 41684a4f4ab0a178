import ZooFormat

/// Builds a graph node by node; the type of every value is inferred as its node is added.
///
/// Plugins build models with it, gradient rules build the backward pass, and compiler passes rewrite graphs.
/// Types are concrete: a plugin builds with a batch of its choice, and the graph's inputs declare it as symbolic.
///
/// Copying a builder is O(1); the first change of a copy costs O(nodes + values). Tensors are shared in any case.
public struct GraphBuilder: Sendable {
  /// In the order in which they were added.
  public private(set) var nodes: [Node] = []
  /// Constants, parameters and states by name.
  public private(set) var initializers: [String: Tensor] = [:]
  /// Of every value, inputs and initializers among them.
  public private(set) var types: [String: TensorType] = [:]
  /// Values known before the run: initializers that no run changes.
  public private(set) var constants: [String: Tensor] = [:]
  /// The operators that nodes may name.
  public let operators: OperatorTable
  /// Versions of the operator sets, by domain.
  public let opsets: [String: Int]
  /// The part that nodes are tagged with as they are added.
  public var part: Part?
  private var scopes: [String] = []
  private var taken: Set<String> = []
  private var counters: [String: Int] = [:]

  /// An empty graph.
  public init(operators: OperatorTable = .current, opsets: [String: Int] = ["": Model.currentOpset, "zoo": 1]) {
    self.operators = operators
    self.opsets = opsets
  }

  // MARK: Values

  /// Declares an input of the graph (or any value that comes from elsewhere). O(rank).
  /// - Throws: `ZooError` if a value has this name already, or the type a negative size.
  @discardableResult
  public mutating func input(_ name: String, _ type: TensorType) throws(ZooError) -> Value {
    try declare(name, type)
    return Value(name)
  }

  /// Adds a constant that training doesn't change, such as a shape. `name` is put into the current scopes.
  /// O(rank): the tensor is shared, not copied.
  /// - Throws: `ZooError` if a value has this name already.
  @discardableResult
  public mutating func constant(_ name: String? = nil, _ value: Tensor) throws(ZooError) -> Value {
    let name = name.map(scoped) ?? fresh("constant")
    try declare(name, value.type)
    initializers[name] = value
    constants[name] = value
    return Value(name)
  }

  /// A constant vector of integers, int64. O(integers).
  /// - Throws: `ZooError` if there is no memory.
  public mutating func constant(_ integers: [Int]) throws(ZooError) -> Value {
    try constant(nil, Tensor(shape: [integers.count], integers.map(Int64.init)))
  }

  /// A constant scalar, float32. O(1).
  /// - Throws: `ZooError` if there is no memory.
  public mutating func constant(_ scalar: Float) throws(ZooError) -> Value { try constant(nil, Tensor(scalar)) }

  /// Adds a parameter or another state, whose value is not to be relied on while building. `name` is put into the
  /// current scopes, e.g. `layer1.0.conv1.weight`. O(rank): the tensor is shared, not copied.
  /// - Throws: `ZooError` if a value has this name already.
  @discardableResult
  public mutating func parameter(_ name: String, _ value: Tensor) throws(ZooError) -> Value {
    let name = scoped(name)
    try declare(name, value.type)
    initializers[name] = value
    return Value(name)
  }

  // MARK: Nodes

  /// Adds a node with one output and returns that output. O(inputs), and what the operator's type rule costs.
  /// - Throws: `ZooError` naming the node if the operator is unknown or its inputs are too many or too few; what its type rule
  ///   throws, which is a `ZooError` if it refuses the inputs and ``ValueNeeded`` if their types don't tell its outputs.
  @discardableResult
  public mutating func add(
    _ op: String, domain: String = "", _ inputs: [Value], _ attributes: [String: Attribute] = [:],
    name: String? = nil
  ) throws -> Value {
    try add(op, domain: domain, inputs, outputs: 1, attributes, name: name)[0]
  }

  /// Adds a node with several outputs and returns them. O(inputs + outputs), and what the operator's type rule costs.
  /// - Throws: as ``add(_:domain:_:_:name:)``.
  public mutating func add(
    _ op: String, domain: String = "", _ inputs: [Value], outputs count: Int,
    _ attributes: [String: Attribute] = [:], name: String? = nil
  ) throws -> [Value] {
    let name = name.map(scoped) ?? fresh(op)
    let outputs = count == 1 ? [name] : (0..<count).map { "\(name).\($0)" }
    try append(
      Node(
        name: name, op: op, domain: domain, inputs: inputs.map(\.name), outputs: outputs, attributes: attributes,
        part: part))
    return outputs.map(Value.init)
  }

  /// Appends a node whose name and outputs are chosen already. O(inputs + outputs), and what the operator's type rule costs.
  /// - Throws: as ``add(_:domain:_:_:name:)``; `ZooError` if a value has the name of an output already.
  public mutating func append(_ node: Node) throws {
    let outputTypes = try infer(node)
    for (output, type) in zip(node.outputs, outputTypes) where !output.isEmpty { try declare(output, type) }
    taken.insert(node.name)
    nodes.append(node)
  }

  /// The types of `node`'s outputs, without adding it. O(inputs + outputs), and what the operator's type rule costs.
  /// - Throws: as ``add(_:domain:_:_:name:)``.
  public func infer(_ node: Node) throws -> [TensorType] {
    let call = try call(node)
    guard let definition = operators[domain: node.domain, name: node.op] else {
      throw ZooError(
        .badInput, node: node.name,
        problem: "operator '\(node.domain.isEmpty ? "" : node.domain + ".")\(node.op)' is unknown")
    }
    guard definition.inputs.contains(node.inputs.count) else {
      throw call.error(
        "\(node.inputs.count) inputs", expected: "\(definition.inputs.lowerBound)…\(definition.inputs.upperBound)")
    }
    guard definition.outputs.contains(node.outputs.count), node.outputs.contains(where: { !$0.isEmpty }) else {
      let expected = "\(definition.outputs.lowerBound)…\(definition.outputs.upperBound), not all of them absent"
      throw call.error("\(node.outputs.count) outputs", expected: expected)
    }
    let types = try definition.types(call)
    guard types.count >= node.outputs.count else {
      throw call.error("\(node.outputs.count) outputs", expected: "at most \(types.count)")
    }
    for (output, type) in zip(node.outputs, types) { _ = try type.validated(output) }
    return types
  }

  /// `node` with what is known about its inputs. O(inputs): their values are shared, not copied.
  /// - Throws: `ZooError` naming an input that nothing before it makes.
  public func call(_ node: Node) throws(ZooError) -> OperatorCall {
    let inputs = try node.inputs.map { input throws(ZooError) -> TensorType? in
      if input.isEmpty { return nil }
      guard let type = types[input] else {
        throw ZooError(.badInput, node: node.name, problem: "input '\(input)' is not defined before the node")
      }
      return type
    }
    let domain = OperatorDomain.canonical(node.domain)
    return OperatorCall(
      node: node, opset: opsets[domain] ?? 1, inputs: inputs, constants: node.inputs.map { constants[$0] })
  }

  /// The type of a value that was added before. O(1).
  /// - Throws: `ZooError` if the graph has no such value.
  public func type(of value: Value) throws(ZooError) -> TensorType {
    guard let type = types[value.name] else {
      throw ZooError(.usage, tensor: value.name, problem: "the value is not defined")
    }
    return type
  }

  /// The sizes of a value's dimensions, outermost first. O(1).
  /// - Throws: `ZooError` if the graph has no such value.
  public func shape(of value: Value) throws(ZooError) -> [Int] { try type(of: value).shape }

  /// The same by the name that nodes have.
  package func type(of name: String) throws(ZooError) -> TensorType { try type(of: Value(name)) }

  /// The same by the name that nodes have.
  package func shape(of name: String) throws(ZooError) -> [Int] { try shape(of: Value(name)) }

  /// Remembers the value of `name`, which is declared already, while types are inferred.
  mutating func know(_ name: String, _ value: Tensor) { constants[name] = value }

  // MARK: Names

  /// Runs `body` with `name` put before the names of parameters and nodes, e.g. `layer1.0`. O(1) beside `body`, which gets this
  /// builder and no copy.
  /// - Throws: what `body` throws, and nothing else.
  public mutating func scope<R, E: Error>(
    _ name: String, _ body: (inout GraphBuilder) throws(E) -> R
  ) throws(E) -> R {
    enter(name)
    defer { leave() }
    return try body(&self)
  }

  /// Puts `name` before the names of all that follows, until ``leave()``.
  public mutating func enter(_ name: String) { scopes.append(name) }

  /// Ends the innermost scope.
  public mutating func leave() { _ = scopes.popLast() }

  /// A name that nothing has yet, from the current scopes and `stem`. O(length of the name), amortized: a number that was
  /// tried isn't tried again.
  public mutating func fresh(_ stem: String) -> String {
    let base = scoped(stem)
    while true {
      let count = counters[base, default: 0]
      counters[base] = count + 1
      let name = count == 0 ? base : "\(base)_\(count)"
      if !taken.contains(name) && types[name] == nil { return name }
    }
  }

  /// `name` behind the names of the current scopes, joined by dots: what a parameter of this name is called. O(length).
  public func scoped(_ name: String) -> String { (scopes + [name]).joined(separator: ".") }

  private mutating func declare(_ name: String, _ type: TensorType) throws(ZooError) {
    guard types.updateValue(try type.validated(name), forKey: name) == nil else {
      throw ZooError(.badInput, tensor: name, problem: "two values have this name", remedy: "Rename one of them")
    }
    taken.insert(name)
  }
}
