/// EfficientNet (Tan and Le, 2019) with the structure, initialization and parameter names of timm.
package struct EfficientNetSettings: PluginSettings {
  /// Factor on the channels of every layer.
  package var width: Double
  /// Factor on the number of blocks of every stage.
  package var depth: Double
  /// Stochastic depth of the last block, in 0…0.99; it rises from 0 with depth.
  package var dropPathRate = 0.2

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .number("width", 0.1...4, "factor on the channels of every layer, which are rounded to multiples of 8"),
    .number("depth", 0.1...6, "factor on the number of blocks of every stage, which is rounded up"),
    .number("dropPathRate", 0...0.99, "stochastic depth; it rises from 0 towards this with depth"),
  ]

  /// The factors of the family; 1 and 1 are B0.
  package init(width: Double = 1, depth: Double = 1) {
    self.width = width
    self.depth = depth
  }
}

enum EfficientNet {
  private typealias Row = InvertedResidualNetwork.Row

  static func plugins() throws(ZooError) -> [Plugin] {
    try [
      ("efficientnet_tiny", 0.35, 0.5, "EfficientNet with few narrow blocks, for quick work"),
      ("efficientnet_b0", 1.0, 1.0, "EfficientNet-B0"),
      ("efficientnet_b1", 1.0, 1.1, "EfficientNet-B1: B0, deeper"),
      ("efficientnet_b2", 1.1, 1.2, "EfficientNet-B2: B0, wider and deeper"),
      ("efficientnet_b3", 1.2, 1.4, "EfficientNet-B3: B0, wider and deeper still"),
      ("efficientnet_b4", 1.4, 1.8, "EfficientNet-B4: B0, wider and deeper still than B3"),
    ].map { name, width, depth, summary throws(ZooError) in
      try plugin(name, summary, EfficientNetSettings(width: width, depth: depth), stem: 32, first)
    } + [
      plugin("efficientnetv2_s", "EfficientNetV2-S: fused blocks first", EfficientNetSettings(), stem: 24, second)
    ]
  }

  private static func plugin(
    _ name: String, _ summary: String, _ settings: EfficientNetSettings, stem: Int, _ rows: [Row]
  ) throws(ZooError) -> Plugin {
    try Plugin(.backbone, name, summary: summary, settings: settings) { builder, input, settings in
      let network = InvertedResidualNetwork(
        stages: rows.map { [$0] }, width: settings.width, depth: settings.depth, stem: stem,
        dropPathRate: settings.dropPathRate)
      var x = try network.features(&builder, input)
      let features = ChannelRounding.multipleOf8(1280, settings.width)
      x = try InvertedResidualNetwork.convolution(&builder, x, "conv_head", channels: features, kernel: 1)
      x = try builder.silu(builder.batchNormalization(x, "bn2"))
      return try builder.globalAveragePool(x)
    }
  }

  /// Table 1 of Tan and Le (2019).
  private static let first = [
    Row(kind: .separable, blocks: 1, kernel: 3, stride: 1, expansion: 1, channels: 16, squeeze: 0.25),
    Row(kind: .inverted, blocks: 2, kernel: 3, stride: 2, expansion: 6, channels: 24, squeeze: 0.25),
    Row(kind: .inverted, blocks: 2, kernel: 5, stride: 2, expansion: 6, channels: 40, squeeze: 0.25),
    Row(kind: .inverted, blocks: 3, kernel: 3, stride: 2, expansion: 6, channels: 80, squeeze: 0.25),
    Row(kind: .inverted, blocks: 3, kernel: 5, stride: 1, expansion: 6, channels: 112, squeeze: 0.25),
    Row(kind: .inverted, blocks: 4, kernel: 5, stride: 2, expansion: 6, channels: 192, squeeze: 0.25),
    Row(kind: .inverted, blocks: 1, kernel: 3, stride: 1, expansion: 6, channels: 320, squeeze: 0.25),
  ]

  /// Table 4 of Tan and Le (2021).
  private static let second = [
    Row(kind: .plain, blocks: 2, kernel: 3, stride: 1, expansion: 1, channels: 24),
    Row(kind: .fused, blocks: 4, kernel: 3, stride: 2, expansion: 4, channels: 48),
    Row(kind: .fused, blocks: 4, kernel: 3, stride: 2, expansion: 4, channels: 64),
    Row(kind: .inverted, blocks: 6, kernel: 3, stride: 2, expansion: 4, channels: 128, squeeze: 0.25),
    Row(kind: .inverted, blocks: 9, kernel: 3, stride: 1, expansion: 6, channels: 160, squeeze: 0.25),
    Row(kind: .inverted, blocks: 15, kernel: 3, stride: 2, expansion: 6, channels: 256, squeeze: 0.25),
  ]
}
