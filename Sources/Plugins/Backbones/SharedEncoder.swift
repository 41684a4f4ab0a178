/// One backbone that looks at each channel by itself, with the same weights for all: channel-wise encoders as in Hua and
/// others (2021, "CytoImageNet"), pooled by attention (Ilse and others, 2018). For sets whose channels differ: a channel
/// that is the same everywhere in an image, as one that is missing, counts for nothing in it.
package struct SharedEncoderSettings: PluginSettings {
  /// How the features of the channels become those of the image.
  package enum Pooling: String, Codable, Sendable, CaseIterable {
    case attention, mean
  }

  /// The backbone that sees each channel.
  package var encoder = "resnet18"
  /// The encoder's settings.
  package var settings: [String: JSONValue] = [:]
  /// How the features of the channels become those of the image.
  package var pooling = Pooling.attention
  /// Features of the hidden layer that scores a channel.
  package var hidden = 128

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .text("encoder", "the backbone that sees each channel by itself"),
    .any("settings", "the encoder's own settings"),
    .choice("pooling", Pooling.self, "how features of channels become those of the image"),
    .integer("hidden", 1...8192, "features of the hidden layer that scores a channel, for attention"),
  ]

  /// The defaults.
  package init() {}
}

enum SharedEncoder {
  static func plugin() throws(ZooError) -> Plugin {
    try Plugin(
      .backbone, "shared_encoder",
      summary: "one backbone for every channel by itself; missing channels count for nothing",
      settings: SharedEncoderSettings()
    ) { builder, input, settings in
      let shape = try builder.shape(of: input)
      let channels = shape[1]
      let images = try builder.add("Reshape", [input, builder.constant([-1, 1] + shape[2...])])
      let features = try builder.scope("encoder") { builder in
        try builder.part(.backbone, settings.encoder, behind: images, settings: settings.settings)
      }
      let width = try builder.size(of: features, 1)
      var tokens = try builder.add("Reshape", [features, builder.constant([-1, channels, width])])
      // Each channel has a scale and an offset of its own for every feature (Perez and others, 2018).
      let scale = try builder.parameter("channel.weight", [1, channels, width], .constant(1))
      let offset = try builder.parameter("channel.bias", [1, channels, width], .normal(deviation: 0.02))
      tokens = try builder.add("Add", [builder.add("Mul", [tokens, scale]), offset])
      let isThere = try varies(&builder, input)
      let shares: Value
      switch settings.pooling {
      case .mean:
        let count = try builder.add("ReduceSum", [isThere, builder.constant([1])], ["keepdims": .int(1)])
        shares = try builder.add("Div", [isThere, builder.add("Max", [count, builder.constant(1)])])
      case .attention:
        var scores = try builder.add("Reshape", [tokens, builder.constant([-1, width])])
        scores = try builder.add("Tanh", [builder.linear(scores, "attention.fc1", features: settings.hidden)])
        scores = try builder.linear(scores, "attention.fc2", features: 1)
        scores = try builder.add("Reshape", [scores, builder.constant([-1, channels])])
        // Scores lie within the sum of the last layer's weights: this is far below all of them.
        let missing = try builder.add("Sub", [isThere, builder.constant(1)])
        scores = try builder.add("Add", [scores, builder.add("Mul", [missing, builder.constant(1e4)])])
        shares = try builder.add("Softmax", [scores], ["axis": .int(-1)])
      }
      let row = try builder.add("Reshape", [shares, builder.constant([-1, 1, channels])])
      return try builder.add("Flatten", [builder.add("MatMul", [row, tokens])], ["axis": .int(1)])
    }
  }

  /// [N, C]: 1 for a channel whose pixels differ, else 0.
  private static func varies(_ builder: inout PartBuilder, _ input: Value) throws -> Value {
    let axes = try builder.constant([2, 3])
    let most = try builder.add("ReduceMax", [input, axes], ["keepdims": .int(0)])
    let least = try builder.add("ReduceMin", [input, axes], ["keepdims": .int(0)])
    return try builder.add("Cast", [builder.add("Greater", [most, least])], ["to": .int(1)])
  }
}
