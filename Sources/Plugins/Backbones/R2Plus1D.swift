/// Residual networks over frames whose convolutions are taken apart (Tran and others, 2018, "A Closer Look at Spatiotemporal
/// Convolutions"): one over the pixels of each frame, one over the same pixel of neighbouring frames. Structure,
/// initialization and parameter names of torchvision's `r2plus1d_18`.
package struct R2Plus1DSettings: PluginSettings {
  /// Channels of the first stage.
  package var width: Int
  /// Stochastic depth of the last block, in 0…0.99; it rises from 0 with depth.
  package var dropPathRate = 0.0

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .integer("width", 1...512, "channels of the first stage; each further stage has twice as many"),
    .number("dropPathRate", 0...0.99, "stochastic depth of the last block; it rises from 0 with depth"),
  ]

  /// - Parameter width: channels of the first stage; each further stage has twice as many.
  package init(width: Int = 64) { self.width = width }
}

enum R2Plus1D {
  static func plugins() throws(ZooError) -> [Plugin] {
    [
      try plugin("r2plus1d_18", blocks: 2, width: 64, "ResNet-18 over frames, in convolutions of space and of time"),
      try plugin("r2plus1d_10_tiny", blocks: 1, width: 8, "the same with one narrow block a stage, for quick work"),
    ]
  }

  private static func plugin(_ name: String, blocks: Int, width: Int, _ summary: String) throws(ZooError) -> Plugin {
    var plugin = try Plugin(.backbone, name, summary: summary, settings: R2Plus1DSettings(width: width)) {
      builder, input, settings in try build(&builder, input, blocks: blocks, settings)
    }
    plugin.takesFrames = true
    return plugin
  }

  /// Images of the frames one behind the other, [N · frames, C, H, W], as layers over the pixels take them.
  private struct Film {
    var images: Value
    var frames: Int
  }

  private static func build(
    _ builder: inout PartBuilder, _ input: Value, blocks: Int, _ settings: R2Plus1DSettings
  ) throws -> Value {
    let shape = try builder.shape(of: input)
    // A single image is a film of one frame.
    var film = Film(images: input, frames: 1)
    if shape.count == 5 {
      film.frames = shape[1]
      film.images = try builder.add("Reshape", [input, builder.constant([-1] + shape[2...])])
    }
    // torchvision's stem has 45 channels between its two convolutions, for 64 behind them.
    let inner = (45 * settings.width + 32) / 64
    film = try builder.scope("stem") { builder in
      var x = try spatial(&builder, film, "0", channels: max(inner, 1), kernel: 7, stride: 2)
      x.images = try builder.relu(builder.batchNormalization(x.images, "1"))
      return try temporal(&builder, x, "3", normalization: "4", channels: settings.width)
    }
    film.images = try builder.relu(film.images)
    let last = 4 * blocks - 1
    for stage in 0..<4 {
      for block in 0..<blocks {
        let index = stage * blocks + block
        film = try builder.scope("layer\(stage + 1).\(block)") { builder in
          try residualBlock(
            &builder, film, width: settings.width << stage, stride: stage > 0 && block == 0 ? 2 : 1,
            dropPath: settings.dropPathRate * Double(index) / Double(last))
        }
      }
    }
    let features = try builder.globalAveragePool(film.images)
    guard shape.count == 5 else { return features }
    return try builder.add(
      "Reshape", [features, builder.constant([-1, film.frames, builder.size(of: features, 1)])])
  }

