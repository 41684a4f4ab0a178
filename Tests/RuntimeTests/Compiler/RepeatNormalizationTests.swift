import Testing
import ZooRuntime

@Suite struct RepeatNormalizationTests {
  /// Two convolutions around a normalisation whose result is large, and the gradient by the weights of both.
  private func trained() throws -> (program: Program, gradients: [String]) {
    var numbers = TestNumbers(seed: 3)
    let ones = try Tensor(shape: [24], [Float](repeating: 1, count: 24))
    let zeros = try Tensor(zeros: TensorType(.float32, [24]))
    let nodes = [
      Node(name: "first", op: "Conv", inputs: ["x", "w1"], outputs: ["a"]),
      Node(
        name: "norm", op: "BatchNormalizationTraining", domain: "zoo",
        inputs: ["a", "scale", "bias", "mean", "variance"],
        outputs: ["b", "m", "v", "saved", "inverse"]),
      Node(name: "relu", op: "Relu", inputs: ["b"], outputs: ["c"]),
      Node(name: "second", op: "Conv", inputs: ["c", "w2"], outputs: ["d"]),
      Node(name: "loss", op: "ReduceMean", inputs: ["d"], outputs: ["loss"], attributes: ["keepdims": .int(0)]),
    ]
    let graph = Graph(
      name: "pair", nodes: nodes, inputs: [ValueInfo("x", .float32, [.fixed(1), .fixed(2), .fixed(512), .fixed(520)])],
      outputs: [ValueInfo("loss", .float32, [])],
      initializers: [
        "w1": try numbers.tensor([24, 2, 1, 1]), "w2": try numbers.tensor([1, 24, 1, 1]), "scale": ones, "bias": zeros,
        "mean": zeros, "variance": ones,
      ])
    var forward = try Program(graph, states: ["w1", "w2", "scale", "bias", "mean", "variance"])
    for pass in Pass.beforeDifferentiation() { forward = try pass.apply(forward) }
    var (whole, gradients) = try forward.graph(named: "pair").differentiated("loss", by: ["w1", "w2", "scale"])
    let names = gradients.sorted { $0.key < $1.key }.map(\.value)
    whole.outputs += names.map { ValueInfo($0, .float32, nil) }
    return (try Program(whole, states: ["w1", "w2", "scale", "bias", "mean", "variance"]), names)
  }

  @Test func theGradientsHaveTheSameBitsAndTheArenaIsSmaller() throws {
    let (program, names) = try trained()
    let repeated = try Pass.repeatNormalization.apply(program)
    #expect(repeated.nodes.contains { $0.op == "BatchNormalizationRepeated" })
    var numbers = TestNumbers(seed: 4)
    let x = try numbers.tensor([1, 2, 512, 520])
    func results(_ program: Program) throws -> (values: [[Float]?], arena: Int) {
      let executable = try Executable(program, threads: ThreadPool(count: 2))
      let context = try ExecutionContext(executable)
      context.bind("x", to: x.storage.base)
      try context.run()
      return (try names.map { try context.output($0).values() }, executable.plan.arenaByteCount)
    }
    let kept = try results(program), again = try results(repeated)
    #expect(names.count == 3 && kept.values.allSatisfy { $0 != nil })
    #expect(kept.values == again.values)
    #expect(again.arena <= kept.arena)
  }
}
