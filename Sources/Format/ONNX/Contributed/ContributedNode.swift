/// A node that is being rewritten: its inputs, outputs and attributes, and the nodes and constants that stand for it.
struct ContributedNode {
  let node: Node
  /// Of ONNX's operators in the file.
  let version: Int
  fileprivate(set) var facts: ValueFacts
  private(set) var nodes: [Node] = []
  private(set) var constants: [String: Tensor] = [:]
  /// Initializers that a constant of another layout stands for.
  private(set) var replaced: [String] = []
  /// Names of nodes and values that are given away.
  private(set) var taken: Set<String>
  private var count = 0

  init(_ node: Node, version: Int, facts: ValueFacts, taken: Set<String>) {
    self.node = node
    self.version = version
    self.facts = facts
    self.taken = taken
  }

  // MARK: What the node says

  /// The name of input `index`; `nil` if it is left out.
  func optional(_ index: Int) -> String? {
    index < node.inputs.count && !node.inputs[index].isEmpty ? node.inputs[index] : nil
  }

  /// The name of an input that the operator can't do without.
  func input(_ index: Int) throws(ZooError) -> String {
    guard let name = optional(index) else { throw problem("input \(index) is missing") }
    return name
  }

  /// Whether anybody may read output `index`.
  func wants(output index: Int) -> Bool { index < node.outputs.count && !node.outputs[index].isEmpty }

  /// Refuses outputs from `index` on: those that only other programs of ONNX Runtime read.
  func refuseOutputs(from index: Int) throws(ZooError) {
    guard let extra = node.outputs.indices.first(where: { $0 >= index && wants(output: $0) }) else { return }
    throw problem("output \(extra) ('\(node.outputs[extra])') is not supported")
  }

  /// Refuses inputs at `indices`.
  func refuseInputs(_ indices: ClosedRange<Int>, _ what: String) throws(ZooError) {
    guard indices.contains(where: { optional($0) != nil }) else { return }
    throw problem("\(what) are not supported")
  }

  func integer(_ name: String, default value: Int = 0) throws(ZooError) -> Int {
    switch node.attributes[name] {
    case .int(let value)?: return value
    case nil: return value
    default: throw problem("the attribute '\(name)' is no integer")
    }
  }

  func number(_ name: String, default value: Float) throws(ZooError) -> Float {
    switch node.attributes[name] {
    case .float(let value)?: return value
    case nil: return value
    default: throw problem("the attribute '\(name)' is no number")
    }
  }

  func text(_ name: String, default value: String = "") throws(ZooError) -> String {
    switch node.attributes[name] {
    case .string(let value)?: return value
    case nil: return value
    default: throw problem("the attribute '\(name)' is no text")
    }
  }

  func numbers(_ name: String) throws(ZooError) -> [Float] {
    switch node.attributes[name] {
    case .floats(let values)?: return values
    case nil: return []
    default: throw problem("the attribute '\(name)' is no list of numbers")
    }
  }

  func integers(_ name: String) throws(ZooError) -> [Int] {
    switch node.attributes[name] {
    case .ints(let values)?: return values
    case nil: return []
    default: throw problem("the attribute '\(name)' is no list of integers")
    }
  }

  /// The node's attributes without `names`.
  func attributes(without names: String...) -> [String: Attribute] {
    node.attributes.filter { !names.contains($0.key) }
  }

  /// How many dimensions a value has.
  func rank(_ value: String) throws(ZooError) -> Int {
    guard let rank = facts.ranks[value] else {
      throw problem(
        "the rank of '\(value)' is not known",
        remedy: "Have the file declare its values' shapes, e.g. by onnx.shape_inference")
    }
    return rank
  }

  /// The element type of a value; float32 where nothing says another.
  func elementType(_ value: String) -> ElementType { facts.types[value] ?? .float32 }

  func problem(_ problem: String, remedy: String? = nil) -> ZooError {
    ZooError(
      .badInput, problem: "\(ContributedOperators.domain).\(node.op): \(problem)",
      remedy: remedy ?? "Export the model without ONNX Runtime's own operators")
  }

  /// Refuses a file whose version of ONNX's operators has no form for what the node does.
  func require(version least: Int, _ what: String) throws(ZooError) {
    guard version >= least else {
      throw problem(
        "\(what) needs version \(least) of ONNX's operators, the file imports version \(version)",
        remedy: "Convert the file to version \(least) or newer")
    }
  }

