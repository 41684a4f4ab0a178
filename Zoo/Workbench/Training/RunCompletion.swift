import Foundation
import ZooData
import ZooPlugins

/// What follows the last step: the best checkpoint is evaluated, exported and described.
struct RunCompletion {
  private let spec: Spec
  private let data: TrainingData
  private let folder: RunFolder
  private let writer: RunWriter
  private let options: Trainer.Options

  init(_ spec: Spec, data: TrainingData, writer: RunWriter, options: Trainer.Options) {
    self.spec = spec
    self.data = data
    self.writer = writer
    folder = writer.folder
    self.options = options
  }

  /// - Returns: The metrics, which are to be written last: with them the run counts as done.
  func complete(_ finished: TrainingSession.Finished) throws -> RunMetrics {
    var model = try folder.model(.best)
    guard model.card.spec == spec.canonicalText else {
      throw ZooError(
        .badInput, file: folder.path(.best), problem: "belongs to a run of another spec",
        remedy: "Put the run's own file back, or start a new run")
    }
    model = try model.augmentedAtTestTime(spec.model.testTimeAugmentation)
    // It differs only where a change of the data was accepted.
    model.card.dataFingerprint = data.fingerprint
    let (predictions, secondsPerItem) = try predict(model)
    try writer.write(predictions)
    var metrics = RunMetrics(data: data.facts(spec.data), model: ModelFacts(), training: facts(finished))
    for subset in [Subset.validation, .test] where !data.split[subset].isEmpty {
      var result = try EvaluationResult(predictions.labelled(subset: subset.rawValue))
      result.secondsPerItem = secondsPerItem[subset]
      metrics.subsets[subset.rawValue] = result
      for (name, value) in result.metrics { model.card.metrics["\(subset.rawValue).\(name)"] = value }
    }
    metrics.baselines = try baselines(predictions)
    metrics.subgroups = subgroups(predictions.labelled(subset: metrics.subgroupSubset))
    metrics.model.parts = parts
    model.card.notes[ModelCard.note] = ModelCard(spec.name, RunFacts(spec, metrics)).markdown
    model = try model.exported(selfTest: selfTestSamples(), threads: options.threads)
    try writer.write(model, to: .model)
    metrics.model = try modelFacts(model)
    return metrics
  }

  /// Predictions for what wasn't trained on, and the seconds that an item of each subset took: a fact of the run, which
  /// must not get into the model, whose bytes are the same in every run.
  private func predict(_ model: Model) throws -> (Predictions, secondsPerItem: [Subset: Double]) {
    let predictor = Predictor(model, batch: spec.train.batch, threads: options.threads)
    let group = data.dataset.independentNames(by: spec.data.split.by)
    var items: [Predictions.Item] = []
    var secondsPerItem: [Subset: Double] = [:]
    for subset in [Subset.validation, .test] where !data.split[subset].isEmpty {
      let measured = try predictor.measuredPredictions(
        data.cache, data.split[subset], subset: subset.rawValue, group: group)
      items += measured.items
      secondsPerItem[subset] = measured.secondsPerItem
    }
    return (try Predictions(classes: data.dataset.classes, items: items), secondsPerItem)
  }

  private func subgroups(_ predictions: Predictions) -> [SubgroupResult] {
    let dataset = data.dataset
    let entries = Dictionary(zip(dataset.samples.map(\.id), dataset.entries)) { first, _ in first }
    return SubgroupResult.all(predictions, columns: dataset.groupColumns + dataset.source.facetColumns) { id in
      entries[id].map { dataset.source.entries[$0] }.map { $0.groups + $0.facets } ?? []
    }
  }

  private func baselines(_ predictions: Predictions) throws -> [BaselineResult] {
    guard let subset = [Subset.test, .validation].first(where: { !data.split[$0].isEmpty }) else { return [] }
    var results: [BaselineResult] = []
    let group = data.dataset.independentNames(by: spec.data.split.by)
    try Baseline.forEach(data, threads: options.threads, group: group) { baseline in
      results.append(try BaselineResult(baseline, network: predictions, subset: subset.rawValue))
    }
    return results
  }

  /// The first validation samples (training samples if there are none).
  private func selfTestSamples() throws -> Tensor {
    let indices = Array((data.split.validation + data.split.train).prefix(2))
    var options = BatchLoader.Options()
    options.batch = max(indices.count, 1)
    let loader = try BatchLoader(data.cache, indices: indices, options: options)
    defer { loader.close() }
    guard let batch = try loader.next() else {
      throw ZooError(.badInput, problem: "there is no sample for the self-test")
    }
    return batch.pixels
  }

  private func facts(_ finished: TrainingSession.Finished) -> TrainingFacts {
    let checkpoint = finished.checkpoint
    let metric = data.split.validation.isEmpty ? "training loss" : spec.train.earlyStopping.metric
    return TrainingFacts(
      seconds: checkpoint.seconds, epochs: finished.epochs, steps: checkpoint.step, bestEpoch: checkpoint.bestEpoch,
      watchedMetric: metric,
      watchedValue: metric.hasSuffix("loss") ? -checkpoint.bestValue : checkpoint.bestValue,
      itemsPerSecond: finished.itemsPerSecond, peakMemory: PeakMemory.bytes, cautions: finished.cautions)
  }

  private var parts: [String: String] {
    var parts = ["backbone": spec.model.backbone.name, "head": spec.model.head.name]
    if data.dataset.frames != nil { parts["temporal"] = spec.model.temporal?.name }
    return parts
  }

  private func modelFacts(_ model: Model) throws -> ModelFacts {
    let weights = model.graph.parameters().filter(\.isTrainable).compactMap { model.graph.initializers[$0.name] }
    guard let input = model.graph.inputs.first?.name else { return ModelFacts(parts: parts) }
    let program = try Program(
      model.graph, opsets: model.opsets, inputTypes: [input: TensorType(.float32, [1] + data.dataset.sampleShape)])
    let size = (try? FileManager.default.attributesOfItem(atPath: folder.path(.model))[.size] as? Int) ?? 0
    return ModelFacts(
      parts: parts, parameters: weights.reduce(0) { $0 + $1.elementCount }, flops: try program.operationCount(),
      byteCount: size)
  }
}
