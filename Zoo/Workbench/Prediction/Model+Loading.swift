import ZooPlugins

extension Model {
  /// Reads a model from whatever holds one: a `.zoo` file, an ONNX file, or the folder of a run. The digests of a `.zoo`
  /// file are checked: a damaged one would predict without a word. O(bytes), two to three seconds for a gigabyte; ONNX
  /// files have none.
  /// - Throws: ``ZooError`` naming the file, and the tensor that isn't what was written.
  public static func load(_ path: String) throws -> Model {
    let file = try RunFolder.modelFile(path)
    if file.hasSuffix(".onnx") { return try Model.read(from: file) }
    return try ModelFile.open(file).load(checkDigests: true)
  }

  /// The resolved spec that the model was trained from, with its data named as the model knows them, and `overrides`.
  /// - Throws: ``ZooError`` if the model carries no spec; ``SpecProblems`` about the overrides.
  func spec(overrides: [String], path: String) throws -> Spec {
    guard !card.spec.isEmpty else {
      throw ZooError(
        .badInput, file: path, problem: "the model carries no spec, so its data aren't known",
        expected: "a model that zoo train made")
    }
    // Another folder is another kind of source, unless somebody says which.
    let isMoved = overrides.contains { $0.hasPrefix("data.root=") }
    // The graph is made already: whether its plugins are known here doesn't matter.
    var spec = try SpecReader(registry: nil).readOne(
      text: card.spec, file: "\(path) (its spec)", overrides: (isMoved ? ["data.source=auto"] : []) + overrides)
    spec.data.channels = card.channels
    spec.data.classes = card.classes
    (spec.data.height, spec.data.width) = (card.imageSize.height, card.imageSize.width)
    spec.data.frames = card.frames
    return spec
  }
}
