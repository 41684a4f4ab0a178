import Testing
import ZooRuntime

/// Operators without a layout of their own stay among images whose channels are innermost, and give the same numbers.
@Suite struct LayoutTests {
  /// A convolution, `middle`, a convolution: the image is turned when it comes and when it goes, and never between.
  private func stays(
    _ channels: Int = 6, _ middle: (inout GraphCheck, Value) throws -> Value,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var graph = try GraphCheck([2, 3, 7, 9])
    let first = try graph.convolution("x", [6, 3, 3, 3], pad: 1)
    let value = try middle(&graph, first)
    let last = try graph.convolution(value, [5, channels, 1, 1])
    let operators = try graph.compare(last, sourceLocation: sourceLocation)
    #expect(operators.filter { $0 == "Transpose" }.count == 2, "\(operators)", sourceLocation: sourceLocation)
  }

  @Test func channelsAreJoinedAndSplit() throws {
    try stays(12) { graph, x in
      let parts = try graph.builder.add("Split", [x, graph.builder.constant([2, 4])], outputs: 2, ["axis": .int(1)])
      let mean = try graph.add("Exp", parts[1])
      return try graph.add("Concat", parts[0], mean, x, attributes: ["axis": .int(-3)])
    }
  }

  @Test func imagesAreCutAndPadded() throws {
    try stays(4) { graph, x in
      let slice = try graph.builder.add(
        "Slice",
        [
          x, graph.builder.constant([1, -7, 1]), graph.builder.constant([5, 100, 6]),
          graph.builder.constant([1, 3, 2]),
          graph.builder.constant([1, 2, 1]),
        ])
      let pads = try graph.builder.constant([0, 0, 1, 2, 0, 0, 0, 3])
      return try graph.add("Pad", slice, pads, graph.builder.constant(Float(0.5)))
    }
  }

  @Test(arguments: [[1, 1, 2, 3], [1, 1, 1.5, 0.7]]) func imagesAreResized(_ scales: [Float]) throws {
    try stays { graph, x in
      let scales = try graph.builder.constant(nil, Tensor(shape: [4], scales))
      return try graph.add("Resize", x, "", scales, attributes: ["mode": .string("linear")])
    }
  }

  @Test func sizesOfAResizedImageMoveWithTheAxes() throws {
    try stays { graph, x in
      let sizes = try graph.builder.constant([2, 6, 5, 11])
      return try graph.add("Resize", x, "", "", sizes, attributes: ["mode": .string("nearest")])
    }
  }

  @Test(arguments: [[6, 1, 1], [1, 6, 1, 1], [9], [7, 1], [2, 6, 1, 1], [1, 1, 7, 9]])
  func operandsOfFewerAxesAreBroadcast(_ shape: [Int]) throws {
    try stays { graph, x in
      var numbers = TestNumbers(seed: 4)
      // The exponential keeps the addition from becoming a part of a convolution.
      let value = try graph.add("Exp", x)
      return try graph.add("Mul", value, graph.builder.constant(nil, numbers.tensor(shape)))
    }
  }

  @Test func meansOverPixelsAreGlobalPools() throws {
    for keeps in [true, false] {
      try stays { graph, x in
        let value = try graph.add("Exp", x)
        var mean = try graph.builder.add(
          "ReduceMean", [value, graph.builder.constant([-1, 2])], ["keepdims": .int(keeps ? 1 : 0)])
        if !keeps { mean = try graph.builder.add("Unsqueeze", [mean, graph.builder.constant([2, 3])]) }
        return try graph.add("Mul", value, mean)
      }
    }
  }

  @Test(arguments: [[1], [2], [3], [1, 3], [1, 2, 3]]) func otherReductionsFollow(_ axes: [Int]) throws {
    try stays { graph, x in
      let value = try graph.add("Exp", x)
      let largest = try graph.builder.add("ReduceMax", [value, graph.builder.constant(axes)])
      return try graph.add("Sub", value, largest)
    }
  }

  @Test func reductionsThatDropAxesAreRightInEitherOrder() throws {
    for axes in [[1], [2], [3], [2, 3], [1, 2]] {
      var graph = try GraphCheck([2, 3, 7, 9])
      let image = try graph.convolution("x", [6, 3, 3, 3], pad: 1)
      let sum = try graph.builder.add("ReduceSum", [image, graph.builder.constant(axes)], ["keepdims": .int(0)])
      try graph.compare(sum)
    }
  }

  @Test func rowsOfChannelsAreNormalisedWhereTheyLie() throws {
    try stays { graph, x in
      let rows = try graph.add("Transpose", x, attributes: ["perm": .ints([0, 2, 3, 1])])
      let normal = try graph.builder.add("LayerNormalization", [rows, graph.constant(6), graph.constant(6)])
      let image = try graph.add("Transpose", normal, attributes: ["perm": .ints([0, 3, 1, 2])])
      return try graph.add("Add", image, x)
    }
  }

  @Test func pixelsBecomeARowOfTokensAndAnImageAgain() throws {
    try stays { graph, x in
      let flat = try graph.reshape(x, to: [2, 6, 63])
      let tokens = try graph.add("Transpose", flat, attributes: ["perm": .ints([0, 2, 1])])
      let layer = try graph.builder.add("MatMul", [tokens, graph.constant(6, 6)])
      let back = try graph.add("Transpose", layer, attributes: ["perm": .ints([0, 2, 1])])
      return try graph.reshape(back, to: [2, 6, 7, 9])
    }
  }

  @Test func anOutputThatIsOnlyTurnedIsThere() throws {
    var graph = try GraphCheck([2, 3, 4, 5])
    let image = try graph.convolution("x", [6, 3, 1, 1])
    let rows = try graph.add("Transpose", image, attributes: ["perm": .ints([0, 2, 3, 1])])
    let back = try graph.add("Transpose", rows, attributes: ["perm": .ints([0, 3, 1, 2])])
    try graph.compare(rows, back, image)
  }
}
