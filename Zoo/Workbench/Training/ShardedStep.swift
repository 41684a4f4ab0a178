import ZooData
import ZooPlugins

/// Executes optimizer steps whose batch is cut into shards, those of this rank one after the other.
final class ShardedStep {
  /// What a step told.
  struct Result {
    let loss: Double
    let gradientNorm: Double
    /// Whether a rank was asked to end.
    let isStopped: Bool
  }

  /// Holds the states.
  let update: ExecutionContext
  private let shard: ExecutionContext
  private let sums: ShardSums
  private let shards: Int
  private let input: String
  private let classWeights: [Float]?
  private let isWeighted: Bool
  /// The node after which each bucket is complete.
  private let completing: [Int]
  /// Places of the loss and of the inputs of the update among the sums.
  private let loss: Int
  private let inputs: [(name: String, place: Int)]

  /// - Parameters:
  ///   - initialStates: of a checkpoint.
  ///   - isWeighted: whether items of a shard may weigh more or less than those of another, or not count at all.
  init(
    _ graphs: ShardedGraphs, model: Model, input: TensorType, shards: Int, ranks: Ranks, threads: ThreadPool,
    initialStates: [String: Tensor], classWeights: [Float]?, isWeighted: Bool
  ) throws {
    let name = model.graph.inputs.first?.name ?? ""
    let states = Set(graphs.update.updates.map(\.state))
    let (first, second) = try MemoryAccount.whilePlanning {
      (
        try Executable(
          graphs.shard, opsets: model.opsets, inputTypes: [name: input], purpose: .training, threads: threads,
          states: states.intersection(graphs.shard.initializers.keys), limits: .anyArena),
        try Executable(
          graphs.update, opsets: model.opsets, purpose: .training, threads: threads, limits: .anyArena)
      )
    }
    update = try ExecutionContext(second, initialStates: initialStates.filter { states.contains($0.key) })
    shard = try ExecutionContext(first, sharingStatesOf: update)
    self.input = name
    self.shards = shards
    self.classWeights = classWeights
    self.isWeighted = isWeighted || classWeights != nil
    var makers: [String: Int] = [:]
    for (index, node) in first.program.nodes.enumerated() { for output in node.outputs { makers[output] = index } }
    let ordered = graphs.values.enumerated().sorted {
      (makers[$0.element.name] ?? -1, $0.offset) < (makers[$1.element.name] ?? -1, $1.offset)
    }
    sums = try ShardSums(ordered.map(\.element), shards: shards, ranks: ranks, threads: threads)
    completing = sums.buckets.map { [sums] bucket in
      bucket.values.map { makers[sums.values[$0].name] ?? -1 }.max() ?? -1
    }
    loss = sums.values.firstIndex { $0.name == TrainingGraph.loss } ?? 0
    inputs = sums.values.enumerated().filter { $0.element.name != TrainingGraph.loss }.map {
      ($0.element.name, $0.offset)
    }
    for (name, place) in inputs { update.bind(name, to: sums.memory(of: place)) }
  }

  /// The shards of this rank.
  var run: Range<Int> { sums.run }

  /// - Parameters:
  ///   - batches: this rank's shards of the batch, in order.
  ///   - step: from 1.
  ///   - stops: whether this rank was asked to end after the step.
  func perform(_ batches: [Batch], step: Int, learningRate: Float, stops: Bool) throws -> Result {
    let weights = batches.map { isWeighted ? weight($0) : 1 }
    sums.begin(weights: weights, stops: stops)
    for (place, batch) in batches.enumerated() {
      // Random operators draw by the number of the step: each shard of each step has one of its own.
      var number = Int64((step - 1) * shards + run.lowerBound + place + 1)
      batch.bind(to: shard, input: input)
      try withUnsafeBytes(of: &number) { number in
        guard let number = number.baseAddress else { return }
        shard.bind(TrainingGraph.step, to: number)
        try withExtendedLifetime(batch) { try compute(place, weight: weights[place]) }
      }
    }
    let isStopped = try sums.finish()
    var (rate, number) = (learningRate, Int64(step))
    try withUnsafeBytes(of: &rate) { rate in
      try withUnsafeBytes(of: &number) { number in
        guard let rate = rate.baseAddress, let number = number.baseAddress else { return }
        update.bind(TrainingGraph.learningRate, to: rate)
        update.bind(TrainingGraph.step, to: number)
        try update.run()
      }
    }
    let norm = try update.output(TrainingGraph.gradientNorm).values(as: Float.self)?.first ?? .nan
    return Result(loss: Double(sums.memory(of: loss).pointee), gradientNorm: Double(norm), isStopped: isStopped)
  }

  /// One shard; buckets are handed on as soon as the backward pass has made them.
  private func compute(_ place: Int, weight: Float) throws {
    var next = 0
    func hand(after node: Int) {
      while next < completing.count, completing[next] <= node {
        sums.add(next, of: place, weight: weight) { [sums, shard] index in
          shard.unsafeMemory(ofOutput: sums.values[index].name)?.assumingMemoryBound(to: Float.self)
        }
        next += 1
      }
    }
    try shard.run(afterEachNode: hand)
    hand(after: .max)
  }

  /// What the items of a shard weigh in the loss together.
  private func weight(_ batch: Batch) -> Float {
    let labels: [Int64] = (batch.positions?.labels ?? batch.labels).values() ?? []
    let items: [Float]? = (batch.positions == nil ? batch.weights : batch.positions?.weights)?.values()
    var sum = 0.0
    for (index, label) in labels.enumerated() where label != DenseTargets.ignored {
      let ofClass = classWeights.map { weights in weights.indices.contains(Int(label)) ? weights[Int(label)] : 0 } ?? 1
      sum += Double(ofClass) * Double(items?[index] ?? 1)
    }
    return Float(sum)
  }
}

extension Batch {
  /// Lets a training graph read the batch, which has to live as long as it does.
  func bind(to context: ExecutionContext, input: String) {
    context.bind(input, to: pixels.storage.base)
    context.bind(TrainingGraph.labels, to: (positions?.labels ?? labels).storage.base)
    if let weights = positions == nil ? weights : positions?.weights {
      context.bind(TrainingGraph.weights, to: weights.storage.base)
    }
    guard let mixed else { return }
    if let weights = mixed.weights { context.bind(TrainingGraph.otherWeights, to: weights.storage.base) }
    context.bind(TrainingGraph.otherLabels, to: mixed.labels.storage.base)
    context.bind(TrainingGraph.ownShare, to: mixed.ownShare.storage.base)
  }
}
