import ZooFormat

extension Pass {
  /// A product with known weights takes in what follows it: a bias, a scale of its columns, a residual, an activation.
  static let fuseLinear = Pass(
    name: "fuse-linear", summary: "add, scale and activate where a matrix product writes"
  ) { program in
    let uses = ValueUses(program)
    var layers: [Int: LinearLayer] = [:]
    var dropped: Set<Int> = []
    for (index, node) in program.nodes.enumerated() {
      guard var layer = LinearLayer(node, program) else { continue }
      while let reader = uses.onlyReader(of: layer.output), layer.take(reader, program) {}
      guard let last = layer.followers.last else { continue }
      layers[last] = layer
      dropped.formUnion([index] + layer.followers)
    }
    var rewriter = try Rewriter(program)
    for (index, node) in program.nodes.enumerated() {
      if let layer = layers[index] {
        rewriter.builder.part = node.part
        try rewriter.builder.append(rewriter.renamed(layer.node(&rewriter.builder)))
      } else if !dropped.contains(index) {
        try rewriter.keep(node)
      }
    }
    return try rewriter.finish()
  }
}

/// A matrix product and the nodes behind it that it takes in.
private struct LinearLayer {
  private let product: Node
  private let columns: Int
  private(set) var output: String
  private(set) var followers: [Int] = []
  private var factors: [Float]?
  private var bias: [Float]?
  private var residual: String?
  private var activation: EpilogueActivation?

  /// `nil` unless `node` is a product with one matrix of known weights.
  init?(_ node: Node, _ program: Program) {
    guard node.operatorKey == "MatMul", let weights = program.builder.constants[node.inputs[1]], weights.type.rank == 2,
      weights.elementType == .float32, let x = program.types[node.inputs[0]], x.rank >= 2
    else { return nil }
    product = node
    columns = weights.shape[1]
    output = node.outputs[0]
  }

  /// Takes node `index` in, which alone reads the output, unless it is something else than a layer can do.
  mutating func take(_ index: Int, _ program: Program) -> Bool {
    let node = program.nodes[index]
    guard activation == nil else { return false }
    if let function = EpilogueActivation(node, program.builder) {
      activation = function
    } else if ["Add", "Mul"].contains(node.operatorKey), node.inputs[0] != node.inputs[1] {
      let other = node.inputs[0] == output ? node.inputs[1] : node.inputs[0]
      guard program.types[node.outputs[0]] == program.types[output] else { return false }
      if residual == nil, let numbers = vector(other, program) {
        if node.op == "Mul" {
          factors = factors.map { zip($0, numbers).map(*) } ?? numbers
          bias = bias.map { zip($0, numbers).map(*) }
        } else {
          bias = bias.map { zip($0, numbers).map(+) } ?? numbers
        }
      } else if node.op == "Add", residual == nil, program.types[other] == program.types[output] {
        residual = other
      } else {
        return false
      }
    } else {
      return false
    }
    followers.append(index)
    output = node.outputs[0]
    return true
  }

  /// A known number for each column.
  private func vector(_ value: String, _ program: Program) -> [Float]? {
    guard let tensor = program.builder.constants[value], tensor.elementCount == columns, tensor.shape.last == columns,
      tensor.elementType == .float32
    else { return nil }
    return tensor.values()
  }

  /// The whole as one node.
  func node(_ builder: inout GraphBuilder) throws -> Node {
    var weights = product.inputs[1]
    if let factors, let numbers: [Float] = builder.constants[weights]?.values() {
      let scaled = numbers.indices.map { numbers[$0] * factors[$0 % columns] }
      weights = try builder.constant(nil, Tensor(shape: [numbers.count / columns, columns], scaled)).name
    }
    var inputs = [product.inputs[0], weights]
    if bias != nil || residual != nil {
      inputs.append(try bias.map { try builder.constant(nil, Tensor(shape: [columns], $0)).name } ?? "")
    }
    if let residual { inputs.append(residual) }
    return Node(
      name: product.name, op: "Linear", domain: "zoo", inputs: inputs, outputs: [output],
      attributes: activation?.attributes ?? [:], part: product.part)
  }
}
