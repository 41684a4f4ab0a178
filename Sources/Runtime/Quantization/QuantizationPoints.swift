import ZooFormat

/// Which values of a graph are to be 8-bit numbers: what convolutions and large matrix products read and make.
struct QuantizationPoints {
  /// Indices of the nodes whose weights become int8.
  private(set) var products: [Int] = []
  /// Values that are quantized and dequantized again, in the order of their makers.
  private(set) var values: [String] = []
  /// Values that take their scale from another, because they are made of its numbers alone.
  private(set) var borrowed: [String: String] = [:]

  /// A matrix product with fewer weights stays in floats: it costs next to nothing, and logits are made by one.
  private static let leastWeights = 1 << 15

  /// Activations that a convolution reaches through a table: they are quantized on both sides.
  private static let functions: Set<String> = ["zoo.Silu", "HardSwish", "Sigmoid"]

  /// - Parameter program: with normalisations folded and x · sigmoid(x) as one node.
  init(_ program: Program) throws {
    let uses = ValueUses(program)
    var chosen: Set<String> = []
    for (index, node) in program.nodes.enumerated() {
      guard try Self.isProduct(node, program) else { continue }
      products.append(index)
      chosen.insert(node.inputs[0])
      let chain = FusibleChain(from: index, program, uses, isActivation: { $0.operatorKey == "Relu" }) { node in
        (try? Self.isProduct(node, program)) ?? false
      }
      chosen.insert(chain.output)
      if let residual = chain.residual { chosen.insert(residual) }
      if chain.residual == nil, let reader = uses.onlyReader(of: chain.output),
        Self.functions.contains(program.nodes[reader].operatorKey)
      {
        chosen.insert(program.nodes[reader].outputs[0])
      }
    }
    chosen.subtract(program.outputs)
    for node in program.nodes where node.operatorKey == "MaxPool" {
      if chosen.contains(node.inputs[0]), chosen.contains(node.outputs[0]) {
        borrowed[node.outputs[0]] = node.inputs[0]
      }
    }
    values = program.inputs.filter(chosen.contains) + program.nodes.flatMap(\.outputs).filter(chosen.contains)
  }

  /// Whether `node` is a convolution or a matrix product that can be computed on 8-bit numbers.
  private static func isProduct(_ node: Node, _ program: Program) throws -> Bool {
    guard node.inputs.count > 1, let weights = program.builder.constants[node.inputs[1]],
      weights.elementType == .float32, program.types[node.inputs[0]]?.elementType == .float32,
      node.inputs.count < 3 || node.inputs[2].isEmpty || program.builder.constants[node.inputs[2]] != nil
    else { return false }
    let call = try program.builder.call(node)
    switch node.operatorKey {
    case "Conv":
      let geometry = try call.convolution()
      // On a single pixel, as in squeeze-excite, there is nothing to gain.
      let pixels = geometry.axes.reduce(1) { $0 * $1.output }
      return geometry.axes.count == 2 && pixels > 1 && QuantizedProduct.supports(geometry)
    case "Gemm":
      return try call.int("transA", default: 0) == 0 && call.int("transB", default: 0) == 1
        && call.float("alpha", default: 1) == 1 && call.float("beta", default: 1) == 1
        && weights.elementCount >= leastWeights && weights.shape[1] <= QuantizedProduct.longestSum
        && (node.inputs.count < 3 || call.optionalInput(2)?.shape == [weights.shape[0]])
        && !program.outputs.contains(node.outputs[0])
    default: return false
    }
  }
}
