import ZooPlugins

/// Runs a classifier over the samples of a data set.
public struct Predictor: Sendable {
  private let loaded: LoadedModel
  private let batch: Int
  /// Asked before each batch; the work then ends with an error of kind `interrupted`.
  var isInterrupted: @Sendable () -> Bool = { false }

  /// - Parameters:
  ///   - batch: samples of one run; the last run is filled up, so that one compiled program serves all.
  public init(_ model: Model, batch: Int = 32, threads: Int, precision: Pass.Precision = .float32) {
    loaded = LoadedModel(model, threads: threads, precision: precision)
    self.batch = batch
  }

  /// The probabilities of each class for the samples `indices`, in their order.
  /// - Throws: ``ZooError`` if a sample can't be loaded or doesn't fit the model's input.
  public func probabilities(_ cache: SampleCache, _ indices: [Int], loaderThreads: Int = 1) throws -> [[Float]] {
    try measured(cache, indices, loaderThreads: loaderThreads).probabilities
  }

  /// The probabilities, and the seconds that an item took from loaded pixels to them, without compiling.
  private func measured(
    _ cache: SampleCache, _ indices: [Int], loaderThreads: Int = 1
  ) throws -> (probabilities: [[Float]], secondsPerItem: Double) {
    guard !indices.isEmpty, let input = loaded.model.graph.inputs.first?.name else { return ([], 0) }
    let classes = loaded.model.card.classes.count
    var options = BatchLoader.Options()
    options.batch = min(batch, indices.count)
    options.threads = loaderThreads
    let loader = try BatchLoader(cache, indices: indices, options: options)
    defer { loader.close() }
    // What can't be compiled is run node by node.
    _ = try? loaded.executable(for: [input: TensorType(.float32, [options.batch] + cache.dataset.sampleShape)])
    var result: [[Float]] = []
    var (nanoseconds, items): (UInt64, Int) = (0, 0)
    while let next = try loader.next() {
      if isInterrupted() { throw ZooError(.interrupted, problem: "stopped while predicting") }
      let pixels = try Self.filled(next.pixels, to: options.batch)
      let start = monotonicNanoseconds()
      let outputs = try loaded.run([input: pixels])
      nanoseconds += monotonicNanoseconds() - start
      items += options.batch
      guard let values: [Float] = outputs[Registry.Border.output]?.values(),
        values.count == options.batch * classes
      else {
        throw ZooError(.badInput, tensor: Registry.Border.output, problem: "the model has no probabilities as output")
      }
      for row in next.indices.indices { result.append(Array(values[row * classes..<(row + 1) * classes])) }
    }
    return (result, Double(nanoseconds) / 1e9 / Double(max(items, 1)))
  }

  /// `tensor` with its first dimension filled up to `count` by zeros.
  private static func filled(_ tensor: Tensor, to count: Int) throws -> Tensor {
    guard tensor.shape[0] < count else { return tensor }
    return try Tensor(TensorType(tensor.elementType, [count] + tensor.shape.dropFirst())) {
      (bytes: UnsafeMutableRawBufferPointer) in
      tensor.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
  }

  /// What the model says of the samples `indices`.
  /// - Parameter group: the independent unit that a sample belongs to; empty if it is its own.
  public func predictions(
    _ cache: SampleCache, _ indices: [Int], subset: String, group: (Int) -> String
  ) throws -> [Predictions.Item] {
    try measuredPredictions(cache, indices, subset: subset, group: group).items
  }

  /// As ``predictions(_:_:subset:group:)``, with the seconds that an item took from loaded pixels to probabilities.
  func measuredPredictions(
    _ cache: SampleCache, _ indices: [Int], subset: String, group: (Int) -> String
  ) throws -> (items: [Predictions.Item], secondsPerItem: Double) {
    let dataset = cache.dataset
    let (probabilities, secondsPerItem) = try measured(cache, indices)
    let items = zip(indices, probabilities).map { index, values in
      let sample = dataset.samples[index]
      return Predictions.Item(
        id: sample.id, subset: subset, group: group(index), label: sample.label, probabilities: values)
    }
    return (items, secondsPerItem)
  }
}
