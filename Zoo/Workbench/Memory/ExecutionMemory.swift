import ZooData
import ZooPlugins

/// What executing a program takes, planned but not executed. Planning takes milliseconds, and memory for packed weights.
struct ExecutionMemory {
  let plan: MemoryPlan
  /// What is held besides the arena and the constants where batches are cut into shards: their sums, and the arena of the update.
  private var sums = 0
  /// Parameters, constants, packed weights and, in training, the states of the optimizer, in bytes.
  private(set) var constants: Int
  /// What compiling takes for a moment, besides ``constants`` and before there is an arena.
  let moment: Int

  /// The arena, and everything that is there besides it.
  var byteCount: Int { plan.arenaByteCount + constants + sums }
  /// The most that is there at any time, from the first moment of compiling on.
  var peakByteCount: Int { constants + max(plan.arenaByteCount, moment) }

  init(_ executable: Executable) {
    plan = executable.plan
    constants = executable.constantByteCount + executable.packedByteCount
    moment = executable.momentByteCount
  }

  /// Of a prediction.
  /// - Parameter threads: each has scratch memory of its own.
  /// - Throws: ``ValueNeeded`` if shapes depend on values of the run.
  init(
    predicting model: Model, inputTypes: [String: TensorType], precision: Pass.Precision = .float32, threads: Int = 1
  ) throws {
    self.init(
      try MemoryAccount.whilePlanning {
        try Executable(
          model.graph, opsets: model.opsets, inputTypes: inputTypes, purpose: .prediction,
          threads: ThreadPool(count: threads), limits: .anyArena, precision: precision)
      })
  }

  /// Of a training step.
  /// - Parameters:
  ///   - positions: of the map of a sample, if they are what is learnt.
  ///   - threads: each has scratch memory of its own.
  init(
    training model: Model, _ train: TrainSpec, inputTypes: [String: TensorType], positions: Int? = nil,
    threads: Int = 1
  ) throws {
    if train.shards > 1 {
      self = try Self.sharded(model, train, inputTypes: inputTypes, positions: positions, threads: threads)
      return
    }
    let training = try TrainingGraph(
      model, train, seed: 1, inputTypes: inputTypes, classWeights: nil, positions: positions)
    self.init(
      try MemoryAccount.whilePlanning {
        try Executable(
          training.graph, opsets: model.opsets, inputTypes: inputTypes, purpose: .training,
          threads: ThreadPool(count: threads), limits: .anyArena)
      })
  }

  /// Of a training step whose batch is cut into shards, on a rank that has them all.
  private static func sharded(
    _ model: Model, _ train: TrainSpec, inputTypes: [String: TensorType], positions: Int?, threads: Int
  ) throws -> ExecutionMemory {
    let types = inputTypes.batch(max(1, train.batch / train.shards), insteadOf: train.batch)
    let graphs = try ShardedGraphs(
      model, train, seed: 1, inputTypes: types, classWeights: nil, isWeighted: false, positions: positions)
    let pool = ThreadPool(count: threads)
    let (shard, update) = try MemoryAccount.whilePlanning {
      (
        try Executable(
          graphs.shard, opsets: model.opsets, inputTypes: types, purpose: .training, threads: pool,
          states: Set(graphs.update.updates.map(\.state)).intersection(graphs.shard.initializers.keys),
          limits: .anyArena),
        try Executable(graphs.update, opsets: model.opsets, purpose: .training, threads: pool, limits: .anyArena)
      )
    }
    var memory = ExecutionMemory(shard)
    let updating = ExecutionMemory(update)
    let size = graphs.values.reduce(0) { $0 + $1.count }
    memory.sums =
      ShardSums.byteCount(size: size, shards: train.shards) + updating.plan.arenaByteCount + memory.constants
    memory.constants = updating.constants
    return memory
  }
}

extension LoadLimits {
  /// For planning: how much memory there is, a ``MemoryBudget`` says later, and better.
  static var anyArena: LoadLimits {
    var limits = LoadLimits.default
    limits.arenaBytes = .max
    return limits
  }
}

extension Dictionary where Key == String, Value == TensorType {
  /// The same inputs for `batch` items instead of `old`.
  func batch(_ batch: Int, insteadOf old: Int) -> Self {
    mapValues { type in
      guard type.shape.first == old else { return type }
      return TensorType(type.elementType, [batch] + type.shape.dropFirst())
    }
  }
}
