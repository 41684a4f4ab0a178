import ZooFormat

/// Operators that have no layout of their own and work on images whose channels are innermost as well as on others: they
/// follow what their operands are. Values are images of any number of axes: [batch, channels, …].
extension ChannelsLast {
  /// Places `node` among images with the channels innermost, if its operands are there and it can be.
  /// - Returns: whether it was placed.
  mutating func follow(_ node: Node) throws -> Bool {
    if try alias(node) { return true }
    guard node.inputs.contains(where: innerOnly.contains) else { return false }
    switch node.operatorKey {
    case "Concat": return try concat(node)
    case "Split": return try split(node)
    case "Slice": return try slice(node)
    case "Pad": return try pad(node)
    case "Resize": return try resize(node)
    case "Reshape": return try reshape(node)
    case let key where Self.reductions.contains(key): return try reduce(node)
    case let key where Self.elementwise.contains(key): return try elementwise(node)
    default: return false
    }
  }

  /// Where an axis of an image lies when the channels are innermost.
  private static func innerAxis(_ axis: Int, rank: Int) -> Int { axis == 0 ? 0 : axis == 1 ? rank - 1 : axis - 1 }

  /// One thing for each axis, in the order of the axes when the channels are innermost.
  private static func innerOrder<T>(_ list: [T]) -> [T] { inward(list.count).map { list[$0] } }

  private func type(_ value: String) -> TensorType? { rewriter.source.types[value] }

  private func call(_ node: Node) throws -> OperatorCall { try rewriter.source.builder.call(node) }

  /// An image of at least one spatial axis.
  private func rank(_ value: String) -> Int? { type(value).flatMap { $0.rank >= 3 ? $0.rank : nil } }

  /// A transposition from one layout to the other gives another name to what is there already.
  private mutating func alias(_ node: Node) throws -> Bool {
    guard node.operatorKey == "Transpose", let rank = rank(node.inputs[0]), let order = try call(node).ints("perm")
    else {
      return false
    }
    let (input, output) = (node.inputs[0], node.outputs[0])
    if order == Self.inward(rank), innerOnly.contains(input), let name = inner[input] {
      try rewriter.builder.append(
        Node(name: node.name, op: "Identity", inputs: [name], outputs: [output], part: node.part))
      return true
    }
    // Turned when somebody wants it so.
    if order == Self.outward(rank) {
      inner[output] = try outer(input)
      innerOnly.insert(output)
      return true
    }
    return false
  }

  /// Results of the same bytes whatever the layout, if all operands are brought to the same.
  private mutating func elementwise(_ node: Node) throws -> Bool {
    guard let rank = rank(node.outputs[0]) else { return false }
    var node = node
    var images: [Int] = []
    for (index, input) in node.inputs.enumerated() {
      guard !input.isEmpty, let type = type(input), type.elementCount != 1 else { continue }
      guard type.rank == rank || (type.rank < rank && Self.broadcasting.contains(node.operatorKey)) else {
        return false
      }
      images.append(index)
      if type.rank < rank {
        let value = try outer(input)
        let shape = Array(repeating: 1, count: rank - type.rank) + type.shape
        node.inputs[index] = try rewriter.builder.reshape(Value(value), to: shape).name
      }
    }
    let outputs = node.outputs.indices.filter { type(node.outputs[$0])?.rank == rank }
    try append(node, node.attributes, imageInputs: images, imageOutputs: outputs)
    return true
  }

  /// Follows most of its operands.
  private mutating func concat(_ node: Node) throws -> Bool {
    guard let rank = rank(node.outputs[0]) else { return false }
    func elements(_ values: [String]) -> Int { values.reduce(0) { $0 + (type($1)?.elementCount ?? 0) } }
    guard 2 * elements(node.inputs.filter { inner[$0] != nil }) >= elements(node.inputs) else { return false }
    var attributes = node.attributes
    let call = try call(node)
    attributes["axis"] = .int(Self.innerAxis(try call.axis(call.int("axis", default: 1), rank: rank), rank: rank))
    try append(node, attributes, imageInputs: Array(node.inputs.indices), imageOutputs: [0])
    return true
  }

  private mutating func split(_ node: Node) throws -> Bool {
    guard let rank = rank(node.inputs[0]) else { return false }
    var attributes = node.attributes
    let call = try call(node)
    attributes["axis"] = .int(Self.innerAxis(try call.axis(call.int("axis", default: 0), rank: rank), rank: rank))
    try append(node, attributes, imageInputs: [0], imageOutputs: Array(node.outputs.indices))
    return true
  }

