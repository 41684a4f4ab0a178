/// Puts a piece of another graph into the graph that is being built, as parameters and nodes of its own.
struct GraphFilePart {
  private let piece: GraphPiece
  private let kind: Plugin.Kind
  private let stem: StemAdaptation?
  private var prefix: String { "\(kind.rawValue)." }

  init(_ piece: GraphPiece, kind: Plugin.Kind = .backbone, stem: StemAdaptation? = nil) {
    self.piece = piece
    self.kind = kind
    self.stem = stem
  }

  /// Adds the piece behind `input` and returns its features [N, F]; those of a backbone that have height and width are
  /// averaged over them.
  /// - Throws: `ZooError` naming the node that doesn't take images of this size, or that can't be trained on.
  func build(_ builder: inout PartBuilder, input: Value) throws -> Value {
    guard let batch = piece.batch, kind == .backbone else { return try build(piece, &builder, input: input) }
    var image = try builder.graph.type(of: input)
    image.shape[0] = batch
    if let channels = piece.channels { image.shape[1] = channels }
    return try build(piece.opened(BakedBatch(piece, batch: batch, image: image)), &builder, input: input)
  }

  private func build(_ piece: GraphPiece, _ builder: inout PartBuilder, input: Value) throws -> Value {
    let graph = Graph(
      name: "", nodes: piece.nodes.map(inPart), inputs: [ValueInfo(piece.input, .float32, nil)],
      initializers: piece.initializers)
    func found(foreignConstants: Set<String>?) -> [String: Parameter.Role] {
      let parameters = graph.parameters(ignoringParts: false, foreignConstants: foreignConstants)
      return Dictionary(parameters.map { ($0.name, $0.role) }) { first, _ in first }
    }
    let roles = found(foreignConstants: piece.constants)
    let rolesByUse = found(foreignConstants: nil)
    var names = [piece.input: input, "": Value.absent]
    for (name, tensor) in try initializers(of: piece, for: builder.graph.shape(of: input)).sorted(by: {
      $0.key < $1.key
    }) {
      let own = own(name)
      switch roles[name] ?? .constant {
      case .constant:
        names[name] = try builder.graph.constant(own, tensor)
        // By its use alone the constant would be a parameter of ours: it is marked as none.
        if rolesByUse[name] ?? .constant != .constant {
          names[name] = try builder.graph.add(
            "Cast", [Value(builder.graph.scoped(own))], ["to": .int(Int(tensor.elementType.rawValue))])
        }
      case .weight, .undecayed, .statistic:
        guard tensor.elementType == .float32 else {
          throw ZooError(
            .badInput, tensor: name, problem: "the parameter is \(tensor.type)", expected: "float32",
            remedy: "Convert the file to float32 first")
        }
        names[name] = try builder.graph.parameter(own, tensor)
      }
    }
    try checkStatistics(roles)
    let upgrade = OpsetUpgrade(version: piece.version)
    var known = KnownValues(builder.graph.operators)
    for node in piece.nodes {
      var node = inPart(node)
      node.inputs = try node.inputs.map { input in
        guard let name = names[input] else {
          throw ZooError(.badInput, node: node.name, problem: "input '\(input)' is not part of the piece")
        }
        return name.name
      }
      if node.isTrainingNormalization {
        names[node.outputs[0]] = try standardized(node, &builder)
        continue
      }
      node = try broadcastingFromTheEnd(node, version: piece.version, &builder)
      let rank = try node.inputs.first.flatMap { $0.isEmpty ? nil : try builder.graph.shape(of: $0).count } ?? 0
      node = try upgrade.node(node, rank: rank) { try builder.graph.constant(nil, $0).name }
      node.name = builder.graph.fresh(own(node.name))
      for (index, output) in node.outputs.enumerated() where !output.isEmpty {
        node.outputs[index] = scoped(output, builder)
        names[output] = Value(node.outputs[index])
      }
      try builder.graph.append(node, &known)
    }
    return try features(names[piece.cut] ?? .absent, &builder)
  }

  /// The file's tensors, the weights of convolutions that read the images made to fit their channels.
  private func initializers(of piece: GraphPiece, for images: [Int]) throws -> [String: Tensor] {
    guard kind == .backbone, let channels = piece.channels ?? stems.first?.shape[1], channels != images[1] else {
      return piece.initializers
    }
    let problem = "the graph takes images of \(channels) channels, these have \(images[1])"
    guard let stem else {
      throw ZooError(
        .badInput, tensor: piece.input, problem: problem,
        remedy: "Have its first convolution adapted by model.backbone.stem=spread or repeat")
    }
    let stems = stems
    let readers = piece.nodes.filter { node in stems.contains { node.inputs.contains($0.weight) } }
    guard !stems.isEmpty, readers.count == stems.count else {
      throw ZooError(
        .badInput, tensor: piece.input, problem: problem,
        expected: "a first convolution of all channels whose float32 weights are its own, which can be adapted")
    }
    var initializers = piece.initializers
    for (name, _) in stems { initializers[name] = try initializers[name].map { try stem.adapted($0, to: images[1]) } }
    return initializers
  }

  /// The weights of convolutions that read the images as they are, or with nothing done to them that minds channels.
  private var stems: [(weight: String, shape: [Int])] {
    var images: Set<String> = [piece.input]
    var found: [(weight: String, shape: [Int])] = []
    for node in piece.nodes where node.inputs.first.map(images.contains) == true {
      let others = node.inputs.dropFirst().filter { !$0.isEmpty }
      let areScalars = others.allSatisfy { piece.initializers[$0]?.elementCount == 1 }
      switch node.op {
      case "Identity", "Cast", "Pad": images.formUnion(node.outputs)
      case "Add", "Sub", "Mul", "Div": if areScalars { images.formUnion(node.outputs) }
      case "Conv":
        if case .int(let groups)? = node.attributes["group"], groups != 1 { continue }
        guard let name = others.first, let weight = piece.initializers[name], weight.elementType == .float32,
          weight.type.rank == 4
        else { continue }
        found.append((name, weight.shape))
      default: continue
      }
    }
    return found
  }

