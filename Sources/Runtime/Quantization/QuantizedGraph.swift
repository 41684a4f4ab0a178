import ZooFormat

/// Writes `QuantizeLinear` and `DequantizeLinear` into a graph.
struct QuantizedGraph {
  private let program: Program
  private let points: QuantizationPoints
  private let scale: (String) -> QuantizedScale
  private(set) var initializers: [String: Tensor]
  /// A quantized value → the name of what dequantizes it.
  private var dequantized: [String: String] = [:]
  private var result: [Node] = []

  init(_ program: Program, _ points: QuantizationPoints, scale: @escaping (String) -> QuantizedScale) throws {
    self.program = program
    self.points = points
    self.scale = scale
    initializers = program.builder.initializers
  }

  mutating func nodes() throws -> [Node] {
    let quantized = Set(points.values)
    let products = Set(points.products)
    for value in program.inputs where quantized.contains(value) { try quantize(value, part: .input) }
    for (index, node) in program.nodes.enumerated() {
      var node = node
      node.inputs = node.inputs.map { dequantized[$0] ?? $0 }
      if products.contains(index) { try quantizeWeights(of: &node, reading: program.nodes[index].inputs[0]) }
      append(node)
      for output in node.outputs where quantized.contains(output) { try quantize(output, part: node.part) }
    }
    let used = Set(result.flatMap(\.inputs)).union(program.outputs)
    initializers = initializers.filter { used.contains($0.key) }
    return result
  }

  /// Appends `node`, with x · sigmoid(x) in ONNX's two nodes.
  private mutating func append(_ node: Node) {
    guard node.operatorKey == "zoo.Silu" else { return result.append(node) }
    let gate = "\(node.outputs[0]).sigmoid"
    result.append(
      Node(name: "\(node.name).sigmoid", op: "Sigmoid", inputs: node.inputs, outputs: [gate], part: node.part))
    result.append(
      Node(name: node.name, op: "Mul", inputs: [node.inputs[0], gate], outputs: node.outputs, part: node.part))
  }

  private mutating func quantize(_ value: String, part: Part?) throws {
    let scale = scale(value)
    initializers["\(value).scale"] = try Tensor(scale.scale)
    initializers["\(value).zero_point"] = try Tensor(UInt8(scale.zero))
    let facts = ["\(value).scale", "\(value).zero_point"]
    result.append(
      Node(
        name: "\(value).quantize", op: "QuantizeLinear", inputs: [value] + facts, outputs: ["\(value).quantized"],
        part: part))
    result.append(
      Node(
        name: "\(value).dequantize", op: "DequantizeLinear", inputs: ["\(value).quantized"] + facts,
        outputs: ["\(value).dequantized"], part: part))
    dequantized[value] = "\(value).dequantized"
  }

  /// Rounds weights and bias of `node`, which reads the quantized `input`.
  private mutating func quantizeWeights(of node: inout Node, reading input: String) throws {
    guard let weights = program.builder.constants[node.inputs[1]], let values: [Float] = weights.values(),
      let channels = weights.shape.first, channels > 0
    else { return }
    let inputScale = Double(scale(input).scale)
    let hasBias = node.inputs.count > 2 && !node.inputs[2].isEmpty
    let bias: [Float]? = hasBias ? program.builder.constants[node.inputs[2]]?.values() : nil
    let size = values.count / channels
    var scales: [Float] = []
    var rounded: [Int8] = []
    rounded.reserveCapacity(values.count)
    for channel in 0..<channels {
      let own = values[channel * size..<(channel + 1) * size]
      var scale = Double(own.reduce(0) { max($0, abs($1)) }) / 127
      if scale == 0 { scale = 1 / 127 }
      // So large a bias beside so small weights would leave its integers.
      if let bias {
        scale = max(scale, Double(abs(bias[channel])) / (inputScale * Double(QuantizedProduct.largestBias)))
      }
      scales.append(Float(scale))
      rounded += own.map { Int8(saturating: min(max(($0 / Float(scale)).rounded(.toNearestOrEven), -127), 127)) }
    }
    node.inputs[1] = try dequantizeByChannel(
      "\(node.inputs[1])", of: node, Tensor(shape: weights.shape, rounded), scales)
    guard let bias else { return }
    let biasScales = scales.map { Float(Double($0) * inputScale) }
    let limit = Float(QuantizedProduct.largestBias)
    let integers = zip(bias, biasScales).map {
      Int32(saturating: min(max(($0 / $1).rounded(.toNearestOrEven), -limit), limit))
    }
    node.inputs[2] = try dequantizeByChannel(
      "\(node.inputs[2])", of: node, Tensor(shape: [channels], integers), biasScales)
  }

  /// Stores `integers` and a node that makes floats of them; returns what they are called. Weights that several nodes
  /// share are stored for each, because their biases may differ in scale.
  private mutating func dequantizeByChannel(
    _ name: String, of node: Node, _ integers: Tensor, _ scales: [Float]
  ) throws -> String {
    let base = initializers["\(name).quantized"] == nil ? name : "\(node.name).\(name)"
    initializers["\(base).quantized"] = integers
    initializers["\(base).scales"] = try Tensor(shape: [scales.count], scales)
    initializers["\(base).zero_points"] = try Tensor(
      TensorType(integers.elementType, [scales.count])
    ) { (bytes: UnsafeMutableRawBufferPointer) in bytes.initializeMemory(as: UInt8.self, repeating: 0) }
    result.append(
      Node(
        name: "\(base).dequantize", op: "DequantizeLinear",
        inputs: ["\(base).quantized", "\(base).scales", "\(base).zero_points"], outputs: ["\(base).dequantized"],
        attributes: ["axis": .int(0)], part: node.part))
    return "\(base).dequantized"
  }
}
