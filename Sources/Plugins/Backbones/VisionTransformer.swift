/// Vision transformers (Dosovitskiy and others, 2021) with the structure, initialization and parameter names of timm; the
/// features are those of the class token.
///
/// Any image that patches divide is taken: position embeddings are made for its grid, and those of a file are resampled.
package struct VisionTransformerSettings: PluginSettings {
  /// Rows and columns of a patch, in pixels.
  package var patch: Int
  /// Features of a token.
  package var width: Int
  /// Blocks of attention.
  package var depth: Int
  /// Heads of each attention, which divide the width.
  package var heads: Int
  /// Stochastic depth of the last block, in 0…0.99; it rises from 0 with depth.
  package var dropPathRate = 0.0

  /// The settings as a spec names them.
  package static let fields: [Setting] = [
    .integer("patch", 2...64, "rows and columns of a patch, in pixels"),
    .integer("width", 8...4096, "features of a token"),
    .integer("depth", 1...64, "blocks of attention"),
    .integer("heads", 1...64, "heads of each attention, which divide the width"),
    .number("dropPathRate", 0...0.99, "stochastic depth of the last block; it rises from 0 with depth"),
  ]

  /// The sizes of a member of the family.
  package init(patch: Int, width: Int, depth: Int, heads: Int) {
    self.patch = patch
    self.width = width
    self.depth = depth
    self.heads = heads
  }
}

enum VisionTransformer {
  static func plugins() throws(ZooError) -> [Plugin] {
    try [
      (
        "vit_micro_patch8", VisionTransformerSettings(patch: 8, width: 64, depth: 4, heads: 2),
        "vision transformer with few narrow blocks, for quick work"
      ),
      (
        "vit_tiny_patch16", VisionTransformerSettings(patch: 16, width: 192, depth: 12, heads: 3),
        "vision transformer with 192 features, patches of 16 pixels"
      ),
      (
        "vit_small_patch16", VisionTransformerSettings(patch: 16, width: 384, depth: 12, heads: 6),
        "vision transformer with 384 features, patches of 16 pixels"
      ),
    ].map { name, settings, summary throws(ZooError) in
      try Plugin(.backbone, name, summary: summary, settings: settings, build: build)
    }
  }

  private static let start = Initialization.normal(deviation: 0.02)

  private static func build(
    _ builder: inout PartBuilder, _ input: Value, _ settings: VisionTransformerSettings
  ) throws -> Value {
    let (height, width) = (try builder.size(of: input, 2), try builder.size(of: input, 3))
    guard height % settings.patch == 0, width % settings.patch == 0 else {
      throw ZooError(
        .badInput, problem: "images of \(height) × \(width) pixels don't divide into patches of \(settings.patch)",
        expected: "a height and a width that are multiples of \(settings.patch)",
        remedy: "Set data.height and data.width, or the backbone's patch")
    }
    guard settings.width % settings.heads == 0 else {
      throw ZooError(
        .badInput, problem: "\(settings.heads) heads don't divide \(settings.width) features",
        remedy: "Set the backbone's heads or width")
    }
    let patches = height / settings.patch * (width / settings.patch)
    var x = try tokens(&builder, input, settings, patches: patches)
    for block in 0..<settings.depth {
      let dropPath = settings.dropPathRate * Double(block) / Double(max(1, settings.depth - 1))
      x = try builder.scope("blocks.\(block)") { builder in
        try self.block(&builder, x, tokens: patches + 1, heads: settings.heads, dropPath: dropPath)
      }
    }
    // The class token alone goes on.
    x = try builder.add(
      "Slice",
      [x, builder.constant([0]), builder.constant([1]), builder.constant([1])])
    return try builder.layerNormalization(builder.add("Flatten", [x], ["axis": .int(1)]), "norm")
  }

