import Testing
import ZooRuntime

@Suite struct DifferentiateTests {
  /// y = sum(tanh(a · x) + a · a), where a is used three times.
  private func graph(a: [Float]) throws -> Graph {
    Graph(
      name: "shared",
      nodes: [
        Node(name: "ax", op: "Mul", inputs: ["a", "x"], outputs: ["ax"]),
        Node(name: "t", op: "Tanh", inputs: ["ax"], outputs: ["t"]),
        Node(name: "aa", op: "Mul", inputs: ["a", "a"], outputs: ["aa"]),
        Node(name: "s", op: "Add", inputs: ["t", "aa"], outputs: ["s"]),
        Node(name: "y", op: "ReduceSum", inputs: ["s"], outputs: ["y"], attributes: ["keepdims": .int(0)]),
      ], inputs: [ValueInfo("x", .float32, [.fixed(3)])], outputs: [ValueInfo("y", .float32, [])],
      initializers: ["a": try Tensor(shape: [3], a)])
  }

  private func execute(_ graph: Graph, _ output: String, x: [Float]) throws -> [Float] {
    var graph = graph
    graph.outputs = [ValueInfo(output, .float32, nil)]
    let context = try ExecutionContext(
      Executable(graph, purpose: .training, threads: ThreadPool(count: 1), states: ["a"]))
    let x = try Tensor(shape: [x.count], x)
    context.bind("x", to: x.storage.base)
    try context.run()
    return try context.output(output).values() ?? []
  }

  @Test func aValueUsedSeveralTimesGetsTheSumOfItsGradients() throws {
    let (a, x): ([Float], [Float]) = ([0.5, -1, 2], [1, 2, -0.25])
    let (graph, gradients) = try graph(a: a).differentiated("y", by: ["a", "x"])
    let byA = try execute(graph, #require(gradients["a"]), x: x)
    let byX = try execute(graph, #require(gradients["x"]), x: x)
    for i in 0..<3 {
      let h: Float = 1e-2
      func y(_ delta: Float) throws -> Float {
        var moved = a
        moved[i] += delta
        return try execute(self.graph(a: moved), "y", x: x)[0]
      }
      let slope = try (y(h) - y(-h)) / (2 * h)
      #expect(abs(byA[i] - slope) < 2e-3, "\(byA[i]) against \(slope)")
    }
    #expect(byX.count == 3)
  }

  @Test func aValueThatTheLossDoesntDependOnHasNoGradient() throws {
    var graph = try graph(a: [1, 2, 3])
    graph.initializers["unused"] = try Tensor(shape: [2], [Float(1), 2])
    let gradients = try graph.differentiated("y", by: ["a", "unused"]).gradients
    #expect(gradients["a"] != nil)
    #expect(gradients["unused"] == nil)
  }

  @Test("a rule finds optional inputs and outputs absent, those at the end too")
  func optionalOperandsAreAbsent() {
    let node = Node(name: "clip", op: "Clip", inputs: ["x", ""], outputs: ["y"])
    let type = TensorType(.float32, [3])
    let call = GradientCall(
      call: OperatorCall(node: node, opset: 21, inputs: [type, nil], constants: [nil, nil]), outputTypes: [type],
      outputGradients: [nil], wanted: [true, false])
    #expect([call.input(0), call.input(1), call.input(2)] == [Value("x"), .absent, .absent])
    #expect([call.output(), call.output(1)] == [Value("y"), .absent])
  }

  @Test func anOperatorWithoutGradientIsNamed() throws {
    var graph = try graph(a: [1, 2, 3])
    graph.nodes[1] = Node(name: "rounded", op: "If", inputs: ["ax"], outputs: ["t"])
    #expect(throws: (any Error).self) { try graph.differentiated("y", by: ["a"]) }
  }

  @Test func theLossMustBeAScalar() throws {
    #expect(throws: ZooError.self) { try graph(a: [1, 2, 3]).differentiated("t", by: ["a"]) }
  }
}
