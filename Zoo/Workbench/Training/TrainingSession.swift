import Foundation
import ZooData
import ZooPlugins

/// The loop over epochs and steps, from a checkpoint to the end.
struct TrainingSession {
  private let spec: Spec
  private let model: Model
  private let data: TrainingData
  private let folder: RunFolder
  private let options: Trainer.Options
  /// What positions of maps are to say, if they are what is learnt.
  private let targets: DenseTargets?
  /// Holds the states, and executes whole batches.
  private let context: ExecutionContext
  /// Executes batches that are cut into shards.
  private let sharded: ShardedStep?
  private var checkpoint: Checkpoint
  /// Whether a step was done in this sitting, which stopping at once would lose.
  private var isBegun = false
  /// When the files of the run were last looked for.
  private var looked: UInt64 = 0
  /// Of the last step.
  private var gradientNorm: Double?
  private var watch: TrainingWatch

  /// The end of a run: the counters after the last step, and what the log says of it.
  struct Finished {
    let checkpoint: Checkpoint
    let epochs: Int
    let itemsPerSecond: Double
    let cautions: [String]
  }

  init(
    _ spec: Spec, model: Model, data: TrainingData, folder: RunFolder, options: Trainer.Options, checkpoint: Checkpoint
  ) throws {
    self.spec = spec
    self.model = model
    self.data = data
    self.folder = folder
    self.options = options
    self.checkpoint = checkpoint
    watch = TrainingWatch(spec, classes: data.dataset.classes)
    try spec.checkBatch(data.split)
    targets = try DenseTargets(spec, data.dataset, model: model)
    let weights =
      spec.train.classWeights != .balanced
      ? nil
      : targets?.balancedClassWeights(data.split.train, classes: data.dataset.classes.count)
        ?? data.balancedClassWeights()
    guard let input = model.graph.inputs.first?.name else {
      throw ZooError(.badInput, problem: "the model has no input", expected: "an image or a sequence")
    }
    let shards = spec.train.shards
    let type = TensorType(.float32, [spec.train.batch / shards] + data.dataset.sampleShape)
    if options.resume, !checkpoint.states.isEmpty {
      try self.checkpoint.fit(
        spec.train, stepsPerEpoch: data.split.train.count / spec.train.batch, path: folder.path(.last))
    }
    let threads = ThreadPool(count: options.threads)
    func check(_ graph: Graph) throws {
      guard options.resume, !checkpoint.states.isEmpty else { return }
      try checkpoint.checkStates(of: graph, path: folder.path(.last))
    }
    if shards > 1 {
      let graphs = try ShardedGraphs(
        model, spec.train, seed: spec.seed, inputTypes: [input: type], classWeights: weights,
        isWeighted: data.dataset.isWeighted, positions: targets?.count)
      try check(graphs.update)
      let step = try ShardedStep(
        graphs, model: model, input: type, shards: shards, ranks: options.ranks, threads: threads,
        initialStates: checkpoint.states, classWeights: weights,
        isWeighted: data.dataset.isWeighted || targets != nil)
      (sharded, context) = (step, step.update)
    } else {
      let training = try TrainingGraph(
        model, spec.train, seed: spec.seed, inputTypes: [input: type], classWeights: weights,
        isWeighted: data.dataset.isWeighted, positions: targets?.count)
      let executable = try MemoryAccount.whilePlanning {
        try Executable(
          training.graph, opsets: model.opsets, inputTypes: [input: type], purpose: .training, threads: threads,
          limits: .anyArena)
      }
      try check(training.graph)
      let states = Set(training.graph.updates.map(\.state))
      sharded = nil
      context = try ExecutionContext(executable, initialStates: checkpoint.states.filter { states.contains($0.key) })
    }
    try self.checkpoint.share(among: options.ranks)
    try context.withUnsafeStates { _, bytes throws(ZooError) in try options.ranks.share(bytes) }
  }

