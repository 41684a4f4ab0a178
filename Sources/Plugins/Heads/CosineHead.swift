/// Logits by the angle between the features and a direction of each class (Gidaris and Komodakis, 2018): robust to
/// features that are stronger in one experiment than in another.
package struct CosineHeadSettings: PluginSettings {
  /// Where the learned factor on the cosines starts.
  package var scale = 10.0

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .number("scale", 1...100, "where the learned factor on the cosines starts")
  ]

  /// The defaults.
  package init() {}
}

enum CosineHead {
  static func plugin() throws(ZooError) -> Plugin {
    try Plugin(
      .head, "cosine", summary: "cosine between the features and each class, times a learned factor",
      settings: CosineHeadSettings()
    ) { builder, input, settings in
      let features = try builder.size(of: input, 1)
      let weight = try builder.parameter(
        "fc.weight", [builder.classes, features], .uniform(inputs: features))
      let scale = try builder.parameter("scale", [1], .constant(Float(settings.scale)))
      func direction(_ value: Value) throws -> Value {
        try builder.add("LpNormalization", [value], ["axis": .int(-1), "p": .int(2)])
      }
      let cosines = try builder.add("Gemm", [direction(input), direction(weight)], ["transB": .int(1)], name: "fc")
      return try builder.add("Mul", [cosines, scale])
    }
  }
}
