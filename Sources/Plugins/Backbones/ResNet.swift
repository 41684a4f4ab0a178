/// Residual networks (He and others, 2016) with the structure, initialization and parameter names of torchvision and timm.
package struct ResNetSettings: PluginSettings {
  /// What stands before the first stage.
  package enum Stem: String, Codable, Sendable, CaseIterable {
    /// 7×7 at stride 2 and max pooling: a quarter of the image's size.
    case standard
    /// 3×3 at stride 1, no pooling: for images of some 32 pixels.
    case small
  }

  /// Channels of the first stage.
  package var width: Int
  /// What stands before the first stage.
  package var stem = Stem.standard
  /// Whether blocks start as the identity.
  package var zeroInitResidual = false
  /// Stochastic depth of the last block, in 0…0.99; it rises from 0 with depth.
  package var dropPathRate = 0.0
  /// How many of the four stages are built, in 1…4: without the last ones the map is finer, for finding small things.
  package var stages = 4

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .integer("width", 1...1024, "channels of the first stage; each further stage has twice as many"),
    .choice("stem", Stem.self, "standard: 7×7 at stride 2 and max pooling; small: 3×3 at stride 1"),
    .bool("zeroInitResidual", "start the last normalisation of each block at 0, so that blocks start as the identity"),
    .number("dropPathRate", 0...0.99, "stochastic depth of the last block; it rises from 0 with depth"),
    .integer("stages", 1...4, "how many of the four stages are built; each but the first halves the map"),
  ]

  /// - Parameter width: channels of the first stage; each further stage has twice as many.
  package init(width: Int = 64) { self.width = width }
}

enum ResNet {
  /// What tells the members of the family apart.
  private struct Variant {
    /// Blocks in each of the four stages.
    var blocks: [Int]
    var bottleneck = false
    /// Groups of the 3×3 convolution of a bottleneck (Xie and others, 2017).
    var groups = 1
    /// Factor on the channels of the 3×3 convolution of a bottleneck (Zagoruyko and Komodakis, 2016).
    var inner = 1
    /// Squeeze and excitation at the end of each block (Hu and others, 2018).
    var squeezes = false
  }

  static func plugins() throws(ZooError) -> [Plugin] {
    [
      try plugin(
        "resnet10_tiny", Variant(blocks: [1, 1, 1, 1]), width: 16,
        "ResNet with one narrow block a stage, for quick work"),
      try plugin("resnet18", Variant(blocks: [2, 2, 2, 2]), "ResNet with 18 layers"),
      try plugin("resnet34", Variant(blocks: [3, 4, 6, 3]), "ResNet with 34 layers"),
      try plugin(
        "resnet50", Variant(blocks: [3, 4, 6, 3], bottleneck: true), "ResNet with 50 layers, in bottleneck blocks"),
      try plugin(
        "resnet101", Variant(blocks: [3, 4, 23, 3], bottleneck: true), "ResNet with 101 layers, in bottleneck blocks"),
      try plugin(
        "resnext50_32x4d", Variant(blocks: [3, 4, 6, 3], bottleneck: true, groups: 32, inner: 2),
        "ResNet-50 with convolutions in 32 groups"),
      try plugin(
        "wide_resnet50_2", Variant(blocks: [3, 4, 6, 3], bottleneck: true, inner: 2),
        "ResNet-50 with 3×3 convolutions of twice the channels"),
      try plugin(
        "seresnet50", Variant(blocks: [3, 4, 6, 3], bottleneck: true, squeezes: true),
        "ResNet-50 with squeeze and excitation"),
    ]
  }

  private static func plugin(
    _ name: String, _ variant: Variant, width: Int = 64, _ summary: String
  ) throws(ZooError) -> Plugin {
    try Plugin(.backbone, name, summary: summary, settings: ResNetSettings(width: width)) { builder, input, settings in
      try build(&builder, input, variant, settings)
    }
  }

  private static func build(
    _ builder: inout PartBuilder, _ input: Value, _ variant: Variant, _ settings: ResNetSettings
  ) throws -> Value {
    var x: Value
    switch settings.stem {
    case .standard:
      x = try builder.convolution(input, "conv1", channels: settings.width, kernel: 7, stride: 2)
    case .small:
      x = try builder.convolution(input, "conv1", channels: settings.width, kernel: 3)
    }
    x = try builder.relu(builder.batchNormalization(x, "bn1"))
    if settings.stem == .standard { x = try builder.maxPool(x, kernel: 3, stride: 2, padding: 1) }

    let blocks = variant.blocks.prefix(settings.stages)
    let last = blocks.reduce(0, +) - 1
    var index = 0
    for (stage, count) in blocks.enumerated() {
      for block in 0..<count {
        let dropPath = last > 0 ? settings.dropPathRate * Double(index) / Double(last) : 0
        x = try builder.scope("layer\(stage + 1).\(block)") { builder in
          try residualBlock(
            &builder, x, variant, width: settings.width << stage, stride: stage > 0 && block == 0 ? 2 : 1,
            lastScale: settings.zeroInitResidual ? 0 : 1, dropPath: dropPath)
        }
        index += 1
      }
    }
    return try builder.globalAveragePool(x)
  }

  /// relu(shortcut + convolutions): two of 3×3, or 1×1, 3×3, 1×1 to four times the width as a bottleneck. The stride
  /// is that of the first 3×3.
  private static func residualBlock(
    _ builder: inout PartBuilder, _ input: Value, _ variant: Variant, width: Int, stride: Int, lastScale: Float,
    dropPath: Double
  ) throws -> Value {
    let output = variant.bottleneck ? 4 * width : width
    var x = input
    if variant.bottleneck {
      let inner = width * variant.inner
      x = try builder.convolution(x, "conv1", channels: inner, kernel: 1)
      x = try builder.relu(builder.batchNormalization(x, "bn1"))
      x = try builder.convolution(x, "conv2", channels: inner, kernel: 3, stride: stride, groups: variant.groups)
      x = try builder.relu(builder.batchNormalization(x, "bn2"))
      x = try builder.convolution(x, "conv3", channels: output, kernel: 1)
      x = try builder.batchNormalization(x, "bn3", scale: lastScale)
    } else {
      x = try builder.convolution(x, "conv1", channels: width, kernel: 3, stride: stride)
      x = try builder.relu(builder.batchNormalization(x, "bn1"))
      x = try builder.convolution(x, "conv2", channels: output, kernel: 3)
      x = try builder.batchNormalization(x, "bn2", scale: lastScale)
    }
    if variant.squeezes {
      let reduced = ChannelRounding.multipleOf8(output, 1 / 16, leastShare: 0)
      x = try builder.squeezeExcite(x, "se", reduced: reduced)
    }
    x = try builder.stochasticDepth(x, dropPath)
    var shortcut = input
    if try stride != 1 || builder.size(of: input, 1) != output {
      shortcut = try builder.convolution(input, "downsample.0", channels: output, kernel: 1, stride: stride)
      shortcut = try builder.batchNormalization(shortcut, "downsample.1")
    }
    return try builder.relu(builder.add("Add", [x, shortcut]))
  }
}
