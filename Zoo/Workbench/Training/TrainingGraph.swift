import ZooPlugins

/// The graph that one optimizer step executes: forward pass, loss, gradients, clipping and update.
///
/// Inputs besides the model's own: `labels` int64 [N], `learning_rate` float32, `step` int64 (counted from 1); where samples
/// are mixed also `other_labels` int64 [N], those of the samples that were mixed in, and `own_share` float32, the share of
/// the sample's own label in the loss; where samples have weights `weights` float32 [N], and `other_weights` of those that
/// were mixed in. Where all positions of a map are learnt, labels and weights are those of the positions, [N · positions].
/// Outputs: `loss` and `gradient_norm`, float32 scalars, and the model's `logits`.
package struct TrainingGraph: Sendable {
  package static let labels = "labels"
  package static let learningRate = "learning_rate"
  package static let step = "step"
  package static let otherLabels = "other_labels"
  package static let ownShare = "own_share"
  package static let weights = "weights"
  package static let otherWeights = "other_weights"
  package static let loss = "loss"
  package static let gradientNorm = "gradient_norm"

  package let graph: Graph
  /// The value that holds the gradient of each parameter that is trained.
  package let gradients: [String: String]

  /// - Parameters:
  ///   - model: in the form that predicts, with outputs `logits`.
  ///   - classWeights: the weight of each class in the loss; `nil` for all 1.
  ///   - isWeighted: whether samples have weights in the loss.
  ///   - positions: of the map of a sample, if they are what is learnt; `nil` if the samples' labels are.
  package init(
    _ model: Model, _ train: TrainSpec, seed: UInt64, inputTypes: [String: TensorType], classWeights: [Float]?,
    isWeighted: Bool = false, positions: Int? = nil
  ) throws {
    let frozen = Set(train.freeze.compactMap(Part.init(rawValue:)))
    let form = TrainingForm(seed: seed, frozen: frozen, step: Self.step)
    var graph = model.graph
    graph.name += ".training"
    graph.nodes = []
    graph.updates = []
    for node in Self.withoutOutput(model.graph) {
      let (node, updates) = form.nodes(for: node)
      graph.nodes.append(node)
      graph.updates += updates
    }
    guard let input = model.graph.inputs.first, let batch = inputTypes[input.name]?.shape.first else {
      throw ZooError(.badInput, problem: "the model has no input", expected: "an image or a sequence")
    }
    graph.inputs += [
      ValueInfo(Self.labels, .int64, [.fixed(batch * (positions ?? 1))]),
      ValueInfo(Self.learningRate, .float32, []), ValueInfo(Self.step, .int64, []),
    ]
    let classes = model.card.classes.count
    let logits = try positions == nil ? Registry.Border.head : Self.addPositions(&graph, classes: classes)
    try Self.addLoss(
      train, logits, items: batch * (positions ?? 1), classWeights: classWeights, isWeighted: isWeighted, &graph)

    let parameters = model.graph.parameters()
    let trainable = parameters.filter { $0.isTrainable && !($0.part.map(frozen.contains) ?? false) }
    graph.outputs = [
      ValueInfo(Self.loss, .float32, []), ValueInfo(Registry.Border.head, .float32, nil),
    ]
    // Shapes and other constants stay known: the types of a sequence's frames follow from them.
    let states = Set(parameters.filter { $0.role != .constant }.map(\.name))
    var forward = try Program(graph, opsets: model.opsets, inputTypes: inputTypes, states: states)
    for pass in Pass.beforeDifferentiation(precision: train.precision) { forward = try pass.apply(forward) }
    let (differentiated, gradients) = try forward.graph(named: graph.name).differentiated(
      Self.loss, by: Set(trainable.map(\.name)), opsets: model.opsets)
    graph = differentiated
    let reached = trainable.filter { gradients[$0.name] != nil }
    guard !reached.isEmpty else {
      throw ZooError(.badInput, path: "train.freeze", problem: "nothing is left to train", remedy: "Freeze fewer parts")
    }
    let scale = "gradient_scale"
    graph.nodes.append(
      Node(
        name: Self.gradientNorm, op: "GlobalNormScale", domain: "zoo",
        inputs: reached.compactMap { gradients[$0.name] },
        outputs: [scale, Self.gradientNorm], attributes: ["clip_norm": .float(Float(train.clipNorm))]))
    for parameter in reached {
      guard let gradient = gradients[parameter.name] else { continue }
      try Self.update(parameter, gradient, scale, train, &graph)
    }
    if train.ema > 0 { Self.average(states, decay: train.ema, &graph) }
    graph.outputs = [
      ValueInfo(Self.loss, .float32, []), ValueInfo(Self.gradientNorm, .float32, []),
      ValueInfo(Registry.Border.head, .float32, nil),
    ]
    self.graph = graph
    self.gradients = gradients.filter { name, _ in reached.contains { $0.name == name } }
  }

  /// What the average of a state is called.
  package static func average(of state: String) -> String { "\(state).average" }

  /// Adds a moving average of everything of the model that the step changes: parameters and running statistics.
  private static func average(_ states: Set<String>, decay: Double, _ graph: inout Graph) {
    for update in graph.updates where states.contains(update.state) {
      guard let start = graph.initializers[update.state] else { continue }
      let average = average(of: update.state)
      graph.initializers[average] = start
      graph.nodes.append(
        Node(
          name: "\(average).update", op: "MovingAverage", domain: "zoo", inputs: [average, update.value, step],
          outputs: ["\(average).next"], attributes: ["decay": .float(Float(decay))]))
      graph.updates.append(Update(state: average, value: "\(average).next"))
    }
  }

  /// The logits of all positions of the map, one after the other: [N · positions, classes].
  private static func addPositions(_ graph: inout Graph, classes: Int) throws -> String {
    let shape = "loss.positions_shape"
    graph.initializers[shape] = try Tensor(shape: [2], [Int64(-1), Int64(classes)])
    graph.nodes += [
      Node(
        name: "loss.channels_last", op: "Transpose", inputs: [Registry.Border.map], outputs: ["loss.channels_last"],
        attributes: ["perm": .ints([0, 2, 3, 1])]),
      Node(
        name: "loss.positions", op: "Reshape", inputs: ["loss.channels_last", shape], outputs: ["loss.positions"]),
    ]
    return "loss.positions"
  }

  /// The mean cross entropy or focal loss; where samples are mixed, share · loss(own labels) + (1 − share) · loss(others' labels)
  /// (Zhang, Cisse, Dauphin and Lopez-Paz 2018; Yun et al. 2019).
  private static func addLoss(
    _ train: TrainSpec, _ logits: String, items: Int, classWeights: [Float]?, isWeighted: Bool, _ graph: inout Graph
  ) throws {
    if let classWeights {
      graph.initializers["loss.class_weights"] = try Tensor(shape: [classWeights.count], classWeights)
    }
    func itemWeights(_ name: String) -> [String] {
      guard isWeighted else { return [] }
      graph.inputs.append(ValueInfo(name, .float32, [.fixed(items)]))
      return [name]
    }
    func crossEntropy(_ labels: String, _ weights: String, _ output: String) -> Node {
      let shares = itemWeights(weights)
      let classes = classWeights != nil ? ["loss.class_weights"] : shares.isEmpty ? [] : [""]
      var attributes: [String: Attribute] = ["label_smoothing": .float(Float(train.labelSmoothing))]
      if train.focal > 0 { attributes["focal_gamma"] = .float(Float(train.focal)) }
      return Node(
        name: output, op: "SoftmaxCrossEntropy", domain: "zoo",
        inputs: [logits, labels] + classes + shares, outputs: [output], attributes: attributes)
    }
    guard train.mixesSamples else {
      graph.nodes.append(crossEntropy(Self.labels, Self.weights, Self.loss))
      return
    }
    graph.inputs += [
      ValueInfo(Self.otherLabels, .int64, [.fixed(items)]), ValueInfo(Self.ownShare, .float32, []),
    ]
    graph.initializers["loss.one"] = try Tensor(Float(1))
    func node(_ op: String, _ inputs: [String], _ output: String) -> Node {
      Node(name: output, op: op, inputs: inputs, outputs: [output])
    }
    graph.nodes += [
      crossEntropy(Self.labels, Self.weights, "loss.own"),
      crossEntropy(Self.otherLabels, Self.otherWeights, "loss.other"),
      node("Sub", ["loss.one", Self.ownShare], "loss.other_share"),
      node("Mul", ["loss.own", Self.ownShare], "loss.own_part"),
      node("Mul", ["loss.other", "loss.other_share"], "loss.other_part"),
      node("Add", ["loss.own_part", "loss.other_part"], Self.loss),
    ]
  }

  /// The nodes up to the logits.
  private static func withoutOutput(_ graph: Graph) -> [Node] { graph.nodes.filter { $0.part != .output } }

  private static func update(
    _ parameter: Parameter, _ gradient: String, _ scale: String, _ train: TrainSpec, _ graph: inout Graph
  ) throws {
    let name = parameter.name
    let optimizer = train.optimizer
    let factor = parameter.part.flatMap { train.learningRates[$0.rawValue] } ?? 1
    var attributes: [String: Attribute] = [
      "weight_decay": .float(parameter.role == .undecayed ? 0 : Float(optimizer.weightDecay)),
      "learning_rate_factor": .float(Float(factor)),
    ]
    let moments: [String]
    let op: String
    switch optimizer.name {
    case .adamw:
      op = "AdamW"
      moments = ["first_moment", "second_moment"]
      attributes["beta1"] = .float(Float(optimizer.beta1))
      attributes["beta2"] = .float(Float(optimizer.beta2))
      attributes["epsilon"] = .float(Float(optimizer.epsilon))
    case .sgd:
      op = "SGD"
      moments = ["momentum"]
      attributes["momentum"] = .float(Float(optimizer.momentum))
      attributes["nesterov"] = .int(optimizer.nesterov ? 1 : 0)
    }
    let states = moments.map { "\(name).\($0)" }
    for state in states { graph.initializers[state] = try Tensor(zeros: parameter.type) }
    let all = [name] + states
    graph.nodes.append(
      Node(
        name: "\(name).update", op: op, domain: "zoo",
        inputs: [name, gradient] + states + [learningRate, step, scale], outputs: all.map { "\($0).next" },
        attributes: attributes, part: parameter.part))
    graph.updates += all.map { Update(state: $0, value: "\($0).next") }
  }
}
