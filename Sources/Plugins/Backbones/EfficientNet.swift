/// EfficientNet (Tan and Le, 2019) with the structure, initialization and parameter names of timm.
public struct EfficientNetSettings: PluginSettings {
  /// Factor on the channels of every layer.
  public var width: Double
  /// Factor on the number of blocks of every stage.
  public var depth: Double
  /// Stochastic depth of the last block, in 0…0.99; it rises from 0 with depth.
  public var dropPathRate = 0.2

  /// The settings as a spec names them.
  public static let fields: [Setting] = [
    .number("width", 0.1...4, "factor on the channels of every layer, which are rounded to multiples of 8"),
    .number("depth", 0.1...6, "factor on the number of blocks of every stage, which is rounded up"),
    .number("dropPathRate", 0...0.99, "stochastic depth; it rises from 0 towards this with depth"),
  ]

  /// The factors of the family; 1 and 1 are B0.
  public init(width: Double = 1, depth: Double = 1) {
    self.width = width
    self.depth = depth
  }
}

enum EfficientNet {
  static func plugins() throws -> [Plugin] {
    try [
      ("efficientnet_tiny", 0.35, 0.5, "EfficientNet with few narrow blocks, for quick work"),
      ("efficientnet_b0", 1.0, 1.0, "EfficientNet-B0"),
      ("efficientnet_b1", 1.0, 1.1, "EfficientNet-B1: B0, deeper"),
      ("efficientnet_b2", 1.1, 1.2, "EfficientNet-B2: B0, wider and deeper"),
      ("efficientnet_b3", 1.2, 1.4, "EfficientNet-B3: B0, wider and deeper still"),
    ].map { name, width, depth, summary in
      try Plugin(
        .backbone, name, summary: summary, settings: EfficientNetSettings(width: width, depth: depth), build: build)
    }
  }

  /// One row of table 1 of the paper: a stage of blocks of one kind. Channels are those of B0.
  private struct Stage {
    var blocks: Int
    var kernel: Int
    var stride: Int
    /// Factor on the input's channels inside the block.
    var expansion: Int
    var channels: Int
  }

  private static let stages = [
    Stage(blocks: 1, kernel: 3, stride: 1, expansion: 1, channels: 16),
    Stage(blocks: 2, kernel: 3, stride: 2, expansion: 6, channels: 24),
    Stage(blocks: 2, kernel: 5, stride: 2, expansion: 6, channels: 40),
    Stage(blocks: 3, kernel: 3, stride: 2, expansion: 6, channels: 80),
    Stage(blocks: 3, kernel: 5, stride: 1, expansion: 6, channels: 112),
    Stage(blocks: 4, kernel: 5, stride: 2, expansion: 6, channels: 192),
    Stage(blocks: 1, kernel: 3, stride: 1, expansion: 6, channels: 320),
  ]

  private static func build(
    _ builder: inout PartBuilder, _ input: String, _ settings: EfficientNetSettings
  ) throws -> String {
    let counts = stages.map { max(1, Int(saturating: (Double($0.blocks) * settings.depth).rounded(.up))) }
    let total = counts.reduce(0, +)
    var x = try convolution(
      &builder, input, "conv_stem", channels: rounded(32, settings.width), kernel: 3, stride: 2)
    x = try builder.silu(builder.batchNormalization(x, "bn1"))
    var index = 0
    for (number, (stage, count)) in zip(stages, counts).enumerated() {
      for block in 0..<count {
        var row = stage
        row.channels = rounded(stage.channels, settings.width)
        row.stride = block == 0 ? stage.stride : 1
        let dropPath = settings.dropPathRate * Double(index) / Double(total)
        x = try builder.scope("blocks.\(number).\(block)") { builder in
          try row.expansion == 1
            ? separableBlock(&builder, x, row, dropPath) : invertedResidual(&builder, x, row, dropPath)
        }
        index += 1
      }
    }
    x = try convolution(&builder, x, "conv_head", channels: rounded(1280, settings.width), kernel: 1)
    x = try builder.silu(builder.batchNormalization(x, "bn2"))
    return try builder.globalAveragePool(x)
  }

  /// Depthwise, squeeze and excite, to the output's channels.
  private static func separableBlock(
    _ builder: inout PartBuilder, _ input: String, _ row: Stage, _ dropPath: Double
  ) throws -> String {
    let inputs = try builder.size(of: input, 1)
    var x = try convolution(
      &builder, input, "conv_dw", channels: inputs, kernel: row.kernel, stride: row.stride, groups: inputs)
    x = try builder.silu(builder.batchNormalization(x, "bn1"))
    x = try squeezeExcite(&builder, x, reduced: inputs / 4)
    x = try convolution(&builder, x, "conv_pw", channels: row.channels, kernel: 1)
    x = try builder.batchNormalization(x, "bn2")
    return try residual(&builder, x, input, row, dropPath)
  }

  /// To more channels, depthwise, squeeze and excite, to the output's channels.
  private static func invertedResidual(
    _ builder: inout PartBuilder, _ input: String, _ row: Stage, _ dropPath: Double
  ) throws -> String {
    let inputs = try builder.size(of: input, 1)
    let inner = inputs * row.expansion
    var x = try convolution(&builder, input, "conv_pw", channels: inner, kernel: 1)
    x = try builder.silu(builder.batchNormalization(x, "bn1"))
    x = try convolution(
      &builder, x, "conv_dw", channels: inner, kernel: row.kernel, stride: row.stride, groups: inner)
    x = try builder.silu(builder.batchNormalization(x, "bn2"))
    x = try squeezeExcite(&builder, x, reduced: inputs / 4)
    x = try convolution(&builder, x, "conv_pwl", channels: row.channels, kernel: 1)
    x = try builder.batchNormalization(x, "bn3")
    return try residual(&builder, x, input, row, dropPath)
  }

  private static func residual(
    _ builder: inout PartBuilder, _ x: String, _ input: String, _ row: Stage, _ dropPath: Double
  ) throws -> String {
    guard try row.stride == 1 && builder.size(of: input, 1) == row.channels else { return x }
    return try builder.add("Add", [builder.stochasticDepth(x, dropPath), input])
  }

  /// Scales each channel by a gate that is computed from all channels' means (Hu and others, 2018).
  private static func squeezeExcite(_ builder: inout PartBuilder, _ input: String, reduced: Int) throws -> String {
    let channels = try builder.size(of: input, 1)
    var gate = try builder.add("GlobalAveragePool", [input])
    gate = try convolution(&builder, gate, "se.conv_reduce", channels: reduced, kernel: 1, bias: true)
    gate = try builder.silu(gate)
    gate = try convolution(&builder, gate, "se.conv_expand", channels: channels, kernel: 1, bias: true)
    return try builder.add("Mul", [input, builder.add("Sigmoid", [gate])])
  }

  private static func convolution(
    _ builder: inout PartBuilder, _ input: String, _ name: String, channels: Int, kernel: Int, stride: Int = 1,
    groups: Int = 1, bias: Bool = false
  ) throws -> String {
    try builder.convolution(
      input, name, channels: channels, kernel: kernel, stride: stride, groups: groups, bias: bias,
      initialization: .kaimingNormal(outputChannels: channels, kernelArea: kernel * kernel, groups: groups))
  }

  /// `channels` · `factor` to the nearest multiple of 8, never less than 90 % of it.
  private static func rounded(_ channels: Int, _ factor: Double) -> Int {
    let exact = Double(channels) * factor
    let nearest = max(8, (Int(saturating: exact) + 4) / 8 * 8)
    return Double(nearest) < 0.9 * exact ? nearest + 8 : nearest
  }
}
