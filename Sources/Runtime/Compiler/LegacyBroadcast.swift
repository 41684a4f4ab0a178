import ZooFormat

/// How arithmetic, logic and comparisons broadcast before version 7 of ONNX's operators: by `broadcast` and `axis` of the
/// node, not from the last dimension as in NumPy; and slopes of `PRelu` by channel.
package enum LegacyBroadcast {
  /// The version since which both operands broadcast from the last dimension.
  private static let end = 7
  private static let operators: Set<String> = [
    "Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Greater", "Less",
  ]

  /// The shape that operand 1 of `node` must be given so that today's operator, without `broadcast` and `axis`, computes
  /// what the node says; `nil` if the node is of today's form already.
  /// - Parameters:
  ///   - version: of the node's operator set.
  ///   - a: the first operand's shape.
  ///   - b: the second operand's shape.
  /// - Throws: `ZooError` naming the node if its operands don't fit by its own rule.
  package static func shape(
    ofSecondOperandOf node: Node, version: Int, _ a: @autoclosure () throws -> [Int],
    _ b: @autoclosure () throws -> [Int]
  ) throws -> [Int]? {
    guard version < end, node.isStandardOperator, node.inputs.count == 2,
      operators.contains(node.op) || node.op == "PRelu"
    else { return nil }
    let (a, b) = (try a(), try b())
    if node.op == "PRelu" {
      // A vector of slopes has one for each channel.
      return b.count == 1 && a.count > 2 ? b + Array(repeating: 1, count: a.count - 2) : nil
    }
    func refuse(_ problem: String, _ expected: String) -> ZooError {
      ZooError(
        .badInput, node: node.name, problem: "\(node.op) of version \(version): \(problem)", expected: expected,
        remedy: "Convert the file to version \(end) of the operators or newer, e.g. with onnx.version_converter")
    }
    func integer(_ name: String) throws -> Int? {
      switch node.attributes[name] {
      case nil: return nil
      case .int(let value)?: return value
      default: throw refuse("the attribute '\(name)' is no integer", "an integer")
      }
    }
    if b.allSatisfy({ $0 == 1 }), b.count <= a.count || b.isEmpty { return [] }
    guard try integer("broadcast") ?? 0 != 0 else {
      guard a == b else {
        throw refuse("operands of shapes \(a) and \(b), and broadcast is not 1", "two operands of one shape")
      }
      return b
    }
    var axis = try integer("axis") ?? a.count - b.count
    if axis < 0 { axis += a.count }
    guard axis >= 0, axis <= a.count - b.count, zip(a[axis...], b).allSatisfy({ $0 == $1 || $1 == 1 }) else {
      throw refuse(
        "operands of shapes \(a) and \(b), axis \(axis)",
        "a second operand whose sizes are those of the first from the axis")
    }
    return b + Array(repeating: 1, count: a.count - axis - b.count)
  }

  /// `node` without what says how to broadcast.
  package static func stripped(_ node: Node) -> Node {
    var node = node
    node.attributes["broadcast"] = nil
    node.attributes["axis"] = nil
    return node
  }
}

extension GraphBuilder {
  /// `node` in a form that broadcasts as today's operators do; adds the node that brings its second operand to shape.
  mutating func broadcastingFromTheEnd(_ node: Node) throws -> Node {
    let version = opsets[""] ?? 1
    guard
      let shape = try LegacyBroadcast.shape(
        ofSecondOperandOf: node, version: version, self.shape(of: node.inputs[0]), self.shape(of: node.inputs[1]))
    else { return node }
    var result = LegacyBroadcast.stripped(node)
    guard try shape != self.shape(of: node.inputs[1]) else { return result }
    if let value = constants[node.inputs[1]] {
      let type = TensorType(value.elementType, shape)
      result.inputs[1] = try constant(nil, Tensor(type, storage: value.storage)).name
    } else {
      // Version 5 brought the shape as an input; what was written before knows it as an attribute.
      let name = fresh("\(node.name).operand")
      let sizes = try constant(shape)
      try append(
        Node(name: name, op: "Reshape", inputs: [node.inputs[1], sizes.name], outputs: [name], part: node.part))
      result.inputs[1] = name
    }
    return result
  }
}
