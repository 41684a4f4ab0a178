/// Which initializers of a graph are trained: the one table of it.
///
/// 1. What products, normalisations, recurrent layers and slopes take as weights and biases is trained.
/// 2. Operands of arithmetic (biases, scales, embeddings of positions), tables that are looked up and what is joined to
///    features (class tokens) are trained if they are more than one number.
///
/// An initializer reaches its use itself, rearranged, or through a computation on initializers alone (standardised
/// weights). A `Cast` to its own type ends that way: it marks a constant.
///
/// Graphs of others have constants among their operands, and no mark on them but what they are used for. Of theirs rule 2
/// trains only what is an initializer (not the value of a `Constant` node), is added or multiplied, looked up or joined, lies
/// behind a layer of rule 1, and is no mask (0 and numbers of at most −50 that are added, 0 and 1 that are multiplied). What is
/// subtracted or divided by, and whatever touches images before the first layer, is normalisation.
struct ParameterUse {
  private let graph: Graph
  /// Whether nodes without a part count as well, as those of imported graphs.
  private let ignoresParts: Bool
  /// Of a graph of others, the initializers that were constants in nodes, which rule 2 doesn't train; `nil` for our own.
  private let foreignConstants: Set<String>?
  /// What a value computed from initializers alone holds of at most; one of more is a constant. Standardised and joined weights
  /// have a few.
  private static let mostSources = 128
  /// Values computed from initializers alone → those whose elements they hold, each once.
  private var sources: [String: [String]] = [:]
  /// Values of images that no layer has read yet.
  private var images: Set<String>

  init(_ graph: Graph, ignoresParts: Bool, foreignConstants: Set<String>?) {
    self.graph = graph
    self.ignoresParts = ignoresParts
    self.foreignConstants = foreignConstants
    images = Set(graph.inputs.map(\.name)).subtracting(graph.initializers.keys)
  }

  /// What each initializer is to `node`, the next in order.
  mutating func roles(of node: Node) -> [(name: String, role: Parameter.Role)] {
    let key = node.operatorKey
    var uses: [(name: String, role: Parameter.Role)] = []
    let present = node.inputs.filter { !$0.isEmpty }
    if Self.rearranging.contains(key) || isWidening(node), let input = node.inputs.first, let names = names(input) {
      for output in node.outputs { sources[output] = names }
      return present.flatMap { list($0) }.map { ($0, .constant) }
    }
    guard !present.allSatisfy({ names($0) != nil }) || present.isEmpty else {
      let kept = isConstantCast(node) ? [] : elements(of: node)
      for output in node.outputs { sources[output] = kept }
      return present.flatMap { list($0) }.map { ($0, .constant) }
    }
    let data = present.filter { names($0) == nil }
    let isImage = !data.isEmpty && data.allSatisfy(images.contains)
    for (position, input) in node.inputs.enumerated() {
      for name in list(input) {
        guard let tensor = graph.initializers[name] else { continue }
        uses.append((name, role(of: tensor, name, key: key, position: position, node: node, isImage: isImage)))
      }
    }
    if isImage, uses.allSatisfy({ $0.role == .constant }) { images.formUnion(node.outputs) }
    return uses
  }

  private func names(_ value: String) -> [String]? {
    graph.initializers[value] != nil ? [value] : sources[value]
  }

  private func list(_ value: String) -> [String] { names(value) ?? [] }

  /// The initializers whose elements are in what `node` computes from initializers alone.
  private func elements(of node: Node) -> [String] {
    var inputs = node.inputs[...]
    if node.operatorKey == "Gather" { inputs = inputs.prefix(1) }
    if node.isTrainingNormalization {
      // Scale 1 and offset 0 are what an exporter writes for none.
      let affine = zip(node.inputs.dropFirst().prefix(2), [1, 0]).filter { input, none in
        graph.initializers[input]?.values(as: Float.self)?.allSatisfy { $0 == none } != true
      }
      inputs = inputs.prefix(1) + affine.map(\.0)
    }
    var seen: Set<String> = []
    let found = inputs.flatMap { list($0) }.filter { name in
      guard let tensor = graph.initializers[name], tensor.elementType.isFloatingPoint, tensor.elementCount > 1 else {
        return false
      }
      return seen.insert(name).inserted
    }
    return found.count > Self.mostSources ? [] : found
  }

