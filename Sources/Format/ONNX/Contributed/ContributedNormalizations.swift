/// GELU and layer normalisation with what ONNX Runtime's optimizer for transformers joins to them.
extension ContributedOperators {
  static let gelus: [String: Rule] = [
    "Gelu": { node in node.finish(try gelu(try node.input(0), &node)) },
    "BiasGelu": { node in
      node.finish(try gelu(node.add("Add", [try node.input(0), try node.input(1)]), &node))
    },
    "FastGelu": { node in
      var x = try node.input(0)
      if let bias = node.optional(1) { x = node.add("Add", [x, bias]) }
      node.finish(try tanhGelu(x, &node))
    },
    "QuickGelu": { node in
      let x = try node.input(0)
      let scaled = node.add("Mul", [x, try node.scalar(try node.number("alpha", default: 1.702), like: x)])
      node.finish(node.add("Mul", [x, node.add("Sigmoid", [scaled])]))
    },
  ]

  static let normalizations: [String: Rule] = [
    "SkipLayerNormalization": { node in
      try skip(&node, gamma: 2, bias: 4) { x, node in
        try layerNormalization(x, node.input(2), node.optional(3), node.number("epsilon", default: 1e-12), &node)
      }
    },
    "SkipSimplifiedLayerNormalization": { node in
      try skip(&node, gamma: 2, bias: 3) { x, node in
        try rootMeanSquare(x, node.input(2), node.number("epsilon", default: 1e-12), &node)
      }
    },
    "SimplifiedLayerNormalization": { node in
      try node.refuseOutputs(from: 1)
      let axis = try node.integer("axis", default: -1)
      let rank = axis < 0 ? 0 : try node.rank(node.input(0))
      guard axis - rank == -1 else { throw node.problem("several axes (axis \(axis))") }
      node.finish(
        try rootMeanSquare(node.input(0), node.input(1), node.number("epsilon", default: 1e-5), &node))
    },
    "EmbedLayerNormalization": embedding,
  ]

  private static func gelu(_ x: String, _ node: inout ContributedNode) throws -> String {
    if node.version >= 20 { return node.add("Gelu", [x]) }
    try node.require(version: 9, "GELU")
    let scaled = node.add("Mul", [x, try node.scalar(Float(0.5).squareRoot(), like: x)])
    let sum = node.add("Add", [node.add("Erf", [scaled]), try node.scalar(1, like: x)])
    return node.add("Mul", [node.add("Mul", [x, sum]), try node.scalar(0.5, like: x)])
  }

  /// x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³))).
  private static func tanhGelu(_ x: String, _ node: inout ContributedNode) throws -> String {
    if node.version >= 20 { return node.add("Gelu", [x], ["approximate": .string("tanh")]) }
    let square = node.add("Mul", [x, x])
    let inner = node.add(
      "Add",
      [
        node.add("Mul", [square, try node.scalar(0.044715 * 0.797_884_6, like: x)]),
        try node.scalar(0.797_884_6, like: x),
      ])
    let sum = node.add(
      "Add", [node.add("Tanh", [node.add("Mul", [x, inner])]), try node.scalar(1, like: x)])
    return node.add("Mul", [node.add("Mul", [x, sum]), try node.scalar(0.5, like: x)])
  }

  /// Inputs: input, skip, …; outputs: the normalised sum, mean, inverse deviation, the sum itself.
  private static func skip(
    _ node: inout ContributedNode, gamma: Int, bias: Int,
    _ normalize: (String, inout ContributedNode) throws -> String
  ) throws {
    guard !node.wants(output: 1), !node.wants(output: 2) else { throw node.problem("the mean as an output") }
    var sum = node.add("Add", [try node.input(0), try node.input(1)])
    if let bias = node.optional(bias) { sum = node.add("Add", [sum, bias]) }
    let result = try normalize(sum, &node)
    node.finish(sum, output: 3)
    node.finish(result)
  }

  static func layerNormalization(
    _ x: String, _ scale: String, _ bias: String?, _ epsilon: Float, _ node: inout ContributedNode
  ) throws -> String {
    if node.version >= 17 {
      return node.add(
        "LayerNormalization", [x, scale] + (bias.map { [$0] } ?? []),
        ["axis": .int(-1), "epsilon": .float(epsilon)])
    }
    let centred = node.add("Sub", [x, try node.lastMean(x)])
    let normalized = try byRootMeanSquare(centred, epsilon, &node)
    let scaled = node.add("Mul", [normalized, scale])
    return bias.map { node.add("Add", [scaled, $0]) } ?? scaled
  }

  private static func rootMeanSquare(
    _ x: String, _ scale: String, _ epsilon: Float, _ node: inout ContributedNode
  ) throws -> String {
    node.add("Mul", [try byRootMeanSquare(x, epsilon, &node), scale])
  }

  /// x over the root of its mean square along the last axis.
  private static func byRootMeanSquare(
    _ x: String, _ epsilon: Float, _ node: inout ContributedNode
  ) throws -> String {
    let mean = try node.lastMean(node.add("Mul", [x, x]))
    let deviation = node.add("Sqrt", [node.add("Add", [mean, try node.scalar(epsilon, like: x)])])
    return node.add("Div", [x, deviation])
  }

  /// Inputs: word and segment numbers, the three tables, gamma, beta, mask, positions. Outputs: the normalised sum of the
  /// three embeddings, the lengths that a mask gives, the sum.
  private static func embedding(_ node: inout ContributedNode) throws {
    guard !node.wants(output: 1) || node.optional(7) == nil else {
      throw node.problem("the lengths of sequences as an output")
    }
    let ids = try node.input(0)
    var sum = node.add("Gather", [try node.input(2), ids])
    if let positions = node.optional(8) {
      sum = node.add("Add", [sum, node.add("Gather", [try node.input(3), positions])])
    } else {
      try node.require(version: 10, "positions by the length of a sequence")
      let length = node.add(
        "Slice", [node.add("Shape", [ids]), try node.integers([1]), try node.integers([2]), try node.integers([0])])
      let table = node.add(
        "Slice", [try node.input(3), try node.integers([0]), length, try node.integers([0])])
      sum = node.add("Add", [sum, table])
    }
    if let segments = node.optional(1), let table = node.optional(4) {
      sum = node.add("Add", [sum, node.add("Gather", [table, segments])])
    }
    let epsilon = try node.number("epsilon", default: 1e-12)
    let result = try layerNormalization(sum, node.input(5), node.input(6), epsilon, &node)
    if node.wants(output: 1) {
      node.finish(node.constant(try Tensor(shape: [1], [Int32(0)])), output: 1)
    }
    node.finish(sum, output: 2)
    node.finish(result)
  }
}
