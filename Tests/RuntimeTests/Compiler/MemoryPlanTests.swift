import Testing
import ZooRuntime

@Suite struct MemoryPlanTests {
  /// A random graph of unary and binary element-wise nodes over vectors of one size.
  private func randomGraph(seed: UInt64, nodes: Int) throws -> Graph {
    var state = seed
    func random(_ below: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(below))
    }
    var graph = Graph(name: "random", inputs: [ValueInfo("x", .float32, [.fixed(37)])])
    var values = ["x"]
    for index in 0..<nodes {
      let a = values[random(values.count)]
      let b = values[random(values.count)]
      let unary = random(3) == 0
      graph.nodes.append(
        Node(
          name: "n\(index)", op: unary ? "Tanh" : random(2) == 0 ? "Add" : "Sub", inputs: unary ? [a] : [a, b],
          outputs: ["v\(index)"]))
      values.append("v\(index)")
    }
    graph.outputs = [values[values.count - 1], values[values.count / 2]].map { ValueInfo($0, .float32, [.fixed(37)]) }
    return graph
  }

  @Test(arguments: 1...20) func blocksThatLiveAtTheSameTimeDontOverlap(seed: Int) throws {
    let graph = try randomGraph(seed: UInt64(seed), nodes: 60)
    let executable = try Executable(graph, purpose: .training, threads: ThreadPool(count: 1))
    let blocks = executable.plan.blocks
    for (index, a) in blocks.enumerated() {
      #expect(a.offset % 64 == 0)
      #expect(a.offset + a.byteCount <= executable.plan.arenaByteCount)
      for b in blocks[(index + 1)...] where a.lifetime.overlaps(b.lifetime) {
        #expect(a.offset + a.byteCount <= b.offset || b.offset + b.byteCount <= a.offset)
      }
    }
  }

  @Test(arguments: 1...20) func plannedMemoryGivesWhatFreshMemoryGives(seed: Int) throws {
    let graph = try randomGraph(seed: UInt64(seed), nodes: 60)
    let x = try Tensor(shape: [37], (0..<37).map { Float($0) / 37 - 0.5 })
    let pool = ThreadPool(count: 1)
    let expected = try Interpreter(opsets: ["": 22], threads: pool).run(graph, inputs: ["x": x])
    let context = try ExecutionContext(Executable(graph, purpose: .training, threads: pool))
    context.bind("x", to: x.storage.base)
    for _ in 0..<2 {
      try context.run()
      for (name, value) in expected {
        let actual: [Float]? = try context.output(name).values()
        #expect(actual == value.values(as: Float.self))
      }
    }
  }

  @Test func memoryIsUsedAgain() throws {
    var graph = Graph(name: "chain", inputs: [ValueInfo("x", .float32, [.fixed(1000)])])
    for index in 0..<50 {
      graph.nodes.append(
        Node(name: "n\(index)", op: "Tanh", inputs: [index == 0 ? "x" : "v\(index - 1)"], outputs: ["v\(index)"]))
    }
    graph.outputs = [ValueInfo("v49", .float32, [.fixed(1000)])]
    let executable = try Executable(graph, purpose: .prediction, threads: ThreadPool(count: 1))
    #expect(executable.plan.arenaByteCount <= 2 * 4032)
  }

  @Test func anArenaBeyondTheLimitIsRefusedBeforeItIsTaken() throws {
    var graph = Graph(name: "large", inputs: [ValueInfo("x", .float32, [.symbolic("N")])])
    graph.nodes = [Node(name: "n", op: "Tanh", inputs: ["x"], outputs: ["y"])]
    graph.outputs = [ValueInfo("y", .float32, [.symbolic("N")])]
    let program = try Program(graph, inputTypes: ["x": TensorType(.float32, [1 << 30])])
    var limits = LoadLimits.default
    limits.arenaBytes = 1 << 31
    let error = #expect(throws: ZooError.self) {
      try Executable(program, threads: ThreadPool(count: 1), limits: limits)
    }
    #expect(error?.problem.hasPrefix("executing the graph, where '") == true, "\(String(describing: error))")
  }
}
