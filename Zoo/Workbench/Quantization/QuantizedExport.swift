import Foundation
import ZooData
import ZooPlugins

/// Makes a model of 8-bit numbers of a trained one, and measures what that costs.
package struct QuantizedExport {
  /// What came out.
  package struct Result: Codable, Sendable {
    /// Convolutions and matrix products that are 8-bit now.
    package var products: Int
    /// Samples that the scales of the activations were found with.
    package var calibratedWith: Int
    /// The subset that was evaluated, and its size.
    package var subset: String
    package var items: Int
    package var before: Quality
    package var after: Quality
    package var floatBytes: Int
    package var quantizedBytes: Int

    package struct Quality: Codable, Sendable {
      package var accuracy: Double
      package var balancedAccuracy: Double
      package var logLoss: Double
    }
  }

  private let model: Model
  private let path: String
  private let threads: Int
  /// Samples of one run while calibrating: all activations are in memory at once.
  private static let batch = 8

  /// - Parameter path: a `.zoo` file or the folder of a run.
  package init(_ path: String, threads: Int) throws {
    model = try Model.load(path)
    self.path = path
    self.threads = threads
    guard !model.card.classes.isEmpty, !model.card.channels.isEmpty, model.card.imageSize.height > 0 else {
      throw ZooError(
        .badInput, file: path, problem: "the model's card doesn't name channels, classes and an image size",
        expected: "a model that zoo train made")
    }
  }

  /// Calibrates on training samples, quantizes, and evaluates both models on samples that neither has seen.
  /// - Parameters:
  ///   - data: the name or file of a spec, the folder of a run, or a folder of images as `data.root` takes it; without,
  ///     the data of the model's own spec.
  ///   - samples: the most samples to calibrate with.
  package func run(
    data: String?, samples: Int, reader: SpecReader
  ) throws -> (model: Model, result: Result) {
    let spec = try spec(of: data, reader)
    let dataset = try Dataset.open(spec.data).fitting(model.card, isRangeGiven: false)
    let split = try dataset.split(spec.data.split)
    let cache = SampleCache(dataset)
    let (subset, held) =
      split.test.isEmpty
      ? (split.validation.isEmpty ? ("train", split.train) : ("validation", split.validation)) : ("test", split.test)
    let calibration = Self.spread(split.train.isEmpty ? held : split.train, samples)
    guard !calibration.isEmpty else {
      throw ZooError(.badInput, path: "data", problem: "there are no samples to calibrate with")
    }
    var quantizer = try quantizer(dataset, batch: min(Self.batch, calibration.count))
    try forEachBatch(cache, calibration) { try quantizer.widen($0) }
    try forEachBatch(cache, calibration) { try quantizer.count($0) }
    var quantized = try quantizer.quantized()
    let before = try evaluated(model, cache, held)
    let after = try evaluated(quantized, cache, held)
    quantized.card.metrics = [
      "\(subset).accuracy": after.accuracy, "\(subset).balanced_accuracy": after.balancedAccuracy,
      "\(subset).loss": after.logLoss,
    ]
    quantized.card.notes["quantization"] =
      "int8, calibrated with \(Figures.counted(calibration.count, "sample")); \(subset) accuracy in float32 \(before.accuracy)"
    quantized = try quantized.exported(selfTest: selfTestSamples(cache, held), threads: threads)
    // Which of two neighbouring numbers a value is rounded to may hang on the last bit of a float.
    quantized.selfTest?.absoluteTolerance = 0.1
    quantized.selfTest?.relativeTolerance = 0.1
    let result = Result(
      products: quantizer.productCount, calibratedWith: calibration.count, subset: subset, items: held.count,
      before: before, after: after, floatBytes: Self.bytes(model), quantizedBytes: Self.bytes(quantized))
    return (quantized, result)
  }

  private func spec(of data: String?, _ reader: SpecReader) throws -> Spec {
    guard let data else { return try model.spec(overrides: [], path: path) }
    let folder = RunFolder(data)
    var spec: Spec
    if folder.isRun {
      spec = try Model.load(data).spec(overrides: [], path: data)
    } else if FileKind(data) == .folder {
      spec = try model.spec(overrides: ["data.root=\(data)"], path: path)
      // A folder of images has no columns to group by.
      if spec.data.source == .folder { spec.data.split.by = [] }
    } else {
      spec = try reader.readOne(data, overrides: [])
    }
    spec.data.channels = model.card.channels
    spec.data.classes = model.card.classes
    (spec.data.height, spec.data.width) = (model.card.imageSize.height, model.card.imageSize.width)
    spec.data.frames = model.card.frames
    return spec
  }

  /// At most `count` of `indices`, evenly spread.
  private static func spread(_ indices: [Int], _ count: Int) -> [Int] {
    guard indices.count > count else { return indices }
    return (0..<count).map { indices[$0 * indices.count / count] }
  }

  private func quantizer(_ dataset: Dataset, batch: Int) throws -> Quantizer {
    try Quantizer(
      model, inputTypes: [input: TensorType(.float32, [batch] + dataset.sampleShape)], threads: threads)
  }

  private var input: String {
    get throws {
      guard let input = model.graph.requiredInputs.first?.name else {
        throw ZooError(.badInput, file: path, problem: "the model has no input", expected: "an image or a sequence")
      }
      return input
    }
  }

  private func forEachBatch(_ cache: SampleCache, _ indices: [Int], _ body: ([String: Tensor]) throws -> Void) throws {
    var options = BatchLoader.Options()
    options.batch = min(Self.batch, indices.count)
    options.dropsLast = true
    let loader = try BatchLoader(cache, indices: indices, options: options)
    defer { loader.close() }
    while let batch = try loader.next() { try body([input: batch.pixels]) }
  }

  private func evaluated(_ model: Model, _ cache: SampleCache, _ indices: [Int]) throws -> Result.Quality {
    let predictor = Predictor(model, batch: 32, threads: threads)
    let items = try predictor.predictions(cache, indices, subset: "") { _ in "" }
    let sample = MetricSample(try Predictions(classes: cache.dataset.classes, items: items))
    let metrics: [Metric] = [.accuracy, .balancedAccuracy, .logLoss]
    let values = sample.values(of: metrics, weights: Array(repeating: 1, count: sample.groups.count))
    return Result.Quality(
      accuracy: values[0] ?? .nan, balancedAccuracy: values[1] ?? .nan, logLoss: values[2] ?? .nan)
  }

  /// The pixels of one sample.
  private func selfTestSamples(_ cache: SampleCache, _ indices: [Int]) throws -> Tensor {
    let dataset = cache.dataset
    return try Tensor(shape: [1] + dataset.sampleShape, try dataset.load(indices[0]))
  }

  private static func bytes(_ model: Model) -> Int {
    model.graph.initializers.reduce(0) { $0 + $1.value.type.byteCount }
  }
}

extension QuantizedExport.Result {
  /// For a terminal.
  package var text: String {
    func line(_ name: String, _ value: KeyPath<Quality, Double>) -> String {
      let (old, new) = (before[keyPath: value], after[keyPath: value])
      return "\(name)  \(Figures.fixed(old, 4)) → \(Figures.fixed(new, 4))  (\(Figures.signed(new - old, 4)))\n"
    }
    let samples = Figures.counted(calibratedWith, "sample")
    return "\(products) convolutions and matrix products in int8, calibrated with \(samples)\n"
      + "\(Figures.bytes(floatBytes)) → \(Figures.bytes(quantizedBytes)) of parameters\n"
      + "\(subset), \(Figures.counted(items, "item")), float32 → int8\n"
      + line("  accuracy         ", \.accuracy) + line("  balanced accuracy", \.balancedAccuracy)
      + line("  log loss         ", \.logLoss)
  }
}
