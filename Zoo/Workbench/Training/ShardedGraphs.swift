import ZooData
import ZooPlugins

/// The two graphs that an optimizer step executes if the batch is cut into shards: one for each shard, whose results are
/// added up, and one that updates the model by the sums.
///
/// Normalisations over the batch see a shard alone, as they would on a machine of its own; the running statistics are the mean
/// of what the shards make of them.
struct ShardedGraphs {
  /// Forward pass, loss and gradients of a shard. Its inputs are those of ``TrainingGraph`` but for `learning_rate`; its outputs
  /// are the ``values``.
  let shard: Graph
  /// Inputs: the ``values`` but for the loss, under their names; `learning_rate`, `step`. Output: `gradient_norm`. Its states
  /// are those of ``TrainingGraph``.
  let update: Graph
  let values: [Value]

  /// What a shard gives.
  struct Value: Sendable, Hashable {
    let name: String
    let count: Int
    /// Whether it is a mean over the items of the shard, which count as much as they weigh; what isn't is of the shard as a
    /// whole, and all shards count alike.
    let isMeanOfItems: Bool
  }

  /// - Parameters:
  ///   - inputTypes: of a shard.
  ///   - classWeights, isWeighted, positions: as of ``TrainingGraph``.
  init(
    _ model: Model, _ train: TrainSpec, seed: UInt64, inputTypes: [String: TensorType], classWeights: [Float]?,
    isWeighted: Bool, positions: Int?
  ) throws {
    let backward = try BackwardGraph(
      model, train, seed: seed, inputTypes: inputTypes, classWeights: classWeights, isWeighted: isWeighted,
      positions: positions, keepsStatistics: false)
    var shard = backward.graph
    shard.inputs.removeAll { $0.name == TrainingGraph.learningRate }
    var update = Graph(name: model.graph.name + ".update")
    update.inputs = [ValueInfo(TrainingGraph.learningRate, .float32, []), ValueInfo(TrainingGraph.step, .int64, [])]
    var values = [Value(name: TrainingGraph.loss, count: 1, isMeanOfItems: true)]
    /// Makes a value of the shard an input of the update, once.
    func hand(_ name: String, for state: String, isMeanOfItems: Bool) throws {
      guard let start = model.graph.initializers[state] else {
        throw ZooError(.badInput, tensor: state, problem: "is trained, but has no value to start from")
      }
      update.initializers[state] = start
      guard !values.contains(where: { $0.name == name }) else { return }
      values.append(Value(name: name, count: start.elementCount, isMeanOfItems: isMeanOfItems))
      update.inputs.append(ValueInfo(name, .float32, start.shape.map(Dimension.fixed)))
    }
    for (parameter, gradient) in backward.trained { try hand(gradient, for: parameter.name, isMeanOfItems: true) }
    for statistic in backward.statistics { try hand(statistic.value, for: statistic.state, isMeanOfItems: false) }
    update.updates = backward.statistics
    try TrainingGraph.addUpdates(backward.trained, train, &update)
    if train.ema > 0 { TrainingGraph.average(backward.states, decay: train.ema, &update) }
    update.outputs = [ValueInfo(TrainingGraph.gradientNorm, .float32, [])]
    shard.outputs = values.map { ValueInfo($0.name, .float32, nil) }
    self.shard = shard
    self.update = update
    self.values = values
  }
}
