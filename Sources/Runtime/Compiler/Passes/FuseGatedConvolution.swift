extension Pass {
  /// A gated image that only a 1 × 1 convolution reads is never made: see ``GatedConvolution``.
  static let fuseGatedConvolution = Pass(
    name: "fuse-gated-convolution", summary: "multiply weights by gates instead of images, for 1 × 1 convolutions"
  ) { program in
    let uses = ValueUses(program)
    var fused: [Int: Node] = [:]
    var dropped: Set<Int> = []
    for (index, gate) in program.nodes.enumerated() where gate.operatorKey == "zoo.Gate" {
      guard let reader = uses.onlyReader(of: gate.outputs[0]), let image = program.types[gate.inputs[0]],
        image.shape.dropFirst().dropLast().reduce(1, *) >= GatedConvolution.fewestPixels,
        let whole = try gated(program.nodes[reader], by: gate, program)
      else { continue }
      fused[reader] = whole
      dropped.insert(index)
    }
    return try program.replacing(fused, dropping: dropped)
  }

  /// The convolution `node` of what `gate` makes, as one operator with the gate, if there is one.
  private static func gated(_ node: Node, by gate: Node, _ program: Program) throws -> Node? {
    guard ["Conv", "zoo.FusedConv"].contains(node.operatorKey), node.isChannelsLast, node.inputs[0] == gate.outputs[0],
      let geometry = try? program.builder.call(node).convolution(), geometry.isPixelByPixel, geometry.axes.count <= 2
    else { return nil }
    var whole = node
    (whole.op, whole.domain) = ("GatedConv", "zoo")
    whole.inputs[0] = gate.inputs[0]
    whole.inputs += Array(repeating: "", count: 4 - whole.inputs.count) + [gate.inputs[1]]
    return whole
  }
}
