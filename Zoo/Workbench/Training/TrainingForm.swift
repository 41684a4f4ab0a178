import ZooPlugins

/// What a node of a predicting graph becomes while it is trained.
struct TrainingForm {
  /// Mixed into the seeds of random nodes.
  let seed: UInt64
  /// Parts whose parameters and running statistics stay as they are.
  let frozen: Set<Part>
  /// The graph input that holds the number of the step, int64.
  let step: String

  /// The nodes that stand for `node`, and the states that they update.
  func nodes(for node: Node) -> (node: Node, updates: [Update]) {
    let isFrozen = node.part.map(frozen.contains) ?? false
    switch (node.domain, node.op) {
    case ("", "BatchNormalization") where !isFrozen: return normalization(node)
    case ("", "Dropout"): return (random(node, as: "DropoutTraining"), [])
    case ("", "LSTM"), ("", "GRU"), ("", "RNN"): return (isFrozen ? node : recurrent(node), [])
    case ("zoo", "StochasticDepth"): return (random(node, as: "StochasticDepthTraining"), [])
    default: return (node, [])
    }
  }

  private func normalization(_ node: Node) -> (Node, [Update]) {
    var training = node
    training.op = "BatchNormalizationTraining"
    training.domain = "zoo"
    let y = node.outputs[0]
    training.outputs = [y] + ["running_mean", "running_var", "mean", "inverse_deviation"].map { "\(y).next.\($0)" }
    // ONNX's momentum is the share that stays, ours the share that is new.
    if case .float(let kept)? = node.attributes["momentum"] { training.attributes["momentum"] = .float(1 - kept) }
    return (
      training,
      [
        Update(state: node.inputs[3], value: training.outputs[1]),
        Update(state: node.inputs[4], value: training.outputs[2]),
      ]
    )
  }

  /// The form that saves what the backward pass needs, as one output behind ONNX's.
  private func recurrent(_ node: Node) -> Node {
    var training = node
    training.op += "Training"
    training.domain = "zoo"
    let absent = (node.op == "LSTM" ? 3 : 2) - node.outputs.count
    training.outputs += [String](repeating: "", count: max(absent, 0)) + ["\(node.name).saved"]
    return training
  }

  private func random(_ node: Node, as op: String) -> Node {
    var training = node
    training.op = op
    training.domain = "zoo"
    training.inputs =
      node.op == "Dropout" ? [node.inputs[0], step] + node.inputs.dropFirst().prefix(1) : [node.inputs[0], step]
    training.attributes["seed"] = .int(Int(truncatingIfNeeded: Self.seed(seed, node.name) >> 1))
    return training
  }

  /// FNV-1a of the name, mixed with the seed.
  static func seed(_ seed: UInt64, _ name: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ (seed &* 0x9e37_79b9_7f4a_7c15)
    for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }
}
