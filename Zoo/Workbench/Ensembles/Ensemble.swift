import ZooPlugins

/// Several trained models in one.
enum Ensemble {
  /// The note of a card that says that some member was trained on every item of the data, so that none can test the whole.
  static let nothingHeldOut = "held-out items"

  /// The model whose probabilities are the mean of those of `members`, all of them in one graph (Hansen and Salamon 1990).
  /// Each member keeps its own normalisation, and its own temperature if it was calibrated.
  /// - Throws: ``ZooError`` naming what two members don't have in common.
  static func averagingProbabilities(_ members: [Model]) throws -> Model {
    guard let first = members.first, let input = first.graph.inputs.first else {
      throw ZooError(.usage, problem: "there are no members to take together")
    }
    for (place, member) in members.enumerated().dropFirst() { try check(member, place + 1, against: first) }
    var graph = Graph(name: first.card.name, inputs: [input], outputs: first.graph.outputs)
    var stack: [String] = []
    graph.initializers["output.stack_axis"] = try Tensor(shape: [1], [Int64(0)])
    for (place, member) in members.enumerated() {
      let prefix = "member\(place + 1)."
      let scores = try member.scores()
      let own = try member.graph.renamed(prefix, keeping: member.graph.inputs.map(\.name), upTo: scores)
      graph.nodes += own.nodes
      graph.initializers.merge(own.initializers) { first, _ in first }
      graph.nodes.append(
        AveragedOutput.node("Unsqueeze", [prefix + scores, "output.stack_axis"], prefix + "scores"))
      stack.append(prefix + "scores")
    }
    graph.nodes.append(AveragedOutput.node("Concat", stack, "output.stack", ["axis": .int(0)]))
    graph.nodes += try AveragedOutput.nodes(of: "output.stack", count: members.count, &graph)
    var model = Model(opsets: first.opsets, graph: graph, card: card(of: members))
    model.card.notes["ensemble"] = "the mean of the probabilities of \(members.count) models"
    return model
  }

  /// The model whose weights and running statistics are the means of those of `members` (Wortsman et al. 2022).
  /// - Returns: `nil` if the members' graphs differ in more than that.
  static func averagingWeights(_ members: [Model]) throws -> Model? {
    guard let first = members.first, members.allSatisfy({ $0.graph.hasForm(of: first.graph) }) else { return nil }
    var model = first
    for name in first.graph.initializers.keys {
      let tensors = members.compactMap { $0.graph.initializers[name] }
      guard let type = tensors.first?.type, tensors.allSatisfy({ $0.type == type }) else { return nil }
      guard type.elementType == .float32 else {
        let isSame = tensors.allSatisfy { other in
          other.withUnsafeBytes { a in tensors[0].withUnsafeBytes { a.elementsEqual($0) } }
        }
        if isSame { continue }
        return nil
      }
      var sums = [Double](repeating: 0, count: type.elementCount)
      for tensor in tensors {
        for (place, value) in (tensor.values(as: Float.self) ?? []).enumerated() { sums[place] += Double(value) }
      }
      model.graph.initializers[name] = try Tensor(
        shape: type.shape, sums.map { Float($0 / Double(tensors.count)) })
    }
    model.card = card(of: members)
    model.card.notes["ensemble"] = "the mean of the weights of \(members.count) models"
    return model
  }

  private static func card(of members: [Model]) -> Card {
    var card = members[0].card
    card.summary = "Ensemble of \(members.count) models"
    card.metrics = [:]
    card.decision = nil
    for key in ["calibration"] { card.notes[key] = nil }
    card.isRangeFound = members.allSatisfy(\.card.isRangeFound)
    card.sampleRange =
      (members.map(\.card.sampleRange.lowerBound).min() ?? 0)...(members.map(\.card.sampleRange.upperBound).max() ?? 0)
    for channel in card.channelValues.indices {
      for member in members where member.card.channelValues.indices.contains(channel) {
        let values = member.card.channelValues[channel]
        card.channelValues[channel].lowest = min(card.channelValues[channel].lowest, values.lowest)
        card.channelValues[channel].highest = max(card.channelValues[channel].highest, values.highest)
        card.channelValues[channel].low = min(card.channelValues[channel].low, values.low)
        card.channelValues[channel].high = max(card.channelValues[channel].high, values.high)
        card.channelValues[channel].dimmest = min(card.channelValues[channel].dimmest, values.dimmest)
      }
    }
    return card
  }

