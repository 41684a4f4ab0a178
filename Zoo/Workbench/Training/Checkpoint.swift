import ZooData
import ZooPlugins

/// All that a run needs to go on with the same bits: it is written to `last.zoo` and read back.
struct Checkpoint {
  /// Optimizer steps done.
  var step = 0
  /// Epochs that are validated and logged; the epoch after them may be done but for that.
  var epochs = 0
  /// The running sum of the losses of the epoch that `step` lies in.
  var epochLoss = 0.0
  /// The best value of the watched metric, and the epoch (from 1) that reached it; 0 before the first.
  var bestValue = -Double.infinity
  var bestEpoch = 0
  /// The validation loss of that epoch, which decides between epochs of equal value.
  var bestLoss = Double.infinity
  /// Seconds of training so far, over all sittings.
  var seconds = 0.0
  /// Parameters, running statistics and moments, by the names of the training graph.
  var states: [String: Tensor] = [:]
  /// Whether the data have changed since it was written.
  private(set) var hasOtherData = false

  init() {}

  /// `model` with the averages of its weights and statistics, where they are kept; with the states themselves otherwise.
  func averagedModel(from model: Model) -> Model {
    var averaged = self
    for name in model.graph.initializers.keys {
      if let average = states[TrainingGraph.average(of: name)] { averaged.states[name] = average }
    }
    return averaged.model(from: model)
  }

  /// `model` with the states' values: parameters and statistics in the graph, moments beside it.
  func model(from model: Model) -> Model {
    var result = model
    var training = TrainingState(
      counters: [
        "step": UInt64(step), "epochs": UInt64(epochs), "best_epoch": UInt64(bestEpoch),
        "epoch_loss": epochLoss.bitPattern,
        "best_value": bestValue.bitPattern, "best_loss": bestLoss.bitPattern,
      ], figures: ["seconds": seconds])
    for (name, value) in states {
      if result.graph.initializers[name] != nil {
        result.graph.initializers[name] = value
      } else {
        training.tensors[name] = value
      }
    }
    result.training = training
    return result
  }

  /// Takes the counters of the first of the ranks; the states are in its training graph by then.
  mutating func share(among ranks: Ranks) throws(ZooError) {
    var words = [
      UInt64(step), UInt64(epochs), epochLoss.bitPattern, bestValue.bitPattern, UInt64(bestEpoch), bestLoss.bitPattern,
      seconds.bitPattern,
    ]
    var failure: ZooError?
    words.withUnsafeMutableBytes { bytes in
      do throws(ZooError) { try ranks.share(bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    (step, epochs, bestEpoch) = (Int(clamping: words[0]), Int(clamping: words[1]), Int(clamping: words[4]))
    (epochLoss, bestValue) = (Double(bitPattern: words[2]), Double(bitPattern: words[3]))
    (bestLoss, seconds) = (Double(bitPattern: words[5]), Double(bitPattern: words[6]))
  }

  /// - Parameter acceptsOtherData: go on although the data have changed.
  /// - Throws: ``ZooError`` if the file isn't a checkpoint of a run with `model`'s spec and data.
  init(_ file: Model, path: String, resuming model: Model, acceptsOtherData: Bool) throws {
    func counter(_ name: String) throws -> Int {
      guard let value = file.training?.counters[name].flatMap(Int.init(exactly:)) else {
        throw ZooError(
          .badInput, file: path, problem: "is not a checkpoint: it doesn't say '\(name)'",
          expected: "a model with training state")
      }
      return value
    }
    step = try counter("step")
    epochs = try counter("epochs")
    bestEpoch = try counter("best_epoch")
    guard file.card.spec == model.card.spec else {
      let keys = Self.differences(file.card.spec, model.card.spec)
      throw ZooError(
        .badInput, file: path,
        problem: "belongs to a run of another spec" + (keys.isEmpty ? "" : ": \(keys.joined(separator: ", ")) differ"),
        remedy: "Go on with the run's own spec by zoo train --resume RUN, or start a new run")
    }
    hasOtherData = file.card.dataFingerprint != model.card.dataFingerprint
    guard !hasOtherData || acceptsOtherData else {
      throw ZooError(
        .badInput, file: path, problem: "was trained on other data: the files have changed since",
        remedy: "Put the data back as they were, accept the change by --accept-data-change, or start a new run")
    }
    guard let training = file.training, let loss = training.counters["epoch_loss"],
      let best = training.counters["best_value"]
    else {
      throw ZooError(.badInput, file: path, problem: "is not a checkpoint", expected: "a model with training state")
    }
    (epochLoss, bestValue) = (Double(bitPattern: loss), Double(bitPattern: best))
    bestLoss = training.counters["best_loss"].map(Double.init(bitPattern:)) ?? .infinity
    seconds = training.figures["seconds"] ?? 0
    states = training.tensors
    for name in model.graph.initializers.keys { states[name] = file.graph.initializers[name] }
  }

  /// Holds the counters against the run that they are to be of, so that none leads out of it; after a change of the data
  /// the epoch begins again.
  /// - Throws: ``ZooError`` naming the one that can't be.
  mutating func fit(_ train: TrainSpec, stepsPerEpoch: Int, path: String) throws(ZooError) {
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws(ZooError) {
      guard !range.contains(value) else { return }
      throw ZooError(
        .badInput, file: path, path: name, problem: "is \(value)",
        expected: "\(range.lowerBound)…\(range.upperBound), by the run's spec and data",
        remedy: "Put the run's own file back, or start a new run")
    }
    try check("epochs", epochs, 0...train.epochs)
    if hasOtherData { (step, epochLoss) = (epochs * stepsPerEpoch, 0) }
    try check("step", step, epochs * stepsPerEpoch...min(epochs + 1, train.epochs) * stepsPerEpoch)
    try check("best_epoch", bestEpoch, 0...epochs)
    guard epochLoss.isFinite, !bestValue.isNaN, seconds.isFinite, seconds >= 0 else {
      throw ZooError(
        .badInput, file: path, problem: "holds figures that are no numbers",
        remedy: "Put the run's own file back, or start a new run")
    }
  }

  /// - Throws: ``ZooError`` naming a weight or moment that is missing or of another type.
  func checkStates(of graph: Graph, path: String) throws(ZooError) {
    for state in graph.updates.map(\.state) {
      let expected = graph.initializers[state]?.type
      guard states[state]?.type != expected else { continue }
      throw ZooError(
        .badInput, file: path, tensor: state,
        problem: states[state].map { "is \($0.type)" } ?? "is missing",
        expected: expected.map { "\($0)" }, remedy: "Put the run's own file back, or start a new run")
    }
  }

  /// The keys in which two resolved specs differ; none if one of them can't be read any more.
  private static func differences(_ there: String, _ here: String) -> [String] {
    let specs = [there, here].compactMap { try? SpecReader(registry: nil).readOne(text: $0, file: "spec") }
    guard specs.count == 2 else { return [] }
    return SpecSchema.keys.filter { $0.read(specs[0]) != $0.read(specs[1]) }.map(\.path)
  }
}
