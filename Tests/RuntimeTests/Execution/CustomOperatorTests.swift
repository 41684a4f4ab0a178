import Testing
import ZooRuntime

/// Operators of somebody else, in a domain of their own, run wherever a graph does.
@Suite("Operators of others")
struct CustomOperatorTests {
  /// Three times its input, of float32.
  private static let triple = Operator(
    "Triple", domain: "mine", inputs: 1...1, types: { [try $0.input(0)] },
    kernel: { call in
      let count = call.outputTypes[0].elementCount
      return Kernel { arguments in
        let (input, output): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (
          arguments.unsafeInput(0), arguments.unsafeOutput()
        )
        for index in 0..<count { output[index] = 3 * input[index] }
      }
    })

  private static let model = Model(
    opsets: ["": Model.currentOpset, "mine": 1],
    graph: Graph(
      name: "triple",
      nodes: [
        Node(name: "a", op: "Triple", domain: "mine", inputs: ["x"], outputs: ["y"]),
        Node(name: "b", op: "Relu", inputs: ["y"], outputs: ["z"]),
      ],
      inputs: [ValueInfo("x", .float32, [.symbolic("N")])], outputs: [ValueInfo("z", .float32, [.symbolic("N")])]))

  private static func output(_ loaded: LoadedModel) throws -> [Float]? {
    try loaded.run(["x": Tensor(shape: [3], [-1, 2, 5] as [Float])])["z"]?.values()
  }

  @Test("a loaded model takes a table, and so does all that runs inside of `$current.withValue`")
  func tables() throws {
    let operators = try OperatorTable.standard.adding([Self.triple])
    let error = #expect(throws: ZooError.self) { try Self.output(LoadedModel(Self.model, threads: 1)) }
    #expect(error?.description.contains("Triple") == true, "\(error?.description ?? "")")
    #expect(try Self.output(LoadedModel(Self.model, threads: 2, operators: operators)) == [0, 6, 15])
    let inside = try OperatorTable.$current.withValue(operators) {
      try Self.output(LoadedModel(Self.model, threads: 1))
    }
    #expect(inside == [0, 6, 15])
    #expect(throws: ZooError.self) { try operators.adding([Self.triple]) }
  }
}
