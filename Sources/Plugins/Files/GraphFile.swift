/// What a graph in a file needs to be told as a backbone.
package struct GraphFileSettings: PluginSettings {
  /// The value whose elements are the features; if empty, the end of the backbone or what the classifier reads.
  package var cut = ""
  /// How a first convolution for other channels is adapted, see ``StemAdaptation``; if empty, it is refused.
  package var stem = ""

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .text(
      "cut", "value whose elements are the features; if empty, the end of the backbone or what the classifier reads"),
    .choice(
      "stem", [""] + StemAdaptation.allCases.map(\.rawValue),
      "how a first convolution for other channels is adapted; if empty, it is refused"),
  ]

  /// The defaults.
  package init() {}
}

/// A `.zoo` or ONNX file as a backbone: `model.backbone=resnet.onnx`, or `{name: "resnet.onnx", cut: "features"}`.
///
/// The graph is taken from its image to the value that it is cut at, weights and running statistics included, and
/// trained like any other part. Nothing of the file is needed once the model is made.
package enum GraphFile {
  /// Whether a part's name is the path of a file that holds a graph.
  package static func isFile(_ name: String) -> Bool { name.hasSuffix(".zoo") || name.hasSuffix(".onnx") }

  static func plugin(_ path: String) throws(ZooError) -> Plugin {
    try Plugin(.backbone, path, summary: "the graph of a file", settings: GraphFileSettings()) {
      builder, input, settings in
      do {
        let piece = try GraphPiece(Model.read(from: path), cut: settings.cut)
        return try GraphFilePart(piece, stem: StemAdaptation(rawValue: settings.stem)).build(&builder, input: input)
      } catch let error as ZooError {
        throw error.at(file: path)
      }
    }
  }
}
