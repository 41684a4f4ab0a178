import ZooPlugins

/// What executing a program takes, planned but not executed. Planning takes milliseconds, and memory for packed weights.
struct ExecutionMemory {
  let plan: MemoryPlan
  /// Parameters, constants and, in training, the states of the optimizer, in bytes.
  let constants: Int

  /// The arena, and everything that is there besides it.
  var byteCount: Int { plan.arenaByteCount + constants }

  init(_ executable: Executable) {
    plan = executable.plan
    constants = executable.program.builder.initializers.reduce(0) { $0 + $1.value.type.byteCount }
  }

  /// Of a prediction.
  /// - Throws: ``ValueNeeded`` if shapes depend on values of the run.
  init(
    predicting model: Model, inputTypes: [String: TensorType], precision: Pass.Precision = .float32
  ) throws {
    self.init(
      try MemoryAccount.whilePlanning {
        try Executable(
          model.graph, opsets: model.opsets, inputTypes: inputTypes, purpose: .prediction,
          threads: ThreadPool(count: 1), limits: .anyArena, precision: precision)
      })
  }

  /// Of a training step.
  init(training model: Model, _ train: TrainSpec, inputTypes: [String: TensorType]) throws {
    let training = try TrainingGraph(model, train, seed: 1, inputTypes: inputTypes, classWeights: nil)
    self.init(
      try MemoryAccount.whilePlanning {
        try Executable(
          training.graph, opsets: model.opsets, inputTypes: inputTypes, purpose: .training,
          threads: ThreadPool(count: 1), limits: .anyArena)
      })
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
