/// Attention as ONNX Runtime's optimizer for transformers joins it, in single steps.
extension ContributedOperators {
  static let attention: [String: Rule] = [
    "Attention": { node in
      try node.refuseInputs(4...4, "keys and values of the past")
      try node.refuseInputs(6...6, "lengths of the past")
      try projected(
        &node, product: node.add("MatMul", [try node.input(0), try node.input(1)]), bias: 2, mask: 3, extra: 5)
    },
    "QAttention": { node in
      try node.refuseInputs(8...8, "keys and values of the past")
      let x = try node.dequantize(node.input(0), scale: node.input(3), zero: node.optional(6))
      let weights = try node.dequantize(node.input(1), scale: node.input(4), zero: node.optional(7))
      try projected(&node, product: node.add("MatMul", [x, weights]), bias: 2, mask: 5, extra: nil)
    },
    "MultiHeadAttention": multiHead,
  ]

  /// Queries, keys and values side by side in `product` [B, S, 3 · hidden].
  private static func projected(
    _ node: inout ContributedNode, product: String, bias: Int, mask: Int, extra: Int?
  ) throws {
    try node.refuseOutputs(from: 1)
    guard try node.integer("do_rotary") == 0 else { throw node.problem("rotary embeddings are not supported") }
    var product = product
    if let bias = node.optional(bias) { product = node.add("Add", [product, bias]) }
    var sizes = try node.integers("qkv_hidden_sizes")
    if sizes.isEmpty {
      guard let weights = node.facts.constants[try node.input(1)], weights.type.rank == 2, weights.shape[1] % 3 == 0
      else {
        throw node.problem("the weights are no constant of three equal parts")
      }
      sizes = Array(repeating: weights.shape[1] / 3, count: 3)
    }
    guard sizes.count == 3, sizes.allSatisfy({ $0 > 0 }), sizes[0] == sizes[1] else {
      throw node.problem("parts of the sizes \(sizes)")
    }
    let parts = try node.split(product, axis: 2, sizes: sizes)
    let heads = try parts.map { try node.heads($0) }
    let mask = try node.optional(mask).map { try node.mask($0, batchOf: try node.input(0)) }
    node.finish(
      try node.attended(
        heads[0], heads[1], heads[2], width: sizes[0], masks: [mask, extra.flatMap { node.optional($0) }]))
  }

  /// Inputs: query [B, S, D], key and value alike or [B, heads, S, width], bias of all three, mask of padded keys,
  /// addends to the scores.
  private static func multiHead(_ node: inout ContributedNode) throws {
    try node.refuseInputs(6...9, "keys and values of the past")
    try node.refuseOutputs(from: 1)
    let query = try node.input(0)
    guard try node.rank(query) == 3 else { throw node.problem("packed queries, keys and values are not supported") }
    var sources = [query, try node.input(1), try node.input(2)]
    let isSplit = try node.rank(sources[1]) == 4
    guard try isSplit || node.rank(sources[1]) == 3, try node.rank(sources[1]) == node.rank(sources[2]) else {
      throw node.problem("packed keys and values are not supported")
    }
    var width: Int?
    if let bias = node.optional(3) {
      guard let values = node.facts.constants[bias], values.type.rank == 1, values.elementCount % 3 == 0 else {
        throw node.problem("the bias '\(bias)' is no constant of three equal parts")
      }
      width = values.elementCount / 3
      let parts = try node.split(bias, axis: 0, sizes: Array(repeating: values.elementCount / 3, count: 3))
      for index in isSplit ? 0..<1 : 0..<3 { sources[index] = node.add("Add", [sources[index], parts[index]]) }
    }
    var heads = [try node.heads(sources[0])]
    for source in sources.dropFirst() { heads.append(isSplit ? source : try node.heads(source)) }
    let mask = try node.optional(4).map { try node.mask($0, batchOf: query) }
    node.finish(try node.attended(heads[0], heads[1], heads[2], width: width, masks: [mask, node.optional(5)]))
  }
}

extension ContributedNode {
  fileprivate func headCount() throws -> Int {
    let count = try integer("num_heads")
    guard count > 0 else { throw problem("num_heads is \(count)") }
    return count
  }

