/// DenseNet (Huang and others, 2017) with the structure, initialization and parameter names of torchvision and timm.
package struct DenseNetSettings: PluginSettings {
  /// Channels that each layer adds.
  package var growth: Int

  /// The settings as a spec names them.
  package static let fields: [Setting] = [.integer("growth", 4...256, "channels that each layer adds")]

  /// - Parameter growth: channels that each layer adds.
  package init(growth: Int = 32) { self.growth = growth }
}

enum DenseNet {
  static func plugins() throws(ZooError) -> [Plugin] {
    try [
      ("densenet_tiny", 8, [2, 2, 2, 2], "DenseNet with few narrow layers, for quick work"),
      ("densenet121", 32, [6, 12, 24, 16], "DenseNet with 121 layers"),
    ].map { name, growth, blocks, summary throws(ZooError) in
      try Plugin(.backbone, name, summary: summary, settings: DenseNetSettings(growth: growth)) {
        builder, input, settings in
        try builder.scope("features") { try build(&$0, input, blocks, growth: settings.growth) }
      }
    }
  }

  private static func build(
    _ builder: inout PartBuilder, _ input: Value, _ blocks: [Int], growth: Int
  ) throws -> Value {
    var x = try convolution(&builder, input, "conv0", channels: 2 * growth, kernel: 7, stride: 2)
    x = try builder.relu(builder.batchNormalization(x, "norm0"))
    x = try builder.maxPool(x, kernel: 3, stride: 2, padding: 1)
    for (index, layers) in blocks.enumerated() {
      x = try builder.scope("denseblock\(index + 1)") { builder in
        for layer in 1...layers {
          let added = try builder.scope("denselayer\(layer)") { try self.layer(&$0, x, growth: growth) }
          x = try builder.add("Concat", [x, added], ["axis": .int(1)])
        }
        return x
      }
      guard index < blocks.count - 1 else { break }
      x = try builder.scope("transition\(index + 1)") { builder in
        let half = try builder.size(of: x, 1) / 2
        let narrowed = try builder.relu(builder.batchNormalization(x, "norm"))
        return try halved(&builder, convolution(&builder, narrowed, "conv", channels: half, kernel: 1))
      }
    }
    return try builder.globalAveragePool(builder.relu(builder.batchNormalization(x, "norm5")))
  }

  /// Normalisation, ReLU, 1×1 to four times the growth; normalisation, ReLU, 3×3 to the growth.
  private static func layer(_ builder: inout PartBuilder, _ input: Value, growth: Int) throws -> Value {
    var x = try builder.relu(builder.batchNormalization(input, "norm1"))
    x = try convolution(&builder, x, "conv1", channels: 4 * growth, kernel: 1)
    x = try builder.relu(builder.batchNormalization(x, "norm2"))
    return try convolution(&builder, x, "conv2", channels: growth, kernel: 3)
  }

  private static func halved(_ builder: inout PartBuilder, _ input: Value) throws -> Value {
    try builder.add("AveragePool", [input], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])])
  }

  /// He and others' initialization by the number of inputs, as both libraries have it for this family.
  private static func convolution(
    _ builder: inout PartBuilder, _ input: Value, _ name: String, channels: Int, kernel: Int, stride: Int = 1
  ) throws -> Value {
    let inputs = try builder.size(of: input, 1)
    return try builder.convolution(
      input, name, channels: channels, kernel: kernel, stride: stride,
      initialization: .kaimingNormal(outputChannels: inputs, kernelArea: kernel * kernel))
  }
}
