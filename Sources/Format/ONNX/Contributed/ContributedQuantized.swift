/// Operators on 8-bit numbers that ONNX Runtime's quantizer writes: real value = scale · (number − zero point).
///
/// Where ONNX Runtime looks results up in a table of dequantized values, so does what is written here: dequantize, compute,
/// quantize. Where it scales integers by the ratio of the scales, so does this, with fused multiply-adds (in float64) and zero
/// points added where it has them, so that ties round alike.
extension ContributedOperators {
  static let quantized: [String: Rule] = [
    "QLinearAdd": { node in try scaled(&node, op: "Add") },
    "QLinearMul": { node in try scaled(&node, op: "Mul") },
    "QLinearConcat": concatenation,
    "QLinearGlobalAveragePool": globalAverage,
    "QLinearAveragePool": { node in
      let rank = try node.integers("kernel_shape").count + 2
      try onImages(&node, rank: rank) { x, node in
        node.add("AveragePool", [x], node.attributes(without: "channels_last"))
      }
    },
    "QLinearLeakyRelu": { node in
      try dequantized(&node) { x, node in
        node.add("LeakyRelu", [x], ["alpha": .float(try node.number("alpha", default: 0.01))])
      }
    },
    "QLinearSigmoid": { node in try dequantized(&node) { x, node in node.add("Sigmoid", [x]) } },
    "QLinearSoftmax": { node in
      let rank = try node.rank(node.input(0))
      var axis = try node.integer("axis", default: -1)
      if axis < 0 { axis += rank }
      let isAlongAxis = try node.integer("opset", default: 13) >= 13 && node.version >= 13
      guard axis == rank - 1 || isAlongAxis else {
        throw node.problem("softmax over several dimensions (axis \(axis) of \(rank))")
      }
      try dequantized(&node) { x, node in node.add("Softmax", [x], ["axis": .int(axis)]) }
    },
    "QLinearReduceMean": { node in
      let axes = try node.integers("axes")
      let keeps: [String: Attribute] = ["keepdims": .int(try node.integer("keepdims", default: 1))]
      try dequantized(&node) { x, node in
        if axes.isEmpty { return node.add("ReduceMean", [x], keeps) }
        if node.version >= 18 { return node.add("ReduceMean", [x, try node.integers(axes)], keeps) }
        return node.add("ReduceMean", [x], keeps.merging(["axes": .ints(axes)]) { first, _ in first })
      }
    },
    "QLinearWhere": { node in
      let a = try node.dequantize(node.input(1), scale: node.input(2), zero: node.optional(3))
      let b = try node.dequantize(node.input(4), scale: node.input(5), zero: node.optional(6))
      let value = node.add("Where", [try node.input(0), a, b])
      node.finish(try node.quantize(value, scale: node.input(7), zero: node.optional(8)))
    },
    "QuantizeLinear": { node in try node.rename("QuantizeLinear") },
    "DequantizeLinear": { node in try node.rename("DequantizeLinear") },
  ]

  /// Inputs: x, its scale and zero point, y's scale and zero point.
  private static func dequantized(
    _ node: inout ContributedNode, _ body: (String, inout ContributedNode) throws -> String
  ) throws {
    let x = try node.dequantize(node.input(0), scale: node.input(1), zero: node.optional(2))
    let y = try body(x, &node)
    node.finish(try node.quantize(y, scale: node.input(3), zero: node.optional(4)))
  }

  /// The same for images whose channels may come last.
  private static func onImages(
    _ node: inout ContributedNode, rank: Int, _ body: (String, inout ContributedNode) throws -> String
  ) throws {
    let isLast = try node.integer("channels_last") != 0
    try dequantized(&node) { x, node in
      let first = isLast ? channelsFirst(x, rank: rank, &node) : x
      let y = try body(first, &node)
      return isLast ? channelsLast(y, rank: rank, &node) : y
    }
  }

  /// Inputs: a, its scale and zero point, the same of b and of y.
  private static func scaled(_ node: inout ContributedNode, op: String) throws {
    let (first, second, result) = (try node.input(1), try node.input(4), try node.input(6))
    let zero = node.optional(7).map { node.cast($0, to: .float32) }
    let value: String
    if op == "Add" {
      let ratios = [first, second].map { node.add("Div", [$0, result]) }
      // What doesn't depend on the elements: zero y − (ratio a · zero a + ratio b · zero b).
      var fixed = node.constant(try Tensor(Float(0)), "none")
      for (ratio, index) in zip(ratios, [2, 5]) {
        guard let own = node.optional(index) else { continue }
        fixed = node.add("Add", [fixed, node.add("Mul", [ratio, node.cast(own, to: .float32)])])
      }
      let start = try zero ?? node.constant(Tensor(Float(0)), "none")
      fixed = node.add("Sub", [start, fixed])
      let inner = node.fusedMultiplyAdd(try node.input(3), ratios[1], fixed)
      value = node.fusedMultiplyAdd(try node.input(0), ratios[0], inner)
    } else {
      let a = try node.centred(node.input(0), zero: node.optional(2))
      let b = try node.centred(node.input(3), zero: node.optional(5))
      let ratio = node.add("Div", [node.add("Mul", [first, second]), result])
      let product = node.add("Mul", [node.add("Mul", [a, b]), ratio])
      value = zero.map { node.add("Add", [product, $0]) } ?? product
    }
    node.finish(try node.saturated(value, as: node.elementType(node.optional(7) ?? node.input(0))))
  }

