import ZooCommand

/// Convolutions one after the other, each halving the image: the plainest backbone there is.
struct PlainSettings: PluginSettings {
  var width = 16
  var layers = 3

  static let fields: [Setting] = [
    .integer("width", 1...1024, "channels of the first layer; each further one has twice as many"),
    .integer("layers", 1...6, "layers, each halving the image"),
  ]
}

enum PlainBackbone {
  static func plugin() throws -> Plugin {
    try Plugin(.backbone, "plain", summary: "Convolutions one after the other", settings: PlainSettings()) {
      builder, input, settings in
      var x = input
      for layer in 0..<settings.layers {
        x = try builder.convolution(x, "conv\(layer)", channels: settings.width << layer, kernel: 3, stride: 2)
        x = try builder.relu(builder.batchNormalization(x, "bn\(layer)"))
      }
      return try builder.globalAveragePool(x)
    }
  }
}
