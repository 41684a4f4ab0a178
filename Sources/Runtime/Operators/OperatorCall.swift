import ZooFormat

/// A node together with all that is known about its inputs when it is compiled.
public struct OperatorCall: Sendable {
  /// The node, with its attributes.
  public let node: Node
  /// The version of the operator set of the node's domain.
  public let opset: Int
  /// The type of each input; `nil` for an optional input that is absent.
  public let inputs: [TensorType?]
  /// The value of each input if it is known before the run: initializers that no run changes, and what was folded.
  public let constants: [Tensor?]

  /// `inputs` and `constants` have an element for each of the node's inputs.
  public init(node: Node, opset: Int, inputs: [TensorType?], constants: [Tensor?]) {
    self.node = node
    self.opset = opset
    self.inputs = inputs
    self.constants = constants
  }

  /// Whether output `index` exists and somebody may read it.
  public func hasOutput(_ index: Int) -> Bool { index < node.outputs.count && !node.outputs[index].isEmpty }

  /// Whether input `index` is there: optional ones may be left out.
  public func hasInput(_ index: Int) -> Bool { index < inputs.count && inputs[index] != nil }

  /// The type of input `index`, which the operator can't do without.
  /// - Throws: `ZooError` naming the node if it is absent.
  public func input(_ index: Int) throws(ZooError) -> TensorType {
    guard index < inputs.count, let type = inputs[index] else {
      throw error("input \(index) is missing")
    }
    return type
  }

  /// The type of input `index`, or `nil` if it is absent.
  public func optionalInput(_ index: Int) -> TensorType? { index < inputs.count ? inputs[index] : nil }

  /// The value of input `index`, which the type rule can't do without. O(1): shared, not copied.
  /// - Throws: ``ValueNeeded`` if it is not known before the run; `ZooError` if the input is absent.
  public func constant(_ index: Int) throws -> Tensor {
    _ = try input(index)
    guard let value = constants[index] else { throw ValueNeeded(node: node.name, input: index) }
    return value
  }

  /// The integers in input `index` (a shape, axes), or `nil` if the input is absent. O(elements).
  /// - Throws: ``ValueNeeded`` if they are not known before the run; `ZooError` if they aren't integers.
  public func constantIntegers(_ index: Int) throws -> [Int]? {
    guard hasInput(index) else { return nil }
    guard let integers = try constant(index).integers() else {
      throw error("input \(index) is \(try input(index))", expected: "integers")
    }
    return integers
  }

  // MARK: Attributes

  /// Whether the node has the attribute, whatever its kind. O(1).
  public func has(_ attribute: String) -> Bool { node.attributes[attribute] != nil }

  /// An integer attribute; `value` if it is absent. O(1).
  /// - Throws: `ZooError` naming the node if it is absent without a default, or of another kind.
  public func int(_ name: String, default value: Int? = nil) throws(ZooError) -> Int {
    switch node.attributes[name] {
    case .int(let int): return int
    case nil: if let value { return value } else { throw missing(name) }
    default: throw wrongKind(name, "an integer")
    }
  }

  /// A number attribute; `value` if it is absent. O(1).
  /// - Throws: As ``int(_:default:)``.
  public func float(_ name: String, default value: Float? = nil) throws(ZooError) -> Float {
    switch node.attributes[name] {
    case .float(let float): return float
    case nil: if let value { return value } else { throw missing(name) }
    default: throw wrongKind(name, "a number")
    }
  }

  /// A text attribute; `value` if it is absent. O(1).
  /// - Throws: As ``int(_:default:)``.
  public func string(_ name: String, default value: String? = nil) throws(ZooError) -> String {
    switch node.attributes[name] {
    case .string(let string): return string
    case nil: if let value { return value } else { throw missing(name) }
    default: throw wrongKind(name, "a string")
    }
  }

  /// A list of integers; `nil` if it is absent. Its length isn't checked. O(1): shared, not copied.
  /// - Throws: `ZooError` naming the node if it is of another kind.
  public func ints(_ name: String) throws(ZooError) -> [Int]? {
    switch node.attributes[name] {
    case .ints(let ints): return ints
    case nil: return nil
    default: throw wrongKind(name, "a list of integers")
    }
  }

  /// A list of numbers; `nil` if it is absent. Its length isn't checked. O(1): shared, not copied.
  /// - Throws: As ``ints(_:)``.
  public func floats(_ name: String) throws(ZooError) -> [Float]? {
    switch node.attributes[name] {
    case .floats(let floats): return floats
    case nil: return nil
    default: throw wrongKind(name, "a list of numbers")
    }
  }

  /// A list of texts; `nil` if it is absent. O(1): shared, not copied.
  /// - Throws: As ``ints(_:)``.
  public func strings(_ name: String) throws(ZooError) -> [String]? {
    switch node.attributes[name] {
    case .strings(let strings): return strings
    case nil: return nil
    default: throw wrongKind(name, "a list of strings")
    }
  }

  /// A tensor; `nil` if it is absent. O(1): shared, not copied.
  /// - Throws: As ``ints(_:)``.
  public func tensor(_ name: String) throws(ZooError) -> Tensor? {
    switch node.attributes[name] {
    case .tensor(let tensor): return tensor
    case nil: return nil
    default: throw wrongKind(name, "a tensor")
    }
  }

