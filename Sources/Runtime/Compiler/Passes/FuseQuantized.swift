import ZooFormat

extension Pass {
  /// Operators between `DequantizeLinear` and `QuantizeLinear` become operators on 8-bit numbers.
  static let fuseQuantized = Pass(
    name: "fuse-quantized", summary: "compute on 8-bit numbers between conversions"
  ) { program in
    guard program.nodes.contains(where: { $0.operatorKey == "QuantizeLinear" }) else { return program }
    var fusion = try QuantizedFusion(program)
    for index in program.nodes.indices { try fusion.place(index) }
    return try Pass.removeUnusedNodes.apply(fusion.rewriter.finish())
  }
}

/// The state of the pass. A node that is replaced is kept until it is known that nobody reads it.
private struct QuantizedFusion {
  var rewriter: Rewriter
  private let program: Program
  private let uses: ValueUses
  /// Convolutions that have to wait for the table that their only reader will give them, by the value they make.
  private var products: [String: Node] = [:]

  init(_ program: Program) throws {
    self.program = program
    uses = ValueUses(program)
    rewriter = try Rewriter(program)
  }

  mutating func place(_ index: Int) throws {
    let node = program.nodes[index]
    rewriter.builder.part = node.part
    if let fused = try fused(node) {
      if fused.op.hasPrefix("QuantizedConv") || fused.op.hasPrefix("QuantizedGemm") {
        products[fused.outputs[0]] = fused
      }
      try rewriter.builder.append(fused)
    } else {
      try rewriter.keep(node)
    }
  }

  private mutating func fused(_ node: Node) throws -> Node? {
    if node.operatorKey == "GlobalAveragePool" { return average(node) }
    guard let y = program.quantization(node) else { return nil }
    if let table = try table(node, y) { return table }
    return try product(node, y) ?? pool(node, y) ?? scaled(node, y)
  }

  private func maker(_ value: String) -> Node? { uses.maker(of: value).map { program.nodes[$0] } }

  private func isReadOnce(_ value: String) -> Bool { uses.onlyReader(of: value) != nil }

  /// The uint8 tensor and its scale behind the float `value`.
  private func activation(_ value: String) -> (name: String, scale: QuantizedScale)? {
    guard let node = maker(value), let found = program.dequantization(node), let scale = found.single,
      program.types[found.source]?.elementType == .uint8
    else { return nil }
    return (found.source, scale)
  }

  private func made(_ node: Node, _ op: String, _ inputs: [String], _ attributes: [String: Attribute]) -> Node {
    Node(
      name: node.name, op: op, domain: "zoo", inputs: inputs, outputs: [node.outputs[0]], attributes: attributes,
      part: node.part)
  }

  // MARK: Convolutions and matrix products

  /// Conv or Gemm, an addition, a Relu, then `node`, which quantizes.
  private mutating func product(_ node: Node, _ y: QuantizedScale) throws -> Node? {
    var value = node.inputs[0]
    guard isReadOnce(value) else { return nil }
    var attributes = y.attributes("y")
    if let relu = maker(value), relu.operatorKey == "Relu", isReadOnce(relu.inputs[0]) {
      attributes["activation"] = .string("relu")
      value = relu.inputs[0]
    }
    if let add = maker(value), add.operatorKey == "Add" {
      for (own, other) in [(0, 1), (1, 0)] {
        guard isReadOnce(add.inputs[own]), let residual = activation(add.inputs[other]),
          program.types[add.inputs[own]] == program.types[add.inputs[other]]
        else { continue }
        attributes.merge(residual.scale.attributes("residual")) { $1 }
        if let whole = try product(node, add.inputs[own], residual.name, attributes) { return whole }
      }
      return nil
    }
    return try product(node, value, nil, attributes)
  }

  private mutating func product(
    _ node: Node, _ value: String, _ residual: String?, _ attributes: [String: Attribute]
  ) throws -> Node? {
    guard let core = maker(value), let x = activation(core.inputs[0]), let weights = try weights(core),
      program.types[value]?.shape == program.types[node.outputs[0]]?.shape
    else { return nil }
    var attributes = attributes
    switch core.operatorKey {
    case "Conv":
      let geometry = try program.builder.call(core).convolution()
      guard geometry.axes.count == 2, QuantizedProduct.supports(geometry) else { return nil }
      attributes.merge(core.attributes) { $1 }
    case "Gemm":
      let call = try program.builder.call(core)
      guard try call.int("transA", default: 0) == 0, try call.int("transB", default: 0) == 1,
        try call.float("alpha", default: 1) == 1, try call.float("beta", default: 1) == 1,
        weights.tensor.shape[1] <= QuantizedProduct.longestSum
      else { return nil }
    default: return nil
    }
    let scales = weights.scales.map { Double($0) * Double(x.scale.scale) }
    var inputs = [x.name, weights.name]
    if core.inputs.count > 2, !core.inputs[2].isEmpty {
      guard let bias = bias(core.inputs[2], count: scales.count) else { return nil }
      let limit = Double(QuantizedProduct.largestBias)
      let numbers = zip(bias, scales).map { (Double($0) / $1).rounded(.toNearestOrEven) }
      guard numbers.allSatisfy({ abs($0) <= limit }) else { return nil }
      inputs.append(
        try rewriter.builder.constant(
          "\(node.name).bias", Tensor(shape: [scales.count], numbers.map { Int32(saturating: $0) })
        ).name)
    }
    if let residual { inputs += (inputs.count == 2 ? [""] : []) + [residual] }
    attributes.merge(x.scale.attributes("x")) { $1 }
    attributes["w_scale"] = .floats(weights.scales)
    return made(node, core.op == "Gemm" ? "QuantizedGemm" : "QuantizedConv", inputs, attributes)
  }

