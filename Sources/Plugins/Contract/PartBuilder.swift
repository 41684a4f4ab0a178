/// Builds the graph of one part: a graph builder, the source of its parameters' initial values, and the layers that
/// parts are commonly made of (see `Layers/`).
public struct PartBuilder: Sendable {
  /// For operators that have no layer here.
  public var graph: GraphBuilder
  /// Where parameters get their initial values.
  public let random: RandomSource
  /// The number of classes, which a head must give logits for.
  public let classes: Int

  /// Goes on with `graph`, to which the part's nodes and parameters are added.
  public init(_ graph: GraphBuilder, random: RandomSource, classes: Int) {
    self.graph = graph
    self.random = random
    self.classes = classes
  }

  /// Runs `body` with `name` put before the names of parameters and nodes, e.g. `layer1.0`.
  public mutating func scope<R>(_ name: String, _ body: (inout PartBuilder) throws -> R) rethrows -> R {
    graph.enter(name)
    defer { graph.leave() }
    return try body(&self)
  }

  /// The sizes of a value's dimensions.
  /// - Throws: ``ZooError`` if the graph has no such value.
  public func shape(of value: String) throws -> [Int] { try graph.shape(of: value) }

  /// The size of dimension `index` of `value`, which must have it.
  public func size(of value: String, _ index: Int) throws -> Int {
    let shape = try shape(of: value)
    guard shape.indices.contains(index) else {
      throw ZooError(
        .badInput, tensor: value, problem: "has the shape \(shape)", expected: "at least \(index + 1) dimensions")
    }
    return shape[index]
  }

  /// Adds a node with one output; see ``GraphBuilder``.
  @discardableResult
  public mutating func add(
    _ op: String, domain: String = "", _ inputs: [String], _ attributes: [String: Attribute] = [:],
    name: String? = nil
  ) throws -> String {
    try graph.add(op, domain: domain, inputs, attributes, name: name)
  }

  /// Adds a parameter of the current scope, e.g. `conv1.weight`, and returns its full name.
  @discardableResult
  public mutating func parameter(_ name: String, _ shape: [Int], _ initialization: Initialization) throws -> String {
    let value = try initialization.tensor(shape, stream: random.stream(graph.scoped(name)))
    return try graph.parameter(name, value)
  }
}
