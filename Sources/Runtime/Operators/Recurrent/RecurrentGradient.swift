import ZooKernels

/// The backward pass of a recurrent operator.
///
/// Its operator goes back through the steps and gives the gradients by the inputs of the gates' activations; what is
/// left are products of whole matrices, which the rule adds as nodes of their own.
enum RecurrentGradient {
  /// Positions of the operator's outputs.
  enum Output {
    /// [D, rows, gates · H]: by the input's product.
    static let input = 0
    /// [D, rows, H]: the state before each step.
    static let previous = 1
    static let state = 2
    /// LSTM.
    static let cell = 3
    static let peepholes = 4
    /// GRU: by the state's product, [D, rows, 3 · H], if it resets after; else r ⊙ previous, [D, rows, H].
    static let reset = 3

    static func count(_ kind: RecurrentKind) -> Int {
      switch kind {
      case .lstm: 5
      case .gru: 4
      case .rnn: 3
      }
    }
  }

  /// Inputs: those of the forward node (all of them, absent ones too), what it saved, and the gradients by its outputs.
  static func makeOperator(_ kind: RecurrentKind) -> Operator {
    let inputs = kind.inputs.upperBound + 1 + kind.outputs
    let outputs = Output.count(kind)
    return Operator(
      "\(kind.op)Gradient", domain: "zoo", inputs: inputs...inputs, outputs: outputs...outputs,
      types: { call in
        let geometry = try RecurrentGeometry(call, kind: kind)
        if let obstacle = geometry.obstacleToGradient { throw call.error(obstacle) }
        let saved = try call.input(kind.inputs.upperBound)
        let wanted = geometry.rowsType(values: kind.savedValues)
        guard saved == wanted else { throw call.error("what was saved is \(saved)", expected: "\(wanted)") }
        let gradients = [geometry.outputType] + [TensorType](repeating: geometry.stateType, count: kind.outputs - 1)
        for (offset, type) in gradients.enumerated() {
          let index = kind.inputs.upperBound + 1 + offset
          if let actual = call.optionalInput(index), actual != type {
            throw call.error("gradient by output \(offset) is \(actual)", expected: "\(type)")
          }
        }
        var types = [
          geometry.rowsType(values: kind.gates), geometry.rowsType(values: 1), geometry.stateType,
        ]
        switch kind {
        case .lstm: types += [geometry.stateType, TensorType(.float32, [geometry.directions, 3 * geometry.hidden])]
        case .gru: types.append(geometry.rowsType(values: geometry.resetAfter ? 3 : 1))
        case .rnn: break
        }
        return types
      },
      cost: { call, _ in (try? RecurrentGeometry(call, kind: kind).stateProductCost) ?? 0 },
      kernel: { try RecurrentBackward($0, kind: kind).kernel })
  }

