import ZooData

/// One line of `log.jsonl`: the state of training at a validation, normally at the end of an epoch.
public struct LogRecord: Codable, Sendable, Hashable {
  /// Counted from 1.
  public var epoch: Int
  /// Optimizer steps since the start of the run.
  public var step: Int
  /// The mean loss over the training items of the epoch, as the model was at each step.
  public var trainLoss: Double
  /// Results on the validation items by name: `loss`, `accuracy`, `balanced_accuracy`, `macro_f1`.
  public var validation: [String: Double]
  /// The learning rate of the last step.
  public var learningRate: Double
  /// Seconds of training since the start of the run, the sittings before a resume included.
  public var seconds: Double
  /// Training items (images or sequences) a second in this epoch.
  public var itemsPerSecond: Double
  /// The share of the epoch's time in which a step waited for data, in 0...1.
  public var dataWaitShare: Double
  /// Whether the watched metric was better than ever before.
  public var isBest: Bool

  package init(
    epoch: Int, step: Int, trainLoss: Double, validation: [String: Double] = [:], learningRate: Double,
    seconds: Double = 0, itemsPerSecond: Double = 0, dataWaitShare: Double = 0, isBest: Bool = false
  ) {
    self.epoch = epoch
    self.step = step
    self.trainLoss = trainLoss
    self.validation = validation
    self.learningRate = learningRate
    self.seconds = seconds
    self.itemsPerSecond = itemsPerSecond
    self.dataWaitShare = dataWaitShare
    self.isBest = isBest
  }
}

/// `metrics.json`: what the run was trained on, what it costs and how well it does.
public struct RunMetrics: Codable, Sendable, Hashable {
  package var data: DataFacts
  /// What the exported model is and costs.
  public var model: ModelFacts
  /// What training took.
  public var training: TrainingFacts
  /// Results by subset, `test` and `validation`.
  public var subsets: [String: EvaluationResult]
  /// What needs no network, on the test items (of validation without a test set); `nil` in runs of older versions.
  package var baselines: [BaselineResult]?
  /// On the items of ``subgroupSubset``, by the columns of the data that group them; `nil` in runs of older versions.
  package var subgroups: [SubgroupResult]?

  /// Why the figures say nothing of the cells, if they don't.
  package var confounding: String? { data.confounding }

  /// The subset that ``subgroups`` are of.
  var subgroupSubset: String { subsets["test"] == nil ? "validation" : "test" }

  package init(
    data: DataFacts, model: ModelFacts, training: TrainingFacts, subsets: [String: EvaluationResult] = [:]
  ) {
    self.data = data
    self.model = model
    self.training = training
    self.subsets = subsets
  }
}

/// What a reader must know of the data before believing a number.
package struct DataFacts: Codable, Sendable, Hashable {
  /// Where the data came from, e.g. `folder` and its path.
  package var source: String
  /// Whether the samples were made by a simulation, which reports say in big letters.
  package var isSimulated: Bool
  /// A digest of the data in lower-case hexadecimal; two results with different ones are not comparable.
  package var fingerprint: String
  package var channels: [String]
  package var classes: [String]
  /// How items were assigned, in words, e.g. `by plate and well, 70 / 15 / 15 %, seed 1`.
  package var splitRule: String
  /// What was found in the data and decided on, e.g. samples that are left out, by reason; `nil` in older runs.
  package var remarks: [String]?
  package var subsets: [String: SubsetFacts]
  /// What the camera can give and how that is known, in words; of older runs it isn't known.
  package var range: String?
  /// What the pixels of each channel are over the training set, by name.
  package var channelValues: [String: ChannelValues]?
  /// The images that couldn't be decoded and were left out, and why.
  package var skipped: [String]?
  /// What a reader should know of the pixels, e.g. a channel that is black.
  package var cautions: [String]?
  /// Why figures say nothing of the cells, e.g. because each plate has one class alone; `nil` if they do, and in older runs.
  package var confounding: String?
  /// What a reader of the figures must know of the split, e.g. what lies on both sides; `nil` in runs of older versions.
  package var splitCautions: [String]?
  /// What items held out share with those trained on; `nil` in runs of older versions.
  package var audit: LeakAudit?

  package struct SubsetFacts: Codable, Sendable, Hashable {
    package var items: Int
    /// Independent units such as wells; the number of items for a split at random.
    package var groups: Int
    package var itemsByClass: [String: Int]

    package init(items: Int, groups: Int, itemsByClass: [String: Int]) {
      self.items = items
      self.groups = groups
      self.itemsByClass = itemsByClass
    }
  }

  package init(
    source: String = "", isSimulated: Bool = false, fingerprint: String = "", channels: [String] = [],
    classes: [String] = [], splitRule: String = "", remarks: [String]? = nil, subsets: [String: SubsetFacts] = [:]
  ) {
    self.source = source
    self.isSimulated = isSimulated
    self.fingerprint = fingerprint
    self.channels = channels
    self.classes = classes
    self.splitRule = splitRule
    self.remarks = remarks
    self.subsets = subsets
  }
}

/// What the exported model is and costs.
public struct ModelFacts: Codable, Sendable, Hashable {
  /// Part → the plugin's name, e.g. `backbone: resnet18`.
  public var parts: [String: String]
  /// Learned parameters (elements); running statistics and constants are not counted.
  public var parameters: Int
  /// Multiplications and additions for one item, forward.
  public var flops: Int
  /// Size of `model.zoo` in bytes.
  public var byteCount: Int

  package init(parts: [String: String] = [:], parameters: Int = 0, flops: Int = 0, byteCount: Int = 0) {
    self.parts = parts
    self.parameters = parameters
    self.flops = flops
    self.byteCount = byteCount
  }
}

/// What training took.
public struct TrainingFacts: Codable, Sendable, Hashable {
  /// Of all sittings.
  public var seconds: Double
  /// That were done.
  public var epochs: Int
  /// Of the optimizer.
  public var steps: Int
  /// The epoch of the checkpoint that was exported.
  public var bestEpoch: Int
  /// The metric that chose it, and its value there.
  public var watchedMetric: String
  /// Of the watched metric, at ``bestEpoch``.
  public var watchedValue: Double
  /// Training items, on the average.
  public var itemsPerSecond: Double
  /// Peak resident memory of the process in bytes.
  public var peakMemory: Int
  /// What the last validations showed that a reader should know, e.g. that nothing was learned; of older runs unknown.
  package var cautions: [String]?

  package init(
    seconds: Double = 0, epochs: Int = 0, steps: Int = 0, bestEpoch: Int = 0, watchedMetric: String = "",
    watchedValue: Double = 0, itemsPerSecond: Double = 0, peakMemory: Int = 0,
    cautions: [String]? = nil
  ) {
    self.seconds = seconds
    self.epochs = epochs
    self.steps = steps
    self.bestEpoch = bestEpoch
    self.watchedMetric = watchedMetric
    self.watchedValue = watchedValue
    self.itemsPerSecond = itemsPerSecond
    self.peakMemory = peakMemory
    self.cautions = cautions
  }
}