  /// - Parameter writer: of the first of the ranks; `nil` on the others, which write nothing.
  mutating func run(_ writer: RunWriter?) throws -> Finished {
    var loading = BatchLoader.Options()
    loading.batch = spec.train.batch
    loading.dropsLast = true
    loading.order = spec.train.sampling == .balanced ? .balanced : .shuffle
    loading.augment = spec.train.augment
    loading.statistics = data.statistics
    loading.mixing = SampleMixing(spec.train)
    loading.targets = targets
    loading.seed = spec.seed
    loading.threads = options.threads
    if let sharded {
      loading.shards = spec.train.shards
      loading.run = sharded.run
      loading.ahead = max(loading.ahead, sharded.run.count + 2)
    }
    let stepsPerEpoch = data.split.train.count / spec.train.batch
    let loader = try BatchLoader(
      data.cache, indices: data.split.train, options: loading,
      epoch: min(checkpoint.step / stepsPerEpoch, spec.train.epochs),
      step: checkpoint.step % stepsPerEpoch, lastEpoch: spec.train.epochs - 1)
    defer { loader.close() }
    let rate = LearningRate(spec.train, stepsPerEpoch: stepsPerEpoch)
    let log = try writer.map { try RunLog($0, resumingAfterEpoch: checkpoint.epochs) }
    let page = options.page == nil ? nil : writer.map { LivePage(spec, data.facts(spec.data), $0) }
    let events = spec.train.tensorboard ? try writer.map { try EventFile($0, log?.records ?? []) } : nil
    let trainable = model.graph.parameters().filter(\.isTrainable).compactMap { model.graph.initializers[$0.name] }
    options.report(
      .started(
        epochs: spec.train.epochs, stepsPerEpoch: stepsPerEpoch, batch: spec.train.batch,
        parameters: trainable.reduce(0) { $0 + $1.elementCount }))
    var itemsPerSecond = 0.0
    // Without it, a run that is killed before the first checkpoint couldn't be told from a broken one.
    if checkpoint.step == 0 { try save(.last, writer) }

    try page?.renew(log?.records ?? [])
    while checkpoint.epochs < spec.train.epochs && !isStoppedEarly(after: checkpoint.epochs) {
      let epoch = checkpoint.epochs
      let start = monotonicNanoseconds()
      let waitedBefore = loader.waited
      let firstStep = checkpoint.step
      while checkpoint.step < (epoch + 1) * stepsPerEpoch {
        let isStopped = try step(
          loader, rate, epoch: epoch, stepsPerEpoch: stepsPerEpoch, since: start, firstStep)
        if !isBegun { options.enters(.training) }
        isBegun = true
        if isStopped { try interrupt(writer, since: start) }
        if let writer { try lookForFiles(writer) }
        let done = checkpoint.step % stepsPerEpoch
        if spec.train.checkpointSteps > 0, done != 0, done % spec.train.checkpointSteps == 0 {
          try save(.last, writer, addingSeconds: start)
        }
      }
      let seconds = Double(monotonicNanoseconds() - start) / 1e9
      checkpoint.seconds += seconds
      itemsPerSecond = Double((checkpoint.step - firstStep) * spec.train.batch) / max(seconds, 1e-9)
      let record: LogRecord
      do {
        record = try validate(
          epoch: epoch, stepsPerEpoch: stepsPerEpoch, rate: rate.at(checkpoint.step - 1),
          itemsPerSecond: itemsPerSecond, waitShare: min((loader.waited - waitedBefore) / max(seconds, 1e-9), 1))
      } catch let error as ZooError where error.kind == .interrupted {
        try interrupt(writer)
        throw error
      }
      try writer?.checkPresence()
      // Best before last: whoever finds the epoch in `last.zoo` finds its best checkpoint too.
      if record.isBest { try save(.best, writer) }
      try log?.append(record)
      try events?.append(record)
      try page?.renew(log?.records ?? [])
      checkpoint.epochLoss = 0
      checkpoint.epochs += 1
      try save(.last, writer)
      options.report(.epoch(record))
    }
    if checkpoint.epochs < spec.train.epochs {
      options.report(
        .message(
          "stopped early after epoch \(checkpoint.epochs) of \(spec.train.epochs): "
            + "\(spec.train.earlyStopping.metric) was best at epoch \(checkpoint.bestEpoch)"))
    }
    checkpoint.states = [:]
    return Finished(
      checkpoint: checkpoint, epochs: checkpoint.epochs, itemsPerSecond: itemsPerSecond,
      cautions: watch.said)
  }

