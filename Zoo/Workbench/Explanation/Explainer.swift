import ZooData
import ZooPlugins

/// Explains what a model says of samples of a data set.
struct Explainer {
  private let loaded: LoadedModel
  private let cam: GradCAM
  private let dataset: Dataset
  private let isLayerGiven: Bool
  /// Asked before each sample; the work then ends with an error of kind `interrupted`.
  var isInterrupted: @Sendable () -> Bool = { false }

  /// Maps that are compared with those of shuffled weights.
  static let checkedMaps = 8

  /// - Parameter layer: the value of the graph to look at; see ``GradCAM``.
  init(_ model: Model, _ dataset: Dataset, layer: String? = nil, threads: Int) {
    loaded = LoadedModel(model, threads: threads)
    cam = GradCAM(loaded, layer: layer)
    self.dataset = dataset
    isLayerGiven = layer != nil
  }

  /// The explanations of the samples `indices`, in their order: of the class that the model gives each. Costs about a dozen
  /// predictions a sample, and more for sequences.
  /// - Throws: ``ZooError`` if a sample can't be loaded, or the layer that was asked for gives no map.
  func explain(_ indices: [Int]) throws -> Explanations {
    var items: [Explanations.Item] = []
    var checked: [(sample: Tensor, map: ClassMap)] = []
    var obstacle: String?
    for index in indices {
      if isInterrupted() { throw ZooError(.interrupted, problem: "stopped while explaining") }
      let sample = try Tensor(shape: [1] + dataset.sampleShape, dataset.load(index))
      let occlusion = try loaded.occlusion(of: sample)
      var map: ClassMap?
      if obstacle == nil {
        do { map = try cam.map(of: sample, class: occlusion.classIndex) } catch {
          if isLayerGiven { throw error }
          obstacle = "\(error)"
        }
      }
      if let map, checked.count < Self.checkedMaps { checked.append((sample, map)) }
      items.append(.init(sample: index, id: dataset.samples[index].id, map: map, occlusion: occlusion))
    }
    return Explanations(
      classes: dataset.classes, channels: dataset.channels, items: items, obstacle: obstacle,
      sanity: checked.isEmpty ? nil : try cam.sanity(checked), checked: checked.count)
  }
}