  private func features(_ value: Value, _ builder: inout PartBuilder) throws -> Value {
    let type = try builder.graph.type(of: value)
    switch type.rank {
    case 2: return value
    case 4 where kind == .backbone: return try builder.globalAveragePool(value)
    default:
      throw ZooError(
        .badInput, tensor: piece.cut, problem: "is \(type) at the cut", expected: "[N, F] or [N, F, height, width]",
        remedy: "Cut the graph at another value by model.backbone.cut")
    }
  }

  /// Running statistics must be in the file and each belong to one normalisation, or training couldn't update them.
  private func checkStatistics(_ roles: [String: Parameter.Role]) throws {
    var owners: [String: String] = [:]
    for node in piece.nodes where node.op == "BatchNormalization" && node.domain.isEmpty {
      if node.isTrainingNormalization { continue }
      for statistic in node.inputs.dropFirst(3) {
        guard roles[statistic] == .statistic else {
          throw ZooError(
            .badInput, node: node.name, tensor: statistic, problem: "the statistics are computed by the graph",
            expected: "statistics in the file")
        }
        guard owners.updateValue(node.name, forKey: statistic) == nil else {
          throw ZooError(
            .badInput, node: node.name, tensor: statistic, problem: "two normalisations share these statistics",
            expected: "statistics of its own for each")
        }
      }
    }
  }

  /// `node` in a form that broadcasts as today's operators do: see ``LegacyBroadcast``.
  private func broadcastingFromTheEnd(
    _ node: Node, version: Int, _ builder: inout PartBuilder
  ) throws -> Node {
    guard
      let shape = try LegacyBroadcast.shape(
        ofSecondOperandOf: node, version: version, builder.graph.shape(of: node.inputs[0]),
        builder.graph.shape(of: node.inputs[1]))
    else { return node }
    var result = LegacyBroadcast.stripped(node)
    let rank = try builder.graph.shape(of: node.inputs[1]).count
    if shape.count > rank {
      // Dimensions are added rather than sizes set, which could hold the batch.
      let axes = try builder.graph.constant(Array(rank..<shape.count))
      result.inputs[1] = try builder.graph.add("Unsqueeze", [Value(node.inputs[1]), axes]).name
    }
    return result
  }

  /// Standardisation of weights, which exporters write as a batch normalisation in its training form, in operators that
  /// have gradients: (w − mean) / √(variance + ε) · scale + bias over all axes but 1.
  /// - Parameter node: with its inputs' names in the graph that is built.
  /// - Throws: `ZooError` if what is normalised depends on images: that is training, not a model.
  private func standardized(_ node: Node, _ builder: inout PartBuilder) throws -> Value {
    guard !dependsOnImages(node),
      node.outputs.dropFirst().allSatisfy({ output in
        output.isEmpty || !piece.nodes.contains { $0.inputs.contains(output) }
      })
    else {
      throw ZooError(
        .badInput, node: node.name, problem: "BatchNormalization is in its training form",
        remedy: "Export the model in evaluation mode")
    }
    let weights = Value(node.inputs[0])
    let shape = try builder.graph.shape(of: weights)
    guard shape.count >= 2 else {
      throw ZooError(.badInput, node: node.name, problem: "BatchNormalization of weights of shape \(shape)")
    }
    let axes = try builder.graph.constant(shape.indices.filter { $0 != 1 })
    let centred = try builder.graph.add("Sub", [weights, builder.graph.add("ReduceMean", [weights, axes])])
    let variance = try builder.graph.add("ReduceMean", [builder.graph.add("Mul", [centred, centred]), axes])
    var epsilon: Float = 1e-5
    if case .float(let value)? = node.attributes["epsilon"] { epsilon = value }
    let deviation = try builder.graph.add(
      "Sqrt", [builder.graph.add("Add", [variance, builder.graph.constant(epsilon)])])
    var result = try builder.graph.add("Div", [centred, deviation])
    let byChannel = try builder.graph.constant([1, shape[1]] + Array(repeating: 1, count: shape.count - 2))
    for (input, op, none) in [(node.inputs[1], "Mul", Float(1)), (node.inputs[2], "Add", 0)] {
      let known: [Float]? = builder.graph.constants[input]?.values()
      guard known?.allSatisfy({ $0 == none }) != true else { continue }
      result = try builder.graph.add(op, [result, builder.graph.add("Reshape", [Value(input), byChannel])])
    }
    return result
  }

  /// Whether the first input of `node`, by its outputs' names in the piece, is computed from the images.
  private func dependsOnImages(_ node: Node) -> Bool {
    var reached: Set<String> = [piece.input]
    for other in piece.nodes where other.inputs.contains(where: reached.contains) { reached.formUnion(other.outputs) }
    return reached.contains(node.outputs[0])
  }

  private func inPart(_ node: Node) -> Node {
    var node = node
    node.part = kind.part
    node.domain = OperatorDomain.canonical(node.domain)
    return node
  }

  /// A name without the part that our own files put first: the scope puts it there again.
  private func own(_ name: String) -> String {
    name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name
  }

  private func scoped(_ value: String, _ builder: PartBuilder) -> String {
    let name = builder.graph.scoped(own(value))
    // The border's name belongs to the cut.
    let borders = [Registry.Border.backbone, Registry.Border.temporal, Registry.Border.head]
    return borders.contains(name) ? "\(name).inner" : name
  }
}
