import ZooRuntime

/// How the model is trained.
package struct TrainSpec: Codable, Sendable, Hashable {
  package var epochs = 30
  package var batch = 32
  /// Parts of equal size that each batch is cut into, whose gradients are added up in a fixed order; 1 cuts nothing.
  package var shards = 1
  package var optimizer = Optimizer()
  package var schedule = Schedule()
  /// Largest global norm of the gradients; 0 doesn't clip.
  package var clipNorm = 0.0
  package var labelSmoothing = 0.0
  package var classWeights = ClassWeights.none
  package var sampling = Sampling.shuffle
  package var augment = Augment()
  package var earlyStopping = EarlyStopping()
  /// Part → a `.zoo` file whose weights it starts from, e.g. `{backbone: "other.zoo"}`.
  package var `init`: [String: String] = [:]
  /// Parts whose parameters don't change.
  package var freeze: [String] = []
  /// Part → factor on the learning rate, e.g. `{backbone: 0.1}`.
  package var learningRates: [String: Double] = [:]
  /// Steps between two checkpoints inside an epoch; 0 saves at the ends of epochs only.
  package var checkpointSteps = 0
  /// Whether the log is written for TensorBoard too.
  package var tensorboard = false
  package var precision = Pass.Precision.float32
  /// Decay of the moving average of the weights that is validated and exported instead of them; 0 averages nothing.
  package var ema = 0.0
  /// The α of Beta(α, α) by which pairs of samples are blended, or a box of one is put into the other; 0 for neither.
  package var mixup = 0.0
  package var cutmix = 0.0
  /// The γ of the focal loss: the cross entropy of an item counts (1 − p)^γ times, p being the probability of its class; 0
  /// is the cross entropy itself.
  package var focal = 0.0

  /// Whether samples are mixed with each other.
  package var mixesSamples: Bool { mixup > 0 || cutmix > 0 }

  /// Dense head: what of its map is learnt.
  package var positions = Positions.auto

  package enum Positions: String, Codable, Sendable, CaseIterable {
    /// All positions where samples are cells of fields with background, else the middle.
    case auto
    /// The middle alone, which has the sample's label.
    case middle
    case all
  }

  package enum ClassWeights: String, Codable, Sendable, CaseIterable { case none, balanced }
  package enum Sampling: String, Codable, Sendable, CaseIterable { case shuffle, balanced }

  package struct Optimizer: Codable, Sendable, Hashable {
    package enum Name: String, Codable, Sendable, CaseIterable { case adamw, sgd }
    package var name = Name.adamw
    package var learningRate = 1e-3
    /// Decoupled; not of biases and the parameters of normalisations.
    package var weightDecay = 0.01
    /// SGD.
    package var momentum = 0.9
    package var nesterov = false
    /// AdamW.
    package var beta1 = 0.9
    package var beta2 = 0.999
    package var epsilon = 1e-8

    package init() {}
  }

  package struct Schedule: Codable, Sendable, Hashable {
    package enum Name: String, Codable, Sendable, CaseIterable {
      case constant, cosine
      case oneCycle = "one_cycle"
      case step
    }
    package var name = Name.cosine
    /// Epochs of linear warm-up from zero.
    package var warmupEpochs = 0.0
    /// Cosine, one-cycle: the last learning rate as a share of the highest.
    package var finalFactor = 0.0
    /// One-cycle: the share of the run that rises.
    package var risingShare = 0.3
    /// Step: epochs between two drops, and the factor of each.
    package var stepEpochs = 10.0
    package var gamma = 0.1

    package init() {}
  }

  /// Random changes to training samples; all frames and channels of a sample are moved alike, intensities change for
  /// each channel by itself.
  package struct Augment: Codable, Sendable, Hashable {
    package var flipHorizontal = false
    package var flipVertical = false
    /// Quarter turns.
    package var rotate90 = false
    /// Largest shift in pixels, in both directions.
    package var shift = 0
    /// Smallest share of the area that a random crop keeps before it is resized back; 1 doesn't crop.
    package var cropArea = 1.0
    /// Largest relative change of a channel's contrast around its mean, and largest offset and noise as shares of its
    /// deviation: both are ``ChannelValues`` of the training set.
    package var gain = 0.0
    package var offset = 0.0
    /// Largest sigma of a Gaussian blur in pixels.
    package var blur = 0.0
    package var noise = 0.0

    package init() {}
  }

  package struct EarlyStopping: Codable, Sendable, Hashable {
    /// The validation metric that chooses the best checkpoint: `loss`, `accuracy`, `balanced_accuracy` or `macro_f1`.
    package var metric = "balanced_accuracy"
    /// Epochs without improvement before training stops; 0 never stops early.
    package var patience = 0

    package init() {}
  }

  package init() {}
}
