import Testing
import ZooRuntime

@Suite struct KnownValuesTests {
  /// x [N, 3, H, W] → Reshape to [N, 3 · H · W], with a shape that the graph works out as exporters write it.
  private func graph() throws -> Graph {
    Graph(
      name: "flatten",
      nodes: [
        Node(name: "shape", op: "Shape", inputs: ["x"], outputs: ["s"]),
        Node(name: "batch", op: "Gather", inputs: ["s", "zero"], outputs: ["n"]),
        Node(name: "vector", op: "Unsqueeze", inputs: ["n", "axis"], outputs: ["v"]),
        Node(name: "target", op: "Concat", inputs: ["v", "rest"], outputs: ["t"], attributes: ["axis": .int(0)]),
        Node(name: "flat", op: "Reshape", inputs: ["x", "t"], outputs: ["y"]),
      ],
      inputs: [ValueInfo("x", .float32, [.symbolic("N"), .fixed(3), .unknown, .unknown])],
      outputs: [ValueInfo("y", .float32, nil)],
      initializers: [
        "zero": try Tensor(Int64(0)), "axis": try Tensor(shape: [1], [0] as [Int64]),
        "rest": try Tensor(shape: [1], [-1] as [Int64]),
      ])
  }

  @Test(arguments: [[1, 3, 2, 2], [4, 3, 5, 7]]) func shapesThatTheGraphWorksOutAreKnown(_ shape: [Int]) throws {
    let program = try Program(graph(), inputTypes: ["x": TensorType(.float32, shape)])
    #expect(program.types["y"] == TensorType(.float32, [shape[0], shape[1...].reduce(1, *)]))
    #expect(program.nodes.map(\.op) == ["Reshape"])
    let x = try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { Float($0) })
    let y = try LoadedModel(Model(graph: graph()), threads: 1).run(["x": x])["y"]
    #expect(y?.shape == program.types["y"]?.shape)
    #expect(y?.values(as: Float.self) == x.values(as: Float.self))
  }

  @Test func anOutputThatIsKnownStaysAnOutput() throws {
    var graph = try graph()
    graph.outputs.append(ValueInfo("t", .int64, nil))
    let outputs = try LoadedModel(Model(graph: graph), threads: 1)
      .run(["x": Tensor(zeros: TensorType(.float32, [2, 3, 1, 1]))])
    #expect(outputs["t"]?.integers() == [2, -1])
  }

  /// Values that aren't known are executed, and together they can't take more than the limit, whatever each takes.
  @Test func valuesOfTheInterpreterAreLimitedTogether() throws {
    let names = (0..<8).map { "v\($0)" }
    var nodes = [Node(name: "some", op: "NonZero", inputs: ["x"], outputs: ["i"])]
    nodes += names.map { Node(name: $0, op: "Expand", inputs: ["x", "shape"], outputs: [$0]) }
    nodes.append(Node(name: "sum", op: "Sum", inputs: names, outputs: ["y"]))
    let graph = Graph(
      name: "many", nodes: nodes, inputs: [ValueInfo("x", .float32, [.fixed(1)])],
      outputs: [ValueInfo("y", .float32, nil), ValueInfo("i", .int64, nil)],
      initializers: ["shape": try Tensor(shape: [1], [1 << 18] as [Int64])])
    var limits = LoadLimits.default
    limits.arenaBytes = 12 << 20
    let x = ["x": try Tensor(shape: [1], [2] as [Float])]
    #expect(throws: Never.self) { try LoadedModel(Model(graph: graph), threads: 1, limits: limits).run(x) }
    limits.arenaBytes = 4 << 20
    let error = #expect(throws: ZooError.self) {
      try LoadedModel(Model(graph: graph), threads: 1, limits: limits).run(x)
    }
    #expect(error?.problem.contains("beside") == true, "\(String(describing: error))")
  }
}
