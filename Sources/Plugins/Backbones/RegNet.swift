/// RegNetY (Radosavovic and others, 2020) with the structure, initialization and parameter names of timm.
package struct RegNetSettings: PluginSettings {
  /// Stochastic depth of the last block, in 0…0.99; it rises from 0 with depth.
  package var dropPathRate = 0.0

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .number("dropPathRate", 0...0.99, "stochastic depth of the last block; it rises from 0 with depth")
  ]

  /// The defaults.
  package init() {}
}

enum RegNet {
  /// The table of the family, as the rule of its paper gives it.
  private struct Variant {
    var widths: [Int]
    var depths: [Int]
    /// Channels of each group of the 3×3 convolutions.
    var groupSize: Int
    var stem = 32
  }

  static func plugins() throws(ZooError) -> [Plugin] {
    try [
      (
        "regnety_tiny", Variant(widths: [16, 32, 64, 128], depths: [1, 1, 2, 1], groupSize: 8, stem: 16),
        "RegNetY with few narrow blocks, for quick work"
      ),
      (
        "regnety_008", Variant(widths: [64, 128, 320, 768], depths: [1, 3, 8, 2], groupSize: 16),
        "RegNetY with 0.8 GFLOPs"
      ),
      (
        "regnety_016", Variant(widths: [48, 120, 336, 888], depths: [2, 6, 17, 2], groupSize: 24),
        "RegNetY with 1.6 GFLOPs"
      ),
    ].map { name, variant, summary throws(ZooError) in
      try Plugin(.backbone, name, summary: summary, settings: RegNetSettings()) { builder, input, settings in
        try build(&builder, input, variant, settings)
      }
    }
  }

  private static func build(
    _ builder: inout PartBuilder, _ input: Value, _ variant: Variant, _ settings: RegNetSettings
  ) throws -> Value {
    var x = try unit(&builder, input, "stem", channels: variant.stem, kernel: 3, stride: 2)
    let last = max(1, variant.depths.reduce(0, +) - 1)
    var index = 0
    for (stage, (width, depth)) in zip(variant.widths, variant.depths).enumerated() {
      for block in 0..<depth {
        let dropPath = settings.dropPathRate * Double(index) / Double(last)
        x = try builder.scope("s\(stage + 1).b\(block + 1)") { builder in
          try self.block(
            &builder, x, width: width, groups: width / variant.groupSize, stride: block == 0 ? 2 : 1, dropPath: dropPath
          )
        }
        index += 1
      }
    }
    return try builder.globalAveragePool(x)
  }

  /// relu(shortcut + 1×1, 3×3 in groups, squeeze and excitation, 1×1).
  private static func block(
    _ builder: inout PartBuilder, _ input: Value, width: Int, groups: Int, stride: Int, dropPath: Double
  ) throws -> Value {
    let inputs = try builder.size(of: input, 1)
    var x = try unit(&builder, input, "conv1", channels: width, kernel: 1)
    x = try unit(&builder, x, "conv2", channels: width, kernel: 3, stride: stride, groups: groups)
    x = try builder.squeezeExcite(x, "se", reduced: ChannelRounding.nearest(inputs, 0.25)) {
      .kaimingNormal(outputChannels: $0, kernelArea: 1)
    }
    x = try unit(&builder, x, "conv3", channels: width, kernel: 1, activates: false)
    x = try builder.stochasticDepth(x, dropPath)
    var shortcut = input
    if stride != 1 || inputs != width {
      shortcut = try unit(
        &builder, input, "downsample", channels: width, kernel: 1, stride: stride, activates: false)
    }
    return try builder.relu(builder.add("Add", [x, shortcut]))
  }

  /// Convolution, batch normalisation, ReLU: `NAME.conv`, `NAME.bn`.
  private static func unit(
    _ builder: inout PartBuilder, _ input: Value, _ name: String, channels: Int, kernel: Int, stride: Int = 1,
    groups: Int = 1, activates: Bool = true
  ) throws -> Value {
    try builder.scope(name) { builder in
      var x = try builder.convolution(
        input, "conv", channels: channels, kernel: kernel, stride: stride, groups: groups,
        initialization: .kaimingNormal(outputChannels: channels, kernelArea: kernel * kernel, groups: groups))
      x = try builder.batchNormalization(x, "bn")
      return activates ? try builder.relu(x) : x
    }
  }
}
