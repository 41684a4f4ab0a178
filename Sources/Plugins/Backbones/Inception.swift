/// Inception-v3 (Szegedy and others, 2016) with the structure, initialization and parameter names of timm and torchvision,
/// without the second classifier that helps to train it.
enum Inception {
  static func plugins() throws(ZooError) -> [Plugin] {
    [
      Plugin(.backbone, "inception_v3", summary: "Inception-v3; images of at least 75 pixels") { builder, input in
        try build(&builder, input)
      }
    ]
  }

  private static func build(_ builder: inout PartBuilder, _ input: Value) throws -> Value {
    var x = try unit(&builder, input, "Conv2d_1a_3x3", 32, stride: 2, padded: false)
    x = try unit(&builder, x, "Conv2d_2a_3x3", 32, padded: false)
    x = try unit(&builder, x, "Conv2d_2b_3x3", 64)
    x = try builder.maxPool(x, kernel: 3, stride: 2)
    x = try unit(&builder, x, "Conv2d_3b_1x1", 80, (1, 1))
    x = try unit(&builder, x, "Conv2d_4a_3x3", 192, padded: false)
    x = try builder.maxPool(x, kernel: 3, stride: 2)
    for (name, pooled) in [("Mixed_5b", 32), ("Mixed_5c", 64), ("Mixed_5d", 64)] {
      x = try builder.scope(name) { try mixed5(&$0, x, pooled: pooled) }
    }
    x = try builder.scope("Mixed_6a") { try mixed6a(&$0, x) }
    for (name, inner) in [("Mixed_6b", 128), ("Mixed_6c", 160), ("Mixed_6d", 160), ("Mixed_6e", 192)] {
      x = try builder.scope(name) { try mixed6(&$0, x, inner: inner) }
    }
    x = try builder.scope("Mixed_7a") { try mixed7a(&$0, x) }
    for name in ["Mixed_7b", "Mixed_7c"] { x = try builder.scope(name) { try mixed7(&$0, x) } }
    return try builder.globalAveragePool(x)
  }

  private static func mixed5(_ builder: inout PartBuilder, _ x: Value, pooled: Int) throws -> Value {
    let single = try unit(&builder, x, "branch1x1", 64, (1, 1))
    var five = try unit(&builder, x, "branch5x5_1", 48, (1, 1))
    five = try unit(&builder, five, "branch5x5_2", 64, (5, 5))
    var double = try unit(&builder, x, "branch3x3dbl_1", 64, (1, 1))
    double = try unit(&builder, double, "branch3x3dbl_2", 96)
    double = try unit(&builder, double, "branch3x3dbl_3", 96)
    let pool = try unit(&builder, averages(&builder, x), "branch_pool", pooled, (1, 1))
    return try joined(&builder, [single, five, double, pool])
  }

  private static func mixed6a(_ builder: inout PartBuilder, _ x: Value) throws -> Value {
    let three = try unit(&builder, x, "branch3x3", 384, stride: 2, padded: false)
    var double = try unit(&builder, x, "branch3x3dbl_1", 64, (1, 1))
    double = try unit(&builder, double, "branch3x3dbl_2", 96)
    double = try unit(&builder, double, "branch3x3dbl_3", 96, stride: 2, padded: false)
    return try joined(&builder, [three, double, builder.maxPool(x, kernel: 3, stride: 2)])
  }

  private static func mixed6(_ builder: inout PartBuilder, _ x: Value, inner: Int) throws -> Value {
    let single = try unit(&builder, x, "branch1x1", 192, (1, 1))
    var seven = try unit(&builder, x, "branch7x7_1", inner, (1, 1))
    seven = try unit(&builder, seven, "branch7x7_2", inner, (1, 7))
    seven = try unit(&builder, seven, "branch7x7_3", 192, (7, 1))
    var double = try unit(&builder, x, "branch7x7dbl_1", inner, (1, 1))
    double = try unit(&builder, double, "branch7x7dbl_2", inner, (7, 1))
    double = try unit(&builder, double, "branch7x7dbl_3", inner, (1, 7))
    double = try unit(&builder, double, "branch7x7dbl_4", inner, (7, 1))
    double = try unit(&builder, double, "branch7x7dbl_5", 192, (1, 7))
    let pool = try unit(&builder, averages(&builder, x), "branch_pool", 192, (1, 1))
    return try joined(&builder, [single, seven, double, pool])
  }

  private static func mixed7a(_ builder: inout PartBuilder, _ x: Value) throws -> Value {
    var three = try unit(&builder, x, "branch3x3_1", 192, (1, 1))
    three = try unit(&builder, three, "branch3x3_2", 320, stride: 2, padded: false)
    var seven = try unit(&builder, x, "branch7x7x3_1", 192, (1, 1))
    seven = try unit(&builder, seven, "branch7x7x3_2", 192, (1, 7))
    seven = try unit(&builder, seven, "branch7x7x3_3", 192, (7, 1))
    seven = try unit(&builder, seven, "branch7x7x3_4", 192, stride: 2, padded: false)
    return try joined(&builder, [three, seven, builder.maxPool(x, kernel: 3, stride: 2)])
  }

  private static func mixed7(_ builder: inout PartBuilder, _ x: Value) throws -> Value {
    let single = try unit(&builder, x, "branch1x1", 320, (1, 1))
    let three = try unit(&builder, x, "branch3x3_1", 384, (1, 1))
    let wide = try unit(&builder, three, "branch3x3_2a", 384, (1, 3))
    let high = try unit(&builder, three, "branch3x3_2b", 384, (3, 1))
    var double = try unit(&builder, x, "branch3x3dbl_1", 448, (1, 1))
    double = try unit(&builder, double, "branch3x3dbl_2", 384)
    let doubleWide = try unit(&builder, double, "branch3x3dbl_3a", 384, (1, 3))
    let doubleHigh = try unit(&builder, double, "branch3x3dbl_3b", 384, (3, 1))
    let pool = try unit(&builder, averages(&builder, x), "branch_pool", 192, (1, 1))
    return try joined(&builder, [single, wide, high, doubleWide, doubleHigh, pool])
  }

  private static func joined(_ builder: inout PartBuilder, _ branches: [Value]) throws -> Value {
    try builder.add("Concat", branches, ["axis": .int(1)])
  }

  /// The mean of 3×3 pixels; those beyond the border count as zeros.
  private static func averages(_ builder: inout PartBuilder, _ input: Value) throws -> Value {
    try builder.add(
      "AveragePool", [input],
      [
        "kernel_shape": .ints([3, 3]), "strides": .ints([1, 1]), "pads": .ints([1, 1, 1, 1]),
        "count_include_pad": .int(1),
      ])
  }

  /// Convolution, batch normalisation, ReLU: `NAME.conv`, `NAME.bn`.
  private static func unit(
    _ builder: inout PartBuilder, _ input: Value, _ name: String, _ channels: Int,
    _ kernel: (height: Int, width: Int) = (3, 3), stride: Int = 1, padded: Bool = true
  ) throws -> Value {
    try builder.scope(name) { builder in
      let x = try builder.convolution(
        input, "conv", channels: channels, kernel: kernel, stride: stride,
        padding: padded ? (kernel.height / 2, kernel.width / 2) : (0, 0), initialization: .normal(deviation: 0.1))
      return try builder.relu(builder.batchNormalization(x, "bn", epsilon: 1e-3))
    }
  }
}
