import ZooFormat

extension Pass {
  /// Operators whose result is their operand: sums with 0, products with 1, slices of everything, pads of nothing.
  static let removeIdentities = Pass(
    name: "remove-identities", summary: "drop operators that change nothing"
  ) { program in
    var rewriter = try Rewriter(program)
    for node in program.nodes {
      if let same = try unchanged(node, program), let output = node.outputs.first {
        rewriter.replace(output, by: rewriter.current(same))
      } else {
        try rewriter.keep(node)
      }
    }
    return try rewriter.finish()
  }

  /// The operand that `node` gives on as it is.
  private static func unchanged(_ node: Node, _ program: Program) throws -> String? {
    guard node.outputs.count == 1, let type = program.types[node.outputs[0]] else { return nil }
    func isOperand(_ index: Int) -> Bool { index < node.inputs.count && program.types[node.inputs[index]] == type }
    func isAll(_ number: Float, _ index: Int) -> Bool {
      guard let tensor = program.builder.constants[node.inputs[index]], tensor.elementCount <= 1 << 16,
        let numbers: [Float] = tensor.values()
      else { return false }
      return numbers.allSatisfy { $0 == number }
    }
    switch node.operatorKey {
    case "Add", "Mul":
      let neutral: Float = node.op == "Add" ? 0 : 1
      return (0..<2).first { isOperand($0) && isAll(neutral, 1 - $0) }.map { node.inputs[$0] }
    case "Sub", "Div": return isOperand(0) && isAll(node.op == "Sub" ? 0 : 1, 1) ? node.inputs[0] : nil
    case "Slice":
      guard isOperand(0), let box = try? SliceOperators.box(program.builder.call(node)) else { return nil }
      return zip(box.steps, box.sizes).allSatisfy { $0 == 1 || $1 <= 1 } ? node.inputs[0] : nil
    case "Pad":
      guard isOperand(0), let (before, after) = try? PadOperators.pads(program.builder.call(node)) else { return nil }
      return (before + after).allSatisfy { $0 == 0 } ? node.inputs[0] : nil
    case "Expand": return isOperand(0) ? node.inputs[0] : nil
    case "Concat": return node.inputs.count == 1 ? node.inputs[0] : nil
    default: return nil
    }
  }
}
