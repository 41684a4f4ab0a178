import Testing
import ZooRuntime

/// Pieces that stand for one operator become it, and give the same numbers.
@Suite struct FusionTests {
  private func scalar(_ graph: inout GraphCheck, _ number: Float) throws -> Value {
    try graph.builder.constant(number)
  }

  @Test("GELU by the error function is one operator, whatever the order of its factors", arguments: 0..<4)
  func gelu(_ order: Int) throws {
    var graph = try GraphCheck([2, 3, 5, 4])
    let x = try graph.convolution("x", [7, 3, 1, 1])
    let half = try scalar(&graph, 0.5)
    let scaled =
      order % 2 == 0
      ? try graph.add("Div", x, scalar(&graph, 1.414_213_538)) : try graph.add("Mul", scalar(&graph, 0.707_106_77), x)
    let erf = try graph.add("Erf", scaled)
    let bell = try graph.add("Add", erf, scalar(&graph, 1))
    let y =
      switch order {
      case 0: try graph.add("Mul", graph.add("Mul", x, bell), half)
      case 1: try graph.add("Mul", graph.add("Mul", x, half), bell)
      case 2: try graph.add("Mul", x, graph.add("Mul", half, bell))
      default: try graph.add("Mul", bell, graph.add("Mul", half, x))
      }
    let operators = try graph.compare(y)
    #expect(operators.contains("FusedConv") && !operators.contains("Erf") && !operators.contains("Mul"), "\(operators)")
  }

  @Test func whatOnlyLooksLikeGeluStays() throws {
    var graph = try GraphCheck([2, 6])
    let erf = try graph.add("Erf", graph.add("Div", "x", scalar(&graph, 1.5)))
    let product = try graph.add("Mul", "x", graph.add("Add", erf, scalar(&graph, 1)))
    let y = try graph.add("Mul", product, scalar(&graph, 0.5))
    #expect(try graph.compare(y).contains("Erf"))
  }

  @Test func hardSwishIsOneOperator() throws {
    var graph = try GraphCheck([2, 3, 5, 4])
    let x = try graph.convolution("x", [7, 3, 1, 1])
    let gate = try graph.add("HardSigmoid", x, attributes: ["alpha": .float(1.0 / 6), "beta": .float(0.5)])
    #expect(try graph.compare(graph.add("Mul", gate, x)).filter { $0 != "Transpose" } == ["FusedConv"])
  }

  @Test(arguments: [true, false]) func layerNormalizationInPiecesIsOneOperator(_ isSquared: Bool) throws {
    var graph = try GraphCheck([3, 5, 24])
    func mean(_ x: Value, _ graph: inout GraphCheck) throws -> Value {
      try graph.builder.add("ReduceMean", [x, graph.builder.constant([-1])])
    }
    let difference = try graph.add("Sub", "x", mean("x", &graph))
    let square =
      try isSquared ? graph.add("Mul", difference, difference) : graph.add("Pow", difference, scalar(&graph, 2))
    let variance = try graph.add("Add", mean(square, &graph), scalar(&graph, 1e-3))
    let standard = try graph.add("Div", difference, graph.add("Sqrt", variance))
    let scaled = try graph.builder.add("Mul", [standard, graph.constant(24)])
    let y = try graph.builder.add("Add", [graph.constant(24), scaled])
    #expect(try graph.compare(y) == ["LayerNormalization"])
  }

  @Test("a convolution applies what follows it", arguments: ["Clip", "LeakyRelu", "HardSigmoid", "Gelu", "HardSwish"])
  func activations(_ op: String) throws {
    var graph = try GraphCheck([2, 3, 5, 4])
    let x = try graph.convolution("x", [7, 3, 3, 3], pad: 1)
    var inputs = [x]
    if op == "Clip" { inputs += [try scalar(&graph, -0.1), try scalar(&graph, 0.6)] }
    let y = try graph.builder.add(op, inputs)
    #expect(try graph.compare(y).filter { $0 != "Transpose" } == ["FusedConv"])
  }

  @Test func aNormalisationAppliesWhatFollowsIt() throws {
    var graph = try GraphCheck([2, 6, 5, 4])
    let y = try graph.add("Relu", graph.normalization(graph.add("Exp", "x"), 6))
    #expect(try graph.compare(y).filter { $0 != "Transpose" } == ["Exp", "BatchNormalization"])
  }

