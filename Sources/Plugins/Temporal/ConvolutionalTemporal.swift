/// A temporal convolutional network (Bai and others, 2018): blocks of two causal convolutions over the frames, each block
/// with twice the dilation of the one before; the features of the last frame go out.
package struct ConvolutionalTemporalSettings: PluginSettings {
  /// Features of each frame inside.
  package var hidden = 256
  /// Blocks; block l looks 2ˡ · (kernel − 1) frames back, twice.
  package var layers = 3
  /// Frames that a convolution sees.
  package var kernel = 3
  /// Share of the features that is dropped behind each convolution while training, in 0…0.99.
  package var dropout = 0.0

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .integer("hidden", 1...8192, "features of each frame inside"),
    .integer("layers", 1...10, "blocks of two convolutions, each with twice the dilation of the one before"),
    .integer("kernel", 2...16, "frames that a convolution sees"),
    .number("dropout", 0...0.99, "share of the features that is dropped behind each convolution while training"),
  ]

  /// The defaults.
  package init() {}
}

enum ConvolutionalTemporal {
  static func plugin() throws(ZooError) -> Plugin {
    try Plugin(
      .temporal, "tcn", summary: "causal convolutions over the frames; the last frame goes out",
      settings: ConvolutionalTemporalSettings()
    ) { builder, input, settings in
      let shape = try builder.shape(of: input)
      // [N, T, F] → [N, F, 1, T]: frames are the pixels of a line.
      var x = try builder.add("Transpose", [input], ["perm": .ints([0, 2, 1])])
      x = try builder.add("Reshape", [x, builder.constant([-1, shape[2], 1, shape[1]])])
      for layer in 0..<settings.layers {
        x = try builder.scope("network.\(layer)") { try block(&$0, x, settings, dilation: 1 << layer) }
      }
      let last = try builder.add(
        "Slice",
        [
          x, builder.constant([shape[1] - 1]), builder.constant([shape[1]]), builder.constant([3]),
        ])
      return try builder.add("Flatten", [last], ["axis": .int(1)])
    }
  }

  private static func block(
    _ builder: inout PartBuilder, _ input: Value, _ settings: ConvolutionalTemporalSettings, dilation: Int
  ) throws -> Value {
    var x = input
    for name in ["conv1", "conv2"] {
      x = try convolution(&builder, x, name, settings, dilation: dilation)
      x = try builder.dropout(builder.relu(x), settings.dropout)
    }
    var shortcut = input
    if try builder.size(of: input, 1) != settings.hidden {
      shortcut = try builder.convolution(input, "downsample", channels: settings.hidden, kernel: 1, bias: true)
    }
    return try builder.relu(builder.add("Add", [x, shortcut]))
  }

  /// Over this frame and those before it; what lies before the first frame is zero.
  private static func convolution(
    _ builder: inout PartBuilder, _ input: Value, _ name: String, _ settings: ConvolutionalTemporalSettings,
    dilation: Int
  ) throws -> Value {
    let (inputs, kernel) = (try builder.size(of: input, 1), settings.kernel)
    let weight = try builder.parameter(
      "\(name).weight", [settings.hidden, inputs, 1, kernel],
      .kaimingNormal(outputChannels: inputs, kernelArea: kernel))
    let bias = try builder.parameter("\(name).bias", [settings.hidden], .constant(0))
    return try builder.add(
      "Conv", [input, weight, bias],
      [
        "kernel_shape": .ints([1, kernel]), "strides": .ints([1, 1]), "dilations": .ints([1, dilation]),
        "pads": .ints([0, (kernel - 1) * dilation, 0, 0]), "group": .int(1),
      ], name: name)
  }
}
