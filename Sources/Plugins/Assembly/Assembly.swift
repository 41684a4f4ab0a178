/// Builds the graph of a model part by part, and names the values between the parts.
struct Assembly {
  private typealias Border = Registry.Border

  /// Types are concrete while building; nothing in the graph depends on this batch.
  private static let batch = 2

  private let description: ModelDescription
  private let registry: Registry
  private var builder: PartBuilder
  private var borders: [ValueInfo] = []
  /// What a value made by a part → what it is called in the graph.
  private var renamed: [String: String] = [:]
  private(set) var graph: Graph

  init(_ description: ModelDescription, registry: Registry, random: RandomSource, operators: OperatorTable) throws {
    self.description = description
    self.registry = registry
    self.graph = Graph(name: description.name)
    self.builder = PartBuilder(
      GraphBuilder(operators: operators), random: random, classes: description.classes.count,
      classNames: description.classes, registry: registry)
    try build()
  }

  private mutating func build() throws {
    let images = [description.channels.count, description.height, description.width]
    let input: ValueInfo
    var value: Value
    if let frames = description.frames {
      input = Self.info("frames", [frames] + images)
      value = try builder.graph.input(input.name, TensorType(.float32, [Self.batch, frames] + images))
    } else {
      input = Self.info("image", images)
      value = try builder.graph.input(input.name, TensorType(.float32, [Self.batch] + images))
    }
    value = try prepareInput(value)
    value = try add(.backbone, description.backbone, behind: value, as: Border.backbone)
    if description.frames != nil, let temporal = description.temporal {
      // As many as went in, unless the backbone saw them all at once.
      let frames = try builder.size(of: value, 0) / Self.batch
      let features = try builder.size(of: value, 1)
      builder.graph.part = .temporal
      value = try builder.graph.add(
        "Reshape", [value, builder.graph.constant("temporal.shape", Self.shape([-1, frames, features]))],
        name: "temporal.sequence")
      value = try add(.temporal, temporal, behind: value, as: Border.temporal)
    }
    value = try add(.head, description.head, behind: value, as: Border.head)
    builder.graph.part = .output
    let probabilities = try builder.graph.add("Softmax", [value], ["axis": .int(-1)], name: Border.output)

    let classes = [description.classes.count]
    graph.inputs = [input]
    graph.outputs = [Self.info(Border.head, classes), Self.info(probabilities.name, classes)]
    graph.valueInfos = borders
    graph.initializers = builder.graph.initializers
    let nodes = builder.graph.nodes.map { node in
      var node = node
      node.inputs = node.inputs.map { renamed[$0] ?? $0 }
      node.outputs = node.outputs.map { renamed[$0] ?? $0 }
      return node
    }
    graph.nodes = try headTakesMap() ? needed(nodes) : nodes
  }

  /// Folds frames into the batch, then normalises each channel.
  private mutating func prepareInput(_ input: Value) throws -> Value {
    builder.graph.part = .input
    var value = input
    let images = [description.channels.count, description.height, description.width]
    if description.frames != nil {
      value = try builder.graph.add(
        "Reshape", [value, builder.graph.constant("input.shape", Self.shape([-1] + images))], name: "input.images")
    }
    if let normalization = description.normalization {
      let shape = [1, images[0], 1, 1]
      let mean = try builder.graph.constant("input.mean", Tensor(shape: shape, normalization.mean))
      let deviation = try builder.graph.constant("input.deviation", Tensor(shape: shape, normalization.deviation))
      value = try builder.graph.add("Sub", [value, mean], name: "input.centered")
      value = try builder.graph.add("Div", [value, deviation], name: "input.scaled")
    }
    if value != input { name(value, Border.input, images, batch: batchOfImages) }
    return value
  }

