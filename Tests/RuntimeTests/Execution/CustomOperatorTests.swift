import Synchronization
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

  /// How often something was asked for.
  private final class Counter: Sendable {
    private let count = Mutex(0)

    func add() { count.withLock { $0 += 1 } }

    /// Since the last time.
    func take() -> Int {
      count.withLock { count in
        defer { count = 0 }
        return count
      }
    }
  }

  @Test("a graph whose shapes depend on values is tried to be compiled once for each set of input shapes")
  func compiledOnce() throws {
    let counter = Counter()
    let counted = Operator(
      "Counted", domain: "mine", inputs: 1...1,
      types: { call in
        counter.add()
        return [try call.input(0)]
      },
      kernel: { call in
        let count = call.outputTypes[0].elementCount
        return Kernel { arguments in
          let (input, output): (UnsafePointer<Float>, UnsafeMutablePointer<Float>) = (
            arguments.unsafeInput(0), arguments.unsafeOutput()
          )
          for index in 0..<count { output[index] = input[index] }
        }
      })
    let graph = Graph(
      name: "places",
      nodes: [
        Node(name: "a", op: "Counted", domain: "mine", inputs: ["x"], outputs: ["y"]),
        Node(name: "b", op: "NonZero", inputs: ["y"], outputs: ["z"]),
        Node(name: "c", op: "Identity", inputs: ["z"], outputs: ["places"]),
      ],
      inputs: [ValueInfo("x", .float32, [.symbolic("N")])],
      outputs: [ValueInfo("places", .int64, [.fixed(1), .symbolic("M")])])
    let loaded = LoadedModel(
      Model(opsets: ["": Model.currentOpset, "mine": 1], graph: graph), threads: 1,
      operators: try OperatorTable.standard.adding([counted]))
    func places(_ values: [Float]) throws -> [Int64]? {
      try loaded.run(["x": Tensor(shape: [values.count], values)])["places"]?.values()
    }
    let first = try places([0, 2, 0, 4])
    let both = counter.take()
    let second = try places([1, 0, 0, 0])
    let alone = counter.take()
    #expect(first == [1, 3] && second == [0])
    #expect(alone > 0 && alone < both, "\(both), then \(alone)")
    _ = try places([1, 0])
    #expect(counter.take() == both)
  }
}
