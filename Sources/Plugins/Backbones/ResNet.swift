/// Residual networks (He and others, 2016) with the structure, initialization and parameter names of torchvision and timm.
public struct ResNetSettings: PluginSettings {
  /// What stands before the first stage.
  public enum Stem: String, Codable, Sendable, CaseIterable {
    /// 7×7 at stride 2 and max pooling: a quarter of the image's size.
    case standard
    /// 3×3 at stride 1, no pooling: for images of some 32 pixels.
    case small
  }

  /// Channels of the first stage.
  public var width: Int
  /// What stands before the first stage.
  public var stem = Stem.standard
  /// Whether blocks start as the identity.
  public var zeroInitResidual = false
  /// Stochastic depth of the last block, in 0…0.99; it rises from 0 with depth.
  public var dropPathRate = 0.0

  /// The settings as a spec names them.
  public static let fields: [Setting] = [
    .integer("width", 1...1024, "channels of the first stage; each further stage has twice as many"),
    .choice("stem", Stem.self, "standard: 7×7 at stride 2 and max pooling; small: 3×3 at stride 1"),
    .bool("zeroInitResidual", "start the last normalisation of each block at 0, so that blocks start as the identity"),
    .number("dropPathRate", 0...0.99, "stochastic depth of the last block; it rises from 0 with depth"),
  ]

  /// - Parameter width: channels of the first stage; each further stage has twice as many.
  public init(width: Int = 64) { self.width = width }
}

enum ResNet {
  /// The table of the family: blocks in each of the four stages, and whether a block is a bottleneck.
  static func plugins() throws -> [Plugin] {
    [
      try plugin("resnet10_tiny", [1, 1, 1, 1], width: 16, "ResNet with one narrow block a stage, for quick work"),
      try plugin("resnet18", [2, 2, 2, 2], "ResNet with 18 layers"),
      try plugin("resnet34", [3, 4, 6, 3], "ResNet with 34 layers"),
      try plugin("resnet50", [3, 4, 6, 3], bottleneck: true, "ResNet with 50 layers, in bottleneck blocks"),
    ]
  }

  private static func plugin(
    _ name: String, _ blocks: [Int], bottleneck: Bool = false, width: Int = 64, _ summary: String
  ) throws -> Plugin {
    try Plugin(.backbone, name, summary: summary, settings: ResNetSettings(width: width)) { builder, input, settings in
      try build(&builder, input, blocks, bottleneck, settings)
    }
  }

  private static func build(
    _ builder: inout PartBuilder, _ input: String, _ blocks: [Int], _ bottleneck: Bool, _ settings: ResNetSettings
  ) throws -> String {
    var x: String
    switch settings.stem {
    case .standard:
      x = try builder.convolution(input, "conv1", channels: settings.width, kernel: 7, stride: 2)
    case .small:
      x = try builder.convolution(input, "conv1", channels: settings.width, kernel: 3)
    }
    x = try builder.relu(builder.batchNormalization(x, "bn1"))
    if settings.stem == .standard { x = try builder.maxPool(x, kernel: 3, stride: 2, padding: 1) }

    let last = blocks.reduce(0, +) - 1
    var index = 0
    for (stage, count) in blocks.enumerated() {
      for block in 0..<count {
        let dropPath = last > 0 ? settings.dropPathRate * Double(index) / Double(last) : 0
        x = try builder.scope("layer\(stage + 1).\(block)") { builder in
          try residualBlock(
            &builder, x, width: settings.width << stage, stride: stage > 0 && block == 0 ? 2 : 1,
            bottleneck: bottleneck,
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
    _ builder: inout PartBuilder, _ input: String, width: Int, stride: Int, bottleneck: Bool, lastScale: Float,
    dropPath: Double
  ) throws -> String {
    let output = bottleneck ? 4 * width : width
    var x = input
    if bottleneck {
      x = try builder.convolution(x, "conv1", channels: width, kernel: 1)
      x = try builder.relu(builder.batchNormalization(x, "bn1"))
      x = try builder.convolution(x, "conv2", channels: width, kernel: 3, stride: stride)
      x = try builder.relu(builder.batchNormalization(x, "bn2"))
      x = try builder.convolution(x, "conv3", channels: output, kernel: 1)
      x = try builder.batchNormalization(x, "bn3", scale: lastScale)
    } else {
      x = try builder.convolution(x, "conv1", channels: width, kernel: 3, stride: stride)
      x = try builder.relu(builder.batchNormalization(x, "bn1"))
      x = try builder.convolution(x, "conv2", channels: output, kernel: 3)
      x = try builder.batchNormalization(x, "bn2", scale: lastScale)
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
