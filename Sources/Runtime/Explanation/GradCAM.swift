import Synchronization
import ZooFormat

/// Gradient-weighted class activation maps: which places of an image speak for a class (Selvaraju et al., “Grad-CAM: Visual
/// Explanations from Deep Networks via Gradient-based Localization”, ICCV 2017).
///
/// The channels of a convolutional layer are added up, each weighted by the mean of the gradient of the class's logit over
/// the image; what is left above 0 speaks for the class. Of a sequence, each frame has a map of its own.
///
/// ```swift
/// let cam = try GradCAM(LoadedModel(path: "model.zoo"))
/// let map = try cam.map(of: sample)            // float32 [1, channels, height, width]
/// let heat = map.resized(height: 224, width: 224)
/// ```
/// A map shows where a network looks, not that it looks at the right thing; see ``sanity(_:)``. Safe to share between threads.
public final class GradCAM: Sendable {
  private let loaded: LoadedModel
  private let wanted: String?
  /// By the type of a sample.
  private let prepared = Mutex<[TensorType: Prepared]>([:])

  private struct Prepared {
    let graph: ExplanationGraph
    let loaded: LoadedModel
  }

  /// O(1): nothing is looked at before the first map.
  /// - Parameters:
  ///   - loaded: a classifier with one input.
  ///   - layer: the value of the graph to look at; without, the last image behind a convolution that has at least 4 × 4
  ///     pixels, or else more than one. Earlier layers give finer maps that say less of the class.
  public init(_ loaded: LoadedModel, layer: String? = nil) {
    self.loaded = loaded
    wanted = layer
  }

  /// The map of one sample. The first call for a type of input compiles the gradient, which takes as long as for prediction and
  /// is kept for every type; each call costs a prediction and the gradient down to the layer, and without `classIndex` one
  /// prediction more.
  /// - Parameters:
  ///   - sample: as the graph's input takes it, with 1 as its first dimension.
  ///   - classIndex: the class to explain; without, the most probable one.
  /// - Throws: `ZooError` if the model is no classifier, has no such layer or a node behind it has no gradient, or the
  ///   sample doesn't fit.
  public func map(of sample: Tensor, class classIndex: Int? = nil) throws(ZooError) -> ClassMap {
    let prepared = try prepare(sample.type)
    let graph = prepared.graph
    let chosen: Int
    if let classIndex { chosen = classIndex } else { chosen = try loaded.mostProbable(sample) }
    guard (0..<graph.classes).contains(chosen) else {
      throw ZooError(.usage, problem: "there is no class \(chosen)", expected: "0…\(graph.classes - 1)")
    }
    let weights = (0..<graph.classes).map { Float($0 == chosen ? 1 : 0) }
    let outputs = try prepared.loaded.run([
      try loaded.inputName: sample, ExplanationGraph.chosen: Tensor(shape: [1, graph.classes], weights),
    ])
    guard let layer: [Float] = outputs[graph.layer]?.values(),
      let gradient: [Float] = outputs[graph.gradient]?.values()
    else {
      throw ZooError(.failed, tensor: graph.layer, problem: "the explanation's graph gave no map")
    }
    // Of a model that looks at several views, the sample itself is the first.
    var shape = graph.shape
    shape[0] = min(shape[0], sample.shape.count == 5 ? sample.shape[1] : 1)
    return ClassMap(
      classIndex: chosen, layer: graph.layer, frames: shape[0], height: shape[2], width: shape[3],
      values: Self.map(layer, gradient, shape))
  }

  /// The sum of the channels, each times the mean of its gradient, where it is above 0.
  private static func map(_ layer: [Float], _ gradient: [Float], _ shape: [Int]) -> [Float] {
    let (channels, plane) = (shape[1], shape[2] * shape[3])
    var map = [Float](repeating: 0, count: shape[0] * plane)
    for frame in 0..<shape[0] {
      for channel in 0..<channels {
        let start = (frame * channels + channel) * plane
        let weight = gradient[start..<start + plane].reduce(0, +) / Float(plane)
        for place in 0..<plane { map[frame * plane + place] += weight * layer[start + place] }
      }
    }
    return map.map { max($0, 0) }
  }

  private func prepare(_ type: TensorType) throws(ZooError) -> Prepared {
    if let found = prepared.withLock({ $0[type] }) { return found }
    let graph: ExplanationGraph
    do { graph = try ExplanationGraph(loaded.model, inputType: type, layer: wanted) } catch { throw ZooError(error) }
    let made = Prepared(graph: graph, loaded: loaded.sibling(graph.model))
    prepared.withLock { $0[type] = made }
    return made
  }

  /// Whether the maps come from what the network learned: they are compared with maps of the same samples, layer and classes
  /// after all weights were shuffled (Adebayo et al., “Sanity Checks for Saliency Maps”, NeurIPS 2018).
  ///
  /// O(weights) to shuffle and to compile them, which takes their memory again; then a ``map(of:class:)`` for each sample and
  /// O(n log n) in its pixels.
  /// - Returns: The mean of Spearman's rank correlation between a map and that of the shuffled network, in −1…1; a map that
  ///   shuffling makes constant counts 0. Near 0, the weights make the map; near 1, anything would.
  /// - Throws: as ``map(of:class:)``.
  public func sanity(_ maps: [(sample: Tensor, map: ClassMap)]) throws(ZooError) -> Double {
    guard let first = maps.first else { return 0 }
    let shuffled = GradCAM(loaded.sibling(try loaded.model.withShuffledWeights()), layer: first.map.layer)
    let correlations = try maps.map { sample, map throws(ZooError) in
      RankCorrelation.spearman(map.values, try shuffled.map(of: sample, class: map.classIndex).values) ?? 0
    }
    return correlations.reduce(0, +) / Double(correlations.count)
  }
}
