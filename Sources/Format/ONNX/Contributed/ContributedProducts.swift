/// Matrix products and recurrent layers with weights of few bits.
extension ContributedOperators {
  static let quantizedProducts: [String: Rule] = [
    "QGemm": quantizedGemm,
    "DynamicQuantizeMatMul": { node in
      try node.require(version: 11, "DynamicQuantizeLinear")
      let parts = node.add("DynamicQuantizeLinear", [try node.input(0)], outputs: [nil, nil, nil])
      node.declare(parts[0], .uint8)
      try integerProduct(
        &node, parts[0], parts[2], scales: [parts[1], try node.input(2)], zero: node.optional(3),
        bias: node.optional(4))
    },
    "MatMulIntegerToFloat": { node in
      try integerProduct(
        &node, try node.input(0), node.optional(4), scales: [try node.input(2), try node.input(3)],
        zero: node.optional(5), bias: node.optional(6))
    },
    "MatMulNBits": packedProduct,
    "DynamicQuantizeLSTM": quantizedLSTM,
    "QLinearConv": { node in
      let isLast = try node.integer("channels_last") != 0
      let rank = try node.rank(node.input(3))
      var inputs = node.node.inputs
      if isLast { inputs[0] = channelsFirst(inputs[0], rank: rank, &node) }
      let y = node.add("QLinearConv", inputs, node.attributes(without: "channels_last"))
      node.finish(isLast ? channelsLast(y, rank: rank, &node) : y)
    },
  ]

  /// scale a · scale b · (a − zero a)(b − zero b) + bias, the product in integers.
  private static func integerProduct(
    _ node: inout ContributedNode, _ a: String, _ zeroA: String?, scales: [String], zero: String?, bias: String?
  ) throws {
    try node.require(version: 10, "MatMulInteger")
    var inputs = [a, try node.input(1), zeroA ?? "", zero ?? ""]
    while inputs.last == "" { inputs.removeLast() }
    let product = node.add("MatMulInteger", inputs)
    node.declare(product, .int32)
    var value = node.add("Mul", [node.cast(product, to: .float32), node.add("Mul", scales)])
    if let bias { value = node.add("Add", [value, bias]) }
    node.finish(value)
  }

  /// Inputs: a, scale, zero; b, scale, zero; c (int32 at the scale of the product); y's scale and zero, or none for a
  /// result in float32.
  private static func quantizedGemm(_ node: inout ContributedNode) throws {
    try node.require(version: 10, "MatMulInteger")
    func operand(_ index: Int, _ transposes: String) throws -> String {
      let value = try node.input(index)
      guard try node.integer(transposes) != 0 else { return value }
      let result = node.add("Transpose", [value], ["perm": .ints([1, 0])])
      node.declare(result, node.elementType(value))
      return result
    }
    var inputs = [
      try operand(0, "transA"), try operand(3, "transB"), node.optional(2) ?? "", node.optional(5) ?? "",
    ]
    while inputs.last == "" { inputs.removeLast() }
    var sum = node.add("MatMulInteger", inputs)
    node.declare(sum, .int32)
    if let addend = node.optional(6) { sum = node.add("Add", [sum, addend]) }
    node.declare(sum, .int32)
    var scale = node.add("Mul", [try node.input(1), try node.input(4)])
    let alpha = try node.number("alpha", default: 1)
    if alpha != 1 { scale = node.add("Mul", [scale, try node.scalar(alpha, like: scale)]) }
    if let output = node.optional(7) { scale = node.add("Div", [scale, output]) }
    let value = node.add("Mul", [node.cast(sum, to: .float32), scale])
    guard node.optional(7) != nil else { return node.finish(value) }
    node.finish(try node.rounded(value, zero: node.optional(8), like: try node.input(0)))
  }

