/// VGG (Simonyan and Zisserman, 2015) with batch normalisation, and the structure, initialization and parameter names of
/// timm.
package struct VGGSettings: PluginSettings {
  /// Features of the two fully connected layers.
  package var hidden: Int
  /// Share of the features of each of the two layers that is dropped while training, in 0…0.99.
  package var dropout = 0.0

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .integer("hidden", 1...65536, "features of the two fully connected layers"),
    .number("dropout", 0...0.99, "share of these features that is dropped while training"),
  ]

  /// - Parameter hidden: features of the two fully connected layers.
  package init(hidden: Int = 4096) { self.hidden = hidden }
}

enum VGG {
  /// Width and height of the image that the fully connected layers see.
  private static let window = 7

  static func plugins() throws(ZooError) -> [Plugin] {
    [
      try plugin(
        "vgg_tiny", [[16], [32], [32], [64], [64]], hidden: 128, "VGG with few narrow layers, for quick work"),
      try plugin(
        "vgg11_bn", [[64], [128], [256, 256], [512, 512], [512, 512]], hidden: 4096,
        "VGG with 11 layers and batch normalisation"),
    ]
  }

  private static func plugin(_ name: String, _ stages: [[Int]], hidden: Int, _ summary: String) throws(ZooError)
    -> Plugin
  {
    try Plugin(.backbone, name, summary: summary, settings: VGGSettings(hidden: hidden)) { builder, input, settings in
      var x = input
      // Convolution, normalisation and activation of each layer are numbered through, with the pools.
      var position = 0
      for channels in stages {
        for channels in channels {
          x = try builder.convolution(x, "features.\(position)", channels: channels, kernel: 3, bias: true)
          x = try builder.relu(builder.batchNormalization(x, "features.\(position + 1)"))
          position += 3
        }
        x = try builder.maxPool(x, kernel: 2, stride: 2)
        position += 1
      }
      x = try widened(&builder, x)
      for (name, kernel) in [("pre_logits.fc1", window), ("pre_logits.fc2", 1)] {
        x = try builder.convolution(x, name, channels: settings.hidden, kernel: kernel, padding: 0, bias: true)
        x = try builder.dropout(builder.relu(x), settings.dropout)
      }
      return try builder.globalAveragePool(x)
    }
  }

  /// The image with at least `window` rows and columns: a smaller one is averaged as PyTorch's adaptive pooling does,
  /// row i of the result being the mean of rows ⌊i · H / 7⌋ … ⌈(i + 1) · H / 7⌉ − 1.
  private static func widened(_ builder: inout PartBuilder, _ input: Value) throws -> Value {
    let (height, width) = (try builder.size(of: input, 2), try builder.size(of: input, 3))
    var x = input
    if height < window {
      x = try builder.add("MatMul", [builder.constant(means(of: height)), x])
    }
    if width < window {
      let columns = try builder.add("Transpose", [builder.constant(means(of: width))])
      x = try builder.add("MatMul", [x, columns])
    }
    return x
  }

  /// [window, size]: which share of each of `size` lines goes into each line of the window.
  private static func means(of size: Int) throws -> Tensor {
    var values = [Float](repeating: 0, count: window * size)
    for line in 0..<window {
      let lines = line * size / window..<((line + 1) * size + window - 1) / window
      for source in lines { values[line * size + source] = 1 / Float(lines.count) }
    }
    return try Tensor(shape: [window, size], values)
  }
}
