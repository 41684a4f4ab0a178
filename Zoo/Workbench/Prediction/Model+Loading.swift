import ZooData
import ZooPlugins

extension Model {
  /// Reads a model from whatever holds one: a `.zoo` file, an ONNX file, or the folder of a run.
  /// Digests are checked, that of the run too: a damaged model is never used. O(bytes), two to three seconds a gigabyte.
  /// - Throws: ``ZooError`` naming the file.
  package static func load(_ path: String) throws -> Model {
    let file = try RunFolder.modelFile(path)
    return FileKind(path) == .folder
      ? try RunFolder(path).model(.model) : try Model.read(from: file, checkDigests: true)
  }

  /// The resolved spec that the model was trained from, with its data named as the model knows them, and `overrides`.
  /// - Throws: ``ZooError`` if the model carries no spec; ``SpecProblems`` about the overrides.
  func spec(overrides: [String], path: String) throws -> Spec {
    guard !card.spec.isEmpty else {
      throw ZooError(
        .badInput, file: path, problem: "the model carries no spec, so its data aren't known",
        expected: "a model that zoo train made")
    }
    // The graph is made already: whether its plugins are known here doesn't matter.
    let reader = SpecReader(registry: nil)
    let file = "\(path) (its spec)"
    // Another folder is another kind of source, unless somebody says which; fields stay fields but for a manifest of crops.
    let isMoved = overrides.contains { $0.hasPrefix("data.root=") }
    let isCells = try reader.readOne(text: card.spec, file: file).data.source == .cells
    var spec = try reader.readOne(
      text: card.spec, file: file, overrides: (isMoved && !isCells ? ["data.source=auto"] : []) + overrides)
    if isMoved, isCells, !overrides.contains(where: { $0.hasPrefix("data.source=") }),
      SourceInference.source(of: spec.data) == .csv
    {
      spec.data.source = .csv
    }
    spec.data.channels = card.channels
    spec.data.classes = card.classes
    (spec.data.height, spec.data.width) = (card.imageSize.height, card.imageSize.width)
    spec.data.frames = card.frames
    return spec
  }
}
