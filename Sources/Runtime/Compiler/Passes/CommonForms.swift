import ZooFormat

extension Pass {
  /// Pieces that exporters write in place of an operator become that operator, so that what follows has to know one form
  /// of it alone: means over all pixels, GELU by the error function, HardSwish, LayerNormalization.
  static let commonForms = Pass(
    name: "common-forms", summary: "write pieces that stand for an operator as that operator"
  ) { program in
    let matcher = FormMatcher(program)
    var rewriter = try Rewriter(program)
    for (index, node) in program.nodes.enumerated() {
      rewriter.builder.part = node.part
      if try rewriter.addSpatialMean(node) { continue }
      if let form = try matcher.form(endingAt: index) {
        try rewriter.builder.append(rewriter.renamed(form))
      } else {
        try rewriter.keep(node)
      }
    }
    // The pieces stay behind without a reader.
    return try rewriter.finish()
  }
}

extension Pass {
  /// So that values have the readers alone that count. Not before differentiating, where outputs have readers to come.
  static let dropPieces = Pass(
    name: "drop-pieces", summary: "drop the pieces that became operators", apply: removeUnusedNodes.apply)
}

extension Rewriter {
  /// ReduceMean over all spatial axes is GlobalAveragePool.
  fileprivate mutating func addSpatialMean(_ node: Node) throws -> Bool {
    guard node.operatorKey == "ReduceMean", let x = source.types[node.inputs[0]], x.rank == 4,
      x.elementType == .float32, let mean = source.types[node.outputs[0]],
      try ReduceOperators.reducedAxes(source.builder.call(node)) == [false, false, true, true]
    else { return false }
    if mean.rank == 4 {
      try keep(
        Node(name: node.name, op: "GlobalAveragePool", inputs: [node.inputs[0]], outputs: node.outputs, part: node.part)
      )
      return true
    }
    let pooled = try builder.add("GlobalAveragePool", [Value(current(node.inputs[0]))])
    try builder.append(
      Node(
        name: node.name, op: "Reshape", inputs: [pooled.name, builder.constant(mean.shape).name], outputs: node.outputs,
        part: node.part))
    return true
  }
}

/// Recognizes pieces by their last node.
private struct FormMatcher {
  private let program: Program
  private let uses: ValueUses

  init(_ program: Program) {
    self.program = program
    uses = ValueUses(program)
  }

  /// The operator that the pieces up to node `index` stand for, if they do.
  func form(endingAt index: Int) throws -> Node? {
    let node = program.nodes[index]
    switch node.operatorKey {
    case "Mul": return gelu(node) ?? hardSwish(node) ?? layerNormalization(node)
    case "Add": return layerNormalization(node)
    default: return nil
    }
  }

  private func maker(_ value: String, _ op: String) -> Node? {
    guard let index = uses.maker(of: value), program.nodes[index].operatorKey == op else { return nil }
    return program.nodes[index]
  }

  /// The number that a constant of one element holds.
  private func scalar(_ value: String) -> Float? {
    guard let tensor = program.builder.constants[value], tensor.elementCount == 1, tensor.elementType == .float32 else {
      return nil
    }
    return (tensor.values() as [Float]?)?.first
  }

  private func isScalar(_ value: String, _ number: Float) -> Bool {
    scalar(value).map { abs($0 - number) < 1e-5 * max(1, number) } ?? false
  }

  /// The other operand of `node` beside one that satisfies `isWanted`.
  private func other(_ node: Node, beside isWanted: (String) -> Bool) -> String? {
    guard node.inputs.count == 2 else { return nil }
    return isWanted(node.inputs[1]) ? node.inputs[0] : isWanted(node.inputs[0]) ? node.inputs[1] : nil
  }

  private func replacement(_ op: String, _ inputs: [String], for node: Node, _ attributes: [String: Attribute] = [:])
    -> Node
  {
    Node(name: node.name, op: op, inputs: inputs, outputs: node.outputs, attributes: attributes, part: node.part)
  }

  /// x · ½ · (1 + erf(x / √2)), the factors in any order.
  private func gelu(_ node: Node) -> Node? {
    let factors = node.inputs.flatMap { value in maker(value, "Mul")?.inputs ?? [value] }
    guard factors.count == 3, factors.contains(where: { isScalar($0, 0.5) }),
      let bell = factors.first(where: { argumentOfBell($0) != nil }), let x = argumentOfBell(bell),
      factors.contains(x), program.types[x] == program.types[node.outputs[0]]
    else { return nil }
    return replacement("Gelu", [x], for: node)
  }

