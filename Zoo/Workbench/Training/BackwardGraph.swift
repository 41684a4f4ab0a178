import ZooData
import ZooPlugins

/// Forward pass, loss and gradients, without what a step does with them.
struct BackwardGraph {
  /// Its outputs are to be chosen.
  let graph: Graph
  /// The running statistics, with the values that they take: updates of the graph, unless it leaves them to others.
  let statistics: [Update]
  /// What is trained, with the value that holds its gradient.
  let trained: [(parameter: Parameter, gradient: String)]
  /// Parameters and running statistics.
  let states: Set<String>

  /// - Parameters:
  ///   - keepsStatistics: whether the graph updates the running statistics; otherwise their new values are computed alone.
  init(
    _ model: Model, _ train: TrainSpec, seed: UInt64, inputTypes: [String: TensorType], classWeights: [Float]?,
    isWeighted: Bool, positions: Int?, keepsStatistics: Bool = true
  ) throws {
    let frozen = Set(train.freeze.compactMap(Part.init(rawValue:)))
    let form = TrainingForm(seed: seed, frozen: frozen, step: TrainingGraph.step)
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
      ValueInfo(TrainingGraph.labels, .int64, [.fixed(batch * (positions ?? 1))]),
      ValueInfo(TrainingGraph.learningRate, .float32, []), ValueInfo(TrainingGraph.step, .int64, []),
    ]
    let classes = model.card.classes.count
    let logits = try positions == nil ? Registry.Border.head : Self.addPositions(&graph, classes: classes)
    try Self.addLoss(
      train, logits, items: batch * (positions ?? 1), classWeights: classWeights, isWeighted: isWeighted, &graph)

    let parameters = model.graph.parameters()
    let trainable = parameters.filter { $0.isTrainable && !($0.part.map(frozen.contains) ?? false) }
    graph.outputs = [
      ValueInfo(TrainingGraph.loss, .float32, []), ValueInfo(Registry.Border.head, .float32, nil),
    ]
    statistics = graph.updates
    if !keepsStatistics {
      graph.outputs += graph.updates.map { ValueInfo($0.value, .float32, nil) }
      graph.updates = []
    }
    // Shapes and other constants stay known: the types of a sequence's frames follow from them.
    let states = Set(parameters.filter { $0.role != .constant }.map(\.name))
    var forward = try Program(graph, opsets: model.opsets, inputTypes: inputTypes, states: states)
    for pass in Pass.beforeDifferentiation(precision: train.precision) { forward = try pass.apply(forward) }
    let (differentiated, gradients) = try forward.graph(named: graph.name).differentiated(
      TrainingGraph.loss, by: Set(trainable.map(\.name)), opsets: model.opsets)
    graph = differentiated
    let reached = trainable.filter { gradients[$0.name] != nil }
    guard !reached.isEmpty else {
      throw ZooError(.badInput, path: "train.freeze", problem: "nothing is left to train", remedy: "Freeze fewer parts")
    }
    self.graph = graph
    trained = reached.compactMap { parameter in gradients[parameter.name].map { (parameter, $0) } }
    self.states = states
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
      graph.nodes.append(crossEntropy(TrainingGraph.labels, TrainingGraph.weights, TrainingGraph.loss))
      return
    }
    graph.inputs += [
      ValueInfo(TrainingGraph.otherLabels, .int64, [.fixed(items)]), ValueInfo(TrainingGraph.ownShare, .float32, []),
    ]
    graph.initializers["loss.one"] = try Tensor(Float(1))
    func node(_ op: String, _ inputs: [String], _ output: String) -> Node {
      Node(name: output, op: op, inputs: inputs, outputs: [output])
    }
    graph.nodes += [
      crossEntropy(TrainingGraph.labels, TrainingGraph.weights, "loss.own"),
      crossEntropy(TrainingGraph.otherLabels, TrainingGraph.otherWeights, "loss.other"),
      node("Sub", ["loss.one", TrainingGraph.ownShare], "loss.other_share"),
      node("Mul", ["loss.own", TrainingGraph.ownShare], "loss.own_part"),
      node("Mul", ["loss.other", "loss.other_share"], "loss.other_part"),
      node("Add", ["loss.own_part", "loss.other_part"], TrainingGraph.loss),
    ]
  }

  /// The nodes up to the logits.
  private static func withoutOutput(_ graph: Graph) -> [Node] { graph.nodes.filter { $0.part != .output } }
}
