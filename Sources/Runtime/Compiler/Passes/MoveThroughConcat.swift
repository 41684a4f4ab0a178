import ZooFormat

extension Pass {
  /// A normalisation or activation of joined convolutions moves before the joint, where the convolutions take it in. Equal
  /// 1 × 1 convolutions of the parts of an image are one convolution of as many groups.
  static let moveThroughConcat = Pass(
    name: "move-through-concat", summary: "normalise and activate convolutions before they are joined"
  ) { program in
    // What is one convolution takes in what follows it by itself.
    var program = try joinParts(program)
    // Behind each joint stand a normalisation and an activation at most.
    for _ in 0..<2 {
      var moving = try ConcatMoving(program)
      for index in program.nodes.indices { try moving.place(index) }
      program = try moving.finish()
    }
    return program
  }

  /// Split → convolutions of the parts → Concat as one convolution.
  private static func joinParts(_ program: Program) throws -> Program {
    let uses = ValueUses(program)
    var joined: [Int: PartsJoint] = [:]
    for (index, node) in program.nodes.enumerated() where node.operatorKey == "Concat" {
      joined[index] = try PartsJoint(node, program, uses)
    }
    guard !joined.isEmpty else { return program }
    var rewriter = try Rewriter(program)
    for (index, node) in program.nodes.enumerated() {
      guard let parts = joined[index] else {
        try rewriter.keep(node)
        continue
      }
      var whole = rewriter.renamed(parts.convolution)
      rewriter.builder.part = node.part
      whole.inputs.append(try rewriter.builder.constant(nil, parts.weights).name)
      whole.inputs.append(try rewriter.builder.constant(nil, parts.bias).name)
      try rewriter.builder.append(whole)
    }
    return try removeUnusedNodes.apply(rewriter.finish())
  }
}

/// The state of the pass: joints whose operands are given by new names already.
private struct ConcatMoving {
  private var rewriter: Rewriter
  private let uses: ValueUses
  /// Nodes behind a joint, by the index of the joint.
  private var moved: [Int: Int] = [:]
  private var dropped: Set<Int> = []

  init(_ program: Program) throws {
    rewriter = try Rewriter(program)
    uses = ValueUses(program)
    for (index, node) in program.nodes.enumerated() {
      guard node.operatorKey == "Concat", Self.joinsConvolutions(node, program, uses),
        let reader = uses.onlyReader(of: node.outputs[0]), Self.canMove(program.nodes[reader], node, program)
      else { continue }
      moved[reader] = index
      dropped.insert(index)
    }
  }

  mutating func place(_ index: Int) throws {
    let node = rewriter.source.nodes[index]
    guard let joint = moved[index].map({ rewriter.source.nodes[$0] }) else {
      if !dropped.contains(index) { try rewriter.keep(node) }
      return
    }
    rewriter.builder.part = node.part
    var (first, parts): (Int, [String]) = (0, [])
    for input in joint.inputs {
      let channels = rewriter.source.types[input]?.shape[1] ?? 0
      var part = rewriter.renamed(node)
      part.inputs[0] = rewriter.current(input)
      if node.op == "BatchNormalization" {
        for position in 1..<5 {
          let numbers = (rewriter.source.builder.constants[node.inputs[position]]?.values() as [Float]?) ?? []
          part.inputs[position] = try rewriter.builder.constant(
            nil, Tensor(shape: [channels], Array(numbers[first..<first + channels]))
          ).name
        }
      }
      part.outputs = [rewriter.builder.fresh("\(node.outputs[0]).part")]
      part.name = part.outputs[0]
      try rewriter.builder.append(part)
      parts.append(part.outputs[0])
      first += channels
    }
    try rewriter.builder.append(
      Node(
        name: joint.name, op: "Concat", inputs: parts, outputs: node.outputs, attributes: joint.attributes,
        part: joint.part))
  }

  mutating func finish() throws -> Program { try rewriter.finish() }

  /// Whether `node` joins the channels of convolutions (normalised or not) that nobody else reads.
  private static func joinsConvolutions(_ node: Node, _ program: Program, _ uses: ValueUses) -> Bool {
    guard let call = try? program.builder.call(node), (try? call.axis(call.int("axis", default: 1), rank: 4)) == 1
    else {
      return false
    }
    return node.inputs.allSatisfy { input in
      guard program.types[input]?.rank == 4, uses.onlyReader(of: input) != nil, let maker = uses.maker(of: input) else {
        return false
      }
      let node = program.nodes[maker]
      if node.operatorKey == "BatchNormalization", let before = uses.maker(of: node.inputs[0]) {
        return program.nodes[before].operatorKey == "Conv"
      }
      return node.operatorKey == "Conv"
    }
  }

  private static func canMove(_ node: Node, _ joint: Node, _ program: Program) -> Bool {
    guard node.inputs[0] == joint.outputs[0], node.outputs.count == 1 else { return false }
    if node.operatorKey == "BatchNormalization" { return BatchNormalizationFold(node, program.builder) != nil }
    return EpilogueActivation(node, program.builder) != nil
  }
}

/// Convolutions of 1 × 1 pixel of the equal parts of an image, joined in the order of the parts.
private struct PartsJoint {
  let convolution: Node
  let weights: Tensor
  let bias: Tensor

  init?(_ joint: Node, _ program: Program, _ uses: ValueUses) throws {
    let makers = joint.inputs.map { input -> Node? in
      guard uses.onlyReader(of: input) != nil, let index = uses.maker(of: input) else { return nil }
      return program.nodes[index].operatorKey == "Conv" ? program.nodes[index] : nil
    }
    let convolutions = makers.compactMap { $0 }
    guard convolutions.count == makers.count, convolutions.count > 1, let first = convolutions.first,
      let splitIndex = uses.maker(of: first.inputs[0]), program.nodes[splitIndex].operatorKey == "Split"
    else { return nil }
    let split = program.nodes[splitIndex]
    let (splitCall, jointCall) = (try program.builder.call(split), try program.builder.call(joint))
    guard split.outputs == convolutions.map({ $0.inputs[0] }),
      try splitCall.axis(splitCall.int("axis", default: 0), rank: 4) == 1,
      try jointCall.axis(jointCall.int("axis", default: 1), rank: 4) == 1
    else { return nil }
    var (weights, bias): ([Float], [Float]) = ([], [])
    for convolution in convolutions {
      guard let image = try LinearImage(convolution: convolution, program.builder), image.groups == 1,
        image.kernel == [1, 1], image.strides == [1, 1], image.pads == [0, 0, 0, 0],
        program.types[convolution.inputs[1]] == program.types[first.inputs[1]]
      else { return nil }
      weights += image.weights
      bias += image.bias
    }
    guard let inputs = program.types[first.inputs[1]]?.shape[1] else { return nil }
    self.weights = try Tensor(shape: [bias.count, inputs, 1, 1], weights)
    self.bias = try Tensor(shape: [bias.count], bias)
    convolution = Node(
      name: joint.name, op: "Conv", inputs: [split.inputs[0]], outputs: joint.outputs,
      attributes: ["group": .int(convolutions.count), "kernel_shape": .ints([1, 1])], part: joint.part)
  }
}
