/// The blocks of EfficientNet, MobileNet and their kin, with timm's names and initialization: a stem, rows of blocks,
/// each a small convolution network with a shortcut.
struct InvertedResidualNetwork {
  /// What a block consists of.
  enum Kind {
    /// A convolution.
    case plain
    /// Depthwise, then to the output's channels (Howard and others, 2017).
    case separable
    /// To more channels, depthwise, to the output's channels (Sandler and others, 2018).
    case inverted
    /// To more channels by the kernel itself, then to the output's channels (Tan and Le, 2021).
    case fused
  }

  /// Blocks of one kind, one after the other; channels are those of the family's network of width 1.
  struct Row {
    var kind: Kind
    var blocks: Int
    var kernel: Int
    /// Of the first block; the others have 1.
    var stride: Int
    /// Factor on the input's channels inside the block.
    var expansion: Double
    var channels: Int
    /// Channels of the squeeze, as a share; 0 for none.
    var squeeze = 0.0
    var activation = Activation.silu
    /// Whether a plain convolution has a shortcut.
    var shortcut = true
  }

  /// Rows of one stage, which share the first number of their names.
  var stages: [[Row]]
  /// Factor on the channels of every layer.
  var width = 1.0
  /// Factor on the number of blocks of every row.
  var depth = 1.0
  var stem: Int
  /// Whether the width is a factor on the stem's channels too.
  var scalesStem = true
  var activation = Activation.silu
  /// Whether the squeeze is a share of the block's inner channels, in steps of 8, rather than of its input's.
  var squeezesInner = false
  /// The squeeze's activation; that of the block if `nil`.
  var squeezeActivation: Activation?
  var gate = Activation.sigmoid
  /// Stochastic depth of the last block; it rises from 0 with depth.
  var dropPathRate = 0.0

  /// The stem and all blocks: [N, C, H, W] → [N, F, H / 32, W / 32].
  func features(_ builder: inout PartBuilder, _ input: Value) throws -> Value {
    let stages = stages.map { $0.map(scaled) }
    let total = stages.joined().reduce(0) { $0 + $1.blocks }
    var x = try Self.convolution(
      &builder, input, "conv_stem", channels: scalesStem ? ChannelRounding.multipleOf8(stem, width) : stem, kernel: 3,
      stride: 2)
    x = try builder.activation(builder.batchNormalization(x, "bn1"), activation)
    var index = 0
    for (number, rows) in stages.enumerated() {
      var position = 0
      for row in rows {
        for block in 0..<row.blocks {
          var row = row
          if block > 0 { row.stride = 1 }
          let dropPath = dropPathRate * Double(index) / Double(total)
          x = try builder.scope("blocks.\(number).\(position)") { try self.block(&$0, x, row, dropPath) }
          index += 1
          position += 1
        }
      }
    }
    return x
  }

  private func scaled(_ row: Row) -> Row {
    var row = row
    row.channels = ChannelRounding.multipleOf8(row.channels, width)
    row.blocks = max(1, Int(saturating: (Double(row.blocks) * depth).rounded(.up)))
    return row
  }

  private func block(
    _ builder: inout PartBuilder, _ input: Value, _ row: Row, _ dropPath: Double
  ) throws -> Value {
    let inputs = try builder.size(of: input, 1)
    let isExpanded = row.kind == .inverted || row.kind == .fused
    let inner = isExpanded ? ChannelRounding.multipleOf8(inputs, row.expansion) : inputs
    func convolution(_ x: Value, _ name: String, _ channels: Int, kernel: Int = 1, groups: Int = 1) throws -> Value {
      // The kernel that is larger than a pixel takes the stride.
      let stride = name == "conv_pw" || name == "conv_pwl" ? 1 : row.stride
      return try Self.convolution(
        &builder, x, name, channels: channels, kernel: kernel, stride: stride, groups: groups)
    }
    func normalised(_ x: Value, _ name: String) throws -> Value {
      try builder.activation(builder.batchNormalization(x, name), row.activation)
    }
    var x = input
    switch row.kind {
    case .plain:
      x = try normalised(convolution(x, "conv", row.channels, kernel: row.kernel), "bn1")
    case .separable:
      x = try normalised(convolution(x, "conv_dw", inputs, kernel: row.kernel, groups: inputs), "bn1")
      x = try squeezeExcite(&builder, x, row, inputs: inputs)
      x = try builder.batchNormalization(convolution(x, "conv_pw", row.channels), "bn2")
    case .inverted:
      x = try normalised(convolution(x, "conv_pw", inner), "bn1")
      x = try normalised(convolution(x, "conv_dw", inner, kernel: row.kernel, groups: inner), "bn2")
      x = try squeezeExcite(&builder, x, row, inputs: inputs)
      x = try builder.batchNormalization(convolution(x, "conv_pwl", row.channels), "bn3")
    case .fused:
      x = try normalised(convolution(x, "conv_exp", inner, kernel: row.kernel), "bn1")
      x = try squeezeExcite(&builder, x, row, inputs: inputs)
      x = try builder.batchNormalization(convolution(x, "conv_pwl", row.channels), "bn2")
    }
    guard row.stride == 1, inputs == row.channels, row.kind != .plain || row.shortcut else { return x }
    return try builder.add("Add", [builder.stochasticDepth(x, dropPath), input])
  }

  /// Scales each channel by a gate that is computed from all channels' means (Hu and others, 2018).
  private func squeezeExcite(_ builder: inout PartBuilder, _ input: Value, _ row: Row, inputs: Int) throws -> Value {
    guard row.squeeze > 0 else { return input }
    let channels = try builder.size(of: input, 1)
    let reduced =
      squeezesInner ? ChannelRounding.multipleOf8(channels, row.squeeze) : ChannelRounding.nearest(inputs, row.squeeze)
    var gate = try builder.add("GlobalAveragePool", [input])
    gate = try Self.convolution(&builder, gate, "se.conv_reduce", channels: reduced, kernel: 1, bias: true)
    gate = try builder.activation(gate, squeezeActivation ?? row.activation)
    gate = try Self.convolution(&builder, gate, "se.conv_expand", channels: channels, kernel: 1, bias: true)
    return try builder.add("Mul", [input, builder.activation(gate, self.gate)])
  }

  static func convolution(
    _ builder: inout PartBuilder, _ input: Value, _ name: String, channels: Int, kernel: Int, stride: Int = 1,
    groups: Int = 1, bias: Bool = false
  ) throws -> Value {
    try builder.convolution(
      input, name, channels: channels, kernel: kernel, stride: stride, groups: groups, bias: bias,
      initialization: .kaimingNormal(outputChannels: channels, kernelArea: kernel * kernel, groups: groups))
  }
}