  /// relu(shortcut + two pairs of convolutions); the stride is that of the first pair, in space and in time.
  private static func residualBlock(
    _ builder: inout PartBuilder, _ input: Film, width: Int, stride: Int, dropPath: Double
  ) throws -> Film {
    let inputs = try builder.size(of: input.images, 1)
    // As many parameters as a convolution of 3 × 3 × 3 would have.
    let inner = inputs * width * 27 / (inputs * 9 + 3 * width)
    var x = input
    for (name, stride) in [("conv1", stride), ("conv2", 1)] {
      x = try builder.scope(name) { builder in
        var y = try spatial(&builder, x, "0.0", channels: inner, kernel: 3, stride: stride)
        y.images = try builder.relu(builder.batchNormalization(y.images, "0.1"))
        return try temporal(&builder, y, "0.3", normalization: "1", channels: width, stride: stride)
      }
      if name == "conv1" { x.images = try builder.relu(x.images) }
    }
    x.images = try builder.stochasticDepth(x.images, dropPath)
    var shortcut = input
    if stride != 1 || inputs != width {
      shortcut = try every(&builder, stride, of: input)
      shortcut = try spatial(&builder, shortcut, "downsample.0", channels: width, kernel: 1, stride: stride)
      shortcut.images = try builder.batchNormalization(shortcut.images, "downsample.1")
    }
    x.images = try builder.relu(builder.add("Add", [x.images, shortcut.images]))
    return x
  }

  /// A convolution over the pixels of each frame. Its weight has a frame of its own, as torchvision's.
  private static func spatial(
    _ builder: inout PartBuilder, _ film: Film, _ name: String, channels: Int, kernel: Int, stride: Int
  ) throws -> Film {
    let inputs = try builder.size(of: film.images, 1)
    let weight = try builder.parameter(
      "\(name).weight", [channels, inputs, 1, kernel, kernel],
      .kaimingNormal(outputChannels: channels, kernelArea: kernel * kernel))
    let flat = try builder.add("Reshape", [weight, builder.constant([channels, inputs, kernel, kernel])])
    let padding = kernel / 2
    let images = try convolution(
      &builder, film.images, flat, name, kernel: [kernel, kernel], strides: [stride, stride],
      pads: [padding, padding, padding, padding])
    return Film(images: images, frames: film.frames)
  }

  /// A convolution over three neighbouring frames, what lies before the first and behind the last being zero, and a
  /// normalisation. Frames are the lines of an image, whose columns are the pixels.
  private static func temporal(
    _ builder: inout PartBuilder, _ film: Film, _ name: String, normalization: String, channels: Int, stride: Int = 1
  ) throws -> Film {
    let shape = try builder.shape(of: film.images)
    let weight = try builder.parameter(
      "\(name).weight", [channels, shape[1], 3, 1, 1], .kaimingNormal(outputChannels: channels, kernelArea: 3))
    let flat = try builder.add("Reshape", [weight, builder.constant([channels, shape[1], 3, 1])])
    let lines = try builder.add(
      "Reshape", [film.images, builder.constant([-1, film.frames, shape[1], shape[2] * shape[3]])])
    var x = try builder.add("Transpose", [lines], ["perm": .ints([0, 2, 1, 3])])
    x = try convolution(
      &builder, x, flat, name, kernel: [3, 1], strides: [stride, 1], pads: [1, 0, 1, 0])
    x = try builder.batchNormalization(x, normalization)
    let frames = try builder.size(of: x, 2)
    x = try builder.add("Transpose", [x], ["perm": .ints([0, 2, 1, 3])])
    let images = try builder.add("Reshape", [x, builder.constant([-1, channels, shape[2], shape[3]])])
    return Film(images: images, frames: frames)
  }

  /// Every `step`-th frame, from the first.
  private static func every(_ builder: inout PartBuilder, _ step: Int, of film: Film) throws -> Film {
    guard step > 1, film.frames > 1 else { return film }
    let shape = try builder.shape(of: film.images)
    let films = try builder.add("Reshape", [film.images, builder.constant([-1, film.frames] + shape[1...])])
    let some = try builder.add(
      "Slice",
      [
        films, builder.constant([0]), builder.constant([film.frames]), builder.constant([1]), builder.constant([step]),
      ])
    let images = try builder.add("Reshape", [some, builder.constant([-1] + shape[1...])])
    return Film(images: images, frames: (film.frames + step - 1) / step)
  }

  private static func convolution(
    _ builder: inout PartBuilder, _ input: Value, _ weight: Value, _ name: String, kernel: [Int], strides: [Int],
    pads: [Int]
  ) throws -> Value {
    try builder.add(
      "Conv", [input, weight],
      [
        "kernel_shape": .ints(kernel), "strides": .ints(strides), "pads": .ints(pads), "group": .int(1),
        "dilations": .ints([1, 1]),
      ], name: name)
  }
}
