import ZooPlugins

/// What a training run takes at most, planned but not executed: the whole process, from the program to the cache.
struct TrainingMemory {
  /// The arena of a step, its constants and packed weights.
  let step: Int
  /// The same of the predictions on the validation and test items, which are compiled while the step's memory is held.
  let prediction: Int
  /// Parameters and moments: in the context, in the last checkpoint, and in the bytes of a checkpoint that is written.
  let states: Int
  /// Batches that are ready, in work and in use, and the images that are being decoded for them.
  let loader: Int
  /// The decoded samples that are kept, if there is room.
  let cache: Int
  /// The program itself, its tables and what the allocator keeps.
  static let program = 80_000_000

  /// All but the cache, which takes what is left.
  var withoutCache: Int { Self.program + step + prediction + states + loader }
  var byteCount: Int { withoutCache + cache }

  /// - Parameters:
  ///   - items: samples that are decoded in a run.
  ///   - inputTypes: of a training step.
  init(
    _ model: Model, _ spec: Spec, dataset: Dataset, items: Int, inputTypes: [String: TensorType], threads: Int
  ) throws {
    let training = try ExecutionMemory(training: model, spec.train, inputTypes: inputTypes)
    step = training.byteCount
    let predicting = try model.augmentedAtTestTime(spec.model.testTimeAugmentation)
    prediction =
      (try? ExecutionMemory(predicting: predicting, inputTypes: inputTypes).byteCount) ?? training.byteCount
    states = 3 * training.constants
    let sample = dataset.sampleSize * 4
    let batch = spec.train.batch * sample
    loader = (BatchLoader.Options().ahead + 2) * batch + max(threads, 1) * 4 * sample
    cache = min(spec.data.cacheMegabytes * 1_000_000, items * sample)
  }

  /// The bytes that the cache may take.
  func cacheLimit(within budget: MemoryBudget) -> Int { max(0, min(cache, budget.byteCount - withoutCache)) }
}
