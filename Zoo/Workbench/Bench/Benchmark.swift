import ZooData
import ZooPlugins

/// Measures how fast a model trains or predicts, on made-up input that is in memory already.
package struct Benchmark: Sendable {
  package struct Options: Sendable {
    package var mode = BenchmarkResult.Mode.predict
    package var batch = 32
    package var threads = ThreadPool.availableProcessors
    /// How long to measure, without warming up.
    package var seconds = 5.0
    /// Rounds of which median, minimum and maximum are taken.
    package var rounds = 7
    package var isProfiled = false
    /// Types of inputs whose sizes, besides the batch, the model leaves open.
    package var inputTypes: [String: TensorType] = [:]
    /// Of prediction; training takes that of its spec.
    package var precision = Pass.Precision.float32
    /// Of prediction.
    package var batchBits = BatchBits.same
    package var memory = MemoryBudget.machine()

    package init() {}
  }

  package let options: Options
  /// What a Chrome trace of one step consists of; filled by a profiled run.
  package private(set) var trace: [TraceEvent] = []

  package init(_ options: Options = Options()) { self.options = options }

  /// Measures `model`. Training takes the optimizer and loss of `train`.
  /// - Throws: ``ZooError`` if the options are out of range, the model's input isn't one image or sequence, or it can't
  ///   be trained.
  package mutating func run(_ model: Model, train: TrainSpec = TrainSpec()) throws -> BenchmarkResult {
    try check()
    var train = train
    // A batch is measured as a whole.
    train.shards = 1
    guard let input = model.graph.requiredInputs.first else {
      throw ZooError(.badInput, problem: "the model has no input", expected: "an image or a sequence")
    }
    let types = ModelSummary.types(model, batch: options.batch, inputTypes: options.inputTypes)
    guard let type = types[input.name] else {
      throw ZooError(
        .badInput, tensor: input.name, problem: "sizes besides the batch are left open",
        expected: "an input of a fixed size", remedy: "Say it by --shape \(input.name)=…")
    }
    func memory(_ batch: Int) throws -> Int {
      let types = types.batch(batch, insteadOf: options.batch)
      let memory =
        switch options.mode {
        case .predict:
          try ExecutionMemory(
            predicting: model, inputTypes: types, precision: options.precision, threads: options.threads)
        case .train: try ExecutionMemory(training: model, train, inputTypes: types, threads: options.threads)
        }
      return memory.byteCount + types.values.reduce(0) { $0 + $1.byteCount }
    }
    let pool = ThreadPool(count: options.threads)
    let start = monotonicNanoseconds()
    let executable: Executable
    switch options.mode {
    case .predict:
      do {
        executable = try MemoryAccount.whilePlanning {
          try Executable(
            model.graph, opsets: model.opsets, inputTypes: types, purpose: .prediction, threads: pool,
            limits: .anyArena, precision: options.precision, batchBits: options.batchBits)
        }
      } catch let needed as ValueNeeded {
        throw ZooError(
          .badInput, node: needed.node, problem: "shapes depend on values of the run, so there is no plan to measure",
          expected: "a model whose shapes follow from those of its inputs")
      }
    case .train:
      let training = try TrainingGraph(model, train, seed: 1, inputTypes: types, classWeights: nil)
      executable = try MemoryAccount.whilePlanning {
        try Executable(
          training.graph, opsets: model.opsets, inputTypes: types, purpose: .training, threads: pool,
          limits: .anyArena)
      }
    }
    let inputByteCount = types.values.reduce(0) { $0 + $1.byteCount }
    try options.memory.check(
      batch: options.batch, byteCount: ExecutionMemory(executable).byteCount + inputByteCount, measure: memory)
    var values = try types.mapValues { try Self.samples($0) }
    if options.mode == .train {
      let classes = max(model.card.classes.count, 1)
      let count = type.shape.first ?? options.batch
      values[TrainingGraph.labels] = try Tensor(shape: [count], (0..<count).map { Int64($0 % classes) })
      values[TrainingGraph.learningRate] = try Tensor(Float(1e-4))
      values[TrainingGraph.step] = try Tensor(Int64(1))
    }
    let context = try ExecutionContext(executable)
    let compileSeconds = Double(monotonicNanoseconds() - start) / 1e9
    for (name, value) in values { context.bind(name, to: value.storage.base) }
    let steps = try withExtendedLifetime(values) { try measure(context) }
    let flops = Self.flops(executable.program)
    guard let spread = BenchmarkResult.Spread(steps), spread.median > 0 else {
      throw ZooError(.failed, problem: "no step was measured")
    }
    let rate = Double(flops) / spread.median / 1e9
    let peak = MachinePeak.floatOperationsPerSecond(threads: pool) / 1e9
    var profile: [BenchmarkResult.OperatorTime]?
    if options.isProfiled { profile = try withExtendedLifetime(values) { try self.profile(context) } }
    let items = Double(options.batch)
    return BenchmarkResult(
      name: model.card.name.isEmpty ? model.graph.name : model.card.name, mode: options.mode, batch: options.batch,
      threads: pool.count, instructionSet: InstructionSet.currentName,
      precision: precision(model, train),
      itemsPerSecond: .init(inverse: spread, times: items), millisecondsPerStep: .init(scaling: spread, by: 1e3),
      flopsPerStep: flops, gigaflopsPerSecond: rate, peakGigaflopsPerSecond: peak,
      shareOfPeak: peak > 0 ? rate / peak : 0, arenaByteCount: executable.plan.arenaByteCount,
      peakMemory: PeakMemory.bytes, compileSeconds: compileSeconds, profile: profile)
  }

  /// What most of the arithmetic is done in.
  private func precision(_ model: Model, _ train: TrainSpec) -> String {
    guard options.mode != .train else { return train.precision.rawValue }
    return model.graph.quantizedProductCount > 0 ? "int8 and \(options.precision.rawValue)" : options.precision.rawValue
  }

  private func check() throws(ZooError) {
    func require(_ isRight: Bool, _ problem: String, _ expected: String) throws(ZooError) {
      if !isRight { throw ZooError(.usage, problem: problem, expected: expected) }
    }
    try require((1...65536).contains(options.batch), "the batch is \(options.batch)", "1…65536")
    try require((1...256).contains(options.threads), "\(options.threads) threads", "1…256")
    try require((0.01...3600).contains(options.seconds), "\(options.seconds) seconds", "0.01…3600")
    try require((1...1000).contains(options.rounds), "\(options.rounds) rounds", "1…1000")
  }

  /// Seconds of one step, of each round.
  private func measure(_ context: ExecutionContext) throws -> [Double] {
    // The first steps touch memory and raise the clock; the time of the last tells how many make up a round.
    var last = 0.0
    let warmUp = monotonicNanoseconds()
    for step in 0..<20 {
      let start = monotonicNanoseconds()
      try context.run()
      last = Double(monotonicNanoseconds() - start) / 1e9
      if step >= 1 && Double(monotonicNanoseconds() - warmUp) / 1e9 > 0.15 * options.seconds { break }
    }
    let perRound = options.seconds / Double(options.rounds)
    let steps = max(1, min(Int(saturating: perRound / max(last, 1e-7)), 1_000_000))
    return try (0..<options.rounds).map { _ in
      let start = monotonicNanoseconds()
      for _ in 0..<steps { try context.run() }
      return Double(monotonicNanoseconds() - start) / 1e9 / Double(steps)
    }
  }

  /// Runs a few steps node by node.
  private mutating func profile(_ context: ExecutionContext) throws -> [BenchmarkResult.OperatorTime] {
    var profile = Profile(context.executable.program)
    for _ in 0..<5 { try profile.addStep(context) }
    trace = profile.trace
    return profile.byOperator
  }

  static func flops(_ program: Program) -> Int {
    program.nodes.reduce(0) { sum, node in
      let (total, overflow) = sum.addingReportingOverflow(Profile.flops(node, program))
      return overflow ? .max : total
    }
  }

  /// Numbers that look like normalised samples: a fixed pattern, so that runs are alike.
  private static func samples(_ type: TensorType) throws -> Tensor {
    guard type.elementType == .float32 else { return try Tensor(zeros: type) }
    return try Tensor(type) { (bytes: UnsafeMutableRawBufferPointer) in
      var random = SplitMix64(seed: 1, stream: 0)
      for index in 0..<type.elementCount {
        bytes.storeBytes(of: Float(random.next() >> 40) / Float(1 << 24), toByteOffset: index * 4, as: Float.self)
      }
    }
  }
}

extension BenchmarkResult.Spread {
  fileprivate init(inverse other: Self, times factor: Double) {
    median = factor / other.median
    min = factor / other.max
    max = factor / other.min
  }

  fileprivate init(scaling other: Self, by factor: Double) {
    median = other.median * factor
    min = other.min * factor
    max = other.max * factor
  }
}
