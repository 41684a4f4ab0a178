import ZooData
import ZooPlugins

/// Runs a classifier over the samples of a data set.
package struct Predictor: Sendable {
  private let loaded: LoadedModel
  private let batch: Int
  /// Asked before each batch; the work then ends with an error of kind `interrupted`.
  var isInterrupted: @Sendable () -> Bool = { false }

  /// - Parameters:
  ///   - batch: samples of one run; the last run is filled up, so that one compiled program serves all.
  package init(_ model: Model, batch: Int = 32, threads: Int, precision: Pass.Precision = .float32) {
    loaded = LoadedModel(model, threads: threads, precision: precision)
    self.batch = batch
  }

  /// The probabilities of each class for the samples `indices`, in their order.
  /// - Throws: ``ZooError`` if a sample can't be loaded or doesn't fit the model's input.
  package func probabilities(_ cache: SampleCache, _ indices: [Int], loaderThreads: Int = 1) throws -> [[Float]] {
    try measured(cache, indices, loaderThreads: loaderThreads).probabilities
  }

  private struct Measured {
    var probabilities: [[Float]] = []
    /// How each item is unlike what the model was trained on; empty if nobody looked.
    var cautions: [[String]] = []
    /// From loaded pixels to probabilities, without compiling.
    var secondsPerItem = 0.0
  }

  /// - Parameter watches: whether the pixels are compared with those of training.
  private func measured(
    _ cache: SampleCache, _ indices: [Int], loaderThreads: Int = 1, watches: Bool = false
  ) throws -> Measured {
    var result = Measured()
    guard !indices.isEmpty, let input = loaded.model.graph.requiredInputs.first?.name else { return result }
    let classes = loaded.model.card.classes.count
    var options = BatchLoader.Options()
    options.batch = min(batch, indices.count)
    options.threads = loaderThreads
    let loader = try BatchLoader(cache, indices: indices, options: options)
    defer { loader.close() }
    // What can't be compiled is run node by node.
    _ = try? loaded.executable(for: [input: TensorType(.float32, [options.batch] + cache.dataset.sampleShape)])
    var (nanoseconds, items): (UInt64, Int) = (0, 0)
    while let next = try loader.next() {
      if isInterrupted() { throw ZooError(.interrupted, problem: "stopped while predicting") }
      if watches { result.cautions += try cautions(next, cache.dataset) }
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
      for row in next.indices.indices {
        result.probabilities.append(Array(values[row * classes..<(row + 1) * classes]))
      }
    }
    result.secondsPerItem = Double(nanoseconds) / 1e9 / Double(max(items, 1))
    return result
  }

  /// How each item of a batch is unlike what the model was trained on.
  /// - Throws: ``ZooError`` naming an item with values that the model's samples can't have.
  private func cautions(_ batch: Batch, _ dataset: Dataset) throws -> [[String]] {
    let watch = SampleWatch(loaded.model.card)
    let pixels = batch.pixels.storage.base.assumingMemoryBound(to: Float.self)
    return try batch.indices.enumerated().map { row, index in
      do throws(ZooError) { return try watch.cautions(dataset, pixels + row * dataset.sampleSize) } catch {
        throw error.at(file: dataset.samples[index].id)
      }
    }
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
  /// - Parameters:
  ///   - watches: whether the pixels are compared with those of training: what is unlike goes with the items.
  ///   - group: the independent unit that a sample belongs to; empty if it is its own.
  package func predictions(
    _ cache: SampleCache, _ indices: [Int], subset: String, watches: Bool = false, group: (Int) -> String
  ) throws -> [Predictions.Item] {
    try measuredPredictions(cache, indices, subset: subset, watches: watches, group: group).items
  }

  /// As ``predictions(_:_:subset:group:)``, with the seconds that an item took from loaded pixels to probabilities.
  func measuredPredictions(
    _ cache: SampleCache, _ indices: [Int], subset: String, watches: Bool = false, group: (Int) -> String
  ) throws -> (items: [Predictions.Item], secondsPerItem: Double) {
    let (dataset, card) = (cache.dataset, loaded.model.card)
    let measured = try measured(cache, indices, watches: watches)
    let items = indices.enumerated().map { place, index in
      let sample = dataset.samples[index]
      let item = Predictions.Item(
        id: sample.id, subset: subset, group: group(index), label: sample.label,
        probabilities: measured.probabilities[place], cautions: watches ? measured.cautions[place] : [])
      guard let decision = card.decision else { return item }
      return item.answered(decision.answer(item.probabilities, classes: card.classes))
    }
    return (items, measured.secondsPerItem)
  }
}
