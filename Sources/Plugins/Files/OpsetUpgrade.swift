/// Brings nodes of older versions of ONNX's operators into the form of today's, in which attributes became inputs.
///
/// What an operator computes is the same in both forms, except where a node is refused by name.
struct OpsetUpgrade {
  /// An attribute that is an input since `version`.
  private struct Move {
    var attribute: String
    var input: Int
    var version: Int
  }

  private static let moves: [String: [Move]] = {
    var moves: [String: [Move]] = [
      "Squeeze": [Move(attribute: "axes", input: 1, version: 13)],
      "Unsqueeze": [Move(attribute: "axes", input: 1, version: 13)],
      "ReduceSum": [Move(attribute: "axes", input: 1, version: 13)],
      "Split": [Move(attribute: "split", input: 1, version: 13)],
      "TopK": [Move(attribute: "k", input: 1, version: 10)],
      "Dropout": [Move(attribute: "ratio", input: 1, version: 12)],
      "Clip": [Move(attribute: "min", input: 1, version: 11), Move(attribute: "max", input: 2, version: 11)],
      "Pad": [Move(attribute: "pads", input: 1, version: 11), Move(attribute: "value", input: 2, version: 11)],
      "Slice": [
        Move(attribute: "starts", input: 1, version: 10), Move(attribute: "ends", input: 2, version: 10),
        Move(attribute: "axes", input: 3, version: 10),
      ],
    ]
    for op in ["L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "SumSquare"] {
      moves["Reduce\(op)"] = [Move(attribute: "axes", input: 1, version: 18)]
    }
    return moves
  }()

  /// Attributes that say nothing any more.
  private static let dropped = [
    "BatchNormalization": ["spatial", "is_test"], "Dropout": ["is_test"], "Gemm": ["broadcast"],
  ]

  /// The version that the nodes are written in.
  let version: Int

  /// `node` in today's form.
  /// - Parameters:
  ///   - rank: of the node's first input.
  ///   - constant: adds a constant to the graph and returns its name.
  /// - Throws: `ZooError` naming the node if the older operator computes something else.
  func node(_ node: Node, rank: Int, constant: (Tensor) throws -> String) throws -> Node {
    guard node.domain.isEmpty, version < Model.currentOpset else { return node }
    func refuse(_ problem: String) -> ZooError {
      ZooError(
        .badInput, node: node.name, problem: "\(node.op) of version \(version) \(problem)",
        expected: "an operator that version \(Model.currentOpset) has in the same form",
        remedy: "Convert the file to a newer version first")
    }
    var result = node
    if ["Softmax", "LogSoftmax", "Hardmax"].contains(node.op), version < 13 {
      var axis = 1
      if case .int(let given)? = node.attributes["axis"] { axis = given }
      guard axis == rank - 1 || axis == -1 else { throw refuse("works on several axes at once") }
      result.attributes["axis"] = .int(-1)
    }
    if node.op == "BatchNormalization" {
      if case .int(0)? = node.attributes["spatial"] { throw refuse("normalises each pixel by itself") }
      if version < 7 {
        guard case .int(let isTest)? = node.attributes["is_test"], isTest != 0 else {
          throw refuse("is in its training form (is_test is not 1)")
        }
      }
    }
    if node.op == "Upsample" || (node.op == "Resize" && version < 11) { throw refuse("places pixels in another way") }
    for name in (Self.dropped[node.op] ?? []) + ["consumed_inputs"] { result.attributes[name] = nil }
    for move in Self.moves[node.op] ?? [] where version < move.version {
      guard let value = result.attributes.removeValue(forKey: move.attribute) else { continue }
      while result.inputs.count <= move.input { result.inputs.append("") }
      result.inputs[move.input] = try constant(Self.tensor(value, node))
    }
    return result
  }

  private static func tensor(_ value: Attribute, _ node: Node) throws -> Tensor {
    switch value {
    case .ints(let integers): return try Tensor(shape: [integers.count], integers.map(Int64.init))
    case .int(let integer): return try Tensor(shape: [1], [Int64(integer)])
    case .float(let number): return try Tensor(number)
    default:
      throw ZooError(.badInput, node: node.name, problem: "an attribute is of a kind that \(node.op) doesn't take")
    }
  }
}
