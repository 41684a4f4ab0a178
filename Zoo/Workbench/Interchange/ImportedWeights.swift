import ZooPlugins

/// A model made from a backbone of the registry and a file of weights: what `zoo import WEIGHTS --as NAME` does.
package struct ImportedWeights: Sendable {
  package var model: Model
  package var report: WeightImport

  package struct Options: Sendable {
    package var backbone: PartSpec
    /// Empty for as many as the file's first convolution takes.
    package var channels: [String] = []
    /// Empty for as many as the file's classifier has.
    package var classes: [String] = []
    /// Pixels of a side.
    package var size = 224
    package var stem = StemAdaptation.spread
    /// What the weights were trained with, as nodes of the graph; `nil` leaves samples as they are.
    package var normalization: ModelDescription.Normalization?
    package var seed: UInt64 = 1

    package init(backbone: PartSpec) { self.backbone = backbone }
  }

  /// Builds the model and puts `weights` into it. O(elements).
  /// - Throws: ``ZooError`` about the options, or if nothing in the file fits the backbone.
  package init(_ weights: WeightsFile, options: Options, registry: Registry = .standard, threads: Int) throws {
    // Which names are wrapped shows in those of the classifier and the first convolution, whatever the backbone.
    var model = try registry.assemble(
      ModelDescription(
        name: options.backbone.name, channels: ["red"], classes: ["class0", "class1"], height: options.size,
        width: options.size, backbone: options.backbone, head: PartSpec("linear")))
    let names = Set(model.graph.parameters().map(\.name))
    let weights = try weights.unwrapped(known: names.contains)
    let channels = options.channels.isEmpty ? Self.channels(weights) : options.channels
    let classes = options.classes.isEmpty ? Self.classes(weights) : options.classes
    var description = ModelDescription(
      name: options.backbone.name, channels: channels, classes: classes, height: options.size, width: options.size,
      backbone: options.backbone, head: PartSpec("linear"), normalization: options.normalization, seed: options.seed)
    description.summary = "Imported weights of \(options.backbone.name)"
    model = try registry.assemble(description)
    report = try model.graph.takeWeights(weights, stem: options.stem)
    try Self.checkArchitecture(report, options.backbone.name)
    try model.graph.checkFinite()
    let shape = [1, channels.count, options.size, options.size]
    self.model = try model.exported(selfTest: .ramp(shape), threads: threads)
  }

  /// Refuses weights of another architecture: a backbone that is filled in part, or weights that it has no place for.
  /// What belongs to other classes, to a second classifier or to a projection behind the features may be left over.
  private static func checkArchitecture(_ report: WeightImport, _ backbone: String) throws {
    let missing = report.missing.filter { $0.hasPrefix("backbone.") }
    let foreign = report.leftOver.filter { tensor in
      let name = StateDictNames.parameter(tensor.name)
      guard name.hasPrefix("backbone."), !report.misshapen.contains(name) else { return false }
      // A block beside those of the backbone: its first word is the name of something that the backbone has.
      let word = name.split(separator: ".")[1]
      return report.matched.contains { $0.hasPrefix("backbone.\(word).") }
    }
    guard !missing.isEmpty || !foreign.isEmpty else { return }
    throw ZooError(
      .badInput, problem: "the weights are not those of '\(backbone)':\n\(report.text)",
      expected: "a tensor of the right shape for each parameter of the backbone, and no further blocks",
      remedy: "Name the architecture that the weights belong to by --as; zoo list has those that are known")
  }

  /// The inputs of the first convolution, which both libraries put first and which is the largest of its kernel's kind.
  private static func channels(_ weights: WeightsFile) -> [String] {
    let names = ["backbone.conv1.weight", "backbone.conv_stem.weight"]
    let stem = weights.tensors.first { names.contains(StateDictNames.parameter($0.key)) }?.value
    switch stem.flatMap({ $0.type.rank == 4 ? $0.shape[1] : nil }) ?? 3 {
    case 1: return ["gray"]
    case 3: return ["red", "green", "blue"]
    case let count: return (0..<max(count, 1)).map { "channel\($0)" }
    }
  }

  private static func classes(_ weights: WeightsFile) -> [String] {
    let bias = weights.tensors.first { StateDictNames.parameter($0.key) == "head.fc.bias" }?.value
    return (0..<max(bias?.elementCount ?? 2, 1)).map { "class\($0)" }
  }
}

extension Tensor {
  /// Values that rise from 0 to 1 again and again, for self-tests where there are no data.
  static func ramp(_ shape: [Int]) throws -> Tensor {
    try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { Float($0 % 251) / 250 })
  }
}
