/// Builds the graph of one part: a graph builder, the source of its parameters' initial values, and the layers that
/// parts are commonly made of (see `Layers/`).
public struct PartBuilder: Sendable {
  /// For operators that have no layer here.
  public var graph: GraphBuilder
  /// Where parameters get their initial values.
  public let random: RandomSource
  /// The number of classes, which a head must give logits for.
  public let classes: Int
  /// Names of the classes, in the order of the logits; empty where a part is tried without a model.
  public let classNames: [String]
  /// The parts that ``part(_:_:behind:settings:)`` finds.
  public let registry: Registry

  /// Goes on with `graph`, to which the part's nodes and parameters are added.
  /// - Parameters:
  ///   - graph: has the value that the part is built behind.
  ///   - random: where parameters get their initial values.
  ///   - classes: how many logits a head gives.
  ///   - classNames: as many, or none.
  ///   - registry: other parts that this one may be made of.
  public init(
    _ graph: GraphBuilder, random: RandomSource, classes: Int, classNames: [String] = [],
    registry: Registry = .standard
  ) {
    self.graph = graph
    self.random = random
    self.classes = classes
    self.classNames = classNames
    self.registry = registry
  }

  /// Adds another part, for parts that are made of others; its parameters stand in the current scopes.
  /// - Parameters:
  ///   - kind: which part of a model it is.
  ///   - name: as specs have it.
  ///   - input: see ``Plugin`` for its shape.
  ///   - settings: those that aren't the part's defaults.
  /// - Returns: the part's output.
  /// - Throws: `ZooError` if there is no such part, or it refuses the settings or the input.
  public mutating func part(
    _ kind: Plugin.Kind, _ name: String, behind input: Value, settings: [String: JSONValue] = [:]
  ) throws(ZooError) -> Value {
    try registry.plugin(kind, name).build(&self, input: input, settings: settings)
  }

  /// Runs `body` with `name` put before the names of parameters and nodes, e.g. `layer1.0`. O(1) beside `body`, which gets this
  /// builder and no copy.
  /// - Throws: what `body` throws, and nothing else.
  public mutating func scope<R, E: Error>(
    _ name: String, _ body: (inout PartBuilder) throws(E) -> R
  ) throws(E) -> R {
    graph.enter(name)
    defer { graph.leave() }
    return try body(&self)
  }

  /// The sizes of a value's dimensions, outermost first. O(1).
  /// - Throws: `ZooError` if the graph has no such value.
  public func shape(of value: Value) throws(ZooError) -> [Int] { try graph.shape(of: value) }

  /// The size of dimension `index` of `value`, from 0. O(1).
  /// - Throws: `ZooError` if the graph has no such value, or the value no such dimension.
  public func size(of value: Value, _ index: Int) throws(ZooError) -> Int {
    let shape = try shape(of: value)
    guard shape.indices.contains(index) else {
      throw ZooError(
        .badInput, tensor: value.name, problem: "has the shape \(shape)", expected: "at least \(index + 1) dimensions")
    }
    return shape[index]
  }

  /// Adds a node with one output. O(inputs), and what the operator's type rule costs: nothing is computed.
  /// - Parameters:
  ///   - op: of ONNX, or of `domain`.
  ///   - domain: `""` for ONNX's operators, `zoo` for our own.
  ///   - inputs: in the operator's order; `Value.absent` for an optional one that isn't given.
  ///   - attributes: by name; the operator has defaults for others.
  ///   - name: in the current scopes; made from `op` if `nil`.
  /// - Throws: `ZooError` naming the node if the operator is unknown or refuses its inputs.
  @discardableResult
  public mutating func add(
    _ op: String, domain: String = "", _ inputs: [Value], _ attributes: [String: Attribute] = [:],
    name: String? = nil
  ) throws(ZooError) -> Value {
    try add(op, domain: domain, inputs, outputs: 1, attributes, name: name)[0]
  }

  /// Adds a node with several outputs, e.g. `Split`. O(inputs + outputs), and what the operator's type rule costs.
  /// - Throws: as ``add(_:domain:_:_:name:)``.
  public mutating func add(
    _ op: String, domain: String = "", _ inputs: [Value], outputs count: Int,
    _ attributes: [String: Attribute] = [:], name: String? = nil
  ) throws(ZooError) -> [Value] {
    do {
      return try graph.add(op, domain: domain, inputs, outputs: count, attributes, name: name)
    } catch { throw ZooError(error) }
  }

  /// Adds a parameter of the current scope, e.g. `conv1.weight`, that is trained. O(elements).
  /// - Throws: `ZooError` if the scope has one of this name, a size is negative, or there is no memory.
  @discardableResult
  public mutating func parameter(_ name: String, _ shape: [Int], _ initialization: Initialization) throws(ZooError)
    -> Value
  {
    let value = try initialization.tensor(shape, stream: random.stream(graph.scoped(name)))
    return try graph.parameter(name, value)
  }

  /// Adds a tensor that training doesn't change. O(rank): it is shared, not copied.
  /// - Throws: `ZooError` if there is no memory.
  public mutating func constant(_ value: Tensor) throws(ZooError) -> Value { try graph.constant(nil, value) }

  /// Adds a vector of integers, int64, that training doesn't change, such as a shape. O(integers).
  /// - Throws: `ZooError` if there is no memory.
  public mutating func constant(_ integers: [Int]) throws(ZooError) -> Value { try graph.constant(integers) }

  /// Adds a number, float32, that training doesn't change. O(1).
  /// - Throws: `ZooError` if there is no memory.
  public mutating func constant(_ scalar: Float) throws(ZooError) -> Value { try graph.constant(scalar) }
}
