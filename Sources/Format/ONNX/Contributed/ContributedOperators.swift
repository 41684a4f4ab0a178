/// Operators of ONNX Runtime's own domain, `com.microsoft`, as ONNX's own: what its optimizer and its quantizer write.
///
/// The one table of them. Each is rewritten to nodes of the file's own version of ONNX's operators as the file is read, so that
/// nothing behind the reader knows them: such models are executed, trained and written like any other. What can't be
/// rewritten (blocks of channels that one processor wants, sequences of generated texts) stays as it is, and is reported
/// as an unknown operator.
enum ContributedOperators {
  static let domain = "com.microsoft"

  /// Rewrites one node.
  typealias Rule = @Sendable (inout ContributedNode) throws -> Void

  static let rules: [String: Rule] = {
    var rules: [String: Rule] = [:]
    for family in [fused, gelus, normalizations, attention, quantized, quantizedProducts] {
      rules.merge(family) { first, _ in first }
    }
    return rules
  }()

  /// Operators that ONNX Runtime puts into ONNX's domain although they aren't ONNX's.
  private static let smuggled: Set<String> = ["SimplifiedLayerNormalization"]

  /// Rewrites `graph` and the graphs inside it. O(nodes).
  /// - Parameters:
  ///   - version: of ONNX's operators that the file imports.
  ///   - outer: what is known of values of the graphs around.
  /// - Throws: ``ZooError`` naming the node whose inputs or attributes aren't what the operator takes.
  static func rewrite(_ graph: inout Graph, version: Int, outer: ValueFacts = ValueFacts()) throws(ZooError) {
    var facts = outer
    facts.add(graph)
    var nodes: [Node] = []
    // Initializers that constants of another layout stand for.
    var replaced: [String] = []
    var taken = Set(graph.nodes.flatMap { [$0.name] + $0.outputs })
    taken.formUnion(graph.initializers.keys)
    taken.formUnion(graph.inputs.map(\.name))
    for var node in graph.nodes {
      for (name, attribute) in node.attributes {
        guard case .graph(var body) = attribute else { continue }
        try rewrite(&body, version: version, outer: facts)
        node.attributes[name] = .graph(body)
      }
      let isOurs = node.domain == domain || (node.domain.isEmpty && smuggled.contains(node.op))
      guard isOurs, let rule = rules[node.op] else {
        facts.add(node)
        nodes.append(node)
        continue
      }
      var writer = ContributedNode(node, version: version, facts: facts, taken: taken)
      // The writer is the only owner while it adds to them: a file may have any number of such nodes.
      facts = ValueFacts()
      taken = []
      do { try rule(&writer) } catch { throw ZooError(error).at(node: node.name) }
      nodes += writer.nodes
      taken = writer.taken
      graph.initializers.merge(writer.constants) { first, _ in first }
      replaced += writer.replaced
      facts = writer.facts
    }
    if !replaced.isEmpty {
      let read = Set(nodes.flatMap { $0.inputs + $0.capturedNames } + graph.outputs.map(\.name))
      for name in replaced where !read.contains(name) { graph.initializers[name] = nil }
    }
    graph.nodes = nodes
  }
}

/// What a reader knows of values before types are inferred: declared types, and what follows from them by simple rules.
struct ValueFacts {
  private(set) var ranks: [String: Int] = [:]
  private(set) var types: [String: ElementType] = [:]
  /// The first declared dimension, to tell a batch from others.
  private(set) var firstDimensions: [String: Dimension] = [:]
  private(set) var constants: [String: Tensor] = [:]

  mutating func add(_ graph: Graph) {
    for info in graph.inputs + graph.valueInfos + graph.outputs {
      types[info.name] = info.elementType
      if let dimensions = info.dimensions {
        ranks[info.name] = dimensions.count
        firstDimensions[info.name] = dimensions.first
      }
    }
    for (name, tensor) in graph.initializers {
      types[name] = tensor.elementType
      ranks[name] = tensor.type.rank
      constants[name] = tensor
    }
  }

  /// Notes the element type of a value.
  mutating func declare(_ value: String, _ type: ElementType) { types[value] = type }

  /// What `node` says about its first output.
  mutating func add(_ node: Node) {
    guard let output = node.outputs.first, !output.isEmpty else { return }
    if node.op == "Constant", case .tensor(let tensor)? = node.attributes["value"] { constants[output] = tensor }
    if ranks[output] == nil { ranks[output] = rank(of: node) }
    if types[output] == nil, !["Shape", "Size", "Cast", "QuantizeLinear", "DequantizeLinear"].contains(node.op) {
      types[output] = node.inputs.compactMap { types[$0] }.first
    }
  }

  private func rank(of node: Node) -> Int? {
    let inputs = node.inputs.map { ranks[$0] }
    guard let first = inputs.first ?? nil else { return nil }
    switch node.op {
    case "Shape": return 1
    case "Gemm", "Flatten", "NonZero": return 2
    case "Reshape": return constants[node.inputs.count > 1 ? node.inputs[1] : ""]?.elementCount
    case "MatMul", "Add", "Sub", "Mul", "Div", "Pow", "Where":
      let known = inputs.compactMap { $0 }
      return known.count == inputs.count ? known.max() : nil
    case "Gather": return inputs.count > 1 ? inputs[1].map { first + $0 - 1 } : nil
    case _ where Self.keepingRank.contains(node.op): return first
    default: return nil
    }
  }

  private static let keepingRank: Set<String> = [
    "Abs", "AveragePool", "BatchNormalization", "Cast", "Ceil", "Celu", "Clip", "Concat", "Conv", "ConvInteger",
    "ConvTranspose", "CumSum", "DepthToSpace", "DequantizeLinear", "DynamicQuantizeLinear", "Floor", "GlobalMaxPool",
    "GroupNormalization", "Hardmax", "LRN", "Log", "LogSoftmax", "LpNormalization", "LpPool", "Mish", "Not", "PRelu",
    "QLinearConv", "Reciprocal", "Round", "Selu", "Sin", "Softplus", "Softsign", "SpaceToDepth", "Tile", "Trilu",
    "Dropout", "Elu", "Erf", "Exp", "Gelu", "GlobalAveragePool", "HardSigmoid", "HardSwish", "Identity",
    "InstanceNormalization", "LayerNormalization", "LeakyRelu", "MaxPool", "Neg", "Pad", "QuantizeLinear", "Relu",
    "Resize",
    "Sigmoid", "Slice", "Softmax", "Split", "Sqrt", "Tanh", "Transpose",
  ]
}