  private func isStoppedEarly(after epochs: Int) -> Bool {
    let patience = spec.train.earlyStopping.patience
    return patience > 0 && checkpoint.bestEpoch > 0 && epochs - checkpoint.bestEpoch >= patience
  }

  /// - Returns: whether the run is to end after the step.
  private mutating func step(
    _ loader: BatchLoader, _ rate: LearningRate, epoch: Int, stepsPerEpoch: Int, since start: UInt64, _ firstStep: Int
  ) throws -> Bool {
    let learningRate = Float(rate.at(checkpoint.step))
    let loss: Double
    let norm: Double
    let isStopped: Bool
    if let sharded {
      let batches = try sharded.run.map { _ in try next(loader) }
      let result = try sharded.perform(
        batches, step: checkpoint.step + 1, learningRate: learningRate,
        stops: options.ranks.count > 1 && options.isInterrupted())
      (loss, norm) = (result.loss, result.gradientNorm)
      // What one rank is asked after the step, all know only after the next.
      isStopped = options.ranks.count > 1 ? result.isStopped : options.isInterrupted()
    } else {
      try perform(try next(loader), learningRate)
      (loss, norm) = (try figure(TrainingGraph.loss), try figure(TrainingGraph.gradientNorm))
      isStopped = options.isInterrupted()
    }
    guard loss.isFinite else {
      throw diverged("the loss is \(loss) at step \(checkpoint.step + 1)", epoch: epoch, rate: learningRate, norm: norm)
    }
    gradientNorm = norm
    checkpoint.step += 1
    checkpoint.epochLoss += loss
    let seconds = Double(monotonicNanoseconds() - start) / 1e9
    options.report(
      .step(
        epoch: epoch + 1, step: checkpoint.step - epoch * stepsPerEpoch, loss: loss,
        itemsPerSecond: Double((checkpoint.step - firstStep) * spec.train.batch) / max(seconds, 1e-9)))
    return isStopped
  }

  private func next(_ loader: BatchLoader) throws -> Batch {
    guard let batch = try loader.next() else {
      throw ZooError(.failed, problem: "the data ended before the epoch did")
    }
    return batch
  }

  /// A step of a whole batch.
  private func perform(_ batch: Batch, _ learningRate: Float) throws {
    batch.bind(to: context, input: model.graph.inputs.first?.name ?? "")
    var (learningRate, number) = (learningRate, Int64(checkpoint.step + 1))
    try withUnsafeBytes(of: &learningRate) { learningRate in
      try withUnsafeBytes(of: &number) { number in
        guard let learningRate = learningRate.baseAddress, let number = number.baseAddress else { return }
        context.bind(TrainingGraph.learningRate, to: learningRate)
        context.bind(TrainingGraph.step, to: number)
        try withExtendedLifetime(batch) { try context.run() }
      }
    }
  }

  /// A scalar that the last step gave.
  private func figure(_ name: String) throws -> Double {
    Double(try context.output(name).values(as: Float.self)?.first ?? .nan)
  }

  /// What there is to know when a run can't go on, which no single image is to blame for.
  private func diverged(_ problem: String, epoch: Int, rate: Float, norm: Double) -> ZooError {
    let before = gradientNorm.map { " (\(Figures.fixed($0, 4)) at the step before)" } ?? ""
    let setRate = spec.train.optimizer.learningRate
    return ZooError(
      .failed,
      problem: "\(problem), in epoch \(epoch + 1): the learning rate is \(rate), the gradient norm \(norm)\(before)",
      expected: "finite numbers",
      remedy: "Lower train.optimizer.learningRate (now \(setRate)), "
        + (spec.train.clipNorm == 0 ? "set train.clipNorm=1" : "lower train.clipNorm (now \(spec.train.clipNorm))")
        + ", or lengthen train.schedule.warmupEpochs")
  }

