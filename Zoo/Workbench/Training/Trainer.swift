import Foundation
import ZooData
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
  /// How a training goes on and whom it tells.
  public struct Options: Sendable {
    /// Workers of the runtime; the bytes of the model don't depend on it.
    public var threads = ThreadPool.availableProcessors
    /// Go on with the run in the folder.
    public var resume = false
    /// The operators that parts of the model may use.
    public var operators = OperatorTable.current
    /// What the process may take.
    public var memory = MemoryBudget.machine()
    /// The processes that train the model together, each of which runs a trainer of the same spec. The first writes the folder
    /// and reports; the others need no folder, and return when it is done.
    package var ranks = Ranks.alone
    /// Go on although the data have changed since; the epoch that was begun begins again.
    public var acceptsDataChange = false
    /// Go on under another instruction set than before, which changes the last bits of all that follows.
    public var acceptsInstructionSet = false
    /// Asked after each step, and while the model is validated; the run then saves a checkpoint and ends.
    public var isInterrupted: @Sendable () -> Bool = { false }
    /// Told when the run comes to a phase.
    public var enters: @Sendable (Phase) -> Void = { _ in }
    /// Makes the page that people read of the finished run, while the run is still locked. With it, there is a page while
    /// training goes on, too.
    public var page: (@Sendable (RunFolder, RunMetrics) throws -> String)?
    /// Told of every step and epoch, on the thread that trains.
    public var report: @Sendable (TrainingEvent) -> Void = { _ in }

    /// All processors, the machine's memory, nobody told.
    public init() {}
  }

  /// How a run takes being stopped.
  public enum Phase: Sendable, Hashable {
    /// Nothing was begun yet, nor is anything lost by ending at once.
    case preparing
    /// The folder is made, and the first step of this sitting isn't done.
    case beginning
    /// ``Options/isInterrupted`` is asked.
    case training
    /// The last checkpoint is saved; what follows is made again.
    case completing
  }

  private let spec: Spec
  private let registry: Registry
  private let folder: RunFolder
  private let options: Options

  /// - Parameters:
  ///   - registry: the parts that the spec may name.
  ///   - folder: where the run is written; it is made if it isn't there.
  public init(_ spec: Spec, registry: Registry = .standard, folder: RunFolder, options: Options = Options()) {
    self.spec = spec
    self.registry = registry
    self.folder = folder
    self.options = options
  }

  /// Trains, evaluates the best checkpoint and exports it, together with the trainers of the other ranks.
  /// - Returns: `nil` on all ranks but the first.
  /// - Throws: ``ZooError``, of kind `interrupted` if the run was asked to stop.
  package func runTogether() throws -> RunMetrics? {
    try OperatorTable.$current.withValue(options.operators) { try trained() }
  }

  private func trained() throws -> RunMetrics? {
    let ranks = options.ranks
    options.enters(.preparing)
    try spec.train.checkShards(ranks: ranks.count)
    if ranks.isFirst { try checkFolder() }
    // A folder that is there is locked at once; one that isn't is made when all that can be refused was.
    var opened = ranks.isFirst && FileKind(folder.path) == .folder ? try open() : nil
    defer { opened?.close() }
    var accepted: [String] = []
    if ranks.isFirst, options.resume, folder.has(.last) { accepted += try acceptInstructionSet() }
    let source = try OpenedData(spec.data)
    let memory = try plannedMemory(source)
    var data = try TrainingData(
      source, spec.data, cacheLimit: memory.cacheLimit(within: options.memory), threads: options.threads,
      report: { options.report(.message($0)) }, isInterrupted: options.isInterrupted)
    if data.dataset.isSimulated { options.report(.caution(Simulation.warning)) }
    options.report(.message("range \(data.rangeText)"))
    for line in data.statistics.lines(data.dataset.channels) { options.report(.message("  \(line)")) }
    for remark in data.dataset.remarks { options.report(.message("! \(remark)")) }
    if ranks.isFirst { data.lookForLeaks(spec.data, threads: options.threads) }
    let model = try InitialModel(spec, registry: registry, data: data).model { options.report(.message($0)) }
    try agree(model)
    let checkpoint = ranks.isFirst ? try lastCheckpoint(of: model) : Checkpoint()
    if checkpoint.hasOtherData {
      accepted.append("the data changed after epoch \(checkpoint.epochs)")
      options.report(.message("the data have changed since: going on from the start of epoch \(checkpoint.epochs + 1)"))
    }
    let writer: RunWriter?
    let finished: TrainingSession.Finished
    do {
      // What a step takes is given back before results are made.
      var session = try TrainingSession(
        spec, model: model, data: data, folder: folder, options: options, checkpoint: consume checkpoint)
      for problem in data.skipped { options.report(.caution("left out: \(problem)")) }
      let cautions =
        [data.confounding].compactMap(\.self) + data.cautions + data.splitCautions(spec.data)
        + spec.trainingCautions(data.split, model: model)
      for caution in cautions { options.report(.caution(caution)) }
      writer = ranks.isFirst ? try opened ?? open() : nil
      opened = writer
      if let writer { try describe(data, accepted, writer) }
      options.enters(.beginning)
      finished = try session.run(writer)
    }
    options.enters(.completing)
    guard let writer else {
      _ = try ranks.exchange([])
      return nil
    }
    if options.isInterrupted() { throw folder.interruption("stopped after the last step; everything so far is saved") }
    let metrics = try RunCompletion(spec, data: data, writer: writer, options: options).complete(finished)
    if let page = options.page { try writer.write(report: page(folder, metrics)) }
    try writer.write(metrics)
    _ = try ranks.exchange([])
    return metrics
  }

  /// Trains, evaluates the best checkpoint and exports it.
  /// - Throws: ``ZooError``, of kind `interrupted` if the run was asked to stop.
  public func run() throws -> RunMetrics {
    guard let metrics = try runTogether() else {
      throw ZooError(.usage, problem: "only the first of \(options.ranks.count) ranks has metrics")
    }
    return metrics
  }

  /// Refuses ranks that would compute something else than the others.
  private func agree(_ model: Model) throws {
    guard options.ranks.count > 1 else { return }
    let ranks = options.ranks
    try ranks.agree(on: ToolVersion.current, "the version")
    try ranks.agree(on: InstructionSet.currentName, "the instruction set")
    try ranks.agree(on: Dataset.hexadecimal(SHA256.digest(Array(model.card.spec.utf8))), "the spec's digest")
    try ranks.agree(on: model.card.dataFingerprint, "the digest of the data")
  }

  private func open() throws -> RunWriter {
    try RunWriter(folder, options.resume ? .resuming : .starting) { options.report(.message($0)) }
  }

  /// - Throws: ``ZooError`` if training can't be done within the memory, before anything is decoded.
  private func plannedMemory(_ data: OpenedData) throws -> TrainingMemory {
    let model = try spec.outline(of: data.dataset, registry: registry)
    try spec.checkBatch(data.split)
    let input = model.graph.inputs.first?.name ?? ""
    let types = [input: TensorType(.float32, [spec.train.batch] + data.dataset.sampleShape)]
    let needed = try TrainingMemory(
      model, spec, dataset: data.dataset, split: data.split, inputTypes: types, threads: options.threads)
    try options.memory.check(
      training: model, spec, dataset: data.dataset, split: data.split, inputTypes: types, needed: needed,
      threads: options.threads)
    return needed
  }

  private func checkFolder() throws {
    if !options.resume {
      // Before the data are read, which may take hours.
      try OpenFolder.checkCanBeMade(folder.path)
      return try folder.checkIsNoRun()
    }
    guard folder.isRun else {
      throw ZooError(
        .usage, file: folder.path, problem: "is not the folder of a run", remedy: "Give the folder that zoo train made")
    }
  }

  /// Writes what is known before the first step.
  private func describe(_ data: TrainingData, _ accepted: [String], _ writer: RunWriter) throws {
    let earlier = folder.has(.environment) ? try folder.environment().accepted ?? [] : []
    var environment = RunEnvironment.current(
      threads: options.threads, instructionSet: InstructionSet.currentName)
    if !(earlier + accepted).isEmpty { environment.accepted = earlier + accepted }
    try writer.write(environment)
    try writer.write(data.rows(by: spec.data.split.by))
    // Last: with it, the folder is a run that can be gone on with.
    try writer.write(spec)
  }

  /// What is to be noted if the run goes on under another instruction set, whose sums are rounded otherwise.
  /// - Throws: ``ZooError`` unless that was accepted.
  private func acceptInstructionSet() throws -> [String] {
    let (before, now) = (try folder.environment().instructionSet, InstructionSet.currentName)
    guard before != now else { return [] }
    guard options.acceptsInstructionSet else {
      throw ZooError(
        .usage, file: folder.path(.environment),
        problem:
          "the run used the kernels of \(before), and this would go on with those of \(now), which round otherwise",
        expected: "the same, so that the run ends with the bytes of one that never stopped",
        remedy: "Set ZOO_ISA=\(before) on a machine that has it, or accept it by --accept-instruction-set")
    }
    let change = "the instruction set changed from \(before) to \(now)"
    options.report(.message("\(change): the model won't have the bytes of a run that never stopped"))
    return [change]
  }

  private func lastCheckpoint(of model: Model) throws -> Checkpoint {
    guard options.resume else { return Checkpoint() }
    guard folder.has(.last) else {
      options.report(.message("no checkpoint yet: starting from the beginning"))
      return Checkpoint()
    }
    let checkpoint = try Checkpoint(
      folder.model(.last), path: folder.path(.last), resuming: model, acceptsOtherData: options.acceptsDataChange)
    guard checkpoint.bestEpoch == 0 || folder.has(.best) else {
      throw ZooError(
        .badInput, file: folder.path(.best), problem: "is missing",
        expected: "the checkpoint of epoch \(checkpoint.bestEpoch), the best so far",
        remedy: "Put it back, or start a new run")
    }
    options.report(.message("resuming after step \(checkpoint.step)"))
    return checkpoint
  }
}

extension RunFolder {
  /// The error of a run that was stopped and can be gone on with.
  func interruption(_ problem: String) -> ZooError {
    ZooError(.interrupted, problem: problem, remedy: "Go on with it by \(resumeCommand)")
  }
}