  /// A · B′ with B [N, K] in blocks of `block_size` numbers of `bits` bits along K, each block with a scale and a zero
  /// point. The numbers are unpacked to a byte each; scales and zero points are applied by the graph.
  private static func packedProduct(_ node: inout ContributedNode) throws {
    guard node.optional(4) == nil else { throw node.problem("weights in another order (g_idx) are not supported") }
    let (rows, columns) = (try node.integer("N"), try node.integer("K"))
    let (bits, block) = (try node.integer("bits", default: 4), try node.integer("block_size"))
    guard rows > 0, columns > 0, [2, 4, 8].contains(bits), block >= 1, block * bits % 8 == 0, block <= 1 << 20,
      rows <= 1 << 24, columns <= 1 << 24
    else { throw node.problem("N \(rows), K \(columns), \(bits) bits, blocks of \(block)") }
    let blocks = (columns + block - 1) / block
    let packed = try node.input(1)
    guard let bytes: [UInt8] = node.facts.constants[packed]?.values(), bytes.count == rows * blocks * block * bits / 8
    else {
      throw node.problem(
        "the weights '\(packed)' are no constant of \(rows) × \(blocks) blocks of \(block * bits / 8) bytes")
    }
    let scales = try node.input(2)
    let type = node.elementType(scales)
    let shape = try node.integers([rows, blocks, 1])
    let numbers = node.constant(
      try Tensor(shape: [rows, blocks, block], unpacked(bytes, bits: bits, count: rows * blocks * block, perRow: nil)),
      "weights")
    node.forget(packed)
    var value = node.cast(numbers, to: type)
    value = node.add("Sub", [value, try zeroPoints(&node, rows, blocks, bits, type, shape)])
    value = node.add("Mul", [value, node.add("Reshape", [scales, shape])])
    value = node.add("Reshape", [value, try node.integers([rows, blocks * block])])
    if blocks * block != columns {
      value = node.add(
        "Slice", [value, try node.integers([0]), try node.integers([columns]), try node.integers([1])])
    }
    value = node.add("Transpose", [value], ["perm": .ints([1, 0])])
    value = node.add("MatMul", [try node.input(0), value])
    if let bias = node.optional(5) { value = node.add("Add", [value, bias]) }
    node.finish(value)
  }

  /// Zero points as numbers of `type`, which broadcast to [rows, blocks, 1]: half the range where none are given.
  private static func zeroPoints(
    _ node: inout ContributedNode, _ rows: Int, _ blocks: Int, _ bits: Int, _ type: ElementType, _ shape: String
  ) throws -> String {
    guard let name = node.optional(3) else {
      let half = node.constant(try Tensor(Float(1 << (bits - 1))), "zero")
      return type == .float32 ? half : node.cast(half, to: type)
    }
    guard node.elementType(name) == .uint8 else { return node.add("Reshape", [name, shape]) }
    let perRow = (blocks * bits + 7) / 8
    guard let bytes: [UInt8] = node.facts.constants[name]?.values(), bytes.count == rows * perRow else {
      throw node.problem("the zero points '\(name)' are no constant of \(rows) × \(perRow) bytes")
    }
    let numbers = unpacked(bytes, bits: bits, count: rows * blocks, perRow: (blocks, perRow))
    node.forget(name)
    return node.cast(node.constant(try Tensor(shape: [rows, blocks, 1], numbers), "zeros"), to: type)
  }

  /// Numbers of `bits` bits, the first of a byte in its lowest bits; rows that end within a byte start anew.
  private static func unpacked(_ bytes: [UInt8], bits: Int, count: Int, perRow: (numbers: Int, bytes: Int)?) -> [UInt8]
  {
    let mask = UInt8((1 << bits) - 1)
    return (0..<count).map { index in
      var (byte, bit) = (index * bits / 8, index * bits % 8)
      if let perRow {
        let place = index % perRow.numbers * bits
        (byte, bit) = (index / perRow.numbers * perRow.bytes + place / 8, place % 8)
      }
      return bytes[byte] >> UInt8(bit) & mask
    }
  }

  /// Inputs as an LSTM's, with W [directions, inputs, 4 · hidden] and R alike in 8 bits, and their scales and zero points
  /// behind: one for each direction, or for each column of it. The layer computes on the numbers that the weights stand for;
  /// ONNX Runtime rounds what they are multiplied by to 8 bits as well.
  private static func quantizedLSTM(_ node: inout ContributedNode) throws {
    func weights(_ index: Int, scale: Int) throws -> String {
      let name = try node.input(index)
      let numbers = try node.centredWeights(name, zero: node.optional(scale + 1))
      let value = node.add("Mul", [numbers, try node.spread(try node.input(scale))])
      return node.add("Transpose", [value], ["perm": .ints([0, 2, 1])])
    }
    var inputs = Array(node.node.inputs.prefix(8))
    inputs[1] = try weights(1, scale: 8)
    inputs[2] = try weights(2, scale: 10)
    while inputs.last == "" { inputs.removeLast() }
    let outputs = node.node.outputs.map { $0.isEmpty ? "" : $0 }
    node.add("LSTM", inputs, node.node.attributes, outputs: outputs)
  }
}

extension ContributedNode {
  fileprivate mutating func centredWeights(_ name: String, zero: String?) throws -> String {
    let numbers = cast(name, to: .float32)
    guard let zero else { return numbers }
    return add("Sub", [numbers, try spread(cast(zero, to: .float32), like: zero)])
  }

  /// [directions] or [directions, columns] with a dimension of 1 for the rows (and the columns).
  fileprivate mutating func spread(_ value: String, like original: String? = nil) throws -> String {
    try unsqueeze(value, try rank(original ?? value) == 1 ? [1, 2] : [1])
  }
}
