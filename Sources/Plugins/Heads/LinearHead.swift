/// Features to logits by one fully connected layer, `fc`.
public struct LinearHeadSettings: PluginSettings {
  /// Share of the features that is dropped while training, in 0…0.99.
  public var dropout = 0.0

  /// The settings as a spec names them.
  public static let fields: [Setting] = [
    .number("dropout", 0...0.99, "share of the features that is dropped while training")
  ]

  /// The defaults.
  public init() {}
}

enum LinearHead {
  static func plugin() throws -> Plugin {
    try Plugin(.head, "linear", summary: "one fully connected layer", settings: LinearHeadSettings()) {
      builder, input, settings in
      try builder.linear(builder.dropout(input, settings.dropout), "fc", features: builder.classes)
    }
  }
}