  /// [N, C, H, W] → [N, 1 + patches, width]: the class token and the patches, each with its position.
  private static func tokens(
    _ builder: inout PartBuilder, _ input: Value, _ settings: VisionTransformerSettings, patches: Int
  ) throws -> Value {
    let inputs = try builder.size(of: input, 1)
    let width = settings.width
    var x = try builder.convolution(
      input, "patch_embed.proj", channels: width, kernel: (settings.patch, settings.patch), stride: settings.patch,
      padding: (0, 0), biases: .uniform(inputs: inputs * settings.patch * settings.patch),
      initialization: .uniform(inputs: inputs * settings.patch * settings.patch))
    x = try builder.add("Reshape", [x, builder.constant([-1, width, patches])])
    x = try builder.add("Transpose", [x], ["perm": .ints([0, 2, 1])])
    // Behind a row of zeros; what is added to them is the class token. Nothing depends on the batch that way.
    x = try builder.add("Pad", [x, builder.constant([0, 1, 0, 0, 0, 0])])
    let positions = try builder.parameter("pos_embed", [1, 1 + patches, width], start)
    var token = try builder.parameter("cls_token", [1, 1, width], .normal(deviation: 1e-6))
    token = try builder.add("Pad", [token, builder.constant([0, 0, 0, 0, patches, 0])])
    return try builder.add("Add", [x, builder.add("Add", [positions, token])])
  }

  /// x + attention(norm(x)), then x + perceptron(norm(x)).
  private static func block(
    _ builder: inout PartBuilder, _ input: Value, tokens: Int, heads: Int, dropPath: Double
  ) throws -> Value {
    var x = try builder.layerNormalization(input, "norm1")
    x = try builder.scope("attn") { try attention(&$0, x, tokens: tokens, heads: heads) }
    let attended = try builder.add("Add", [builder.stochasticDepth(x, dropPath), input])
    x = try builder.layerNormalization(attended, "norm2")
    let width = try builder.size(of: x, 2)
    x = try linear(&builder, x, "mlp.fc1", features: 4 * width)
    x = try linear(&builder, builder.activation(x, .gelu), "mlp.fc2", features: width)
    return try builder.add("Add", [builder.stochasticDepth(x, dropPath), attended])
  }

  /// softmax(q · kᵀ / √d) · v for each head (Vaswani and others, 2017).
  private static func attention(
    _ builder: inout PartBuilder, _ input: Value, tokens: Int, heads: Int
  ) throws -> Value {
    let width = try builder.size(of: input, 2)
    let features = width / heads
    var x = try linear(&builder, input, "qkv", features: 3 * width)
    x = try builder.add("Reshape", [x, builder.constant([-1, tokens, 3, heads, features])])
    x = try builder.add("Transpose", [x], ["perm": .ints([2, 0, 3, 1, 4])])
    let parts = try builder.add("Split", [x, builder.constant([1, 1, 1])], outputs: 3, ["axis": .int(0)])
    let (query, key, value) = try (
      builder.add("Squeeze", [parts[0], builder.constant([0])]),
      builder.add("Squeeze", [parts[1], builder.constant([0])]),
      builder.add("Squeeze", [parts[2], builder.constant([0])])
    )
    let scaled = try builder.add("Mul", [query, builder.constant(1 / Float(features).squareRoot())])
    let keys = try builder.add("Transpose", [key], ["perm": .ints([0, 1, 3, 2])])
    let shares = try builder.add("Softmax", [builder.add("MatMul", [scaled, keys])], ["axis": .int(-1)])
    x = try builder.add("Transpose", [builder.add("MatMul", [shares, value])], ["perm": .ints([0, 2, 1, 3])])
    x = try builder.add("Reshape", [x, builder.constant([-1, tokens, width])])
    return try linear(&builder, x, "proj", features: width)
  }

  /// A fully connected layer over the last of three dimensions.
  private static func linear(
    _ builder: inout PartBuilder, _ input: Value, _ name: String, features: Int
  ) throws -> Value {
    let shape = try builder.shape(of: input)
    var x = try builder.add("Reshape", [input, builder.constant([-1, shape[2]])])
    x = try builder.linear(x, name, features: features, initialization: start, biases: .constant(0))
    return try builder.add("Reshape", [x, builder.constant([-1, shape[1], features])])
  }
}
