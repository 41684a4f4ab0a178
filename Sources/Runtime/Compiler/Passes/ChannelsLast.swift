import ZooFormat

extension Pass {
  /// Images are stored as [N, H, W, C] wherever a convolution, normalisation or pool works on them; they are converted
  /// at the edges only.
  static let channelsLast = Pass(name: "channels-last", summary: "store images with the channels innermost") {
    program in
    var layout = try ChannelsLast(program)
    for node in program.nodes { try layout.place(node) }
    return try layout.finish()
  }
}

/// Which inputs and outputs of a layout-sensitive operator are images.
struct ImageOperands: Sendable {
  var inputs: [Int]
  var outputs: [Int]

  /// By `domain.op`; operators that take the attribute `channels_last`.
  static let table: [String: ImageOperands] = [
    "Conv": .init(inputs: [0], outputs: [0]),
    "BatchNormalization": .init(inputs: [0], outputs: [0]),
    "MaxPool": .init(inputs: [0], outputs: [0]),
    "AveragePool": .init(inputs: [0], outputs: [0]),
    "GlobalAveragePool": .init(inputs: [0], outputs: [0]),
    "GlobalMaxPool": .init(inputs: [0], outputs: [0]),
    "zoo.BatchNormalizationTraining": .init(inputs: [0, 5], outputs: [0]),
    "zoo.FusedConv": .init(inputs: [0, 3], outputs: [0]),
    "zoo.QuantizedConv": .init(inputs: [0, 3], outputs: [0]),
    "zoo.QuantizedMaxPool": .init(inputs: [0], outputs: [0]),
    "zoo.QuantizedGlobalAveragePool": .init(inputs: [0], outputs: [0]),
    "zoo.QuantizedScale": .init(inputs: [0, 1], outputs: [0]),
  ]
}

/// The state of the pass: the names under which a value exists in each layout. What operators without a layout of their
/// own do to images is in the extension.
struct ChannelsLast {
  var rewriter: Rewriter
  /// Value of the source → its name with the channels innermost.
  var inner: [String: String] = [:]
  /// Values that exist only with the channels innermost so far.
  var innerOnly: Set<String> = []

  init(_ program: Program) throws { rewriter = try Rewriter(program) }

  mutating func place(_ node: Node) throws {
    rewriter.builder.part = node.part
    let key = node.operatorKey
    let types = rewriter.source.types
    // The places that MaxPool can give are those in the file's layout.
    let givesPlaces = key == "MaxPool" && node.outputs.count > 1
    if let operands = ImageOperands.table[key], !givesPlaces, types[node.inputs[0]]?.rank == 4 {
      var attributes = node.attributes
      attributes["channels_last"] = .int(1)
      try append(node, attributes, imageInputs: operands.inputs, imageOutputs: operands.outputs)
    } else if let scale = rewriter.source.quantization(node), types[node.inputs[0]]?.rank == 4,
      !innerOnly.contains(node.inputs[0])
    {
      try quantize(node, scale)
    } else if try follow(node) {
      return
    } else {
      var node = node
      node.inputs = try node.inputs.map { try outer($0) }
      try rewriter.builder.append(node)
    }
  }

  /// Quantizes an image and turns it at once.
  private mutating func quantize(_ node: Node, _ scale: QuantizedScale) throws {
    let output = node.outputs[0]
    let name = rewriter.builder.fresh("\(output).nhwc")
    inner[output] = name
    innerOnly.insert(output)
    try rewriter.builder.append(
      Node(
        name: node.name, op: "QuantizeImage", domain: "zoo", inputs: [node.inputs[0]], outputs: [name],
        attributes: scale.attributes("y"), part: node.part))
  }

  mutating func finish() throws -> Program {
    for value in rewriter.source.outputs + rewriter.source.updates.map(\.value) { _ = try outer(value) }
    return try rewriter.finish()
  }

  mutating func append(
    _ node: Node, _ attributes: [String: Attribute], imageInputs: [Int], imageOutputs: [Int]
  ) throws {
    var changed = node
    changed.attributes = attributes
    changed.inputs = try node.inputs.enumerated().map { index, name in
      try imageInputs.contains(index) && !name.isEmpty ? channelsInner(name) : outer(name)
    }
    for index in imageOutputs where index < node.outputs.count && !node.outputs[index].isEmpty {
      let output = node.outputs[index]
      changed.outputs[index] = rewriter.builder.fresh("\(output).nhwc")
      inner[output] = changed.outputs[index]
      innerOnly.insert(output)
    }
    try rewriter.builder.append(changed)
  }

  /// `value` with the channels innermost.
  mutating func channelsInner(_ value: String) throws -> String {
    if let name = inner[value] { return name }
    let rank = try rewriter.builder.shape(of: value).count
    let name = try convert(value, as: nil, order: Self.inward(rank))
    inner[value] = name
    return name
  }

  /// `value` as the file has it.
  mutating func outer(_ value: String) throws -> String {
    guard innerOnly.contains(value), let name = inner[value] else { return value }
    innerOnly.remove(value)
    let rank = try rewriter.builder.shape(of: name).count
    return try convert(name, as: value, order: Self.outward(rank))
  }

  private mutating func convert(_ value: String, as output: String?, order: [Int]) throws -> String {
    let shape = try rewriter.builder.shape(of: value)
    let output = output ?? rewriter.builder.fresh("\(value).nhwc")
    let converted = order.map { shape[$0] }
    // Axes of one element may go anywhere: if the others keep their order, both layouts are the same bytes.
    let moved = order.filter { shape[$0] != 1 }
    if moved == moved.sorted() {
      let target = try rewriter.builder.constant(converted)
      try rewriter.builder.append(
        Node(name: output, op: "Reshape", inputs: [value, target.name], outputs: [output], part: rewriter.builder.part))
    } else {
      try rewriter.builder.append(
        Node(
          name: output, op: "Transpose", inputs: [value], outputs: [output], attributes: ["perm": .ints(order)],
          part: rewriter.builder.part))
    }
    return output
  }

  /// The permutation that brings the channels innermost, and the one that brings them back.
  static func inward(_ rank: Int) -> [Int] { [0] + Array(2..<rank) + [1] }
  static func outward(_ rank: Int) -> [Int] { [0, rank - 1] + Array(1..<(rank - 1)) }
}