  @Test func aLayerTakesItsBiasScaleActivationAndResidual() throws {
    var graph = try GraphCheck([2, 5, 12])
    let product = try graph.builder.add("MatMul", ["x", graph.constant(12, 30)])
    let biased = try graph.builder.add("Add", [graph.constant(30), product])
    let active = try graph.add("Gelu", biased)
    let second = try graph.builder.add("MatMul", [active, graph.constant(30, 12)])
    let shifted = try graph.builder.add("Add", [second, graph.constant(12)])
    let scaled = try graph.builder.add("Mul", [shifted, graph.constant(1, 1, 12)])
    let y = try graph.add("Add", "x", scaled)
    #expect(try graph.compare(y) == ["Linear", "Linear"])
  }

  @Test func aProductThatOthersReadStays() throws {
    var graph = try GraphCheck([2, 5, 12])
    let product = try graph.builder.add("MatMul", ["x", graph.constant(12, 12)])
    let y = try graph.add("Relu", product)
    try #expect(graph.compare(y, product) == ["MatMul", "Relu"])
  }
}

/// What stands behind joined convolutions moves before the joint.
@Suite struct ConcatFusionTests {
  @Test func partsOfAnImageAreNormalisedAndActivatedByTheirConvolutions() throws {
    var graph = try GraphCheck([2, 12, 9, 8])
    let parts = try graph.builder.add("Split", ["x", graph.builder.constant([4, 8])], outputs: 2, ["axis": .int(1)])
    let small = try graph.convolution(parts[0], [4, 1, 3, 3], pad: 1, groups: 4, bias: false)
    let large = try graph.convolution(parts[1], [8, 1, 5, 5], pad: 2, groups: 8)
    let joined = try graph.add("Concat", small, large, attributes: ["axis": .int(1)])
    let y = try graph.add("HardSwish", graph.normalization(joined, 12))
    let operators = try graph.compare(y)
    #expect(operators.filter { $0 != "Transpose" } == ["Split", "FusedConv", "FusedConv", "Concat"], "\(operators)")
  }

  @Test func equalConvolutionsOfPartsAreOneOfGroups() throws {
    var graph = try GraphCheck([2, 12, 5, 6])
    let parts = try graph.builder.add("Split", ["x", graph.builder.constant([6, 6])], outputs: 2, ["axis": .int(1)])
    let images = try parts.map { try graph.convolution($0, [9, 6, 1, 1], bias: false) }
    let joined = try graph.add("Concat", images[0], images[1], attributes: ["axis": .int(1)])
    let y = try graph.add("Relu", graph.normalization(joined, 18))
    #expect(try graph.compare(y).filter { $0 != "Transpose" } == ["FusedConv"])
  }

  @Test func partsInAnotherOrderStayApart() throws {
    var graph = try GraphCheck([2, 12, 5, 6])
    let parts = try graph.builder.add("Split", ["x", graph.builder.constant([6, 6])], outputs: 2, ["axis": .int(1)])
    let images = try parts.map { try graph.convolution($0, [9, 6, 1, 1], bias: false) }
    let joined = try graph.add("Concat", images[1], images[0], attributes: ["axis": .int(1)])
    #expect(try graph.compare(joined).contains("Split"))
  }

  @Test func whatChangesNothingIsLeftOut() throws {
    var graph = try GraphCheck([2, 6, 5, 4])
    let sum = try graph.add("Add", graph.builder.constant(Float(0)), "x")
    let slice = try graph.builder.add(
      "Slice", [sum, graph.builder.constant([0]), graph.builder.constant([9]), graph.builder.constant([1])])
    let pad = try graph.builder.add("Pad", [slice, graph.builder.constant([0, 0, 0, 0, 0, 0, 0, 0])])
    let y = try graph.add("Exp", graph.builder.add("Div", [pad, graph.builder.constant(Float(1))]))
    #expect(try graph.compare(y) == ["Exp"])
    let turned = try graph.builder.add(
      "Slice",
      [
        "x", graph.builder.constant([-1]), graph.builder.constant([-100]), graph.builder.constant([1]),
        graph.builder.constant([-1]),
      ])
    #expect(try graph.compare(turned) == ["Slice"])
  }
}
