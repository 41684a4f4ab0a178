/// All that a `.zoo` file holds.
public struct Model: Sendable {
  /// Versions of the operator sets that the graph uses, by domain: `""` is ONNX's.
  public var opsets: [String: Int]
  /// What is executed.
  public var graph: Graph
  /// What a user needs to know of it.
  public var card: Card
  /// `nil` if it was never exported, e.g. a graph of others.
  public var selfTest: SelfTest?
  /// Present in a checkpoint, absent in an exported model.
  public var training: TrainingState?
  /// What a newer version of the format wrote beside all this.
  public var unknownFields = UnknownFields()

  /// A model of `graph`. O(1): nothing is checked or copied.
  public init(
    opsets: [String: Int] = ["": Model.currentOpset, "zoo": 1], graph: Graph, card: Card = Card(),
    selfTest: SelfTest? = nil, training: TrainingState? = nil
  ) {
    self.opsets = opsets
    self.graph = graph
    self.card = card
    self.selfTest = selfTest
    self.training = training
  }

  /// The version of ONNX's operator set that our own graphs speak.
  public static let currentOpset = 22
}

/// What a stranger needs to use a model.
public struct Card: Sendable {
  /// What lists and reports call the model.
  public var name = ""
  /// One line.
  public var summary = ""
  /// Names of the channels in the order of the input's channel dimension.
  public var channels: [String] = []
  /// Names of the classes in the order of the logits.
  public var classes: [String] = []
  /// The element type of one sample as it comes from the image, before the graph's own normalisation.
  public var sampleType: ElementType = .float32
  /// The smallest and largest value that a sample can take.
  public var sampleRange: ClosedRange<Float> = 0...1
  /// Whether ``sampleRange`` was found in the training images, rather than said by somebody: then values beyond it are
  /// unlike the training's, but may be right.
  public var isRangeFound = false
  /// What each channel's samples were in training; empty if nobody knows.
  public var channelValues: [ChannelValues] = []
  /// How probabilities become an answer; `nil` for the most probable class, always certain.
  public var decision: Decision?
  /// Height and width of an input image in pixels.
  public var imageSize: (height: Int, width: Int) = (0, 0)
  /// Number of frames of a sequence, or `nil` for a model of single images.
  public var frames: Int?
  /// The resolved spec that the model was trained from, as JSON.
  public var spec = ""
  /// A digest of the data that it was trained on, in lower-case hexadecimal.
  public var dataFingerprint = ""
  /// Named results, e.g. `test.balanced_accuracy`.
  public var metrics: [String: Double] = [:]
  /// Further facts, free of form: license, authors, simulated data.
  public var notes: [String: String] = [:]

  /// A card that says nothing: no channels, no classes, no image size.
  public init() {}
}

/// What a channel's samples were in training, as they come from the image.
public struct ChannelValues: Sendable, Hashable, Codable {
  /// Of all samples.
  public var lowest: Float
  /// Of all samples.
  public var highest: Float
  /// A thousandth of the samples lies below.
  public var low: Float
  /// A thousandth of the samples lies above.
  public var high: Float
  /// Of the samples, cut off at ``low`` and ``high``.
  public var mean: Float
  /// Of the samples, cut off at ``low`` and ``high``; 0 for a channel that never changes.
  public var deviation: Float
  /// The highest sample of the image in which it is the lowest: every image had at least one sample as bright.
  public var dimmest: Float

  /// What somebody measured, in the units of the images.
  public init(
    lowest: Float, highest: Float, low: Float, high: Float, mean: Float, deviation: Float, dimmest: Float
  ) {
    self.lowest = lowest
    self.highest = highest
    self.low = low
    self.high = high
    self.mean = mean
    self.deviation = deviation
    self.dimmest = dimmest
  }

  /// The figures in the order of the file.
  package var figures: [Float] { [lowest, highest, low, high, mean, deviation, dimmest] }
  package static let figureCount = 7

  /// From ``figures``; `nil` if they aren't seven finite numbers with a lowest that is at most the highest.
  package init?(_ figures: [Float]) {
    guard figures.count == Self.figureCount, figures.allSatisfy(\.isFinite), figures[0] <= figures[1], figures[5] >= 0
    else {
      return nil
    }
    self.init(
      lowest: figures[0], highest: figures[1], low: figures[2], high: figures[3], mean: figures[4],
      deviation: figures[5], dimmest: figures[6])
  }
}

/// Inputs and the outputs that the model gave for them when it was exported.
public struct SelfTest: Sendable {
  /// By the name of the graph's input.
  public var inputs: [String: Tensor]
  /// By the name of the graph's output.
  public var outputs: [String: Tensor]
  /// Largest difference |a − e| ≤ absolute + relative · |e| between an actual and an expected value.
  public var absoluteTolerance: Float
  /// See ``absoluteTolerance``.
  public var relativeTolerance: Float

  /// O(elements of the outputs), also with a tolerance; each output is copied for a moment.
  /// - Parameters:
  ///   - inputs: by the name of the graph's input.
  ///   - outputs: what the graph must give for them, by the name of the output.
  ///   - absoluteTolerance: if `nil`, 1e-4, or a thousandth of the largest value of an output whose values are
  ///     smaller than others', so that zeros never pass.
  ///   - relativeTolerance: by how much of its expected value an actual one may differ beside that.
  public init(
    inputs: [String: Tensor], outputs: [String: Tensor], absoluteTolerance: Float? = nil,
    relativeTolerance: Float = 1e-3
  ) {
    self.inputs = inputs
    self.outputs = outputs
    let largest = outputs.values.compactMap { $0.values(as: Float.self)?.reduce(0) { max($0, abs($1)) } }
    self.absoluteTolerance = absoluteTolerance ?? min(1e-4, 1e-3 * (largest.filter { $0 > 0 }.min() ?? 1))
    self.relativeTolerance = relativeTolerance
  }
}

/// What is needed to go on training as if nothing had stopped it.
public struct TrainingState: Sendable {
  /// Optimizer moments and other states of the training graph, by the name of the state.
  public var tensors: [String: Tensor]
  /// Counters such as `step`, `epoch` and positions of random streams.
  public var counters: [String: UInt64]
  /// Figures such as the best value of the watched metric.
  public var figures: [String: Double]
  /// Structured facts as JSON (history for the log, early-stopping state).
  public var facts: [String: String]

  /// Everything by the name that the trainer gave it. O(1).
  public init(
    tensors: [String: Tensor] = [:], counters: [String: UInt64] = [:], figures: [String: Double] = [:],
    facts: [String: String] = [:]
  ) {
    self.tensors = tensors
    self.counters = counters
    self.figures = figures
    self.facts = facts
  }
}