  private mutating func slice(_ node: Node) throws -> Bool {
    let call = try call(node)
    guard let rank = rank(node.inputs[0]), try call.ints("starts") == nil, node.inputs.count >= 3,
      let starts = try call.constantIntegers(1)
    else { return false }
    let axes = try call.constantIntegers(3) ?? Array(starts.indices)
    let innerAxes = try axes.map { Self.innerAxis(try call.axis($0, rank: rank), rank: rank) }
    var node = node
    let place = try rewriter.builder.constant(innerAxes).name
    if node.inputs.count == 3 { node.inputs.append(place) } else { node.inputs[3] = place }
    try append(node, node.attributes, imageInputs: [0], imageOutputs: [0])
    return true
  }

  private mutating func pad(_ node: Node) throws -> Bool {
    guard let rank = rank(node.inputs[0]) else { return false }
    let (before, after) = try PadOperators.pads(call(node))
    guard before.count == rank else { return false }
    var node = node
    node.attributes["pads"] = .ints(Self.innerOrder(before) + Self.innerOrder(after))
    node.inputs = [node.inputs[0], "", node.inputs.count > 2 ? node.inputs[2] : ""]
    try append(node, node.attributes, imageInputs: [0], imageOutputs: [0])
    return true
  }

  /// Sizes or scales for each axis move with the axes; a part of the image that is cut out stays in the file's layout.
  private mutating func resize(_ node: Node) throws -> Bool {
    let call = try call(node)
    guard let rank = rank(node.inputs[0]), call.opset >= 11, !call.has("axes"), node.inputs.count >= 3,
      try call.string("coordinate_transformation_mode", default: "half_pixel") != "tf_crop_and_resize"
    else { return false }
    var node = node
    node.inputs[1] = ""
    if call.hasInput(2), let scales: [Float] = try call.constant(2).values(), scales.count == rank {
      node.inputs[2] = try rewriter.builder.constant(nil, Tensor(shape: [rank], Self.innerOrder(scales))).name
    } else if node.inputs.count > 3, let sizes = try call.constantIntegers(3), sizes.count == rank {
      node.inputs[3] = try rewriter.builder.constant(Self.innerOrder(sizes)).name
      node.inputs[2] = ""
    } else {
      return false
    }
    try append(node, node.attributes, imageInputs: [0], imageOutputs: [0])
    return true
  }

  /// Spatial axes become one, or one becomes several; batch and channels stay what they are.
  private mutating func reshape(_ node: Node) throws -> Bool {
    guard let from = type(node.inputs[0])?.shape, let to = type(node.outputs[0])?.shape, from.count >= 3, to.count >= 3,
      from[..<2] == to[..<2]
    else { return false }
    let image = Value(try channelsInner(node.inputs[0]))
    inner[node.outputs[0]] = try rewriter.builder.reshape(image, to: Self.innerOrder(to)).name
    innerOnly.insert(node.outputs[0])
    return true
  }

  private mutating func reduce(_ node: Node) throws -> Bool {
    let call = try call(node)
    guard let rank = rank(node.inputs[0]) else { return false }
    let reduced = try ReduceOperators.reducedAxes(call)
    guard reduced.contains(true) else { return false }
    let keeps = try call.int("keepdims", default: 1) != 0
    // What is left without the reduced axes has the file's order, unless the channels stand behind another axis.
    let isOrdered = reduced[1] || reduced[2...].allSatisfy { $0 }
    guard keeps || isOrdered else { return false }
    var node = node
    node.inputs = [node.inputs[0]]
    node.attributes["axes"] = .ints(
      reduced.indices.filter { reduced[$0] }.map { Self.innerAxis($0, rank: rank) }.sorted())
    try append(node, node.attributes, imageInputs: [0], imageOutputs: keeps ? [0] : [])
    return true
  }

  private static let reductions: Set<String> = [
    "ReduceSum", "ReduceMean", "ReduceSumSquare", "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp",
    "ReduceMax",
    "ReduceMin", "ReduceProd",
  ]

  /// Operators whose operands are broadcast against each other, aligned at the last axis.
  private static let broadcasting: Set<String> = ["Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Sum"]

  private static let elementwise: Set<String> = [
    "Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Sum", "Relu", "LeakyRelu", "Elu", "Selu", "Sigmoid", "Tanh",
    "HardSigmoid", "HardSwish", "Swish", "Gelu", "Mish", "Softplus", "Softsign", "Clip", "Exp", "Log", "Sqrt", "Neg",
    "Abs", "Erf", "Identity", "Cast", "Dropout", "QuantizeLinear", "DequantizeLinear",
    "zoo.Silu", "zoo.DropoutTraining", "zoo.StochasticDepthTraining",
  ]
}
