import ZooData
import ZooPlugins

extension ModelUse {
  /// Why the model says what it says of images in files, or, without files, of all items of its data with `overrides`.
  /// - Parameters:
  ///   - paths: as for ``predicted(images:overrides:tell:)``.
  ///   - layer: the value of the graph to look at; see ``GradCAM``.
  package func explained(
    images paths: [String], overrides: [String], layer: String? = nil,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) throws -> ExplanationFolder {
    let dataset = try paths.isEmpty ? dataset(overrides: overrides) : dataset(images: paths, overrides: overrides)
    var explainer = Explainer(model, dataset, layer: layer, threads: threads)
    explainer.isInterrupted = isInterrupted
    return ExplanationFolder(try explainer.explain(Array(dataset.samples.indices)), dataset)
  }
}