  /// Whether `node` widens weights of half precision, which are weights nonetheless.
  private func isWidening(_ node: Node) -> Bool {
    guard node.operatorKey == "Cast", let input = node.inputs.first else { return false }
    return names(input)?.contains { [.float16, .bfloat16].contains(graph.initializers[$0]?.elementType) } ?? false
  }

  private func isConstantCast(_ node: Node) -> Bool { node.operatorKey == "Cast" }

  private func role(
    of tensor: Tensor, _ name: String, key: String, position: Int, node: Node, isImage: Bool
  ) -> Parameter.Role {
    guard tensor.elementType.isFloatingPoint, ignoresParts || node.part.map({ $0 != .input && $0 != .output }) == true
    else { return .constant }
    if let rule = Self.layers[key], !node.isTrainingNormalization {
      if rule.statistics.contains(position) { return .statistic }
      guard rule.trained.contains(position) else { return .constant }
      return rule.undecayed.contains(position) || tensor.shape.count <= 1 ? .undecayed : .weight
    }
    guard let trained = Self.operands[key], trained == nil || trained == position, tensor.elementCount > 1 else {
      return .constant
    }
    if let foreignConstants {
      let isNormalization = isImage || key == "Sub" || key == "Div"
      guard !isNormalization, !foreignConstants.contains(name), !Self.isMask(tensor, isFactor: key == "Mul") else {
        return .constant
      }
    }
    switch key {
    case "Concat": return tensor.type.rank == 3 && tensor.shape[0] == 1 ? .weight : .constant
    case "Gather": return .weight
    default: return tensor.shape.filter({ $0 > 1 }).count <= 1 ? .undecayed : .weight
    }
  }

  private static func isMask(_ tensor: Tensor, isFactor: Bool) -> Bool {
    guard let values: [Float] = tensor.values(), let first = values.first else { return false }
    if isFactor { return values.allSatisfy { $0 == 0 || $0 == 1 } && !values.allSatisfy { $0 == first } }
    return values.allSatisfy { $0 == 0 || $0 <= -50 } && values.contains { $0 != 0 }
  }

  private struct Rule {
    var trained: Set<Int>
    var undecayed: Set<Int> = []
    var statistics: Set<Int> = []
  }

  /// Rule 1, by operator: the positions of what is trained.
  private static let layers: [String: Rule] = {
    let weightAndBias = Rule(trained: [1, 2], undecayed: [2])
    let normalisation = Rule(trained: [1, 2], undecayed: [1, 2])
    let recurrent = Rule(trained: [1, 2, 3, 7], undecayed: [3, 7])
    return [
      "Conv": weightAndBias, "ConvTranspose": weightAndBias, "Gemm": weightAndBias,
      "MatMul": Rule(trained: [0, 1]), "Einsum": Rule(trained: [0, 1, 2, 3]),
      "PRelu": Rule(trained: [1], undecayed: [1]),
      "BatchNormalization": Rule(trained: [1, 2], undecayed: [1, 2], statistics: [3, 4]),
      "InstanceNormalization": normalisation, "GroupNormalization": normalisation,
      "LayerNormalization": normalisation, "RMSNormalization": Rule(trained: [1], undecayed: [1]),
      "LSTM": recurrent, "GRU": recurrent, "RNN": recurrent,
    ]
  }()

  /// Rule 2: the position of what is trained; `nil` for any.
  private static let operands: [String: Int?] = [
    "Add": nil, "Mul": nil, "Sub": nil, "Div": nil, "Sum": nil, "Concat": nil, "Gather": 0,
  ]

  /// Operators whose output holds the elements of input 0.
  private static let rearranging: Set<String> = [
    "Identity", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand",
  ]
}

extension Node {
  /// A batch normalisation by the statistics of what it is given, as standardisation of weights is exported.
  var isTrainingNormalization: Bool {
    guard op == "BatchNormalization", isStandardOperator,
      case .int(let mode)? = attributes["training_mode"]
    else { return false }
    return mode != 0
  }
}