  private static func check(_ member: Model, _ number: Int, against first: Model) throws(ZooError) {
    func check<T: Equatable>(_ what: String, _ value: T, _ expected: T) throws(ZooError) {
      guard value != expected else { return }
      throw ZooError(
        .badInput, problem: "members 1 and \(number) of the ensemble differ in their \(what): \(expected) and \(value)",
        expected: "models of the same inputs and classes", remedy: "Name the folders of runs that belong together")
    }
    let (card, other) = (first.card, member.card)
    try check("channels", other.channels, card.channels)
    try check("classes", other.classes, card.classes)
    try check(
      "image size", [other.imageSize.height, other.imageSize.width], [card.imageSize.height, card.imageSize.width])
    try check("frames", other.frames ?? 0, card.frames ?? 0)
    try check("sample type", other.sampleType.description, card.sampleType.description)
    try check("inputs", member.graph.inputs.map(\.name), first.graph.inputs.map(\.name))
    try check("operator sets", member.opsets, first.opsets)
  }
}

extension Model {
  /// The value whose softmax the probabilities are.
  fileprivate func scores() throws(ZooError) -> String {
    guard
      let softmax = graph.nodes.last(where: {
        $0.op == "Softmax" && $0.domain.isEmpty && $0.outputs.first == Registry.Border.output
      }), let scores = softmax.inputs.first, graph.inputs.count == 1
    else {
      throw ZooError(
        .badInput, tensor: Registry.Border.output, problem: "isn't the softmax of a value",
        expected: "models that zoo train made")
    }
    return scores
  }
}

extension Graph {
  /// The nodes that `last` needs, with `prefix` before all names but those of `kept`.
  fileprivate func renamed(
    _ prefix: String, keeping kept: [String], upTo last: String
  ) throws(ZooError) -> (nodes: [Node], initializers: [String: Tensor]) {
    let kept = Set(kept)
    var needed: Set<String> = [last]
    var nodes: [Node] = []
    for node in self.nodes.reversed() where node.outputs.contains(where: needed.contains) {
      guard node.capturedNames.isEmpty,
        !node.attributes.values.contains(where: { if case .graph = $0 { true } else { false } })
      else {
        throw ZooError(
          .badInput, node: node.name, problem: "\(node.op) has graphs inside, which an ensemble can't",
          remedy: "Leave this model out")
      }
      needed.formUnion(node.inputs)
      nodes.append(node)
    }
    func name(_ value: String) -> String { value.isEmpty || kept.contains(value) ? value : prefix + value }
    nodes = nodes.reversed().map { node in
      var node = node
      node.name = prefix + node.name
      node.inputs = node.inputs.map(name)
      node.outputs = node.outputs.map(name)
      return node
    }
    let used = initializers.filter { needed.contains($0.key) }
    return (nodes, Dictionary(uniqueKeysWithValues: used.map { (prefix + $0.key, $0.value) }))
  }

  /// Whether both have the same nodes, in the same order and between the same values.
  fileprivate func hasForm(of other: Graph) -> Bool {
    nodes.count == other.nodes.count && initializers.keys == other.initializers.keys
      && zip(nodes, other.nodes).allSatisfy { a, b in
        a.name == b.name && a.op == b.op && a.domain == b.domain && a.inputs == b.inputs && a.outputs == b.outputs
      }
  }
}
