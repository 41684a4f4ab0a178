/// ConvNeXt (Liu and others, 2022) with the structure, initialization and parameter names of timm.
package struct ConvNeXtSettings: PluginSettings {
  /// Channels of the first stage.
  package var width: Int
  /// Stochastic depth of the last block, in 0…0.99; it rises from 0 with depth.
  package var dropPathRate = 0.0
  /// Where the factors on the blocks' results start.
  package var layerScale = 1e-6

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .integer("width", 8...1024, "channels of the first stage; each further stage has twice as many"),
    .number("dropPathRate", 0...0.99, "stochastic depth of the last block; it rises from 0 with depth"),
    .number("layerScale", 0...1, "where the factors on the blocks' results start"),
  ]

  /// - Parameters:
  ///   - width: channels of the first stage; each further stage has twice as many.
  ///   - layerScale: where the factors on the blocks' results start.
  package init(width: Int = 96, layerScale: Double = 1e-6) {
    self.width = width
    self.layerScale = layerScale
  }
}

enum ConvNeXt {
  static func plugins() throws(ZooError) -> [Plugin] {
    try [
      (
        "convnext_micro", [1, 1, 2, 1], ConvNeXtSettings(width: 16, layerScale: 1),
        "ConvNeXt with few narrow blocks, for quick work"
      ),
      ("convnext_atto", [2, 2, 6, 2], ConvNeXtSettings(width: 40), "ConvNeXt with 3.7 million parameters"),
      ("convnext_tiny", [3, 3, 9, 3], ConvNeXtSettings(width: 96), "ConvNeXt with 28.6 million parameters"),
    ].map { name, blocks, settings, summary throws(ZooError) in
      try Plugin(.backbone, name, summary: summary, settings: settings) { builder, input, settings in
        try build(&builder, input, blocks, settings)
      }
    }
  }

  private static func build(
    _ builder: inout PartBuilder, _ input: Value, _ blocks: [Int], _ settings: ConvNeXtSettings
  ) throws -> Value {
    var x = try patches(&builder, input, "stem.0", channels: settings.width, size: 4)
    x = try builder.channelNormalization(x, "stem.1")
    let last = max(1, blocks.reduce(0, +) - 1)
    var index = 0
    for (stage, count) in blocks.enumerated() {
      x = try builder.scope("stages.\(stage)") { builder in
        if stage > 0 {
          x = try builder.channelNormalization(x, "downsample.0")
          x = try patches(&builder, x, "downsample.1", channels: settings.width << stage, size: 2)
        }
        for block in 0..<count {
          let dropPath = settings.dropPathRate * Double(index) / Double(last)
          x = try builder.scope("blocks.\(block)") { builder in
            try self.block(&builder, x, scale: Float(settings.layerScale), dropPath: dropPath)
          }
          index += 1
        }
        return x
      }
    }
    return try builder.layerNormalization(builder.globalAveragePool(x), "norm")
  }

  /// Depthwise 7×7, normalisation, to four times the channels, GELU, back; each channel of the result times a factor.
  private static func block(
    _ builder: inout PartBuilder, _ input: Value, scale: Float, dropPath: Double
  ) throws -> Value {
    let channels = try builder.size(of: input, 1)
    var x = try convolution(&builder, input, "conv_dw", channels: channels, kernel: 7, padding: 3, groups: channels)
    x = try builder.channelNormalization(x, "norm")
    x = try convolution(&builder, x, "mlp.fc1", channels: 4 * channels, kernel: 1)
    x = try convolution(&builder, builder.activation(x, .gelu), "mlp.fc2", channels: channels, kernel: 1)
    let gamma = try builder.parameter("gamma", [channels], .constant(scale))
    let factors = try builder.add("Reshape", [gamma, builder.constant([1, channels, 1, 1])])
    return try builder.add("Add", [builder.stochasticDepth(builder.add("Mul", [x, factors]), dropPath), input])
  }

  /// A convolution of `size` × `size` pixels that don't overlap.
  private static func patches(
    _ builder: inout PartBuilder, _ input: Value, _ name: String, channels: Int, size: Int
  ) throws -> Value {
    try convolution(&builder, input, name, channels: channels, kernel: size, stride: size)
  }

  private static func convolution(
    _ builder: inout PartBuilder, _ input: Value, _ name: String, channels: Int, kernel: Int, stride: Int = 1,
    padding: Int = 0, groups: Int = 1
  ) throws -> Value {
    try builder.convolution(
      input, name, channels: channels, kernel: kernel, stride: stride, padding: padding, groups: groups, bias: true,
      initialization: .normal(deviation: 0.02))
  }
}