  /// [B, S, heads · width] → [B, heads, S, width].
  fileprivate mutating func heads(_ value: String) throws -> String {
    let split = add("Reshape", [value, try integers([0, 0, try headCount(), -1])])
    return add("Transpose", [split], ["perm": .ints([0, 2, 1, 3])])
  }

  /// Softmax(Q · K′ · scale + masks) · V, heads side by side again.
  /// - Parameter width: of the queries of all heads together, if it is known.
  fileprivate mutating func attended(
    _ query: String, _ key: String, _ value: String, width: Int?, masks: [String?]
  ) throws -> String {
    var scale = try number("scale", default: 0)
    let keys = add("Transpose", [key], ["perm": .ints([0, 1, 3, 2])])
    var scores = add("MatMul", [query, keys])
    if scale == 0, let width {
      scale = 1 / Float(width / (try headCount())).squareRoot()
    }
    if scale != 0 {
      scores = add("Mul", [scores, try scalar(scale, like: query)])
    } else {
      // The width of a head is known in a run only.
      try require(version: 13, "the width of a head")
      let size = add(
        "Slice", [add("Shape", [query]), try integers([3]), try integers([4]), try integers([0])])
      scores = add("Div", [scores, add("Sqrt", [cast(size, to: elementType(query))])])
    }
    for mask in masks.compactMap({ $0 }) { scores = add("Add", [scores, mask]) }
    if try integer("unidirectional") != 0 { scores = add("Add", [scores, try futureMask(scores)]) }
    let result = add("MatMul", [add("Softmax", [scores], ["axis": .int(version < 11 ? 3 : -1)]), value])
    return add(
      "Reshape", [add("Transpose", [result], ["perm": .ints([0, 2, 1, 3])]), try integers([0, 0, -1])])
  }

  /// What is added to the scores [B, heads, S, T] of keys that `mask` leaves out.
  /// - Parameter mask: 1 for keys that count, 0 for others: [B, T] or [B, S, T]; or how many count, [B].
  fileprivate mutating func mask(_ mask: String, batchOf input: String) throws -> String {
    switch try rank(mask) {
    case 2: return try masked(try unsqueeze(cast(mask, to: .float32), [1, 2]))
    case 3: return try masked(try unsqueeze(cast(mask, to: .float32), [1]))
    case 1:
      guard let batch = facts.firstDimensions[input], batch != .unknown, facts.firstDimensions[mask] == batch else {
        throw problem("a mask of one dimension, of which the file doesn't say whether it has a length for each sample")
      }
      try require(version: 13, "a mask of lengths")
      let size = add("Slice", [add("Shape", [input]), try integers([1]), try integers([2]), try integers([0])])
      let zero = constant(try Tensor(Int64(0)))
      let one = constant(try Tensor(Int64(1)))
      let positions = add("Range", [zero, add("Squeeze", [size, try integers([0])]), one])
      let lengths = try unsqueeze(cast(mask, to: .int64), [1])
      return try masked(try unsqueeze(cast(add("Less", [positions, lengths]), to: .float32), [1, 2]))
    case let rank: throw problem("a mask of rank \(rank)")
    }
  }

  /// 0 where `mask` is 1, the node's `mask_filter_value` where it is 0.
  private mutating func masked(_ mask: String) throws -> String {
    let filter = try number("mask_filter_value", default: -10_000)
    let gone = add("Sub", [try scalar(1, like: mask), mask])
    let addend = add("Mul", [gone, try scalar(filter, like: mask)])
    let type = elementType(try input(0))
    return type.isFloatingPoint && type != .float32 ? cast(addend, to: type) : addend
  }

  /// The same for keys behind their query, for scores [B, heads, S, T].
  private mutating func futureMask(_ scores: String) throws -> String {
    try require(version: 14, "attention to the past alone")
    let shape = add("Slice", [add("Shape", [scores]), try integers([2]), try integers([4]), try integers([0])])
    let one = try Tensor(shape: [1], [Float(1)])
    let ones = add("ConstantOfShape", [shape], ["value": .tensor(one)])
    declare(ones, .float32)
    return try masked(add("Trilu", [ones], ["upper": .int(0)]))
  }
}
