import ZooData

/// What `zoo show` tells of a model: the card, the graph, and the memory that predicting and training take.
package struct ModelInspection: Codable, Sendable {
  package var card: CardFacts
  package var graph: ModelSummary
  /// `nil` if shapes depend on values of the run, or on sizes that the model leaves open.
  package var memory: MemoryFacts?
  /// The same for a training step with the optimizer of the model's spec; `nil` for a model that can't be trained.
  package var trainingMemory: MemoryFacts?
  /// Convolutions and matrix products whose weights are 8-bit integers; such a model isn't trained any more.
  package var quantizedProducts: Int
  package var hasSelfTest: Bool
  /// Whether it is a checkpoint that training can go on from.
  package var hasTrainingState: Bool

  package struct CardFacts: Codable, Sendable {
    package var name: String
    package var summary: String
    package var channels: [String]
    package var classes: [String]
    package var sampleType: String
    package var sampleRange: [Float]
    /// Whether the range was found in the training images.
    package var isRangeFound: Bool
    /// What each channel's pixels were in training, in the order of the channels; empty if nobody knows.
    package var channelValues: [ChannelValues]
    /// How probabilities become an answer; `nil` for the most probable class.
    package var decision: Decision?
    package var height: Int
    package var width: Int
    package var frames: Int?
    package var dataFingerprint: String
    package var metrics: [String: Double]
    package var notes: [String: String]

    init(_ card: Card) {
      name = card.name
      summary = card.summary
      channels = card.channels
      classes = card.classes
      sampleType = card.sampleType.description
      sampleRange = [card.sampleRange.lowerBound, card.sampleRange.upperBound]
      isRangeFound = card.isRangeFound
      channelValues = card.channelValues
      decision = card.decision
      height = card.imageSize.height
      width = card.imageSize.width
      frames = card.frames
      dataFingerprint = card.dataFingerprint
      metrics = card.metrics
      notes = card.notes
    }
  }

  /// The plan of one execution, in bytes.
  package struct MemoryFacts: Codable, Sendable {
    package var batch: Int
    /// Parameters and constants, and in training the states of the optimizer.
    package var constants: Int
    /// The arena that holds every other value.
    package var arena: Int
    /// Both together: the peak of one execution.
    package var peak: Int
    /// What every value of the arena would take if none shared its place.
    package var unshared: Int
    /// The largest of the blocks that are held when most is, and the value that each is named after.
    package var largest: [Block]

    package struct Block: Codable, Sendable {
      package var value: String
      package var byteCount: Int
    }
  }

  /// Inspects `model` for `batch` items. Plans the execution, which takes milliseconds, but executes nothing.
  /// - Parameter inputTypes: types of inputs whose sizes, besides the batch, the model leaves open.
  /// - Throws: ``ZooError`` if the graph isn't valid.
  package init(_ model: Model, batch: Int = 1, inputTypes: [String: TensorType] = [:]) throws {
    card = CardFacts(model.card)
    graph = try ModelSummary(model, batch: batch, inputTypes: inputTypes)
    let types = ModelSummary.types(model, batch: batch, inputTypes: inputTypes)
    do {
      memory = MemoryFacts(batch: batch, try ExecutionMemory(predicting: model, inputTypes: types))
    } catch let error where error is ValueNeeded || types.isEmpty {
      memory = nil
    }
    // A graph from elsewhere may have no logits, or nodes that can't be differentiated: it is for predicting alone.
    let train = (try? model.spec(overrides: [], path: model.card.name).train) ?? TrainSpec()
    quantizedProducts = model.graph.quantizedProductCount
    trainingMemory =
      quantizedProducts > 0
      ? nil
      : (try? ExecutionMemory(training: model, train, inputTypes: types)).map { MemoryFacts(batch: batch, $0) }
    hasSelfTest = model.selfTest != nil
    hasTrainingState = model.training != nil
  }
}

extension ModelInspection {
  /// Looks up the operators of a graph from elsewhere and, as far as its sizes are known, the kernels for their element
  /// types. What else may be wrong with a graph can depend on the batch, and shows in a run.
  /// - Throws: ``ZooError`` with all nodes whose operators are missing, or those without a kernel.
  package static func checkSupport(of model: Model) throws {
    if let missing = OperatorTable.current.missing(in: model.graph, opsets: model.opsets) { throw missing }
    do { _ = try ModelInspection(model) } catch let error as ZooError where error.isUnsupported { throw error } catch {}
  }
}

extension ModelInspection.MemoryFacts {
  init(batch: Int, _ memory: ExecutionMemory) {
    let plan = memory.plan
    self.init(
      batch: batch, constants: memory.constants, arena: plan.arenaByteCount, peak: memory.byteCount,
      unshared: plan.blocks.reduce(0) { $0 + $1.byteCount },
      largest: plan.blocksAtPeak.prefix(8).map { .init(value: $0.name, byteCount: $0.byteCount) })
  }

  /// Lines for a terminal.
  func text(_ title: String) -> String {
    var text = "\n\(title), a batch of \(batch): \(Figures.bytes(peak))\n"
    text += "  \(Figures.bytes(constants)) of constants and states, \(Figures.bytes(arena)) of arena"
    text += " (\(Figures.bytes(unshared)) if no two values shared memory)\n"
    for block in largest { text += "  \(Figures.bytes(block.byteCount))  \(block.value)\n" }
    return text
  }
}

extension ModelInspection {
  /// For a terminal.
  package var text: String {
    var text = graph.text
    if let memory { text += memory.text("memory to predict") }
    if let trainingMemory { text += trainingMemory.text("memory to train") }
    var facts: [(String, String)] = [
      ("channels", card.channels.joined(separator: ", ")), ("classes", card.classes.joined(separator: ", ")),
    ]
    if card.height > 0 {
      let frames = card.frames.map { Figures.counted($0, "frame") + " of " } ?? ""
      facts.append(("image", "\(frames)\(card.height) × \(card.width) pixels, \(card.sampleType)"))
    }
    if quantizedProducts > 0 {
      facts.append(
        ("precision", "int8 in \(quantizedProducts) convolutions and matrix products, float32 elsewhere"))
    }
    facts.append(("data", card.dataFingerprint))
    facts += card.metrics.sorted { $0.key < $1.key }.map { ("metric", "\($0.key) \(Figures.fixed($0.value))") }
    facts += card.notes.sorted { $0.key < $1.key }.map { ("note", "\($0.key): \($0.value)") }
    if let decision = card.decision {
      facts.append(("temperature", Figures.fixed(decision.temperature, 4)))
      if let positive = decision.positiveClass {
        facts.append(("threshold", "\(positive) from \(Figures.fixed(decision.threshold, 4)) on: \(decision.rule)"))
      }
      if let error = decision.maximumError {
        facts.append(
          ("uncertain", "below \(Figures.fixed(decision.leastConfidence, 4)), for an error of at most \(error)"))
      }
    }
    facts.append(("self-test", hasSelfTest ? "yes" : "no"))
    if hasTrainingState { facts.append(("checkpoint", "yes, training can go on from it")) }
    let shown = facts.filter { !$0.1.isEmpty }
    let width = shown.map(\.0.count).max() ?? 0
    text += "\n"
    for (term, fact) in shown {
      text += term + String(repeating: " ", count: width - term.count) + "  \(fact)\n"
    }
    return text
  }
}
