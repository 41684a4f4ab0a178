import ZooData
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
    let backward = try BackwardGraph(
      model, train, seed: seed, inputTypes: inputTypes, classWeights: classWeights, isWeighted: isWeighted,
      positions: positions)
    var graph = backward.graph
    try Self.addUpdates(backward.trained, train, &graph)
    if train.ema > 0 { Self.average(backward.states, decay: train.ema, &graph) }
    graph.outputs = [
      ValueInfo(Self.loss, .float32, []), ValueInfo(Self.gradientNorm, .float32, []),
      ValueInfo(Registry.Border.head, .float32, nil),
    ]
    self.graph = graph
    gradients = Dictionary(backward.trained.map { ($0.parameter.name, $0.gradient) }) { first, _ in first }
  }

  /// Adds the norm of all gradients and the steps of the optimizer.
  static func addUpdates(
    _ trained: [(parameter: Parameter, gradient: String)], _ train: TrainSpec, _ graph: inout Graph
  ) throws {
    let scale = "gradient_scale"
    graph.nodes.append(
      Node(
        name: gradientNorm, op: "GlobalNormScale", domain: "zoo", inputs: trained.map(\.gradient),
        outputs: [scale, gradientNorm], attributes: ["clip_norm": .float(Float(train.clipNorm))]))
    for (parameter, gradient) in trained { try update(parameter, gradient, scale, train, &graph) }
  }

  /// What the average of a state is called.
  package static func average(of state: String) -> String { "\(state).average" }

  /// Adds a moving average of everything of the model that the step changes: parameters and running statistics.
  static func average(_ states: Set<String>, decay: Double, _ graph: inout Graph) {
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