  /// Inputs: y's scale and zero point, then each tensor with its own.
  private static func concatenation(_ node: inout ContributedNode) throws {
    guard node.node.inputs.count >= 5, node.node.inputs.count % 3 == 2 else {
      throw node.problem("\(node.node.inputs.count) inputs")
    }
    var parts: [String] = []
    for index in stride(from: 2, to: node.node.inputs.count, by: 3) {
      let x = try node.dequantize(node.input(index), scale: node.input(index + 1), zero: node.optional(index + 2))
      parts.append(try node.quantize(x, scale: node.input(0), zero: node.optional(1)))
    }
    guard case .int(let axis)? = node.node.attributes["axis"] else {
      throw node.problem("the attribute 'axis' is missing")
    }
    node.finish(node.add("Concat", parts, ["axis": .int(axis)]))
  }

  private static func globalAverage(_ node: inout ContributedNode) throws {
    let rank = try node.rank(node.input(0))
    guard rank >= 3 else { throw node.problem("a value of rank \(rank)") }
    let axes = try node.integer("channels_last") != 0 ? Array(1..<rank - 1) : Array(2..<rank)
    let x = try node.centred(node.input(0), zero: node.optional(2))
    let mean =
      node.version >= 18
      ? node.add("ReduceMean", [x, try node.integers(axes)]) : node.add("ReduceMean", [x], ["axes": .ints(axes)])
    let ratio = node.add("Div", [try node.input(1), try node.input(3)])
    let value = node.add("Mul", [mean, ratio])
    node.finish(try node.rounded(value, zero: node.optional(4), like: try node.input(0)))
  }
}

extension ContributedNode {
  /// The node under ONNX's name.
  mutating func rename(_ op: String) throws {
    try require(version: 10, op)
    finish(add(op, node.inputs, node.attributes))
  }

  mutating func dequantize(_ value: String, scale: String, zero: String?) throws -> String {
    try require(version: 10, "DequantizeLinear")
    let result = add("DequantizeLinear", [value, scale] + (zero.map { [$0] } ?? []))
    declare(result, elementType(scale))
    return result
  }

  mutating func quantize(_ value: String, scale: String, zero: String?) throws -> String {
    try require(version: 10, "QuantizeLinear")
    let result = add("QuantizeLinear", [value, scale] + (zero.map { [$0] } ?? []))
    declare(result, zero.map(elementType) ?? .uint8)
    return result
  }

  /// The integers as float32, less their zero point.
  mutating func centred(_ value: String, zero: String?) throws -> String {
    let numbers = cast(value, to: .float32)
    guard let zero else { return numbers }
    return add("Sub", [numbers, cast(zero, to: .float32)])
  }

  /// `value` rounded to the nearest integer, ties to even, plus the zero point, saturated; of the zero point's type.
  mutating func rounded(_ value: String, zero: String?, like other: String) throws -> String {
    let one = constant(try Tensor(Float(1)), "one")
    if let zero { return try quantize(value, scale: one, zero: zero) }
    let isSigned = elementType(other) == .int8
    let none = constant(isSigned ? try Tensor(Int8(0)) : try Tensor(UInt8(0)), "zero")
    return try quantize(value, scale: one, zero: none)
  }

  /// a · b + c, rounded to float32 once.
  mutating func fusedMultiplyAdd(_ a: String, _ b: String, _ c: String) -> String {
    let wide = [a, b, c].map { cast($0, to: .float64) }
    return cast(add("Add", [add("Mul", [wide[0], wide[1]]), wide[2]]), to: .float32)
  }

  /// `value` rounded to the nearest integer of `type`, ties to even, saturated.
  mutating func saturated(_ value: String, as type: ElementType) throws -> String {
    try require(version: 11, "Round")
    guard type == .uint8 || type == .int8 else { throw problem("a zero point of type \(type)") }
    let (low, high): (Float, Float) = type == .int8 ? (-128, 127) : (0, 255)
    return cast(try clip(add("Round", [value]), low, high), to: type)
  }
}
