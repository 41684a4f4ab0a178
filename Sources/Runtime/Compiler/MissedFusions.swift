import ZooFormat

/// A node that a pass left alone, and why: for whoever wants to know what a graph loses time with.
package struct MissedFusion: Codable, Sendable, Equatable {
  /// The node's name.
  package var node: String
  /// What kept the pass from it.
  package var reason: String
}

extension Program {
  /// What the pass `name`, whose result this program is, left alone; empty for passes that don't fuse. O(nodes).
  package func missedFusions(after name: String) throws -> [MissedFusion] {
    switch name {
    case Pass.fuseConvolution.name: return missedEpilogues(of: ["Conv", "zoo.FusedConv"])
    case Pass.fuseLinear.name: return missedEpilogues(of: ["MatMul", "zoo.Linear"]) + unknownWeights
    case Pass.fuseAttention.name: return try missedAttentions()
    case Pass.channelsLast.name: return turnedImages
    default: return []
    }
  }

  /// Additions and functions that stand behind operators of `keys`, which could apply them where they write.
  private func missedEpilogues(of keys: Set<String>) -> [MissedFusion] {
    let uses = ValueUses(self)
    return nodes.compactMap { node in
      let operand = node.inputs.first { value in
        guard let maker = uses.maker(of: value).map({ nodes[$0] }) else { return false }
        return keys.contains(maker.operatorKey) && maker.attributes["activation"] == nil
      }
      guard let operand, let maker = uses.maker(of: operand).map({ nodes[$0] }) else { return nil }
      guard node.operatorKey == "Add" || Self.functions.contains(node.operatorKey) else { return nil }
      return MissedFusion(node: node.name, reason: reason(node, operand, maker, uses))
    }
  }

  private func reason(_ node: Node, _ operand: String, _ maker: Node, _ uses: ValueUses) -> String {
    let readers = uses.readerCount(of: operand)
    if readers > 1 {
      return "'\(operand)' is read by \(readers) others or goes out, so \(maker.op) '\(maker.name)' has to write it"
    }
    guard node.operatorKey == "Add", Set(node.inputs).count == 2 else {
      return "\(maker.op) '\(maker.name)' has no \(node.op) where it writes"
    }
    let other = node.inputs.first { $0 != operand } ?? operand
    if let type = types[other], let own = types[operand], type != own {
      return "\(maker.op) '\(maker.name)' adds images of its result's shape, and '\(other)' is \(type)"
    }
    return "\(maker.op) '\(maker.name)' adds one image, and has one already"
  }

  /// Functions of one image that are written by themselves unless an epilogue has them.
  private static let functions: Set<String> = [
    "Relu", "LeakyRelu", "Sigmoid", "HardSigmoid", "HardSwish", "Gelu", "Clip", "zoo.Silu", "Elu", "Selu", "Tanh",
    "Mish",
    "Softplus", "Softsign", "PRelu", "Celu", "ThresholdedRelu",
  ]

  private var unknownWeights: [MissedFusion] {
    nodes.filter { $0.operatorKey == "MatMul" && builder.constants[$0.inputs[1]] == nil }.map {
      MissedFusion(node: $0.name, reason: "'\($0.inputs[1])' isn't known before the run")
    }
  }

  /// Softmaxes between two products.
  private func missedAttentions() throws -> [MissedFusion] {
    let uses = ValueUses(self)
    return try nodes.compactMap { node in
      guard node.operatorKey == "Softmax", let type = types[node.inputs[0]] else { return nil }
      let scores = node.inputs[0], weights = node.outputs[0]
      let call = try builder.call(node)
      let axis = try call.axis(call.int("axis", default: -1), rank: type.rank)
      let reason: String
      if axis != type.rank - 1 {
        reason = "it isn't taken over the last axis"
      } else if uses.readerCount(of: scores) > 1 || uses.readerCount(of: weights) > 1 {
        reason = "its scores or its result are read by others too"
      } else if uses.onlyReader(of: weights).map({ nodes[$0].operatorKey }) != "MatMul" {
        return nil
      } else if !(3...4).contains(type.rank) || type.elementType != .float32 {
        reason = "scores are \(type) instead of matrices of float32 for each batch and head"
      } else {
        reason = "its scores aren't one product, scaled, with one bias, or no operand is a view of something in memory"
      }
      return MissedFusion(node: node.name, reason: reason)
    }
  }

  /// Images that are brought to the file's layout, and for whom.
  private var turnedImages: [MissedFusion] {
    nodes.flatMap { node -> [MissedFusion] in
      guard node.operatorKey == "Transpose", let rank = types[node.inputs[0]]?.rank, rank > 2,
        case .ints(ChannelsLast.outward(rank))? = node.attributes["perm"]
      else { return [] }
      let output = node.outputs[0]
      let readers = nodes.filter { $0.inputs.contains(output) }
      if readers.isEmpty { return [MissedFusion(node: node.name, reason: "turned because '\(output)' goes out")] }
      return readers.map {
        MissedFusion(node: node.name, reason: "turned for \($0.op) '\($0.name)', which doesn't follow the layout here")
      }
    }
  }
}
