import ZooFormat

/// Classifies images or sequences by channel name: pixels in, class names with probabilities out.
///
/// ```swift
/// let classifier = try Classifier(path: "model.zoo")
/// let result = try classifier.classify(["BF": brightfield, "PI": propidiumIodide])
/// print(result.best.name, result.best.probability)
/// ```
/// Safe to share between threads.
public final class Classifier: Sendable {
  /// The model underneath, for runs on tensors.
  public let loaded: LoadedModel
  /// Channels, classes and image size: what ``classify(_:)-([String:[Float]])`` expects.
  public var card: Card { loaded.model.card }

  /// A class and how probable it is.
  public struct Score: Sendable, Hashable {
    /// As the model's card calls it.
    public let name: String
    /// In 0…1; the probabilities of all classes add up to 1.
    public let probability: Float
  }

  /// What the model says of one sample.
  public struct Classification: Sendable, Hashable {
    /// The class that is answered: the most probable, unless the model's card has a decision of its own.
    public let best: Score
    /// Whether the answer isn't certain enough to be relied on, by the decision of the model's card; `false` without one.
    public let isUncertain: Bool
    /// All classes in the order of the model's card.
    public let scores: [Score]
    /// How the sample is unlike what the model was trained on, e.g. pixels far brighter than any it saw: then its answer
    /// means little. Empty for models that don't carry what they saw.
    public let cautions: [String]
  }

  /// Takes a model that has a card with channels, classes and an image size, and an output `probabilities`.
  /// O(inputs + outputs); compiling waits for the first call.
  /// - Throws: `ZooError` naming what the model lacks.
  public init(_ loaded: LoadedModel) throws(ZooError) {
    let card = loaded.model.card
    guard !card.channels.isEmpty, !card.classes.isEmpty, card.imageSize.height > 0, card.imageSize.width > 0 else {
      throw ZooError(
        .badInput, problem: "the model's card doesn't name channels, classes and an image size",
        remedy: "Run the model with LoadedModel instead")
    }
    guard loaded.model.graph.requiredInputs.count == 1,
      loaded.model.graph.outputs.contains(where: { $0.name == "probabilities" })
    else {
      throw ZooError(
        .badInput, problem: "the model isn't a classifier", expected: "one input and an output 'probabilities'",
        remedy: "Run the model with LoadedModel instead")
    }
    self.loaded = loaded
  }

  /// Reads a `.zoo` file and checks that it is a classifier. O(structure) of a file of more than 16 MiB, O(bytes) of a smaller
  /// one or with `checkDigests`; compiling waits for the first call.
  /// - Parameters:
  ///   - path: of the file.
  ///   - threads: the workers of one call; more callers than one share them.
  ///   - limits: what reading, compiling and executing may cost, memory among it.
  ///   - checkDigests: also reads every weight and compares it with its digest: a file that was damaged is refused.
  ///   - operators: that the graph may name.
  /// - Throws: `ZooError` if there is no such file, it isn't a valid model, or what ``init(_:)`` misses in it.
  public convenience init(
    path: String, threads: Int = ThreadPool.availableProcessors, limits: LoadLimits = .default,
    checkDigests: Bool = false, operators: OperatorTable = .current
  ) throws(ZooError) {
    let model = try Model.read(from: path, limits: limits, checkDigests: checkDigests)
    try self.init(LoadedModel(model, threads: threads, limits: limits, operators: operators))
  }

  /// Classifies one sample. Costs one ``LoadedModel/run(_:)``, and O(pixels) to check and to copy them.
  /// - Parameter pixels: for each channel of the card its samples in the card's range, row by row
  ///   (height × width values), for a sequence frame after frame. Channels that the model doesn't use are ignored.
  ///   Samples of another camera or file type have to be brought to the card's range by the caller.
  /// - Throws: `ZooError` naming the channel that is missing, has the wrong number of samples, one that isn't finite, or,
  ///   if the card's samples are integers, one outside of what the camera can give. (Of floating-point images the range
  ///   is a convention; one that was found in the training images is no limit, but makes a caution.)
  public func classify(_ pixels: [String: [Float]]) throws(ZooError) -> Classification {
    try classify(batch: [pixels])[0]
  }

