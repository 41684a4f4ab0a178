import ZooData
import ZooPlugins

extension Spec {
  /// The model that the spec describes, with zeros for weights: for its graph, shapes and costs. O(files + nodes); no
  /// pixels are decoded.
  /// - Throws: ``ZooError`` about the data or the model.
  package func outline(registry: Registry) throws -> Model { try outline(of: Dataset.open(data), registry: registry) }

  func outline(of dataset: Dataset, registry: Registry) throws -> Model {
    var description = ModelDescription(
      name: name, channels: dataset.channels, classes: dataset.classes, height: dataset.height,
      width: dataset.width, frames: dataset.frames, backbone: model.backbone, temporal: model.temporal,
      head: model.head, seed: seed)
    description.summary = summary
    if self.model.normalization == .dataset {
      let count = dataset.channels.count
      description.normalization = .init(
        mean: Array(repeating: 0, count: count), deviation: Array(repeating: 1, count: count))
    }
    var model = try registry.assemble(description, random: .zeros)
    model.card.spec = canonicalText
    return model
  }
}
