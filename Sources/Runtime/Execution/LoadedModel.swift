import Synchronization
import ZooFormat

/// A model ready to predict: what an embedding program works with.
///
/// One loaded model serves many callers at once; each call has memory of its own, which later calls use again.
public final class LoadedModel: Sendable {
  /// As it was read, before any pass.
  public let model: Model
  /// Who executes it.
  public let threads: ThreadPool
  private let limits: LoadLimits
  private let operators: OperatorTable
  /// The element type of images between operators.
  public let precision: Pass.Precision
  /// Whether samples have the same bits in any batch.
  public let batchBits: BatchBits
  private let cache = Mutex(Cache())
  /// Input shapes for which a compiled program is kept.
  private static let keptShapes = 8

  private typealias Key = [String: TensorType]

  private struct Cache {
    var compiled: [Key: Compiled] = [:]
    /// Those for which compiling found that shapes depend on values.
    var interpreted: Set<Key> = []
    /// Counts uses, to find the shape that was used longest ago.
    var clock = 0
  }

  /// A program compiled for one set of input shapes, with idle contexts.
  private struct Compiled {
    var executable: Executable
    var idle: [Idle]
    var lastUse: Int
  }

  /// A context that no thread uses, and so may go to any: it is taken out of the cache before it runs, and put back after.
  private struct Idle: @unchecked Sendable {
    let context: ExecutionContext
  }

  /// Takes a model in memory and starts the workers: O(threads). Compiling waits for the first call, see ``run(_:)``.
  /// - Parameters:
  ///   - model: as it was read or made.
  ///   - threads: the workers of one call; more callers than one share them.
  ///   - limits: what compiling and executing may cost.
  ///   - precision: bfloat16 is faster and rounds images to three digits between operators.
  ///   - batchBits: ``BatchBits/any`` may be faster for single small images, and changes the last bits with the batch.
  ///   - operators: that the graph may name, e.g. `OperatorTable.standard.adding([mine])`.
  public init(
    _ model: Model, threads: Int = ThreadPool.availableProcessors, limits: LoadLimits = .default,
    precision: Pass.Precision = .float32, batchBits: BatchBits = .same, operators: OperatorTable = .current
  ) {
    self.model = model
    self.operators = operators
    self.limits = limits
    self.precision = precision
    self.batchBits = batchBits
    self.threads = ThreadPool(count: threads)
  }

  private init(_ model: Model, like other: LoadedModel) {
    self.model = model
    limits = other.limits
    operators = other.operators
    precision = .float32
    batchBits = other.batchBits
    threads = other.threads
  }

  /// Another model that shares this one's workers and limits.
  func sibling(_ model: Model) -> LoadedModel { LoadedModel(model, like: self) }

  /// Reads a `.zoo` file, whose structure is always checked and whose weights are used from the mapped file; or an
  /// `.onnx` file. O(structure) of a `.zoo` file of more than 16 MiB, O(bytes) of others. Compiling waits for the first call.
  /// - Throws: `ZooError` of kind `badInput` if there is no such file or it isn't a valid model.
  public convenience init(
    path: String, threads: Int = ThreadPool.availableProcessors, limits: LoadLimits = .default,
    precision: Pass.Precision = .float32, batchBits: BatchBits = .same, operators: OperatorTable = .current
  ) throws(ZooError) {
    try self.init(
      Model.read(from: path, limits: limits), threads: threads, limits: limits, precision: precision,
      batchBits: batchBits, operators: operators)
  }

  /// Executes the graph on `inputs` and returns its outputs by name.
  ///
  /// May be called from any number of threads at once. Costs the operations of the graph and a copy of its outputs.
  ///
  /// The first call with each set of input shapes compiles the graph for it: milliseconds for a hundred nodes, O(nodes²) at
  /// worst, and O(weights) to pack them. What the eight sets that were used last need is kept: packed weights for each, and as
  /// many arenas as calls ran at once. A graph whose shapes depend on values is executed node by node: each call
  /// packs its weights anew.
  /// - Throws: `ZooError` if an input is missing, unknown or of another type or shape than the graph declares, if the graph
  ///   isn't valid or costs more than the limits, and if a value of the run is out of an operator's range.
  public func run(_ inputs: [String: Tensor]) throws(ZooError) -> [String: Tensor] {
    do { return try outputs(of: inputs) } catch { throw ZooError(error) }
  }

  /// Operators throw what they like.
  private func outputs(of inputs: [String: Tensor]) throws -> [String: Tensor] {
    let key = inputs.mapValues(\.type)
    if cache.withLock({ $0.interpreted.contains(key) }) { return try interpret(inputs) }
    let context: ExecutionContext
    do {
      context = try take(key)
    } catch is ValueNeeded {
      cache.withLock { cache in
        if cache.interpreted.count >= Self.keptShapes { cache.interpreted = [] }
        cache.interpreted.insert(key)
      }
      return try interpret(inputs)
    }
    defer { give(context, key) }
    try withExtendedLifetime(inputs) {
      for (name, value) in inputs { context.bind(name, to: value.storage.base) }
      try context.run()
    }
    var outputs: [String: Tensor] = [:]
    for output in model.graph.outputs { outputs[output.name] = try context.output(output.name) }
    return outputs
  }

