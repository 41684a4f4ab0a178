extension Pass {
  /// A normalised image that only a depthwise convolution reads is never made: see ``NormalizedConvolution``.
  static let fuseNormalizedConvolution = Pass(
    name: "fuse-normalized-convolution", summary: "normalise where a depthwise convolution reads"
  ) { program in
    let uses = ValueUses(program)
    var replaced: [Int: Node] = [:]
    for (index, node) in program.nodes.enumerated()
    where node.operatorKey == "zoo.BatchNormalizationTraining" && node.inputs.count == 5 && node.isChannelsLast {
      guard let reader = uses.onlyReader(of: node.outputs[0]), node.outputs.count == 5,
        !node.outputs[3].isEmpty, !node.outputs[4].isEmpty,
        let whole = normalized(program.nodes[reader], by: node, program)
      else { continue }
      var statistics = node
      statistics.outputs[0] = ""
      replaced[index] = statistics
      replaced[reader] = whole
    }
    return try program.replacing(replaced)
  }

  /// The depthwise convolution `node` of what `normalization` makes, as one operator, if there is one.
  private static func normalized(_ node: Node, by normalization: Node, _ program: Program) -> Node? {
    guard node.operatorKey == "Conv", node.inputs.count == 2, node.isChannelsLast,
      node.inputs[0] == normalization.outputs[0],
      let geometry = try? program.builder.call(node).convolution(), geometry.isDepthwise, geometry.axes.count == 2
    else { return nil }
    var whole = node
    (whole.op, whole.domain) = ("NormalizedConv", "zoo")
    let parameters = [
      normalization.inputs[1], normalization.inputs[2], normalization.outputs[3], normalization.outputs[4],
    ]
    whole.inputs = [normalization.inputs[0], node.inputs[1], "", ""] + parameters
    whole.attributes["normalization"] = normalization.attributes["activation"] ?? .string("")
    return whole
  }
}
