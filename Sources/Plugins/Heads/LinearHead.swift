/// Features to logits by one fully connected layer, `fc`.
public struct LinearHeadSettings: PluginSettings {
  public var dropout = 0.0

  public static let fields: [Setting] = [
    .number("dropout", 0...0.99, "share of the features that is dropped while training")
  ]

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
