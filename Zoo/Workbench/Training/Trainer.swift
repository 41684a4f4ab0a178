import Foundation
import ZooPlugins

/// What a run tells while it goes on.
public enum TrainingEvent: Sendable {
  /// Something worth a line: what was resumed, which weights were taken.
  case message(String)
  /// Something that a person should know before believing a figure.
  case caution(String)
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
    /// What the process may take.
    public var memory = MemoryBudget.machine()
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
    let opened = try OpenedData(spec.data)
    let memory = try plannedMemory(opened)
    let data = try TrainingData(
      opened, spec.data, cacheLimit: memory.cacheLimit(within: options.memory), threads: options.threads)
    options.report(.message("range \(data.rangeText)"))
    for line in data.statistics.lines(data.dataset.channels) { options.report(.message("  \(line)")) }
    for remark in data.dataset.remarks { options.report(.message("! \(remark)")) }
    let model = try InitialModel(spec, registry: registry, data: data).model { options.report(.message($0)) }
    // Whatever can be refused is refused before the folder is made or changed.
    var session = try TrainingSession(
      spec, model: model, data: data, folder: folder, options: options, checkpoint: lastCheckpoint(of: model))
    if data.dataset.isSimulated {
      options.report(.caution("SIMULATED DATA: the figures say nothing of real cells"))
    }
    for problem in data.skipped { options.report(.caution("left out: \(problem)")) }
    let cautions = data.cautions + spec.trainingCautions(data.dataset, data.split, model: model)
    for caution in cautions { options.report(.caution(caution)) }
    try folder.create()
    folder.removeUnfinishedFiles()
    try folder.write(spec)
    try folder.write(RunEnvironment.current(threads: options.threads, instructionSet: InstructionSet.currentName))
    try folder.write(data.rows(by: spec.data.split.by))
    let finished = try session.run()
    return try Completion(spec, data: data, folder: folder, options: options).complete(finished)
  }

  /// - Throws: ``ZooError`` if training can't be done within the memory, before anything is decoded.
  private func plannedMemory(_ data: OpenedData) throws -> TrainingMemory {
    let model = try spec.outline(of: data.dataset, registry: registry)
    try spec.checkBatch(data.split)
    let input = model.graph.inputs.first?.name ?? ""
    let types = [input: TensorType(.float32, [spec.train.batch] + data.dataset.sampleShape)]
    let items = Subset.allCases.reduce(0) { $0 + data.split[$1].count }
    let needed = try TrainingMemory(
      model, spec, dataset: data.dataset, items: items, inputTypes: types, threads: options.threads)
    try options.memory.check(
      training: model, spec, dataset: data.dataset, inputTypes: types, needed: needed, threads: options.threads)
    return needed
  }

  private func checkFolder() throws {
    if folder.isRun && !options.resume {
      throw ZooError(
        .usage, file: folder.path, problem: "holds a run already",
        remedy: "Go on with it by \(folder.resumeCommand), or give another folder by --run-dir")
    }
    if options.resume && !folder.isRun {
      throw ZooError(
        .usage, file: folder.path, problem: "is not the folder of a run", remedy: "Give the folder that zoo train made")
    }
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