  /// The gradient rule of both forms of the forward operator; `saved` is what the training form saved.
  static func rule(
    _ builder: inout GraphBuilder, _ call: GradientCall, kind: RecurrentKind, saved: Value
  ) throws -> [Value?] {
    let geometry = try RecurrentGeometry(call.call, kind: kind)
    if let obstacle = geometry.obstacleToGradient {
      throw call.call.error(obstacle, remedy: "Freeze the part that the node belongs to")
    }
    let absent = [Value](repeating: .absent, count: kind.inputs.upperBound - call.node.inputs.count)
    let gradients = call.outputGradients.prefix(kind.outputs).map { $0 ?? .absent }
    let padding = [Value](repeating: .absent, count: kind.outputs - gradients.count)
    let results = try builder.add(
      "\(kind.op)Gradient", domain: "zoo", call.inputs + absent + [saved] + gradients + padding,
      outputs: Output.count(kind), call.node.attributes)

    func wanted(_ index: Int) -> Bool { index < call.wanted.count && call.wanted[index] }
    var found = [Value?](repeating: nil, count: kind.inputs.upperBound)
    let products = RecurrentProducts(geometry: geometry)
    let byInput = results[Output.input]
    let byRecurrence = geometry.resetAfter ? results[Output.reset] : byInput
    if wanted(RecurrentInput.x) {
      let rows = try products.times(&builder, byInput, call.input(RecurrentInput.weights))
      let shape = try builder.shape(of: call.input(RecurrentInput.x))
      found[RecurrentInput.x] = try builder.add("Reshape", [rows, builder.constant(shape)])
    }
    if wanted(RecurrentInput.weights) {
      let shape = [1, geometry.rows, geometry.features]
      let rows = try builder.add("Reshape", [call.input(RecurrentInput.x), builder.constant(shape)])
      found[RecurrentInput.weights] = try products.transposedTimes(&builder, byInput, rows)
    }
    if wanted(RecurrentInput.recurrence) {
      let previous = results[Output.previous]
      if kind == .gru, !geometry.resetAfter {
        let hidden = geometry.hidden
        let gates = try products.slice(&builder, byInput, 0..<2 * hidden)
        let candidate = try products.slice(&builder, byInput, 2 * hidden..<3 * hidden)
        found[RecurrentInput.recurrence] = try builder.add(
          "Concat",
          [
            products.transposedTimes(&builder, gates, previous),
            products.transposedTimes(&builder, candidate, results[Output.reset]),
          ], ["axis": .int(1)])
      } else {
        found[RecurrentInput.recurrence] = try products.transposedTimes(&builder, byRecurrence, previous)
      }
    }
    if wanted(RecurrentInput.bias) {
      let first = try products.sum(&builder, byInput)
      let second = byRecurrence == byInput ? first : try products.sum(&builder, byRecurrence)
      found[RecurrentInput.bias] = try builder.add("Concat", [first, second], ["axis": .int(1)])
    }
    if wanted(RecurrentInput.state) { found[RecurrentInput.state] = results[Output.state] }
    if kind == .lstm {
      if wanted(RecurrentInput.cell) { found[RecurrentInput.cell] = results[Output.cell] }
      if wanted(RecurrentInput.peepholes) { found[RecurrentInput.peepholes] = results[Output.peepholes] }
    }
    return Array(found.prefix(call.node.inputs.count))
  }
}

/// Products of all rows at once, for one direction (as plain matrices) or two (as stacks of matrices).
private struct RecurrentProducts {
  let geometry: RecurrentGeometry

  /// Σ over directions of a[d] · weights[d]: [D, rows, m] and [D, m, k] → [rows, k].
  func times(_ builder: inout GraphBuilder, _ a: Value, _ weights: Value) throws -> Value {
    if geometry.directions == 1 {
      return try builder.add("Gemm", [flat(&builder, a), flat(&builder, weights)])
    }
    let products = try builder.add("MatMul", [a, weights])
    return try builder.add("ReduceSum", [products, builder.constant([0])], ["keepdims": .int(0)])
  }

  /// a[d]ᵀ · b[d]: [D, rows, m] and [D or 1, rows, k] → [D, m, k].
  func transposedTimes(_ builder: inout GraphBuilder, _ a: Value, _ b: Value) throws -> Value {
    if geometry.directions == 1 {
      let product = try builder.add("Gemm", [flat(&builder, a), flat(&builder, b)], ["transA": .int(1)])
      let shape = try [1] + builder.shape(of: product)
      return try builder.add("Reshape", [product, builder.constant(shape)])
    }
    return try builder.add("MatMul", [builder.add("Transpose", [a], ["perm": .ints([0, 2, 1])]), b])
  }

  /// [D, rows, m] → [D, m].
  func sum(_ builder: inout GraphBuilder, _ a: Value) throws -> Value {
    try builder.add("ReduceSum", [a, builder.constant([1])], ["keepdims": .int(0)])
  }

  func slice(_ builder: inout GraphBuilder, _ a: Value, _ columns: Range<Int>) throws -> Value {
    try builder.add(
      "Slice",
      [a, builder.constant([columns.lowerBound]), builder.constant([columns.upperBound]), builder.constant([2])])
  }

  private func flat(_ builder: inout GraphBuilder, _ value: Value) throws -> Value {
    let shape = try Array(builder.shape(of: value).dropFirst())
    return try builder.add("Reshape", [value, builder.constant(shape)])
  }
}