  /// x of 1 + erf(x / √2).
  private func argumentOfBell(_ value: String) -> String? {
    guard let sum = maker(value, "Add"), let erf = other(sum, beside: { isScalar($0, 1) }),
      let scaled = maker(erf, "Erf")?.inputs[0]
    else { return nil }
    if let quotient = maker(scaled, "Div"), isScalar(quotient.inputs[1], 1.414_213_6) { return quotient.inputs[0] }
    return maker(scaled, "Mul").flatMap { other($0, beside: { isScalar($0, 0.707_106_8) }) }
  }

  /// x · HardSigmoid(x) with the slope 1/6.
  private func hardSwish(_ node: Node) -> Node? {
    guard
      let x = other(
        node,
        beside: { factor in
          guard let gate = maker(factor, "HardSigmoid"), node.inputs.contains(gate.inputs[0]) else { return false }
          return gate.attributes["alpha"].map { $0.isNear(1.0 / 6) } ?? false
            && gate.attributes["beta"]?.isNear(0.5) ?? true
        }), node.inputs[0] != node.inputs[1]
    else { return nil }
    return replacement("HardSwish", [x], for: node)
  }

  /// (x − mean) / √(variance + ε) · scale + bias over the last axis. Without an addition behind it, the product ends the
  /// pieces.
  private func layerNormalization(_ node: Node) -> Node? {
    var (product, bias): (Node?, String?) = (node, nil)
    if node.op == "Add" {
      guard let value = other(node, beside: isVector) else { return nil }
      product = maker(value, "Mul")
      bias = node.inputs.first { $0 != value }
      guard uses.onlyReader(of: value) != nil else { return nil }
    } else if let reader = uses.onlyReader(of: node.outputs[0]), program.nodes[reader].operatorKey == "Add",
      other(program.nodes[reader], beside: isVector) == node.outputs[0]
    {
      return nil
    }
    guard let product, let quotient = other(product, beside: isVector),
      let scale = product.inputs.first(where: { $0 != quotient }), let (x, epsilon) = standardized(quotient),
      let size = program.types[x]?.shape.last, program.types[scale]?.shape == [size],
      bias.map({ program.types[$0]?.shape == [size] }) ?? true
    else { return nil }
    return replacement(
      "LayerNormalization", [x, scale] + (bias.map { [$0] } ?? []), for: node,
      ["axis": .int(-1), "epsilon": .float(epsilon)])
  }

  private func isVector(_ value: String) -> Bool {
    program.builder.initializers[value] != nil && program.types[value]?.rank == 1
      && program.types[value]?.elementType == .float32
  }

  /// x and ε of (x − mean) / √(mean of (x − mean)² + ε), means over the last axis.
  private func standardized(_ value: String) -> (x: String, epsilon: Float)? {
    guard let quotient = maker(value, "Div"), let difference = maker(quotient.inputs[0], "Sub"),
      let x = meanArgument(difference.inputs[1]), x == difference.inputs[0],
      let root = maker(quotient.inputs[1], "Sqrt"), let sum = maker(root.inputs[0], "Add"),
      let epsilon = sum.inputs.lazy.compactMap(scalar).first,
      let variance = other(sum, beside: { scalar($0) != nil }), let square = meanArgument(variance),
      isSquare(square, of: difference.outputs[0], sameAs: x)
    else { return nil }
    return (x, epsilon)
  }

  /// Exporters subtract the mean once for both places or once for each.
  private func isSquare(_ value: String, of difference: String, sameAs x: String) -> Bool {
    var base: String?
    if let power = maker(value, "Pow"), isScalar(power.inputs[1], 2) { base = power.inputs[0] }
    if let product = maker(value, "Mul"), product.inputs[0] == product.inputs[1] { base = product.inputs[0] }
    guard let base else { return false }
    if base == difference { return true }
    guard let other = maker(base, "Sub") else { return false }
    return other.inputs[0] == x && meanArgument(other.inputs[1]) == x
  }

  /// What a mean over the last axis, which it keeps, is taken of.
  private func meanArgument(_ value: String) -> String? {
    guard let mean = maker(value, "ReduceMean"), let x = program.types[mean.inputs[0]],
      program.types[value]?.rank == x.rank, let call = try? program.builder.call(mean),
      let reduced = try? ReduceOperators.reducedAxes(call),
      reduced == [Bool](repeating: false, count: x.rank - 1) + [true]
    else { return nil }
    return mean.inputs[0]
  }
}

extension Attribute {
  fileprivate func isNear(_ number: Float) -> Bool {
    if case .float(let float) = self { abs(float - number) < 1e-5 } else { false }
  }
}
