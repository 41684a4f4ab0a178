extension Pass {
  /// Large normalised images are made once more for the gradients instead of being kept from the forward pass: one
  /// cheap pass over memory for a large part of what training holds (Chen et al. 2016, "Training deep nets with
  /// sublinear memory cost").
  package static let repeatNormalization = Pass(
    name: "repeat-normalization", summary: "normalise large images again instead of keeping them for gradients"
  ) { program in
    let nodes = program.nodes
    var readers: [String: [Int]] = [:]
    for (index, node) in nodes.enumerated() {
      for input in Set(node.inputs) where !input.isEmpty { readers[input, default: []].append(index) }
    }
    let outputs = Set(program.outputs + program.updates.map(\.value))
    // Normalisation to be repeated before a node, and the name that its result has from there on.
    var repeated: [Int: [Node]] = [:]
    var renamed: [Int: [String: String]] = [:]
    for node in nodes where node.operatorKey == "zoo.BatchNormalizationTraining" && node.inputs.count == 5 {
      let image = node.outputs[0]
      guard let type = program.types[image], type.byteCount >= smallestRepeated, !outputs.contains(image),
        node.outputs.count == 5
      else { continue }
      let late = (readers[image] ?? []).filter { isOfGradients(nodes[$0]) }
      guard let first = late.first, late.count < readers[image]?.count ?? 0 else { continue }
      var again = node
      again.name += ".repeated"
      again.op = "BatchNormalizationRepeated"
      again.inputs = Array(node.inputs[..<3]) + [node.outputs[3], node.outputs[4]]
      again.outputs = ["\(image).repeated"]
      repeated[first, default: []].append(again)
      for index in late { renamed[index, default: [:]][image] = again.outputs[0] }
    }
    var rewriter = try Rewriter(program)
    for (index, node) in nodes.enumerated() {
      for again in repeated[index] ?? [] { try rewriter.keep(again) }
      var node = node
      if let names = renamed[index] { node.inputs = node.inputs.map { names[$0] ?? $0 } }
      try rewriter.keep(node)
    }
    return try rewriter.finish()
  }

  /// Smaller images aren't worth the time.
  private static let smallestRepeated = 4 << 20

  private static func isOfGradients(_ node: Node) -> Bool {
    node.domain == "zoo" && (node.op.contains("Gradient") || node.op == "GateSum")
  }
}
