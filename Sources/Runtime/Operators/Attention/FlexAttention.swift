import ZooFormat

extension ControlFlow {
  /// `FlexAttention`: attention whose scores and probabilities go through graphs of the node's own.
  ///
  /// Inputs: Q [N, heads, L, E], K and V [N, heads of keys, S, E]. Attributes: `scale`, `score_mod`, `prob_mod`.
  func runFlexAttention(_ interpreter: Interpreter, _ outer: [String: Tensor]) throws -> [Tensor] {
    let inputs = try (0..<3).map { try call.constant($0) }
    let (q, k, v) = (inputs[0].type, inputs[1].type, inputs[2].type)
    guard q.rank == 4, k.rank == 4, v.rank == 4, k.shape[1] > 0, q.shape[1] % k.shape[1] == 0,
      v.shape[1] == k.shape[1],
      q.elementType.isFloatingPoint
    else { throw call.error("Q \(q), K \(k) and V \(v)", expected: "rank 4 and heads of Q a multiple of those of K") }
    let wide: ElementType = q.elementType == .float64 ? .float64 : .float32
    let scale = try call.float("scale", default: 1 / Float(max(q.shape[3], 1)).squareRoot()).squareRoot()

    let steps = AttentionSteps(interpreter, wide)
    let keys = try steps.repeated(inputs[1], heads: q.shape[1])
    let values = try steps.repeated(steps.cast(inputs[2], wide), heads: q.shape[1])
    let factor = try steps.cast(Tensor(scale), q.elementType)
    let turned = try steps.run("Transpose", [steps.run("Mul", [keys, factor])], ["perm": .ints([0, 1, 3, 2])])
    var scores = try steps.cast(steps.run("MatMul", [steps.run("Mul", [inputs[0], factor]), turned]), wide)
    scores = try modified(scores, by: "score_mod", interpreter, outer)
    // In every version of the operator set the last axis alone is a distribution.
    var chances = try steps.run("Softmax", [scores], ["axis": .int(3)])
    chances = try modified(chances, by: "prob_mod", interpreter, outer)
    return [try steps.cast(steps.run("MatMul", [steps.cast(chances, wide), values]), v.elementType)]
  }

  /// `value` after the inner graph `name`, or itself if the node has none.
  private func modified(
    _ value: Tensor, by name: String, _ interpreter: Interpreter, _ outer: [String: Tensor]
  ) throws -> Tensor {
    guard let body = try call.graph(name) else { return value }
    guard body.inputs.count == 1, body.outputs.count == 1 else {
      throw call.error(
        "\(name) has \(body.inputs.count) inputs and \(body.outputs.count) outputs", expected: "one each")
    }
    let result = try interpreter.run(body, inputs: [body.inputs[0].name: value], outer: outer)[0].value
    guard result.shape == value.shape else {
      throw call.error("\(name) gives \(result.type)", expected: "the shape \(value.shape)")
    }
    return result
  }
}

/// Single nodes, executed one after the other.
private struct AttentionSteps {
  private let interpreter: Interpreter
  private let wide: ElementType

  init(_ interpreter: Interpreter, _ wide: ElementType) {
    self.interpreter = interpreter
    self.wide = wide
  }

  func run(_ op: String, _ inputs: [Tensor], _ attributes: [String: Attribute] = [:]) throws -> Tensor {
    let names = inputs.indices.map { "x\($0)" }
    let graph = Graph(
      name: op, nodes: [Node(name: op, op: op, inputs: names, outputs: ["y"], attributes: attributes)],
      outputs: [ValueInfo("y", wide, nil)], initializers: Dictionary(uniqueKeysWithValues: zip(names, inputs)))
    return try interpreter.run(graph, inputs: [:], outer: [:])[0].value
  }

  func cast(_ value: Tensor, _ type: ElementType) throws -> Tensor {
    value.elementType == type ? value : try run("Cast", [value], ["to": .int(Int(type.rawValue))])
  }

  /// Each head of keys as often as queries share it.
  func repeated(_ value: Tensor, heads: Int) throws -> Tensor {
    let s = value.shape
    guard s[1] != heads else { return value }
    let target = try Tensor(shape: [5], [s[0], s[1], heads / s[1], s[2], s[3]].map(Int64.init))
    let wide = try run("Expand", [value.reshaped([s[0], s[1], 1, s[2], s[3]]), target])
    return try wide.reshaped([s[0], heads, s[2], s[3]])
  }
}
