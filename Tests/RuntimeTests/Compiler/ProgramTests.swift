import Testing
import ZooRuntime

@Suite struct ProgramTests {
  private var graph: Graph {
    Graph(
      name: "sum", nodes: [Node(name: "n", op: "Add", inputs: ["a", "b"], outputs: ["y"])],
      inputs: [
        ValueInfo("a", .float32, [.symbolic("N"), .fixed(3)]), ValueInfo("b", .float32, [.symbolic("N"), .fixed(3)]),
      ], outputs: [ValueInfo("y", .float32, [.symbolic("N"), .fixed(3)])])
  }

  private func type(_ shape: Int...) -> TensorType { TensorType(.float32, shape) }

  @Test func symbolicSizesAreBound() throws {
    let program = try Program(graph, inputTypes: ["a": type(5, 3), "b": type(5, 3)])
    #expect(program.types["y"] == type(5, 3))
  }

  @Test(arguments: [
    (["a": [5, 3], "b": [4, 3]], "N"), (["a": [5, 2], "b": [5, 3]], "a"), (["a": [5], "b": [5, 3]], "a"),
    (["a": [5, 3]], "x"), (["a": [5, 3], "b": [5, 3], "c": [1]], "c"),
  ]) func wrongInputsAreRefusedByName(_ shapes: [String: [Int]], _ culprit: String) {
    let error = #expect(throws: ZooError.self) {
      // An input without a type is bound by the name of its dimension; a missing one with other sizes is not.
      var graph = graph
      if culprit == "x" { graph.inputs.append(ValueInfo("x", .float32, [.unknown])) }
      _ = try Program(graph, inputTypes: shapes.mapValues { TensorType(.float32, $0) })
    }
    #expect(error?.description.contains(culprit) == true)
  }

  @Test func aValueThatNothingComputesIsRefused() {
    var graph = graph
    graph.outputs.append(ValueInfo("z", .float32, nil))
    #expect(throws: ZooError.self) { try Program(graph, inputTypes: ["a": type(1, 3), "b": type(1, 3)]) }
  }

  @Test func anUnknownOperatorIsNamedWithItsNode() {
    var graph = graph
    graph.nodes[0].op = "Addd"
    let error = #expect(throws: ZooError.self) {
      try Program(graph, inputTypes: ["a": type(1, 3), "b": type(1, 3)])
    }
    #expect(error?.location.node == "n")
    #expect(error?.description.contains("Addd") == true)
  }

  @Test func theStandardTableHasItsOperators() {
    #expect(OperatorTable.standard[domain: "", name: "Add"] != nil)
    #expect(OperatorTable.standard[domain: "ai.onnx", name: "Relu"] != nil)
  }
}
