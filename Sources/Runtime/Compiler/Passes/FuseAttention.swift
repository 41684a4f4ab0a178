import ZooFormat

extension Pass {
  /// softmax(Q · K + bias + mask) · V becomes one operator that reads the three where they lie and never writes the scores.
  static let fuseAttention = Pass(
    name: "fuse-attention", summary: "make one operator of two products and the softmax between them"
  ) { program in
    let uses = ValueUses(program)
    var fused: [Int: Node] = [:]
    for (index, node) in program.nodes.enumerated() where node.operatorKey == "Softmax" {
      guard let (last, whole) = try attention(around: index, program, uses) else { continue }
      fused[last] = whole
    }
    return try fused.isEmpty ? program : removeUnusedNodes.apply(program.replacing(fused))
  }

  /// The operator, and the node whose place it takes.
  private static func attention(
    around index: Int, _ program: Program, _ uses: ValueUses
  ) throws -> (last: Int, whole: Node)? {
    let softmax = program.nodes[index]
    let scores = softmax.inputs[0]
    let call = try program.builder.call(softmax)
    guard let type = program.types[scores], (3...4).contains(type.rank), type.elementType == .float32,
      try call.opset >= 13 && call.axis(call.int("axis", default: -1), rank: type.rank) == type.rank - 1,
      let made = try Scores.of(scores, program, uses),
      let second = uses.onlyReader(of: softmax.outputs[0]), program.nodes[second].operatorKey == "MatMul",
      program.nodes[second].inputs[0] == softmax.outputs[0],
      let query = try matrices(made.product.inputs[0], program, uses),
      let key = try matrices(made.product.inputs[1], program, uses),
      let value = try matrices(program.nodes[second].inputs[1], program, uses), value.scale == 1,
      query.shape[..<2] == key.shape[..<2], query.shape[..<2] == value.shape[..<2],
      query.strides[3] == 1 || query.strides[2] == 1
    else { return nil }
    var whole = Node(
      name: softmax.name, op: "FusedAttention", domain: "zoo", inputs: [query.root, key.root, value.root],
      outputs: program.nodes[second].outputs, part: softmax.part)
    if made.bias != nil || made.mask != nil { whole.inputs += [made.bias ?? "", made.mask ?? ""] }
    whole.attributes = [
      "sizes": .ints(Array(query.shape[..<3]) + [key.shape[3], query.shape[3], value.shape[3]]),
      "query": .ints([query.start] + query.strides), "key": .ints([key.start] + key.strides),
      "value": .ints([value.start] + value.strides), "scale": .float(query.scale * key.scale * made.factor),
    ]
    // What turns heads behind rows is done where the result is written.
    if let turn = uses.onlyReader(of: whole.outputs[0]), program.nodes[turn].operatorKey == "Transpose", type.rank == 4,
      try program.builder.call(program.nodes[turn]).ints("perm") == [0, 2, 1, 3]
    {
      whole.outputs = program.nodes[turn].outputs
      whole.attributes["packed"] = .int(1)
      return (turn, whole)
    }
    // Heads are an axis of the operator's result; without them the product stays what it is.
    return type.rank == 4 ? (second, whole) : nil
  }

  /// Matrices as a view of four axes.
  private static func matrices(_ value: String, _ program: Program, _ uses: ValueUses) throws -> StridedView? {
    guard let type = program.types[value], type.elementType == .float32, (3...4).contains(type.rank),
      type.elementCount > 0,
      var view = try StridedView.of(value, program, uses), program.types[view.root]?.elementType == .float32
    else { return nil }
    if view.shape.count == 3 {
      view.shape.insert(1, at: 1)
      view.strides.insert(0, at: 1)
    }
    return view
  }
}

/// How scores are made: a product, times a number, to which a bias and a mask of windows are added.
private struct Scores {
  let product: Node
  var bias: String?
  var mask: String?
  var factor: Float = 1

  /// - Parameter steps: how many nodes it looks back at most.
  static func of(_ scores: String, _ program: Program, _ uses: ValueUses, steps: Int = 6) throws -> Scores? {
    guard steps > 0, let index = uses.maker(of: scores), uses.onlyReader(of: scores) != nil else { return nil }
    let node = program.nodes[index]
    func before(_ value: String) throws -> Scores? { try of(value, program, uses, steps: steps - 1) }
    switch node.operatorKey {
    case "MatMul": return Scores(product: node)
    case "Add":
      for position in 0..<2 {
        let (value, bias) = (node.inputs[position], node.inputs[1 - position])
        guard var made = try before(value), made.bias == nil, made.mask == nil,
          program.types[value] == program.types[scores], let type = program.types[bias], type.rank == 4,
          type.shape[2...] == program.types[scores]?.shape[2...]
        else { continue }
        made.bias = bias
        return made
      }
      return nil
    case "Reshape":
      guard let (value, mask) = masked(node, program, uses), var made = try before(value), made.mask == nil else {
        return nil
      }
      made.mask = mask
      return made
    case "Mul", "Div":
      for position in 0..<(node.op == "Mul" ? 2 : 1) {
        guard let tensor = program.builder.constants[node.inputs[1 - position]], tensor.elementCount == 1,
          let number = (tensor.values() as [Float]?)?.first, var made = try before(node.inputs[position]),
          made.bias == nil, made.mask == nil
        else { continue }
        made.factor *= node.op == "Mul" ? number : 1 / number
        return made
      }
      return nil
    default: return nil
    }
  }

  /// Swin's shifted windows: scores of shape [images · windows, heads, rows, keys] are seen as [images, windows, heads, rows,
  /// keys], a mask of [1, windows, 1, rows, keys] is added, and they are seen as before.
  /// - Parameter last: the change of shape back.
  private static func masked(_ last: Node, _ program: Program, _ uses: ValueUses) -> (value: String, mask: String)? {
    guard let type = program.types[last.outputs[0]], type.rank == 4, let index = uses.maker(of: last.inputs[0]),
      uses.onlyReader(of: last.inputs[0]) != nil, program.nodes[index].operatorKey == "Add",
      let apart = program.types[last.inputs[0]], apart.rank == 5, apart.shape[2...] == type.shape[1...]
    else { return nil }
    let sum = program.nodes[index]
    for position in 0..<2 {
      let (value, mask) = (sum.inputs[position], sum.inputs[1 - position])
      guard let first = uses.maker(of: value), uses.onlyReader(of: value) != nil,
        program.nodes[first].operatorKey == "Reshape", program.types[program.nodes[first].inputs[0]] == type,
        let shape = program.types[mask]?.shape, shape.count == 5, shape[0] == 1, shape[1] == apart.shape[1],
        [1, type.shape[1]].contains(shape[2]), shape[3...] == type.shape[2...]
      else { continue }
      return (program.nodes[first].inputs[0], mask)
    }
    return nil
  }
}