  /// Adds the part that `spec` names, and gives its output the name that the border has.
  private mutating func add(_ kind: Plugin.Kind, _ spec: PartSpec, behind input: Value, as border: String) throws
    -> Value
  {
    let path = "model.\(kind.rawValue)"
    let plugin = try registry.plugin(kind, spec.name, path: path)
    if let problem = plugin.problems(with: spec.settings, path: path).first { throw problem }
    builder.graph.part = kind.part
    let frames = plugin.takesFrames ? description.frames : nil
    let output = try builder.scope(kind.rawValue) { builder in
      let output =
        if let frames {
          try Self.buildOverFrames(&builder, plugin, input, frames, settings: spec.settings)
        } else { try plugin.build(&builder, input: input, settings: spec.settings) }
      // A part that only passes its input on still needs a value of its own to be cut at.
      return output == input ? try builder.graph.add("Identity", [output]) : output
    }
    if kind != .head {
      let value = try kind == .backbone && headTakesMap() ? map(behind: output, of: spec.name) : output
      name(
        value, border, Array(try builder.graph.shape(of: value).dropFirst()),
        batch: kind == .backbone ? batchOfImages : .symbolic("N"))
      return value
    } else {
      renamed[output.name] = border
    }
    return output
  }

  /// A backbone that sees all frames gets the images of a sequence as one value again, and its features of moments are
  /// folded into the batch as those of frames are.
  private static func buildOverFrames(
    _ builder: inout PartBuilder, _ plugin: Plugin, _ images: Value, _ frames: Int, settings: [String: JSONValue]
  ) throws -> Value {
    let shape = try builder.shape(of: images)
    let films = try builder.add("Reshape", [images, builder.constant([-1, frames] + shape[1...])])
    let features = try plugin.build(&builder, input: films, settings: settings)
    return try builder.add("Reshape", [features, builder.constant([-1, builder.size(of: features, 2)])])
  }

  private func headTakesMap() throws -> Bool {
    try registry.plugin(.head, description.head.name, path: "model.head").takesMap
  }

  /// The feature map that the backbone averages over height and width at its end.
  private func map(behind output: Value, of backbone: String) throws -> Value {
    guard description.frames == nil else {
      throw ZooError(
        .badInput, path: "model.head", problem: "'\(description.head.name)' takes maps, but sequences have none",
        expected: "another head, or single images (data.frames=null)")
    }
    let makers = Dictionary(builder.graph.nodes.flatMap { node in node.outputs.map { ($0, node) } }) { first, _ in first
    }
    var value = output.name
    while let node = makers[value], ["Flatten", "Reshape", "Squeeze", "Dropout", "Identity"].contains(node.op) {
      value = node.inputs[0]
    }
    guard let pool = makers[value], pool.op == "GlobalAveragePool",
      try builder.graph.shape(of: pool.inputs[0]).count == 4
    else {
      throw ZooError(
        .badInput, path: "model.head",
        problem:
          "'\(description.head.name)' takes the feature map of the backbone, but '\(backbone)' doesn't end with a mean over one",
        expected: "a convolutional backbone such as resnet10_tiny")
    }
    return Value(pool.inputs[0])
  }

  /// The nodes that the outputs depend on.
  private func needed(_ nodes: [Node]) -> [Node] {
    var wanted = Set(graph.outputs.map(\.name))
    var kept: [Node] = []
    for node in nodes.reversed() where node.outputs.contains(where: wanted.contains) {
      wanted.formUnion(node.inputs)
      kept.append(node)
    }
    return kept.reversed()
  }

  /// Frames are folded into the batch, whose size then has no name of its own.
  private var batchOfImages: Dimension { description.frames == nil ? .symbolic("N") : .unknown }

  private mutating func name(_ value: Value, _ border: String, _ sizes: [Int], batch: Dimension) {
    renamed[value.name] = border
    borders.append(ValueInfo(border, .float32, [batch] + sizes.map(Dimension.fixed)))
  }

  private static func info(_ name: String, _ sizes: [Int]) -> ValueInfo {
    ValueInfo(name, .float32, [.symbolic("N")] + sizes.map(Dimension.fixed))
  }

  private static func shape(_ sizes: [Int]) throws -> Tensor {
    try Tensor(shape: [sizes.count], sizes.map(Int64.init))
  }
}
