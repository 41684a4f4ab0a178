/// Features to logits by one fully connected layer, `fc`.
package struct LinearHeadSettings: PluginSettings {
  /// Share of the features that is dropped while training, in 0…0.99.
  package var dropout = 0.0

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .number("dropout", 0...0.99, "share of the features that is dropped while training")
  ]

  /// The defaults.
  package init() {}
}

enum LinearHead {
  static func plugin() throws(ZooError) -> Plugin {
    try Plugin(.head, "linear", summary: "one fully connected layer", settings: LinearHeadSettings()) {
      builder, input, settings in
      try builder.linear(builder.dropout(input, settings.dropout), "fc", features: builder.classes)
    }
  }
}
