/// Recurrent networks over the frames; the state after the last frame goes out.
package struct RecurrentSettings: PluginSettings {
  /// Features of the state; of each direction if there are two.
  package var hidden = 256
  /// Each over the states of the one before.
  package var layers = 1
  /// Whether a second network runs from the last frame to the first.
  package var bidirectional = false
  /// Share of the states between two layers that is dropped while training, in 0…0.99.
  package var dropout = 0.0

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .integer("hidden", 1...8192, "features of the state"),
    .integer("layers", 1...16, "layers, each over the states of the one before"),
    .bool("bidirectional", "also run from the last frame to the first; twice the features"),
    .number("dropout", 0...0.99, "share of the states between two layers that is dropped while training"),
  ]

  /// The defaults.
  package init() {}
}

/// LSTM and GRU as PyTorch computes them, in the form of ONNX's operators.
///
/// Parameters of layer l are `rnn.weight_ih_lL` [directions, gates · hidden, inputs], `rnn.weight_hh_lL` [directions,
/// gates · hidden, hidden] and `rnn.bias_lL` [directions, 2 · gates · hidden]. They hold PyTorch's tensors, stacked by
/// direction and with the gates in ONNX's order; see ``RecurrentLayout``.
enum RecurrentTemporal {
  static func plugins() throws(ZooError) -> [Plugin] {
    [
      try Plugin(
        .temporal, "lstm", summary: "long short-term memory; the last state goes out", settings: RecurrentSettings()
      ) { builder, input, settings in try build(&builder, input, settings, op: "LSTM", gates: 4) },
      try Plugin(
        .temporal, "gru", summary: "gated recurrent unit; the last state goes out", settings: RecurrentSettings()
      ) { builder, input, settings in try build(&builder, input, settings, op: "GRU", gates: 3) },
    ]
  }

  private static func build(
    _ builder: inout PartBuilder, _ input: Value, _ settings: RecurrentSettings, op: String, gates: Int
  ) throws -> Value {
    let directions = settings.bidirectional ? 2 : 1
    let (hidden, rows) = (settings.hidden, gates * settings.hidden)
    // ONNX's recurrent operators take time first.
    var x = try builder.add("Transpose", [input], ["perm": .ints([1, 0, 2])])
    let frames = try builder.size(of: x, 0)
    for layer in 0..<settings.layers {
      let inputs = try builder.size(of: x, 2)
      let start = Initialization.uniform(inputs: hidden)
      var attributes: [String: Attribute] = [
        "hidden_size": .int(hidden), "direction": .string(directions == 2 ? "bidirectional" : "forward"),
      ]
      // PyTorch multiplies the reset gate with the state after its matrix product.
      if op == "GRU" { attributes["linear_before_reset"] = .int(1) }
      let outputs = try builder.add(
        op,
        [
          x, builder.parameter("rnn.weight_ih_l\(layer)", [directions, rows, inputs], start),
          builder.parameter("rnn.weight_hh_l\(layer)", [directions, rows, hidden], start),
          builder.parameter("rnn.bias_l\(layer)", [directions, 2 * rows], start),
        ], outputs: 2, attributes, name: "rnn.l\(layer)")
      if layer == settings.layers - 1 {
        // [directions, N, hidden] → [N, directions · hidden].
        x = try builder.add("Transpose", [outputs[1]], ["perm": .ints([1, 0, 2])])
        return try builder.add("Flatten", [x], ["axis": .int(1)])
      }
      // [T, directions, N, hidden] → [T, N, directions · hidden].
      x = try builder.add("Transpose", [outputs[0]], ["perm": .ints([0, 2, 1, 3])])
      x = try builder.add("Reshape", [x, builder.constant([frames, -1, directions * hidden])])
      x = try builder.dropout(x, settings.dropout)
    }
    return x
  }
}
