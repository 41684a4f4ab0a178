/// The nodes of a graph between its image and the value that it is cut at.
struct GraphPiece {
  /// The image, before any other part of the graph.
  let input: String
  /// The image's channels, if the file says how many it takes.
  let channels: Int?
  /// The batch that the file was exported for; `nil` if it is left open.
  let batch: Int?
  let cut: String
  /// In the order of execution. Constants that were nodes are initializers.
  private(set) var nodes: [Node]
  private(set) var initializers: [String: Tensor]
  /// Initializers that were constants in nodes.
  let constants: Set<String>
  /// The version of ONNX's operators that the nodes are written in.
  let version: Int

  /// - Parameter cut: empty for the end of the backbone, as our own files name it, or what the last fully connected
  ///   layer reads.
  /// - Parameter rank: how many dimensions the input has; 4 for images.
  /// - Throws: `ZooError` if there is no such value, or it depends on more than one image.
  init(_ model: Model, cut: String, rank: Int = 4) throws {
    let graph = model.graph
    version = model.opsets[""] ?? Model.currentOpset
    let made = Set(graph.nodes.flatMap(\.outputs))
    self.cut = try Self.cut(graph, cut, made)
    // Our own files normalise first; whoever uses the part brings a normalisation of its own data.
    let start = made.contains(Registry.Border.input) ? Registry.Border.input : nil

    var initializers = graph.initializers
    var constants: Set<String> = []
    var needed: Set<String> = [self.cut]
    var kept: [Node] = []
    for node in graph.nodes.reversed() where node.outputs.contains(where: { needed.contains($0) && $0 != start }) {
      if let constant = Self.constant(node) {
        initializers[node.outputs[0]] = constant
        constants.insert(node.outputs[0])
        continue
      }
      guard !node.hasGraphs else {
        throw ZooError(
          .badInput, node: node.name, problem: "\(node.op) has graphs inside, which a backbone can't",
          remedy: "Export the model without control flow")
      }
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    nodes = kept.reversed()
    self.constants = constants
    self.initializers = initializers.filter { needed.contains($0.key) }
    let known = self.initializers
    let images = start.map { [$0] } ?? graph.inputs.map(\.name).filter { needed.contains($0) && known[$0] == nil }
    guard !kept.isEmpty else {
      throw ZooError(
        .badInput, tensor: self.cut, problem: "lies before all nodes, so nothing of the graph is left",
        remedy: "Cut the graph at another value")
    }
    if let node = kept.first(where: { $0.op == "DequantizeLinear" }) {
      throw ZooError(
        .badInput, node: node.name, problem: "the graph is quantized, which can't be trained on",
        remedy: "Take the model from before it was quantized")
    }
    guard let image = images.first, images.count == 1, needed.contains(image) else {
      throw ZooError(
        .badInput, tensor: self.cut, problem: "depends on \(images.count) inputs of the graph",
        expected: "one image", remedy: "Cut the graph at another value")
    }
    input = image
    let declared = graph.inputs.first { $0.name == image }?.dimensions
    if rank == 4, start == nil, let last = try Self.channelsLast(image, declared, nodes) {
      nodes = last.nodes
      channels = last.channels
    } else if rank == 4, let dimensions = graph.inputs.first(where: { $0.name == image || start != nil })?.dimensions,
      dimensions.count == 4, case .fixed(let count) = dimensions[1]
    {
      channels = count
    } else {
      channels = nil
    }
    if start == nil, case .fixed(let count)? = graph.inputs.first(where: { $0.name == image })?.dimensions?.first,
      count > 0
    {
      batch = count
    } else {
      batch = nil
    }
    if let info = graph.inputs.first(where: { $0.name == image }), let dimensions = info.dimensions {
      guard info.elementType == .float32, dimensions.count == rank else {
        throw ZooError(
          .badInput, tensor: image, problem: "the graph takes \(info.elementType) of \(dimensions.count) dimensions",
          expected: rank == 4 ? "float32 [N, channels, height, width]" : "float32 of \(rank) dimensions")
      }
    }
  }

  /// The nodes and the channels of a graph that takes images with their channels last, and puts them first before it
  /// does anything else: without that. `nil` for other graphs.
  /// - Throws: `ZooError` for a graph that does something else to such images first.
  private static func channelsLast(
    _ image: String, _ dimensions: [Dimension]?, _ nodes: [Node]
  ) throws -> (nodes: [Node], channels: Int?)? {
    let readers = nodes.filter { $0.inputs.contains(image) }
    var channels: Int?
    if case .fixed(let count)? = dimensions?.last { channels = count }
    let turns = readers.filter { node in
      if case .ints([0, 3, 1, 2])? = node.attributes["perm"] {
        node.op == "Transpose" && node.domain.isEmpty
      } else {
        false
      }
    }
    guard turns.isEmpty || turns.count < readers.count else {
      let images = Set(turns.map { $0.outputs[0] })
      let rest = nodes.filter { !images.contains($0.outputs.first ?? "") }.map { node in
        var node = node
        node.inputs = node.inputs.map { images.contains($0) ? image : $0 }
        return node
      }
      return (rest, channels)
    }
    // Few channels behind many rows: nothing else is so small at the end of an image.
    guard let dimensions, dimensions.count == 4, let channels, channels <= 16, case .fixed(let rows) = dimensions[1],
      rows > 16, !readers.contains(where: { $0.op == "Conv" })
    else { return nil }
    throw ZooError(
      .badInput, tensor: image,
      problem:
        "the graph takes images with their channels last ([\(dimensions.map(\.description).joined(separator: ", "))])",
      expected: "[N, channels, height, width]",
      remedy: "Export it with the channels first, e.g. by tf2onnx --inputs-as-nchw \(image)")
  }

  /// The same piece for any batch.
  func opened(_ batch: BakedBatch) -> GraphPiece {
    var piece = self
    piece.nodes = batch.nodes
    piece.initializers = batch.initializers
    return piece
  }

  /// The whole graph of a part, from its one input to its one output.
  init(_ model: Model, of kind: Plugin.Kind) throws {
    let graph = model.graph
    let inputs = graph.inputs.filter { graph.initializers[$0.name] == nil }
    let made = Set(graph.nodes.flatMap(\.outputs))
    guard inputs.count == 1, graph.outputs.count == 1, made.contains(graph.outputs[0].name) else {
      throw ZooError(
        .badInput, problem: "the graph has \(inputs.count) inputs and \(graph.outputs.count) outputs",
        expected: "one of each, and nodes between them")
    }
    let ranks: [Plugin.Kind: Int] = [.backbone: 4, .temporal: 3, .head: 2]
    try self.init(model, cut: graph.outputs[0].name, rank: ranks[kind] ?? 4)
  }

  private static func cut(_ graph: Graph, _ cut: String, _ made: Set<String>) throws -> String {
    if !cut.isEmpty {
      guard made.contains(cut) else {
        throw ZooError(
          .badInput, path: "model.backbone.cut", problem: "the graph has no value '\(cut)'",
          remedy: NearestName.of(cut, in: made.sorted()).map { "Did you mean '\($0)'?" }
            ?? "See zoo show FILE --pass input for its values")
      }
      return cut
    }
    if made.contains(Registry.Border.backbone) { return Registry.Border.backbone }
    let constants = Set(graph.nodes.compactMap { constant($0) == nil ? nil : $0.outputs[0] })
    let classifier = graph.nodes.last { node in
      ["Gemm", "MatMul"].contains(node.op) && node.inputs.count > 1
        && (graph.initializers[node.inputs[1]] != nil || constants.contains(node.inputs[1]))
    }
    guard let features = classifier?.inputs[0] ?? graph.outputs.first?.name, made.contains(features) else {
      throw ZooError(
        .badInput, path: "model.backbone.cut", problem: "the graph has no classifier to cut off",
        expected: "the name of a value, as zoo show FILE --pass input lists them")
    }
    return features
  }

  private static func constant(_ node: Node) -> Tensor? {
    guard node.domain.isEmpty, node.op == "Constant", node.outputs.count == 1,
      case .tensor(let tensor)? = node.attributes["value"]
    else { return nil }
    return tensor
  }
}

extension Node {
  /// Whether an attribute is a graph.
  fileprivate var hasGraphs: Bool {
    attributes.values.contains { if case .graph = $0 { true } else { false } }
  }
}
