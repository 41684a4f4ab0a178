import Testing
import ZooRuntime

/// What a pass leaves alone is named, with the reason.
@Suite struct MissedFusionTests {
  /// What the passes of prediction leave alone, up to pass `name`.
  private func missed(_ graph: GraphCheck, _ outputs: Value..., after name: String) throws -> [String] {
    let graph = Graph(
      name: "check", nodes: graph.builder.nodes,
      inputs: [ValueInfo("x", .float32, graph.input.shape.map(Dimension.fixed))],
      outputs: try outputs.map { ValueInfo($0.name, .float32, try graph.builder.shape(of: $0).map(Dimension.fixed)) },
      initializers: graph.builder.initializers)
    var program = try Program(graph)
    for pass in Pass.passes(for: .prediction) {
      program = try pass.apply(program)
      if pass.name == name { break }
    }
    return try program.missedFusions(after: name).map(\.reason)
  }

  @Test func resultsThatOthersReadAreWritten() throws {
    var graph = try GraphCheck([1, 3, 8, 8])
    let convolution = try graph.convolution("x", [4, 3, 3, 3])
    let y = try graph.add("Mul", graph.add("Relu", convolution), graph.add("Exp", convolution))
    let reasons = try missed(graph, y, after: "fuse-convolution")
    #expect(reasons.count == 1)
    #expect(reasons.first?.contains("is read by 2 others") == true, "\(reasons)")
  }

  @Test func sumsOfOtherShapesAndSecondOnesAreNamed() throws {
    var graph = try GraphCheck([1, 4, 8, 8])
    let broadcast = try graph.add("Add", graph.convolution("x", [4, 4, 1, 1]), graph.add("GlobalAveragePool", "x"))
    let first = try graph.add("Add", graph.convolution("x", [4, 4, 3, 3], pad: 1), graph.add("Tanh", "x"))
    let second = try graph.add("Add", first, graph.add("Exp", "x"))
    let reasons = try missed(graph, broadcast, second, after: "fuse-convolution")
    #expect(reasons.count == 2, "\(reasons)")
    #expect(reasons.contains { $0.contains("adds images of its result's shape") }, "\(reasons)")
    #expect(reasons.contains { $0.contains("has one already") }, "\(reasons)")
  }

  @Test func functionsThatNoEpilogueHasAreNamed() throws {
    var graph = try GraphCheck([1, 4, 8, 8])
    let y = try graph.add("Softsign", graph.convolution("x", [4, 4, 1, 1]))
    let reasons = try missed(graph, y, after: "fuse-convolution")
    #expect(reasons.count == 1)
    #expect(reasons.first?.contains("has no Softsign where it writes") == true, "\(reasons)")
  }

  @Test func turnedImagesNameWhomTheyAreTurnedFor() throws {
    var graph = try GraphCheck([1, 4, 8, 8])
    let y = try graph.add("LRN", graph.convolution("x", [4, 4, 1, 1]), attributes: ["size": .int(3)])
    let reasons = try missed(graph, y, after: "channels-last")
    #expect(reasons.contains { $0.hasPrefix("turned for LRN") }, "\(reasons)")
  }

  @Test func softmaxesWithoutAProductStay() throws {
    var graph = try GraphCheck([1, 2, 5, 5])
    let scores = try graph.add("Softsign", "x")
    let y = try graph.add("MatMul", graph.add("Softmax", scores, attributes: ["axis": .int(-1)]), "x")
    let reasons = try missed(graph, y, after: "fuse-attention")
    #expect(reasons.count == 1)
    #expect(reasons.first?.contains("aren't one product") == true, "\(reasons)")
  }

  @Test func whatIsFusedIsNotNamed() throws {
    var graph = try GraphCheck([1, 3, 8, 8])
    let y = try graph.add("Relu", graph.convolution("x", [4, 3, 3, 3]))
    #expect(try missed(graph, y, after: "fuse-convolution").isEmpty)
  }
}