  /// A graph, such as the body of a loop; `nil` if it is absent. O(1): shared, not copied.
  /// - Throws: As ``ints(_:)``.
  public func graph(_ name: String) throws(ZooError) -> Graph? {
    switch node.attributes[name] {
    case .graph(let graph): return graph
    case nil: return nil
    default: throw wrongKind(name, "a graph")
    }
  }

  /// `axis` counted from the front, in `0..<rank` (or `0...rank` for operators that insert).
  /// - Throws: `ZooError` naming the node if there is no such axis.
  public func axis(_ axis: Int, rank: Int, inclusive: Bool = false) throws(ZooError) -> Int {
    let limit = inclusive ? rank + 1 : rank
    guard axis >= -limit, axis < limit else {
      throw error("axis \(axis) of a tensor of rank \(rank)", expected: "\(-limit)…\(limit - 1)")
    }
    return axis < 0 ? axis + limit : axis
  }

  // MARK: Inputs that belong together

  /// Refuses inputs whose types aren't the same, the number of their elements among it. An absent one is refused.
  public func sameType(_ indices: Int...) throws(ZooError) {
    guard let first = indices.first else { return }
    let type = try input(first)
    for index in indices where try input(index) != type {
      throw error("input \(index) is \(try input(index))", expected: "\(type), as input \(first)")
    }
  }

  /// The product of sizes that a file chose.
  /// - Throws: `ZooError` naming the node if it doesn't fit in 64 bits.
  func product(_ sizes: Int...) throws(ZooError) -> Int {
    var product = 1
    for size in sizes {
      let (next, overflow) = product.multipliedReportingOverflow(by: size)
      guard !overflow else { throw error("sizes \(sizes)", expected: "a product that fits in 64 bits") }
      product = next
    }
    return product
  }

  // MARK: Errors

  /// An error about this node: `problem` says what was found, e.g. `stride is 0`.
  public func error(_ problem: String, expected: String? = nil, remedy: String? = nil) -> ZooError {
    ZooError(.badInput, node: node.name, problem: "\(node.op): \(problem)", expected: expected, remedy: remedy)
  }

  /// The error of a rule that doesn't take the element type of input `index`.
  public func unsupported(_ index: Int = 0) -> ZooError {
    let type = inputs.indices.contains(index) ? inputs[index]?.elementType.description ?? "nothing" : "nothing"
    var error = error("input \(index) of type \(type) is not supported in version \(opset)")
    error.isUnsupported = true
    return error
  }

  private func missing(_ name: String) -> ZooError { error("attribute '\(name)' is missing") }
  private func wrongKind(_ name: String, _ kind: String) -> ZooError { error("attribute '\(name)' is not \(kind)") }
}

/// Thrown by a type rule that needs the value of an input which is only known at run time.
///
/// Such a node can't be planned ahead; the graph is then executed node by node.
public struct ValueNeeded: Error {
  /// Name of the node.
  public let node: String
  /// Position of the input whose value is needed.
  public let input: Int

  /// Input `input` of the node called `node`.
  public init(node: String, input: Int) {
    self.node = node
    self.input = input
  }
}

extension ValueNeeded: ZooErrorConvertible {
  package var zooError: ZooError { ZooError(self) }
}

extension ZooError {
  /// The error for those who can only work with graphs that are planned ahead.
  public init(_ needed: ValueNeeded) {
    self.init(
      .badInput, node: needed.node,
      problem: "a shape depends on the value of input \(needed.input), which is known in a run only",
      expected: "a graph whose shapes follow from the shapes of its inputs",
      remedy: "Make that input a constant of the graph")
  }
}

/// A call that is being differentiated.
public struct GradientCall: Sendable {
  /// The forward call.
  public let call: OperatorCall
  /// The types of the call's outputs.
  public let outputTypes: [TensorType]
  /// The gradient of the loss by each output, `nil` where the loss doesn't depend on it.
  public let outputGradients: [Value?]
  /// Whether anybody wants the gradient of each input. A rule may compute others, but that work is wasted.
  public let wanted: [Bool]

  /// The lists have an element for each output, and `wanted` one for each input, of the call.
  public init(call: OperatorCall, outputTypes: [TensorType], outputGradients: [Value?], wanted: [Bool]) {
    self.call = call
    self.outputTypes = outputTypes
    self.outputGradients = outputGradients
    self.wanted = wanted
  }

  /// The forward node.
  public var node: Node { call.node }
  /// Input `index` of the forward node; ``Value/absent`` for an optional one that isn't given, also at the end.
  public func input(_ index: Int) -> Value { Self.value(index, of: call.node.inputs) }
  /// All inputs of the forward node. O(inputs).
  public var inputs: [Value] { call.node.inputs.map(Value.init) }
  /// Output `index` of the forward node; ``Value/absent`` for an optional one that nobody asked for, also at the end.
  public func output(_ index: Int = 0) -> Value { Self.value(index, of: call.node.outputs) }

  private static func value(_ index: Int, of names: [String]) -> Value {
    names.indices.contains(index) ? Value(names[index]) : .absent
  }
}
