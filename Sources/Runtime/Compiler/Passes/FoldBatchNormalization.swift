import ZooFormat

extension Pass {
  /// Conv → BatchNormalization with known statistics becomes one Conv: w' = w·s/√(v+ε), b' = (b−m)·s/√(v+ε) + β.
  static let foldBatchNormalization = Pass(
    name: "fold-batch-normalization", summary: "put the normalisation into the convolution's weights"
  ) { program in
    var rewriter = try Rewriter(program)
    var uses: [String: Int] = [:]
    for value in program.nodes.flatMap(\.inputs) + program.outputs { uses[value, default: 0] += 1 }
    var producers: [String: Node] = [:]
    for node in program.nodes where node.op == "Conv" && node.domain.isEmpty { producers[node.outputs[0]] = node }
    var folded: [String: Node] = [:]
    for node in program.nodes where node.op == "BatchNormalization" && node.domain.isEmpty {
      if let conv = producers[node.inputs[0]], uses[node.inputs[0]] == 1, node.outputs.count == 1 {
        folded[conv.name] = node
      }
    }
    for node in program.nodes {
      if let normalization = folded[node.name], let (weight, bias) = try fold(normalization, into: node, program) {
        var conv = rewriter.renamed(node)
        conv.inputs = [
          conv.inputs[0], try rewriter.builder.constant("\(node.name).folded.weight", weight).name,
          try rewriter.builder.constant("\(node.name).folded.bias", bias).name,
        ]
        conv.outputs = normalization.outputs
        rewriter.builder.part = conv.part
        try rewriter.builder.append(conv)
      } else if let input = node.inputs.first, rewriter.builder.types[rewriter.current(input)] == nil {
        // The normalisation that went into the convolution before it: its output exists already.
        continue
      } else {
        try rewriter.keep(node)
      }
    }
    return try rewriter.finish()
  }

  /// The folded weight and bias, or `nil` if something isn't a known float32 tensor.
  private static func fold(_ normalization: Node, into conv: Node, _ program: Program) throws -> (Tensor, Tensor)? {
    func floats(_ name: String) -> [Float]? { program.builder.constants[name]?.values() }
    guard let weight = program.builder.constants[conv.inputs[1]], weight.elementType == .float32,
      let scale = floats(normalization.inputs[1]), let offset = floats(normalization.inputs[2]),
      let mean = floats(normalization.inputs[3]), let variance = floats(normalization.inputs[4])
    else { return nil }
    let channels = weight.shape[0]
    let hasBias = conv.inputs.count > 2 && !conv.inputs[2].isEmpty
    guard let bias = hasBias ? floats(conv.inputs[2]) : [Float](repeating: 0, count: channels),
      [scale, offset, mean, variance, bias].allSatisfy({ $0.count == channels }), channels > 0
    else { return nil }
    let epsilon = try program.builder.call(normalization).float("epsilon", default: 1e-5)
    let factors = (0..<channels).map {
      Float(Double(scale[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot())
    }
    // Weights are most of what a model consists of: they are written when they are packed, by the workers that pack.
    let size = weight.elementCount / channels
    let storage = try TensorStorage(byteCount: weight.type.byteCount) { memory in
      let source = weight.storage.base.assumingMemoryBound(to: Float.self)
      let target = memory.assumingMemoryBound(to: Float.self)
      for (channel, factor) in factors.enumerated() {
        for index in channel * size..<(channel + 1) * size { target[index] = source[index] * factor }
      }
    }
    let newBias = (0..<channels).map { (bias[$0] - mean[$0]) * factors[$0] + offset[$0] }
    return (try Tensor(weight.type, storage: storage), try Tensor(shape: [channels], newBias))
  }
}