  /// Evaluates the present weights on the validation samples and notes whether they are the best so far.
  private mutating func validate(
    epoch: Int, stepsPerEpoch: Int, rate: Double, itemsPerSecond: Double, waitShare: Double
  ) throws -> LogRecord {
    var record = LogRecord(
      epoch: epoch + 1, step: checkpoint.step, trainLoss: checkpoint.epochLoss / Double(stepsPerEpoch),
      learningRate: rate, seconds: checkpoint.seconds, itemsPerSecond: itemsPerSecond, dataWaitShare: waitShare)
    try collectStates()
    var watched = -record.trainLoss
    if !data.split.validation.isEmpty {
      var predictor = Predictor(
        checkpoint.averagedModel(from: model), batch: spec.train.batch, threads: options.threads)
      // Ranks that wait for each other are only stopped together, after a step.
      if options.ranks.count == 1 { predictor.isInterrupted = options.isInterrupted }
      let items = try predictor.predictions(
        data.cache, data.split.validation, subset: "validation", ranks: options.ranks)
      guard items.allSatisfy({ $0.probabilities.allSatisfy(\.isFinite) }) else {
        throw diverged(
          "after step \(checkpoint.step) the model's answers are no numbers", epoch: epoch, rate: Float(rate),
          norm: gradientNorm ?? .nan)
      }
      for caution in watch.after(record, items) { options.report(.caution(caution)) }
      let sample = MetricSample(try Predictions(classes: data.dataset.classes, items: items))
      let metrics: [Metric] = [.logLoss, .accuracy, .balancedAccuracy, .macroF1]
      let values = sample.values(of: metrics, weights: Array(repeating: 1, count: sample.groups.count))
      for (name, value) in zip(["loss", "accuracy", "balanced_accuracy", "macro_f1"], values) {
        record.validation[name] = value
      }
      let metric = spec.train.earlyStopping.metric
      watched = (record.validation[metric] ?? 0) * (metric == "loss" ? -1 : 1)
    }
    // Without validation nothing tells which epoch is the best, and the last one has learned the longest.
    let loss = record.validation["loss"] ?? record.trainLoss
    let isTieBroken = watched == checkpoint.bestValue && loss < checkpoint.bestLoss
    if watched > checkpoint.bestValue || isTieBroken || data.split.validation.isEmpty {
      checkpoint.bestValue = watched
      checkpoint.bestLoss = loss
      checkpoint.bestEpoch = epoch + 1
      record.isBest = true
    }
    return record
  }

  private mutating func collectStates() throws {
    // Those of the last time first: there is no room for both.
    checkpoint.states = [:]
    checkpoint.states = try context.currentStates()
  }

  /// Four times a second at most.
  private mutating func lookForFiles(_ writer: RunWriter) throws {
    let now = monotonicNanoseconds()
    guard now - looked > 250_000_000 else { return }
    looked = now
    try writer.checkPresence()
  }

  private mutating func save(_ file: RunFolder.File, _ writer: RunWriter?, addingSeconds start: UInt64? = nil) throws {
    guard let writer else { return }
    try collectStates()
    var saved = checkpoint
    if let start { saved.seconds += Double(monotonicNanoseconds() - start) / 1e9 }
    // The best is what is exported; the last is what training goes on from.
    try writer.write(file == .best ? saved.averagedModel(from: model) : saved.model(from: model), to: file)
  }

  /// - Parameter start: of the time that the checkpoint's seconds don't count yet.
  private mutating func interrupt(_ writer: RunWriter?, since start: UInt64? = nil) throws {
    try save(.last, writer, addingSeconds: start)
    throw folder.interruption("stopped after step \(checkpoint.step); everything so far is saved")
  }
}
