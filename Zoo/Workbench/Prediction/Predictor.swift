import ZooPlugins

/// Runs a classifier over the samples of a data set.
public struct Predictor: Sendable {
  private let loaded: LoadedModel
  private let batch: Int

  /// - Parameters:
  ///   - batch: samples of one run; the last run is filled up, so that one compiled program serves all.
  public init(_ model: Model, batch: Int = 32, threads: Int, precision: Pass.Precision = .float32) {
    loaded = LoadedModel(model, threads: threads, precision: precision)
    self.batch = batch
  }

  /// The probabilities of each class for the samples `indices`, in their order.
  /// - Throws: ``ZooError`` if a sample can't be loaded or doesn't fit the model's input.
  public func probabilities(_ cache: SampleCache, _ indices: [Int], loaderThreads: Int = 1) throws -> [[Float]] {
    guard !indices.isEmpty, let input = loaded.model.graph.inputs.first?.name else { return [] }
    let classes = loaded.model.card.classes.count
    var options = BatchLoader.Options()
    options.batch = min(batch, indices.count)
    options.threads = loaderThreads
    let loader = try BatchLoader(cache, indices: indices, options: options)
    defer { loader.close() }
    var result: [[Float]] = []
    while let next = try loader.next() {
      let pixels = try Self.filled(next.pixels, to: options.batch)
      guard let values: [Float] = try loaded.run([input: pixels])[Registry.Border.output]?.values(),
        values.count == options.batch * classes
      else {
        throw ZooError(.badInput, tensor: Registry.Border.output, problem: "the model has no probabilities as output")
      }
      for row in next.indices.indices { result.append(Array(values[row * classes..<(row + 1) * classes])) }
    }
    return result
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
    let dataset = cache.dataset
    return zip(indices, try probabilities(cache, indices)).map { index, values in
      let sample = dataset.samples[index]
      return Predictions.Item(
        id: sample.id, subset: subset, group: group(index), label: sample.label, probabilities: values)
    }
  }
}
