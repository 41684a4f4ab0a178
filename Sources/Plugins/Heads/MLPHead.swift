/// Features to logits by a hidden layer: `fc1`, activation, dropout, `fc`.
package struct MLPHeadSettings: PluginSettings {
  /// Features of the hidden layer.
  package var hidden = 256
  /// What stands between the two layers.
  package var activation = Activation.relu
  /// Share of the hidden features that is dropped while training, in 0…0.99.
  package var dropout = 0.0

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .integer("hidden", 1...65536, "features of the hidden layer"),
    .choice("activation", Activation.self, "of the hidden layer"),
    .number("dropout", 0...0.99, "share of the hidden features that is dropped while training"),
  ]

  /// The defaults.
  package init() {}
}

enum MLPHead {
  static func plugin() throws(ZooError) -> Plugin {
    try Plugin(.head, "mlp", summary: "two fully connected layers", settings: MLPHeadSettings()) {
      builder, input, settings in
      let x = try builder.activation(builder.linear(input, "fc1", features: settings.hidden), settings.activation)
      return try builder.linear(builder.dropout(x, settings.dropout), "fc", features: builder.classes)
    }
  }
}
