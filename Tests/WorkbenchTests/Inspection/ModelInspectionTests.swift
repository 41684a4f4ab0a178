import Foundation
import Testing
import ZooWorkbench

@Suite struct ModelInspectionTests {
  /// x → Relu → Add(x) → Relu, with a skip, in two parts.
  private func model(op: String = "Relu") throws -> Model {
    let nodes = [
      Node(name: "first <1>", op: "Relu", inputs: ["x"], outputs: ["a"], part: .backbone),
      Node(name: "bias", op: "Add", inputs: ["a", "b"], outputs: ["s"], part: .backbone),
      Node(name: "skip", op: "Add", inputs: ["s", "x"], outputs: ["t"], part: .backbone),
      Node(name: "last", op: op, inputs: ["t"], outputs: ["y"], part: .head),
    ]
    let graph = Graph(
      name: "small & simple", nodes: nodes, inputs: [ValueInfo("x", .float32, [.symbolic("N"), .fixed(4)])],
      outputs: [ValueInfo("y", .float32, [.symbolic("N"), .fixed(4)])],
      initializers: ["b": try Tensor(shape: [4], [1, 2, 3, 4] as [Float])])
    var model = Model(graph: graph)
    model.card.classes = ["one", "two", "three", "four"]
    model.selfTest = SelfTest(
      inputs: ["x": try Tensor(shape: [1, 4], [-1, 0, 1, 2] as [Float])],
      outputs: ["y": try Tensor(shape: [1, 4], [0, 2, 5, 8] as [Float])])
    return model
  }

  private func withFile(_ model: Model, _ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "inspection-\(UUID().uuidString).zoo"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try model.write(to: path)
    try body(path)
  }

  @Test func summaryCountsParametersAndOperations() throws {
    let summary = try ModelSummary(model(), batch: 3)
    #expect(summary.nodes.map(\.op) == ["Relu", "Add", "Add", "Relu"])
    #expect(summary.nodes.allSatisfy { $0.outputs == ["float32[3, 4]"] })
    #expect(summary.parameters == 4)
    #expect(summary.nodes[1].parameters == 4)
    #expect(summary.parts.map(\.name) == ["backbone", "head"])
    #expect(summary.parts.map(\.nodes) == [3, 1])
    #expect(summary.nodes[2].flops == 12)
    #expect(summary.text.contains("bias"))
  }

  @Test func inspectionTellsMemoryAndCard() throws {
    let inspection = try ModelInspection(model(), batch: 2)
    let memory = try #require(inspection.memory)
    #expect(memory.constants == 16)
    #expect(memory.batch == 2)
    #expect(memory.peak == memory.constants + memory.arena)
    // It has no logits, so it can't be trained.
    #expect(inspection.trainingMemory == nil)
    #expect(inspection.hasSelfTest)
    #expect(inspection.text.contains("one, two, three, four"))
  }

  @Test func passesAreListedWithTheirPrograms() throws {
    let listing = try PassListing(model())
    #expect(listing.passes.map(\.name) == ["input"] + PassListing.names())
    #expect(try listing.stage("input").text.contains("t: float32[1, 4] = Add(s, x)"))
    #expect(throws: ZooError.self) { try listing.stage("nothing") }
  }

  @Test func drawingIsWellFormedAndRoutesTheSkip() throws {
    let model = try model()
    let drawing = try GraphDrawing(model.graph, ModelSummary(model)).svg
    PageChecker.check(drawing)
    #expect(drawing.contains("first &lt;1&gt;"))
    #expect(drawing.contains("class=\"band backbone\""))
    // x → first, first → bias, bias → skip, x → skip, skip → last, last → output.
    #expect(drawing.components(separatedBy: "class=\"edge\"").count - 1 == 6)
  }

  @Test func aGoodFilePassesVerification() throws {
    try withFile(model()) { path in
      let verification = ModelVerification(path: path, threads: 1)
      #expect(verification.isPassed, "\(verification.text)")
      #expect(verification.checks.map(\.outcome) == Array(repeating: .passed, count: 5), "\(verification.text)")
      #expect(verification.requirements?.operators == ["Relu": 2, "Add": 2])
      #expect(verification.requirements?.elementTypes == ["float32"])
    }
  }

  @Test func whatIsWrongWithAFileIsNamed() throws {
    var wrongTest = try model()
    wrongTest.selfTest?.outputs["y"] = try Tensor(shape: [1, 4], [0, 2, 5, 9] as [Float])
    try withFile(wrongTest) { path in #expect(failed(path) == ["self-test"]) }

    var infinite = try model()
    infinite.graph.initializers["b"] = try Tensor(shape: [4], [1, .infinity, 3, 4] as [Float])
    infinite.selfTest = nil
    try withFile(infinite) { path in #expect(failed(path) == ["finite values"]) }
    infinite.graph.initializers["unused"] = try Tensor(shape: [2], [0, .nan] as [Float]).converted(to: .bfloat16)
    infinite.graph.initializers["b"] = try Tensor(shape: [4], [1, 2, 3, 4] as [Float])
    try withFile(infinite) { path in #expect(failed(path) == ["finite values"]) }

    var unknown = try model(op: "NoSuchOperator")
    unknown.selfTest = nil
    try withFile(unknown) { path in #expect(failed(path) == ["operators"]) }

    try withFile(model()) { path in
      var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      bytes.removeLast(10)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      #expect(failed(path) == ["structure"])
    }
    #expect(failed("/nowhere.zoo") == ["structure"])
  }

  private func failed(_ path: String) -> [String] {
    ModelVerification(path: path, threads: 1).checks.filter { $0.outcome == .failed }.map(\.name)
  }
}
