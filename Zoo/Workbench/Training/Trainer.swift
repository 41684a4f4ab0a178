import Foundation
import ZooPlugins

/// What a run tells while it goes on.
public enum TrainingEvent: Sendable {
  /// Something worth a line: what was resumed, which weights were taken.
  case message(String)
  /// The model and the data are ready.
  case started(epochs: Int, stepsPerEpoch: Int, batch: Int, parameters: Int)
  /// An optimizer step is done. `epoch` counts from 1, `step` within the epoch from 1.
  case step(epoch: Int, step: Int, loss: Double, itemsPerSecond: Double)
  /// An epoch is done and validated.
  case epoch(LogRecord)
}

/// Trains the model that a spec describes, and fills a run folder.
///
/// A run that is stopped at any moment, also by `kill -9`, goes on from its last checkpoint and ends with the same bytes
/// as a run that was never stopped. The bytes of the exported model don't depend on the number of threads.
public struct Trainer: Sendable {
  public struct Options: Sendable {
    public var threads = ThreadPool.availableProcessors
    /// Go on with the run in the folder.
    public var resume = false
    /// Asked after each step; the run then saves a checkpoint and ends.
    public var isInterrupted: @Sendable () -> Bool = { false }
    public var report: @Sendable (TrainingEvent) -> Void = { _ in }

    public init() {}
  }

  private let spec: Spec
  private let registry: Registry
  private let folder: RunFolder
  private let options: Options

  public init(_ spec: Spec, registry: Registry = .standard, folder: RunFolder, options: Options = Options()) {
    self.spec = spec
    self.registry = registry
    self.folder = folder
    self.options = options
  }

  /// Trains, evaluates the best checkpoint and exports it.
  /// - Throws: ``ZooError``, of kind `interrupted` if the run was asked to stop.
  public func run() throws -> RunMetrics {
    try checkFolder()
    let data = try TrainingData(spec.data, threads: options.threads)
    let model = try initialModel(data)
    try folder.create()
    try folder.write(spec)
    try folder.write(RunEnvironment.current(threads: options.threads, instructionSet: "portable"))
    try folder.write(data.dataset.rows(data.split, by: spec.data.split.by))
    var session = try TrainingSession(
      spec, model: model, data: data, folder: folder, options: options, checkpoint: lastCheckpoint(of: model))
    let finished = try session.run()
    return try Completion(spec, data: data, folder: folder, options: options).complete(finished)
  }

  private func checkFolder() throws {
    if folder.isRun && !options.resume {
      throw ZooError(
        .usage, file: folder.path, problem: "holds a run already",
        remedy: "Go on with it by --resume \(folder.path), or give another folder by --run-dir")
    }
    if options.resume && !folder.isRun {
      throw ZooError(
        .usage, file: folder.path, problem: "is not the folder of a run", remedy: "Give the folder that zoo train made")
    }
  }

  /// The model before the first step: parts from the registry, weights of other models where the spec asks for them.
  private func initialModel(_ data: TrainingData) throws -> Model {
    var description = ModelDescription(
      name: spec.name, channels: data.dataset.channels, classes: data.dataset.classes, height: data.dataset.height,
      width: data.dataset.width, frames: data.dataset.frames, backbone: spec.model.backbone,
      temporal: data.dataset.frames == nil ? nil : spec.model.temporal, head: spec.model.head, seed: spec.seed)
    description.summary = spec.summary
    if spec.model.normalization == .dataset {
      description.normalization = .init(
        mean: data.statistics.mean.map(Float.init), deviation: data.statistics.deviation.map(Float.init))
    }
    var model = try registry.assemble(description)
    model.card.sampleType = data.dataset.sampleType.elementType
    model.card.sampleRange = data.dataset.sampleRange
    model.card.spec = spec.canonicalText
    model.card.dataFingerprint = data.fingerprint
    if let note = data.dataset.note { model.card.notes["data"] = note }
    for (name, path) in spec.train.`init`.sorted(by: { $0.key < $1.key }) {
      guard let part = Part(rawValue: name) else { continue }
      let transfer = try model.graph.takeWeights(of: part, from: Model.read(from: path).graph)
      options.report(.message("\(name) from \(path): \(transfer.summary)"))
    }
    return model
  }

  private func lastCheckpoint(of model: Model) throws -> Checkpoint {
    guard options.resume else { return Checkpoint() }
    guard folder.has(.last) else {
      options.report(.message("no checkpoint yet: starting from the beginning"))
      return Checkpoint()
    }
    let path = folder.path(.last)
    let checkpoint = try Checkpoint(Model.read(from: path), path: path, resuming: model)
    options.report(.message("resuming after step \(checkpoint.step)"))
    return checkpoint
  }
}
