import ZooFormat

extension Pass {
  /// Sums, differences and multiples of convolutions of one image are one convolution: parallel branches, as re-parametrised
  /// networks train with, normalisations of the image itself, shortcuts around a convolution, scales of layers.
  static let mergeLinear = Pass(
    name: "merge-linear", summary: "make one convolution of sums and multiples of convolutions of one image"
  ) { program in
    var merging = try LinearMerging(program)
    for node in program.nodes { try merging.place(node) }
    return try removeUnusedNodes.apply(merging.finish())
  }
}

/// The state of the pass: which images are known linear functions of others. Weights are most of what a model consists of:
/// those of a convolution are looked at only where it is merged.
private struct LinearMerging {
  private var rewriter: Rewriter
  private let uses: ValueUses
  /// What was merged so far.
  private var images: [String: LinearImage] = [:]

  init(_ program: Program) throws {
    rewriter = try Rewriter(program)
    uses = ValueUses(program)
  }

  mutating func place(_ node: Node) throws {
    let type = node.outputs.first.flatMap { rewriter.source.types[$0] }
    guard let type, type.rank == 4, type.elementType == .float32, node.outputs.count == 1 else {
      return try rewriter.keep(node)
    }
    guard let image = try merged(node, type) else { return try rewriter.keep(node) }
    images[node.outputs[0]] = image
    let builder = rewriter.builder
    rewriter.builder.part = node.part
    let names = ["weight", "bias"].map { "\(node.name).merged.\($0)" }
    guard names.allSatisfy({ builder.types[$0] == nil }) else { return try rewriter.keep(node) }
    try rewriter.builder.append(
      Node(
        name: node.name, op: "Conv",
        inputs: [
          rewriter.current(image.source),
          rewriter.builder.constant(names[0], Tensor(shape: image.weightShape, image.weights)).name,
          rewriter.builder.constant(names[1], Tensor(shape: [image.outputChannels], image.bias)).name,
        ], outputs: node.outputs, attributes: image.attributes, part: node.part))
  }

  mutating func finish() throws -> Program { try rewriter.finish() }

  /// What `node` computes, if that is a convolution made of others that nobody else reads.
  private func merged(_ node: Node, _ type: TensorType) throws -> LinearImage? {
    let channels = type.shape[1]
    switch node.operatorKey {
    case "BatchNormalization":
      guard source(node.inputs[0], normalized: false) != nil,
        let (factors, offsets) = BatchNormalizationFold(node, rewriter.source.builder)?.numbers,
        var image = try image(node.inputs[0])
      else { return nil }
      image.scale(factors, adding: offsets)
      return image
    case "Add", "Sub", "Mul", "Div":
      guard node.inputs.count == 2 else { return nil }
      for (index, value) in node.inputs.enumerated() where index == 0 || node.op == "Add" || node.op == "Mul" {
        guard source(value, normalized: false) != nil, let numbers = vector(node.inputs[1 - index], channels: channels),
          var image = try image(value)
        else { continue }
        let (ones, zeros) = ([Float](repeating: 1, count: channels), [Float](repeating: 0, count: channels))
        switch node.op {
        case "Add": image.scale(ones, adding: numbers)
        case "Sub": image.scale(ones, adding: numbers.map { -$0 })
        case "Mul": image.scale(numbers, adding: zeros)
        default: image.scale(numbers.map { 1 / $0 }, adding: zeros)
        }
        return image
      }
      return node.op == "Add" || node.op == "Sub" ? try sum(node, type) : nil
    default: return nil
    }
  }

  /// A sum or difference of two functions of one image, of which one may be the image itself.
  private func sum(_ node: Node, _ type: TensorType) throws -> LinearImage? {
    guard node.inputs[0] != node.inputs[1], node.inputs.allSatisfy({ rewriter.source.types[$0] == type }) else {
      return nil
    }
    let sources = node.inputs.map { source($0, normalized: true) }
    guard let source = sources[0] ?? sources[1],
      zip(node.inputs, sources).allSatisfy({ $1 == source || ($1 == nil && $0 == source) })
    else { return nil }
    let channels = type.shape[1]
    let operands = try zip(node.inputs, sources).compactMap { value, ownSource in
      ownSource == nil ? LinearImage(source, channels: channels) : try image(value)
    }
    guard operands.count == 2 else { return nil }
    var second = operands[1]
    if node.op == "Sub" {
      second.scale([Float](repeating: -1, count: channels), adding: [Float](repeating: 0, count: channels))
    }
    return operands[0] + second
  }

  /// The image that `value` is a linear function of, if one node alone reads `value`.
  /// - Parameter normalized: whether a normalisation of an image counts too.
  private func source(_ value: String, normalized: Bool) -> String? {
    guard uses.onlyReader(of: value) != nil else { return nil }
    if let image = images[value] { return image.source }
    guard let maker = uses.maker(of: value) else { return nil }
    let node = rewriter.source.nodes[maker]
    switch node.operatorKey {
    case "Conv": return rewriter.source.builder.constants[node.inputs[1]] == nil ? nil : node.inputs[0]
    case "BatchNormalization": return normalized && node.outputs.count == 1 ? node.inputs[0] : nil
    default: return nil
    }
  }

  /// The function that `value` is of its source.
  private func image(_ value: String) throws -> LinearImage? {
    if let image = images[value] { return image }
    guard let maker = uses.maker(of: value) else { return nil }
    let node = rewriter.source.nodes[maker]
    if node.operatorKey == "Conv" { return try LinearImage(convolution: node, rewriter.source.builder) }
    guard let (factors, offsets) = BatchNormalizationFold(node, rewriter.source.builder)?.numbers else { return nil }
    var image = LinearImage(node.inputs[0], channels: factors.count)
    image.scale(factors, adding: offsets)
    return image
  }

  /// A constant that has a number for each channel, or one for all.
  private func vector(_ value: String, channels: Int) -> [Float]? {
    guard let tensor = rewriter.source.builder.constants[value], tensor.elementType == .float32,
      let numbers: [Float] = tensor.values()
    else { return nil }
    if numbers.count == 1, tensor.type.rank <= 4 { return Array(repeating: numbers[0], count: channels) }
    let shape = Array(repeating: 1, count: max(0, 4 - tensor.type.rank)) + tensor.shape
    return shape == [1, channels, 1, 1] ? numbers : nil
  }
}

/// A normalisation by known statistics as x · factor + offset.
struct BatchNormalizationFold {
  let numbers: (factors: [Float], offsets: [Float])

  /// `nil` if something isn't a known float32 tensor.
  init?(_ node: Node, _ builder: GraphBuilder) {
    let vectors = node.inputs.dropFirst().map { builder.constants[$0]?.values() as [Float]? }
    guard vectors.count == 4, let scale = vectors[0], let offset = vectors[1], let mean = vectors[2],
      let variance = vectors[3], [offset, mean, variance].allSatisfy({ $0.count == scale.count }), !scale.isEmpty,
      let epsilon = try? builder.call(node).float("epsilon", default: 1e-5)
    else { return nil }
    let factors = scale.indices.map {
      Float(Double(scale[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot())
    }
    numbers = (factors, scale.indices.map { offset[$0] - mean[$0] * factors[$0] })
  }
}
