import ZooData
import ZooPlugins

/// The model before the first step: parts from the registry, weights of other models where the spec asks for them.
struct InitialModel {
  private let spec: Spec
  private let registry: Registry
  private let data: TrainingData

  init(_ spec: Spec, registry: Registry, data: TrainingData) {
    self.spec = spec
    self.registry = registry
    self.data = data
  }

  /// - Parameter report: told which weights were taken from where.
  func model(_ report: (String) -> Void = { _ in }) throws -> Model {
    var description = ModelDescription(
      name: spec.name, channels: data.dataset.channels, classes: data.dataset.classes, height: data.dataset.height,
      width: data.dataset.width, frames: data.dataset.frames, backbone: spec.model.backbone,
      temporal: data.dataset.frames == nil ? nil : spec.model.temporal, head: spec.model.head, seed: spec.seed)
    description.summary = spec.summary
    if spec.model.normalization == .dataset {
      description.normalization = .init(
        mean: data.statistics.mean.map(Float.init), deviation: data.statistics.deviation.map(Float.init))
    }
    var model = try registry.assemble(description)
    model.card.sampleType = data.dataset.sampleType.elementType
    model.card.sampleRange = data.dataset.sampleRange
    model.card.isRangeFound = data.isRangeFound
    model.card.channelValues = data.statistics.values
    model.card.spec = spec.canonicalText
    model.card.dataFingerprint = data.fingerprint
    if let note = data.dataset.note { model.card.notes["data"] = note }
    if let width = (data.dataset.source as? CellsSource)?.cropMicrometres {
      model.card.notes[CropScale.note] = "\(width)"
    }
    for (name, path) in spec.train.`init`.sorted(by: { $0.key < $1.key }) {
      guard let part = Part(rawValue: name) else { continue }
      let transfer = try model.graph.takeWeights(of: part, from: Model.load(path).graph)
      report("\(name) from \(path): \(transfer.summary)")
    }
    return model
  }
}

extension Spec {
  /// The model that training would start from, in the form that predicts, with a self-test. Opens the data, whose
  /// statistics are part of the model. O(pixels).
  /// - Throws: ``ZooError`` about the data or the model.
  package func untrainedModel(registry: Registry = .standard, threads: Int) throws -> Model {
    let data = try TrainingData(
      OpenedData(self.data), self.data, cacheLimit: self.data.cacheMegabytes * 1_000_000, threads: threads)
    var model = try InitialModel(self, registry: registry, data: data).model()
    model.card.notes["training"] = "none: initial weights"
    model = try model.augmentedAtTestTime(self.model.testTimeAugmentation)
    return try model.exported(selfTest: .ramp([1] + data.dataset.sampleShape), threads: threads)
  }
}