  /// Constant int8 weights with zero 0 and a scale for each output channel.
  private func weights(_ core: Node) throws -> (name: String, tensor: Tensor, scales: [Float])? {
    guard core.inputs.count > 1, let node = maker(core.inputs[1]), let found = program.dequantization(node),
      let tensor = program.builder.constants[found.source], tensor.elementType == .int8, tensor.shape.count >= 2,
      found.axis ?? 0 == 0, found.zeros.allSatisfy({ $0 == 0 }), found.scales.allSatisfy({ $0 > 0 && $0.isFinite })
    else { return nil }
    let scales = found.axis == nil ? Array(repeating: found.scales[0], count: tensor.shape[0]) : found.scales
    return (found.source, tensor, scales)
  }

  /// A known bias, whether it is stored in floats or in integers.
  private func bias(_ value: String, count: Int) -> [Float]? {
    if let tensor = program.builder.constants[value], tensor.shape == [count] { return tensor.values() }
    guard let node = maker(value), let found = program.dequantization(node),
      let tensor = program.builder.constants[found.source], tensor.shape == [count],
      let numbers = tensor.integers()
    else { return nil }
    return numbers.indices.map {
      let at = found.axis == nil ? 0 : $0
      return Float(numbers[$0] - found.zeros[at]) * found.scales[at]
    }
  }

  // MARK: The rest

  /// A convolution that is quantized, then dequantized, activated and quantized again: the activation is a table.
  private func table(_ node: Node, _ y: QuantizedScale) throws -> Node? {
    guard let function = maker(node.inputs[0]), Self.functions.contains(function.operatorKey),
      function.inputs.count == 1, function.outputs.count == 1, isReadOnce(function.outputs[0]),
      let x = activation(function.inputs[0]), isReadOnce(x.name), var product = products[x.name],
      product.attributes["table"] == nil
    else { return nil }
    let numbers = try Tensor(shape: [256], (0...255).map { x.scale.value($0) })
    let runner = NodeRunner(operators: program.builder.operators, threads: ThreadPool(count: 1))
    let call = try program.builder.call(function)
    let values = try runner.run(
      OperatorCall(node: call.node, opset: call.opset, inputs: [numbers.type], constants: [numbers]), [numbers.type])
    guard let results: [Float] = values.first?.values(), results.count == 256 else { return nil }
    product.attributes["table"] = .tensor(try Tensor(shape: [256], results.map(y.number)))
    product.name = node.name
    product.outputs = [node.outputs[0]]
    return product
  }

  /// Functions of one number.
  private static let functions: Set<String> = [
    "zoo.Silu", "Sigmoid", "HardSwish", "HardSigmoid", "Tanh", "Gelu", "Mish", "Elu", "LeakyRelu",
  ]

  /// The largest of 8-bit numbers is an 8-bit number of the same scale.
  private func pool(_ node: Node, _ y: QuantizedScale) throws -> Node? {
    guard let pool = maker(node.inputs[0]), pool.operatorKey == "MaxPool", isReadOnce(pool.outputs[0]),
      pool.outputs.count == 1, let x = activation(pool.inputs[0]), x.scale == y,
      let shape = program.types[pool.inputs[0]]?.shape,
      QuantizedOperators.supportsPool(try PoolGeometry(program.builder.call(pool), shape: shape))
    else { return nil }
    return made(node, "QuantizedMaxPool", [x.name], pool.attributes)
  }

  private func average(_ node: Node) -> Node? {
    guard let x = activation(node.inputs[0]), let shape = program.types[node.inputs[0]]?.shape, shape.count == 4,
      shape[2] * shape[3] <= QuantizedOperators.mostPixels
    else { return nil }
    return made(node, "QuantizedGlobalAveragePool", [x.name], x.scale.attributes("x"))
  }

  /// An image times a factor for each of its channels.
  private func scaled(_ node: Node, _ y: QuantizedScale) throws -> Node? {
    guard let product = maker(node.inputs[0]), product.operatorKey == "Mul", isReadOnce(product.outputs[0]) else {
      return nil
    }
    for (image, factor) in [(0, 1), (1, 0)] {
      guard let x = activation(product.inputs[image]), let shape = program.types[product.inputs[image]]?.shape,
        shape.count == 4, program.types[product.inputs[factor]]?.shape == [shape[0], shape[1], 1, 1],
        shape[2] * shape[3] > 1
      else { continue }
      let attributes = x.scale.attributes("x").merging(y.attributes("y")) { $1 }
      return made(node, "QuantizedScale", [x.name, rewriter.current(product.inputs[factor])], attributes)
    }
    return nil
  }
}
