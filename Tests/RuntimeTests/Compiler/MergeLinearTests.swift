import Testing
import ZooRuntime

/// Sums and multiples of convolutions of one image are one convolution, and give the same numbers.
@Suite struct MergeLinearTests {
  private func convolutions(_ operators: [String]) -> [String] { operators.filter { $0 != "Transpose" } }

  @Test("branches of a re-parametrised block are one convolution", arguments: [1, 8])
  func branches(_ groups: Int) throws {
    var graph = try GraphCheck([2, 8, 7, 6])
    let wide = try graph.normalization(
      graph.convolution("x", [8, 8 / groups, 3, 3], pad: 1, groups: groups, bias: false), 8)
    let narrow = try graph.normalization(graph.convolution("x", [8, 8 / groups, 1, 1], groups: groups, bias: false), 8)
    let sum = try graph.add("Add", graph.add("Add", narrow, wide), graph.normalization("x", 8))
    #expect(try convolutions(graph.compare(graph.add("Relu", sum))) == ["FusedConv"])
  }

  @Test("branches with a stride are one convolution")
  func strides() throws {
    var graph = try GraphCheck([1, 4, 9, 9])
    let wide = try graph.convolution("x", [8, 1, 7, 7], stride: 2, pad: 3, groups: 4)
    let narrow = try graph.convolution("x", [8, 1, 3, 3], stride: 2, pad: 1, groups: 4)
    #expect(try convolutions(graph.compare(graph.add("Add", narrow, wide))) == ["Conv"])
  }

  @Test("x + γ · (mixer(x) − normalised x) is one convolution")
  func shortcut() throws {
    var graph = try GraphCheck([2, 8, 7, 6])
    let x = try graph.add("Exp", "x")
    let mixer = try graph.add(
      "Add", graph.convolution(x, [8, 1, 3, 3], pad: 1, groups: 8), graph.normalization(x, 8))
    let difference = try graph.add("Sub", mixer, graph.normalization(x, 8))
    let scaled = try graph.builder.add("Mul", [graph.constant(8, 1, 1), difference])
    #expect(try convolutions(graph.compare(graph.add("Add", x, scaled))) == ["Exp", "Conv"])
  }

  @Test("a scale and a shift of a convolution are a part of it")
  func scale() throws {
    var graph = try GraphCheck([2, 3, 7, 6])
    let conv = try graph.convolution("x", [4, 3, 3, 3])
    let scaled = try graph.builder.add("Div", [conv, graph.reshape(graph.positive(4), to: [4, 1, 1])])
    let shifted = try graph.builder.add("Sub", [scaled, graph.constant(4, 1, 1)])
    #expect(try convolutions(graph.compare(shifted)) == ["Conv"])
  }

  @Test func kernelsThatReachOverEachOtherStayApart() throws {
    var graph = try GraphCheck([2, 4, 8, 8])
    let tall = try graph.builder.add("Conv", ["x", graph.constant(4, 4, 3, 1)], ["pads": .ints([1, 0, 1, 0])])
    let broad = try graph.builder.add("Conv", ["x", graph.constant(4, 4, 1, 3)], ["pads": .ints([0, 1, 0, 1])])
    let operators = try graph.compare(graph.add("Add", tall, broad))
    #expect(operators.filter { $0.hasSuffix("Conv") }.count == 2, "\(operators)")
  }

  @Test func convolutionsOfSeveralImagesStayApart() throws {
    var graph = try GraphCheck([2, 4, 8, 8])
    let (a, b) = (
      try graph.convolution("x", [4, 4, 3, 3], pad: 1), try graph.convolution(graph.add("Exp", "x"), [4, 4, 1, 1])
    )
    let operators = try graph.compare(graph.add("Add", a, b))
    #expect(operators.filter { $0.hasSuffix("Conv") }.count == 2, "\(operators)")
  }

  @Test func aBranchThatOthersReadStays() throws {
    var graph = try GraphCheck([2, 4, 8, 8])
    let (a, b) = (try graph.convolution("x", [4, 4, 3, 3], pad: 1), try graph.convolution("x", [4, 4, 1, 1]))
    let y = try graph.add("Add", a, b)
    let operators = try graph.compare(y, b)
    #expect(operators.filter { $0.hasSuffix("Conv") }.count == 2, "\(operators)")
  }
}
