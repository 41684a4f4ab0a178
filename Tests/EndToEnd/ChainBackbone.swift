import ZooWorkbench

/// A backbone that only the tests have: two convolutions.
struct ChainSettings: PluginSettings {
  var width = 4
  static let fields: [Setting] = [.integer("width", 1...64, "channels of both layers")]
}

enum ChainBackbone {
  static func plugin() throws -> Plugin {
    try Plugin(.backbone, "chain", summary: "two convolutions", settings: ChainSettings()) { builder, input, settings in
      let first = try builder.convolution(input, "conv1", channels: settings.width, kernel: 3, stride: 4)
      let second = try builder.convolution(
        builder.relu(first), "conv2", channels: settings.width, kernel: 3, stride: 2)
      return try builder.globalAveragePool(second)
    }
  }
}
