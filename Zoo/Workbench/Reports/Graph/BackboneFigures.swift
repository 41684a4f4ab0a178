import ZooPlugins
import ZooRuntime

/// What a backbone is made of and needs, as it is published: for one image of 224 × 224 pixels and three channels, with its
/// own settings.
package struct BackboneFigures: Codable, Sendable, Hashable {
  /// The side of the square image.
  package static let side = 224

  /// Trained parameters, without a head.
  package var parameters: Int
  /// Multiplications and additions.
  package var flops: Int
  /// Features that the head gets.
  package var features: Int
  /// The side of the smallest square image that it takes, in pixels.
  package var smallest: Int

  /// Assembles the backbone with zeros for weights, some ten times: milliseconds each.
  /// - Returns: `nil` for a program of somebody else's, which isn't run to be listed, and for what doesn't take such images.
  package init?(_ backbone: Plugin, registry: Registry) {
    guard !backbone.checksItsSettings, let model = Self.assemble(backbone, side: Self.side, registry),
      let types = try? Program(
        model.graph, opsets: model.opsets, inputTypes: ModelSummary.types(model, batch: 1, inputTypes: [:])
      ).types,
      let features = types[Registry.Border.backbone]?.shape.last
    else { return nil }
    let summary = ModelSummary(model.graph, types: types, opsets: model.opsets)
    let part = summary.parts.first { $0.name == Plugin.Kind.backbone.part.rawValue }
    parameters = part?.parameters ?? 0
    flops = part?.flops ?? 0
    self.features = features
    smallest = Self.smallest { Self.assemble(backbone, side: $0, registry) != nil }
  }

  /// The least side that fits. Where not all larger ones do, because images have to divide into patches, sides are tried one
  /// after the other.
  private static func smallest(_ fits: (Int) -> Bool) -> Int {
    guard fits(side - 1) else { return (1...side).first(where: fits) ?? side }
    var (low, high) = (0, side)
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(middle) { high = middle } else { low = middle }
    }
    return high
  }

  private static func assemble(_ backbone: Plugin, side: Int, _ registry: Registry) -> Model? {
    let description = ModelDescription(
      name: backbone.name, channels: ["red", "green", "blue"], classes: ["0", "1"], height: side, width: side,
      backbone: PartSpec(backbone.name), head: PartSpec("linear"))
    return try? registry.assemble(description, random: .zeros)
  }
}