  // MARK: What stands for it

  /// Adds a node with one output, which is called `output` or something new.
  @discardableResult
  mutating func add(
    _ op: String, _ inputs: [String], _ attributes: [String: Attribute] = [:], output: String? = nil
  ) -> String { add(op, inputs, attributes, outputs: [output])[0] }

  /// Adds a node; an output without a name gets a new one.
  @discardableResult
  mutating func add(
    _ op: String, _ inputs: [String], _ attributes: [String: Attribute] = [:], outputs: [String?]
  ) -> [String] {
    let name = fresh(op)
    let outputs = outputs.enumerated().map { index, given in given ?? (index == 0 ? name : "\(name).\(index)") }
    let added = Node(
      name: name, op: op, inputs: inputs, outputs: outputs, attributes: attributes, part: node.part)
    nodes.append(added)
    facts.add(added)
    return outputs
  }

  /// Gives the node's output `index` the value.
  mutating func finish(_ value: String, output index: Int = 0) {
    guard wants(output: index) else { return }
    // The node that made the value may as well make it under the right name.
    if let last = nodes.indices.last(where: { nodes[$0].outputs.contains(value) }),
      !nodes.contains(where: { $0.inputs.contains(value) })
    {
      nodes[last].outputs = nodes[last].outputs.map { $0 == value ? node.outputs[index] : $0 }
      facts.add(nodes[last])
    } else {
      add("Identity", [value], output: node.outputs[index])
    }
  }

  /// Adds a constant and returns its name.
  mutating func constant(_ tensor: Tensor, _ what: String = "constant") -> String {
    let name = fresh(what)
    constants[name] = tensor
    var graph = Graph(name: "")
    graph.initializers[name] = tensor
    facts.add(graph)
    return name
  }

  mutating func integers(_ values: [Int]) throws -> String {
    constant(try Tensor(shape: [values.count], values.map(Int64.init)))
  }

  /// A number of the element type that `value` has.
  mutating func scalar(_ number: Float, like value: String) throws -> String {
    let float = constant(try Tensor(number))
    let type = elementType(value)
    return type == .float32 ? float : cast(float, to: type)
  }

  mutating func cast(_ value: String, to type: ElementType) -> String {
    let result = add("Cast", [value], ["to": .int(Int(type.rawValue))])
    declare(result, type)
    return result
  }

  /// Notes the element type of a value that has been added.
  mutating func declare(_ value: String, _ type: ElementType) { facts.declare(value, type) }

  /// Notes that a constant stands for initializer `name`, whose elements are in another layout.
  mutating func forget(_ name: String) { replaced.append(name) }

  private mutating func fresh(_ what: String) -> String {
    while true {
      let name = "\(node.name)/\(what)" + (count == 0 ? "" : "_\(count)")
      count += 1
      if taken.insert(name).inserted { return name }
    }
  }
}

extension ContributedNode {
  // MARK: Operators whose form depends on the version

  mutating func unsqueeze(_ value: String, _ axes: [Int]) throws -> String {
    version < 13 ? add("Unsqueeze", [value], ["axes": .ints(axes)]) : add("Unsqueeze", [value, try integers(axes)])
  }

  /// The mean over the last axis, which stays with size 1.
  mutating func lastMean(_ value: String) throws -> String {
    version < 18
      ? add("ReduceMean", [value], ["axes": .ints([-1])]) : add("ReduceMean", [value, try integers([-1])])
  }

  mutating func split(_ value: String, axis: Int, sizes: [Int]) throws -> [String] {
    let names = [String?](repeating: nil, count: sizes.count)
    return version < 13
      ? add("Split", [value], ["axis": .int(axis), "split": .ints(sizes)], outputs: names)
      : add("Split", [value, try integers(sizes)], ["axis": .int(axis)], outputs: names)
  }

  mutating func clip(_ value: String, _ low: Float, _ high: Float) throws -> String {
    version < 11
      ? add("Clip", [value], ["min": .float(low), "max": .float(high)])
      : add("Clip", [value, try scalar(low, like: value), try scalar(high, like: value)])
  }

  /// `value` with its last two dimensions exchanged.
  mutating func transposed(_ value: String) throws -> String {
    let rank = try rank(value)
    guard rank >= 2 else { return value }
    return add("Transpose", [value], ["perm": .ints(Array(0..<rank - 2) + [rank - 1, rank - 2])])
  }
}
