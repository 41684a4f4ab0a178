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

  init() {}

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

  /// - Throws: ``ZooError`` if the file isn't a checkpoint of a run with `model`'s spec and data.
  init(_ file: Model, path: String, resuming model: Model) throws {
    guard let training = file.training, let step = training.counters["step"].flatMap(Int.init(exactly:)),
      let epochs = training.counters["epochs"].flatMap(Int.init(exactly:))
    else {
      throw ZooError(.badInput, file: path, problem: "is not a checkpoint", expected: "a model with training state")
    }
    guard file.card.spec == model.card.spec else {
      let keys = Self.differences(file.card.spec, model.card.spec)
      throw ZooError(
        .badInput, file: path,
        problem: "belongs to a run of another spec" + (keys.isEmpty ? "" : ": \(keys.joined(separator: ", ")) differ"),
        remedy: "Go on with the run's own spec by zoo train --resume RUN, or start a new run")
    }
    guard file.card.dataFingerprint == model.card.dataFingerprint else {
      throw ZooError(
        .badInput, file: path, problem: "was trained on other data: the files have changed since",
        remedy: "Put the data back as they were, or start a new run")
    }
    self.step = step
    self.epochs = epochs
    bestEpoch = training.counters["best_epoch"].flatMap(Int.init(exactly:)) ?? 0
    epochLoss = training.counters["epoch_loss"].map(Double.init(bitPattern:)) ?? 0
    bestValue = training.counters["best_value"].map(Double.init(bitPattern:)) ?? -Double.infinity
    bestLoss = training.counters["best_loss"].map(Double.init(bitPattern:)) ?? .infinity
    seconds = training.figures["seconds"] ?? 0
    states = training.tensors
    for name in model.graph.initializers.keys { states[name] = file.graph.initializers[name] }
  }

  /// The keys in which two resolved specs differ; none if one of them can't be read any more.
  private static func differences(_ there: String, _ here: String) -> [String] {
    let specs = [there, here].compactMap { try? SpecReader(registry: nil).readOne(text: $0, file: "spec") }
    guard specs.count == 2 else { return [] }
    return SpecSchema.keys.filter { $0.read(specs[0]) != $0.read(specs[1]) }.map(\.path)
  }
}
