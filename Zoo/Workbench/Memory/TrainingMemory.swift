import ZooData
import ZooPlugins

/// What a training run takes at most, planned but not executed: the whole process, from the program to the cache.
struct TrainingMemory {
  /// The arena of a step and its constants.
  let step: Int
  /// Parameters and moments, in bytes: the step's own, those of the last checkpoint, and those that it began with.
  let states: Int
  /// Predicting the validation and test items, from the first moment of compiling on; the step's memory is held meanwhile.
  let prediction: Int
  /// Batches that are ready, in work and in use, and the images that are being decoded for them.
  let loader: Int
  /// What is known of the samples, and what is said of those that are evaluated: it grows with items and classes alone.
  let results: ResultsMemory
  /// The decoded samples that are kept, if there is room.
  let cache: Int
  /// The program itself, its tables and what the allocator keeps.
  static let program = 64_000_000

  /// All but the cache, which takes what is left: while a step is held, or when results are made after it.
  var withoutCache: Int {
    let training = step + 2 * states
    let completing = 2 * states + results.made
    return Self.program + results.samples + prediction + loader + max(training, completing)
  }
  var byteCount: Int { withoutCache + cache }

  /// - Parameters:
  ///   - split: the samples that are decoded in a run.
  ///   - inputTypes: of a training step.
  ///   - threads: each has scratch memory of its own.
  init(
    _ model: Model, _ spec: Spec, dataset: Dataset, split: Split, inputTypes: [String: TensorType], threads: Int
  ) throws {
    let positions = try DenseTargets(spec, dataset, model: model)?.count
    let training = try ExecutionMemory(
      training: model, spec.train, inputTypes: inputTypes, positions: positions, threads: threads)
    step = training.byteCount
    states = training.constants
    let predicting = try model.augmentedAtTestTime(spec.model.testTimeAugmentation)
    prediction =
      (try? ExecutionMemory(predicting: predicting, inputTypes: inputTypes, threads: threads).peakByteCount)
      ?? training.byteCount
    let sample = dataset.sampleSize * 4
    let batch = spec.train.batch * sample
    // A batch that is mixed is made from one that isn't.
    let unmixed = spec.train.mixesSamples ? max(threads, 1) : 0
    loader = (BatchLoader.Options().ahead + 2 + unmixed) * batch + max(threads, 1) * 4 * sample
    results = ResultsMemory(
      items: Subset.allCases.reduce(0) { $0 + split[$1].count }, evaluated: split.validation.count + split.test.count,
      classes: dataset.classes.count)
    cache = min(spec.data.cacheMegabytes * 1_000_000, results.items * sample)
  }

  /// The bytes that the cache may take.
  func cacheLimit(within budget: MemoryBudget) -> Int { max(0, min(cache, budget.byteCount - withoutCache)) }
}

/// What a run knows of its samples and says of them, in bytes: measured, with some room.
struct ResultsMemory {
  /// All samples of the run, and those of the validation and test subsets.
  let items: Int
  let evaluated: Int
  let classes: Int

  /// Names, groups, digests and simple figures of all samples, held from the start to the end.
  var samples: Int { Self.bytesPerItem * items }

  /// A probability for each evaluated item and class: of the network, of one baseline at a time and as it is written or read
  /// again as text; and the order of the items by each class. Names of classes, on pages too.
  var made: Int {
    let pairs = evaluated * classes
    return Self.bytesPerPair * pairs + RankMetrics.bytesPerItem * min(pairs, MetricSample.mostKept)
      + Self.bytesPerClass * classes
  }

  private static let bytesPerItem = 2000
  private static let bytesPerPair = 24
  private static let bytesPerClass = 8000
}