  /// Classifies an image of any size: it is brought to the size of the model's card by the antialiased interpolation that
  /// training uses. Costs one ``LoadedModel/run(_:)``, and O(pixels) of the image before and after.
  /// - Throws: `ZooError` as ``classify(_:)-([String:[Float]])``; also if the samples are of another type than the card's
  ///   (floats are taken as they are), or frames are more or fewer.
  public func classify(_ image: ImagePixels) throws(ZooError) -> Classification {
    try classify(batch: [image.fitted(to: card)])[0]
  }

  /// Classifies any number of images, `size` in a run, and can be cancelled between runs. Costs those runs and O(pixels) of the
  /// images, and memory for the pixels of one batch. A last batch of fewer images is a shape of its own to compile for.
  /// - Parameters:
  ///   - images: of any size, each with all channels of the card.
  ///   - size: of a batch. Larger ones are somewhat faster and take more memory; answers don't depend on it.
  /// - Returns: The answers in the order of the images.
  /// - Throws: `CancellationError` if the task is cancelled; `ZooError` as ``classify(_:)-(ImagePixels)``.
  public func classify(_ images: [ImagePixels], batch size: Int = 16) async throws -> [Classification] {
    var answers: [Classification] = []
    answers.reserveCapacity(images.count)
    for start in stride(from: 0, to: images.count, by: max(1, size)) {
      try Task.checkCancellation()
      let part = images[start..<min(images.count, start + max(1, size))]
      answers += try classify(batch: part.map { try $0.fitted(to: card) })
      await Task.yield()
    }
    return answers
  }

  /// Classifies several samples in one run, which is quicker than one by one. Costs one ``LoadedModel/run(_:)``, which
  /// compiles for each size of batch, and O(pixels); the pixels are copied for the run.
  /// - Throws: `ZooError` as ``classify(_:)-([String:[Float]])``.
  public func classify(batch: [[String: [Float]]]) throws(ZooError) -> [Classification] {
    guard !batch.isEmpty else { return [] }
    let card = self.card
    let (height, width, channels) = (card.imageSize.height, card.imageSize.width, card.channels.count)
    let frames = card.frames ?? 1
    let plane = height * width
    let watch = SampleWatch(card)
    var cautions = [[String]](repeating: [], count: batch.count)
    for (index, sample) in batch.enumerated() {
      for (position, channel) in card.channels.enumerated() {
        guard let values = sample[channel] else {
          throw ZooError(
            .usage, problem: "channel '\(channel)' is missing", expected: card.channels.joined(separator: ", "),
            remedy: "Give every channel that the model was trained on")
        }
        guard values.count == frames * plane else {
          throw ZooError(
            .usage, problem: "channel '\(channel)' has \(values.count) samples",
            expected: "\(frames * plane) (\(card.frames.map { "\($0) frames of " } ?? "")\(height) × \(width))")
        }
        if let caution = try watch.caution(channel: position, values) { cautions[index].append(caution) }
      }
    }
    let shape =
      card.frames.map { [batch.count, $0, channels, height, width] } ?? [batch.count, channels, height, width]
    let input = try Tensor(TensorType(.float32, shape)) { (bytes: UnsafeMutableRawBufferPointer) in
      let target = bytes.bindMemory(to: Float.self)
      for (index, sample) in batch.enumerated() {
        for (channel, name) in card.channels.enumerated() {
          guard let values = sample[name] else { continue }
          for frame in 0..<frames {
            let start = ((index * frames + frame) * channels + channel) * plane
            for i in 0..<plane { target[start + i] = values[frame * plane + i] }
          }
        }
      }
    }
    let outputs = try loaded.run([loaded.model.graph.requiredInputs[0].name: input])
    guard let probabilities: [Float] = outputs["probabilities"]?.values(),
      probabilities.count == batch.count * card.classes.count
    else {
      throw ZooError(.badInput, tensor: "probabilities", problem: "the output doesn't have one value for each class")
    }
    return batch.indices.compactMap { index in
      let scores = card.classes.enumerated().map {
        Score(name: $1, probability: probabilities[index * card.classes.count + $0])
      }
      let answer = (card.decision ?? Decision()).answer(scores.map(\.probability), classes: card.classes)
      guard scores.indices.contains(answer.index) else { return nil }
      return Classification(
        best: scores[answer.index], isUncertain: answer.isUncertain, scores: scores, cautions: cautions[index])
    }
  }
}
