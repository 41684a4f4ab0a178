import ZooKernels

/// LSTM, GRU and RNN with ONNX's semantics, the forms that save what the backward pass needs, and the backward pass.
enum RecurrentOperators {
  static let all: [Operator] = [RecurrentKind.lstm, .gru, .rnn].flatMap { kind in
    [forward(kind), training(kind), RecurrentGradient.makeOperator(kind)]
  }

  /// Inputs: X [T, N, I], W, R, B, sequence_lens, initial_h, and LSTM's initial_c and P.
  /// Outputs: Y [T, D, N, H], Y_h [D, N, H], LSTM's Y_c. With `layout` 1 the batch is first.
  private static func forward(_ kind: RecurrentKind) -> Operator {
    Operator(
      kind.op, inputs: kind.inputs, outputs: 1...kind.outputs,
      types: { call in
        let geometry = try RecurrentGeometry(call, kind: kind)
        return [geometry.outputType] + [TensorType](repeating: geometry.stateType, count: kind.outputs - 1)
      },
      gradient: { builder, call in
        // The forward node saved nothing, so it is computed once more in the form that does.
        let saved = try builder.add(
          "\(kind.op)Training", domain: "zoo", call.inputs, outputs: kind.outputs + 1, call.node.attributes)
        return try RecurrentGradient.rule(&builder, call, kind: kind, saved: saved[kind.outputs])
      },
      cost: { call, _ in (try? RecurrentGeometry(call, kind: kind).cost) ?? 0 },
      kernel: { try RecurrentForward($0, kind: kind, savedOutput: nil).kernel })
  }

  /// The same with one output more, [D, rows of X, values · H]: what each step computed, for the backward pass.
  private static func training(_ kind: RecurrentKind) -> Operator {
    Operator(
      "\(kind.op)Training", domain: "zoo", inputs: kind.inputs, outputs: (kind.outputs + 1)...(kind.outputs + 1),
      types: { call in
        let geometry = try RecurrentGeometry(call, kind: kind)
        return [geometry.outputType] + [TensorType](repeating: geometry.stateType, count: kind.outputs - 1)
          + [geometry.rowsType(values: kind.savedValues)]
      },
      gradient: { builder, call in
        try RecurrentGradient.rule(&builder, call, kind: kind, saved: call.output(kind.outputs))
      },
      cost: { call, _ in (try? RecurrentGeometry(call, kind: kind).cost) ?? 0 },
      kernel: { try RecurrentForward($0, kind: kind, savedOutput: kind.outputs).kernel })
  }
}
