import ZooFormat

extension Pass {
  /// Images are kept as bfloat16 between the operators that take them so: half the memory and traffic. Parameters, sums
  /// and statistics stay float32. Comes after the layout is chosen.
  static let narrowImages = Pass(name: "narrow-images", summary: "keep images as bfloat16") { program in
    var narrowing = try ImageNarrowing(program)
    for node in program.nodes { try narrowing.place(node) }
    return try narrowing.finish()
  }
}

/// The state of the pass: the names under which values exist in each type.
private struct ImageNarrowing {
  private var rewriter: Rewriter
  /// Value → its name as bfloat16, for values of the source in float32.
  private var narrow: [String: String] = [:]
  /// Value → its name as float32, for values that are bfloat16 now.
  private var wide: [String: String] = [:]

  /// Operators that begin a stretch of narrow images, with the inputs that are images.
  private static let beginning: [String: [Int]] = [
    "Conv": [0], "zoo.FusedConv": [0, 3], "zoo.GatedConv": [0, 3],
    "zoo.NormalizedConv": [0],
    "zoo.BatchNormalizationTraining": [0, 5],
  ]
  /// Operators that go on with it.
  private static let continuing: [String: [Int]] = [
    "BatchNormalization": [0], "MaxPool": [0], "Add": [0, 1], "Relu": [0], "zoo.Silu": [0], "zoo.Gate": [0],
    "GlobalAveragePool": [0], "zoo.StochasticDepthTraining": [0], "zoo.StochasticDepth": [0],
  ]

  init(_ program: Program) throws { rewriter = try Rewriter(program) }

  mutating func place(_ node: Node) throws {
    rewriter.builder.part = node.part
    var placed = node
    let images = imageInputs(of: node)
    for (index, value) in node.inputs.enumerated() where !value.isEmpty {
      placed.inputs[index] = try images.contains(index) ? narrowed(value) : widened(value)
    }
    try rewriter.builder.append(placed)
  }

  mutating func finish() throws -> Program {
    // What is read outside of the graph keeps its type.
    for value in rewriter.source.outputs + rewriter.source.updates.map(\.value) {
      guard try rewriter.builder.type(of: value) != rewriter.source.builder.type(of: value) else { continue }
      rewriter.replace(value, by: try widened(value))
    }
    return try rewriter.finish()
  }

  private func imageInputs(of node: Node) -> [Int] {
    func type(_ index: Int) -> TensorType? {
      index < node.inputs.count ? rewriter.source.types[node.inputs[index]] : nil
    }
    let key = node.operatorKey
    if let images = Self.beginning[key], node.isChannelsLast, let image = type(0),
      image.elementType == .float32, image.rank == 4, image.shape[1] * image.shape[2] > 1
    {
      return images
    }
    if let images = Self.continuing[key], images.contains(where: { isNarrow(node.inputs[$0]) }),
      images.allSatisfy({ type($0) == type(images[0]) })
    {
      return images
    }
    return []
  }

  private func isNarrow(_ value: String) -> Bool {
    rewriter.builder.types[value]?.elementType == .bfloat16
  }

  private mutating func narrowed(_ value: String) throws -> String {
    if isNarrow(value) || value.isEmpty { return value }
    if let name = narrow[value] { return name }
    let name = try cast(value, to: .bfloat16)
    narrow[value] = name
    return name
  }

  private mutating func widened(_ value: String) throws -> String {
    guard isNarrow(value), rewriter.source.types[value]?.elementType == .float32 else { return value }
    if let name = wide[value] { return name }
    let name = try cast(value, to: .float32)
    wide[value] = name
    return name
  }

  private mutating func cast(_ value: String, to type: ElementType) throws -> String {
    try rewriter.builder.add("Cast", [Value(value)], ["to": .int(Int(type.rawValue))]).name
  }
}
