/// MobileNetV2 (Sandler and others, 2018) and MobileNetV3 (Howard and others, 2019) with the structure, initialization and
/// parameter names of timm.
package struct MobileNetSettings: PluginSettings {
  /// Factor on the channels of every layer.
  package var width: Double
  /// Stochastic depth of the last block, in 0…0.99; it rises from 0 with depth.
  package var dropPathRate = 0.0

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .number("width", 0.1...4, "factor on the channels of every layer, which are rounded to multiples of 8"),
    .number("dropPathRate", 0...0.99, "stochastic depth; it rises from 0 towards this with depth"),
  ]

  /// The factor of the family; 1 is the paper's network.
  package init(width: Double = 1) { self.width = width }
}

enum MobileNet {
  private typealias Row = InvertedResidualNetwork.Row

  static func plugins() throws(ZooError) -> [Plugin] {
    try [
      Plugin(.backbone, "mobilenet_v2", summary: "MobileNetV2", settings: MobileNetSettings(), build: second),
      Plugin(
        .backbone, "mobilenetv3_tiny", summary: "MobileNetV3 (small), narrow, for quick work",
        settings: MobileNetSettings(width: 0.35)
      ) { try third(&$0, $1, $2, small, features: 1024) },
      Plugin(.backbone, "mobilenetv3_small_100", summary: "MobileNetV3 (small)", settings: MobileNetSettings()) {
        try third(&$0, $1, $2, small, features: 1024)
      },
      Plugin(.backbone, "mobilenetv3_large_100", summary: "MobileNetV3 (large)", settings: MobileNetSettings()) {
        try third(&$0, $1, $2, large, features: 1280)
      },
    ]
  }

  private static func second(
    _ builder: inout PartBuilder, _ input: Value, _ settings: MobileNetSettings
  ) throws -> Value {
    let rows = inverted.map { row in
      var row = row
      row.activation = .relu6
      return [row]
    }
    let network = InvertedResidualNetwork(
      stages: rows, width: settings.width, stem: 32, activation: .relu6, dropPathRate: settings.dropPathRate)
    var x = try network.features(&builder, input)
    let features = max(1280, ChannelRounding.multipleOf8(1280, settings.width))
    x = try InvertedResidualNetwork.convolution(&builder, x, "conv_head", channels: features, kernel: 1)
    x = try builder.activation(builder.batchNormalization(x, "bn2"), .relu6)
    return try builder.globalAveragePool(x)
  }

  private static func third(
    _ builder: inout PartBuilder, _ input: Value, _ settings: MobileNetSettings, _ stages: [[Row]], features: Int
  ) throws -> Value {
    let network = InvertedResidualNetwork(
      stages: stages, width: settings.width, stem: 16, scalesStem: settings.width >= 0.75, activation: .hardSwish,
      squeezesInner: true,
      squeezeActivation: .relu, gate: .hardSigmoid, dropPathRate: settings.dropPathRate)
    var x = try builder.add("GlobalAveragePool", [network.features(&builder, input)])
    // Behind the pooling, where a layer costs next to nothing.
    x = try InvertedResidualNetwork.convolution(&builder, x, "conv_head", channels: features, kernel: 1, bias: true)
    return try builder.add("Flatten", [builder.activation(x, .hardSwish)], ["axis": .int(1)])
  }

  /// Table 2 of Sandler and others.
  private static let inverted = [
    Row(kind: .separable, blocks: 1, kernel: 3, stride: 1, expansion: 1, channels: 16),
    Row(kind: .inverted, blocks: 2, kernel: 3, stride: 2, expansion: 6, channels: 24),
    Row(kind: .inverted, blocks: 3, kernel: 3, stride: 2, expansion: 6, channels: 32),
    Row(kind: .inverted, blocks: 4, kernel: 3, stride: 2, expansion: 6, channels: 64),
    Row(kind: .inverted, blocks: 3, kernel: 3, stride: 1, expansion: 6, channels: 96),
    Row(kind: .inverted, blocks: 3, kernel: 3, stride: 2, expansion: 6, channels: 160),
    Row(kind: .inverted, blocks: 1, kernel: 3, stride: 1, expansion: 6, channels: 320),
  ]

  /// Blocks of MobileNetV3: kernel, stride, expansion, channels, squeeze; with ReLU or HardSwish.
  private static func row(
    _ kind: InvertedResidualNetwork.Kind, _ blocks: Int, _ kernel: Int, _ stride: Int, _ expansion: Double,
    _ channels: Int, _ squeeze: Double, _ activation: Activation
  ) -> Row {
    Row(
      kind: kind, blocks: blocks, kernel: kernel, stride: stride, expansion: expansion, channels: channels,
      squeeze: squeeze, activation: activation, shortcut: false)
  }

  /// Table 2 of Howard and others.
  private static let small = [
    [row(.separable, 1, 3, 2, 1, 16, 0.25, .relu)],
    [row(.inverted, 1, 3, 2, 4.5, 24, 0, .relu), row(.inverted, 1, 3, 1, 3.67, 24, 0, .relu)],
    [row(.inverted, 1, 5, 2, 4, 40, 0.25, .hardSwish), row(.inverted, 2, 5, 1, 6, 40, 0.25, .hardSwish)],
    [row(.inverted, 2, 5, 1, 3, 48, 0.25, .hardSwish)],
    [row(.inverted, 3, 5, 2, 6, 96, 0.25, .hardSwish)],
    [row(.plain, 1, 1, 1, 1, 576, 0, .hardSwish)],
  ]

  /// Table 1 of Howard and others.
  private static let large = [
    [row(.separable, 1, 3, 1, 1, 16, 0, .relu)],
    [row(.inverted, 1, 3, 2, 4, 24, 0, .relu), row(.inverted, 1, 3, 1, 3, 24, 0, .relu)],
    [row(.inverted, 3, 5, 2, 3, 40, 0.25, .relu)],
    [
      row(.inverted, 1, 3, 2, 6, 80, 0, .hardSwish), row(.inverted, 1, 3, 1, 2.5, 80, 0, .hardSwish),
      row(.inverted, 2, 3, 1, 2.3, 80, 0, .hardSwish),
    ],
    [row(.inverted, 2, 3, 1, 6, 112, 0.25, .hardSwish)],
    [row(.inverted, 3, 5, 2, 6, 160, 0.25, .hardSwish)],
    [row(.plain, 1, 1, 1, 1, 960, 0, .hardSwish)],
  ]
}