  /// The same model, which also gives values from inside its graph, e.g. `backbone.features`, what a head takes.
  ///
  /// Workers and weights are shared with this one; its graph is compiled anew on the first call, for float32.
  /// O(nodes + values · declared values).
  /// - Parameter values: names of values that the graph declares with their types. Models that were trained here declare what
  ///   passes between their parts; those of others what their file says.
  /// - Throws: `ZooError` naming the value that isn't there, with those that are.
  public func giving(_ values: [String]) throws(ZooError) -> LoadedModel {
    var graph = model.graph
    let made = Set(graph.nodes.flatMap(\.outputs))
    for value in values where !graph.outputs.contains(where: { $0.name == value }) {
      guard made.contains(value), let info = graph.valueInfos.first(where: { $0.name == value }) else {
        let known = graph.valueInfos.map(\.name).filter(made.contains)
        throw ZooError(
          .badInput, tensor: value, problem: "the graph has no such value",
          expected: known.isEmpty ? "a graph that declares values" : known.prefix(20).joined(separator: ", "))
      }
      graph.outputs.append(info)
    }
    var other = model
    other.graph = graph
    return LoadedModel(other, like: self)
  }

  /// Executes the self-test that the file carries. Costs one ``run(_:)`` and O(elements) of its outputs.
  /// - Throws: `ZooError` naming the output that differs, or if the file has no self-test or one that proves nothing; and as
  ///   ``run(_:)``.
  public func checkSelfTest() throws(ZooError) {
    guard let test = model.selfTest else {
      throw ZooError(.badInput, problem: "the model has no self-test", remedy: "Export it again with one")
    }
    try test.check()
    let outputs = try run(test.inputs)
    for (name, expected) in test.outputs.sorted(by: { $0.key < $1.key }) {
      guard let actual = outputs[name], actual.type == expected.type else {
        throw ZooError(
          .badInput, tensor: name, problem: "the output is \(outputs[name]?.type.description ?? "missing")",
          expected: "\(expected.type)")
      }
      guard let actual: [Float] = actual.values(), let wanted: [Float] = expected.values() else {
        let isSame = actual.withUnsafeBytes { a in expected.withUnsafeBytes { a.elementsEqual($0) } }
        guard !isSame else { continue }
        throw ZooError(
          .badInput, tensor: name, problem: "the self-test fails: the values differ", expected: "the same values",
          remedy: "Don't use this file: get it again from its source")
      }
      for (index, (a, e)) in zip(actual, wanted).enumerated() {
        guard abs(a - e) <= test.absoluteTolerance + test.relativeTolerance * abs(e) else {
          throw ZooError(
            .badInput, tensor: name, problem: "the self-test fails: element \(index) is \(a)",
            expected: "\(e) ± \(test.absoluteTolerance + test.relativeTolerance * abs(e))",
            remedy: "Don't use this file: get it again from its source")
        }
      }
    }
  }

  /// The compiled program for inputs of these types; compiled now if it isn't yet.
  package func executable(for types: [String: TensorType]) throws -> Executable {
    if let found = cache.withLock({ $0.compiled[types]?.executable }) { return found }
    for input in model.graph.requiredInputs where types[input.name] == nil {
      throw ZooError(.usage, tensor: input.name, problem: "the input has no value", remedy: "Give it one")
    }
    let executable = try Executable(
      model.graph, opsets: model.opsets, inputTypes: types, purpose: .prediction, threads: threads,
      operators: operators, limits: limits, precision: precision, batchBits: batchBits)
    cache.withLock { cache in
      cache.clock += 1
      if cache.compiled[types] == nil {
        cache.compiled[types] = Compiled(executable: executable, idle: [], lastUse: cache.clock)
      }
      let oldest = cache.compiled.min { $0.value.lastUse < $1.value.lastUse }
      if cache.compiled.count > Self.keptShapes, let oldest { cache.compiled[oldest.key] = nil }
    }
    return executable
  }

  private func interpret(_ inputs: [String: Tensor]) throws -> [String: Tensor] {
    let interpreter = Interpreter(opsets: model.opsets, operators: operators, threads: threads, limits: limits)
    let outputs = try interpreter.run(model.graph, inputs: inputs)
    return Dictionary(outputs.map { ($0.name, $0.value) }) { first, _ in first }
  }

  private func take(_ key: Key) throws -> ExecutionContext {
    let idle = cache.withLock { cache in
      cache.clock += 1
      cache.compiled[key]?.lastUse = cache.clock
      return cache.compiled[key]?.idle.popLast()
    }
    if let idle { return idle.context }
    return try ExecutionContext(executable(for: key))
  }

  private func give(_ context: ExecutionContext, _ key: Key) {
    let idle = Idle(context: context)
    cache.withLock { cache in
      if cache.compiled[key]?.executable === idle.context.executable { cache.compiled[key]?.idle.append(idle) }
    }
  }
}
