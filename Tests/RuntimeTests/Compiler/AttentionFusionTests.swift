import Testing
import ZooRuntime

/// Two products and the softmax between them are one operator that reads its operands where they lie.
@Suite struct AttentionFusionTests {
  private let batch = 2
  private let tokens = 13
  private let heads = 3
  private let depth = 8

  /// Queries, keys and values as parts of one product, each [batch, heads, tokens, depth].
  private func parts(_ graph: inout GraphCheck) throws -> [Value] {
    let width = heads * depth
    let all = try graph.builder.add("MatMul", ["x", graph.constant(width, 3 * width)])
    let split = try graph.reshape(all, to: [batch, tokens, 3, heads, depth])
    let turned = try graph.add("Transpose", split, attributes: ["perm": .ints([2, 0, 3, 1, 4])])
    let parts = try graph.builder.add(
      "Split", [turned, graph.builder.constant([1, 1, 1])], outputs: 3, ["axis": .int(0)])
    return try parts.map { try graph.builder.add("Squeeze", [$0, graph.builder.constant([0])]) }
  }

  private func graph() throws -> GraphCheck { try GraphCheck([batch, tokens, heads * depth]) }

  @Test func headsOfOneProduct() throws {
    var graph = try graph()
    let parts = try parts(&graph)
    let factor = try graph.builder.constant(Float(0.6))
    let query = try graph.add("Mul", parts[0], factor)
    let keys = try graph.add(
      "Mul", graph.add("Transpose", parts[1], attributes: ["perm": .ints([0, 1, 3, 2])]), factor)
    let weights = try graph.add("Softmax", graph.add("MatMul", query, keys), attributes: ["axis": .int(-1)])
    let heads = try graph.add("MatMul", weights, parts[2])
    let turned = try graph.add("Transpose", heads, attributes: ["perm": .ints([0, 2, 1, 3])])
    let y = try graph.reshape(turned, to: [batch, tokens, self.heads * depth])
    #expect(try graph.compare(y) == ["MatMul", "FusedAttention", "Reshape"])
  }

  @Test("scores are scaled, then a bias is added", arguments: [[2, 3], [1, 3], [2, 1], [1, 1]])
  func bias(_ shape: [Int]) throws {
    var graph = try graph()
    let parts = try parts(&graph)
    let keys = try graph.add("Transpose", parts[1], attributes: ["perm": .ints([0, 1, 3, 2])])
    let scores = try graph.builder.add(
      "Div", [graph.add("MatMul", parts[0], keys), graph.builder.constant(Float(2.5))])
    let biased = try graph.builder.add("Add", [graph.constant(shape[0], shape[1], tokens, tokens), scores])
    let y = try graph.add("MatMul", graph.add("Softmax", biased), parts[2])
    #expect(try graph.compare(y) == ["MatMul", "FusedAttention"])
  }

  @Test("windows of two images take turns with masks", arguments: [1, 3], [false, true])
  func masks(heads ofMask: Int, isBiased: Bool) throws {
    let windows = 5
    var graph = try GraphCheck([2 * windows, tokens, heads * depth])
    let all = try graph.builder.add("MatMul", ["x", graph.constant(heads * depth, 3 * heads * depth)])
    let split = try graph.reshape(all, to: [2 * windows, tokens, 3, heads, depth])
    let turned = try graph.add("Transpose", split, attributes: ["perm": .ints([2, 0, 3, 1, 4])])
    let parts = try graph.builder.add(
      "Split", [turned, graph.builder.constant([1, 1, 1])], outputs: 3, ["axis": .int(0)]
    )
    .map { try graph.builder.add("Squeeze", [$0, graph.builder.constant([0])]) }
    let keys = try graph.add("Transpose", parts[1], attributes: ["perm": .ints([0, 1, 3, 2])])
    var scores = try graph.add("MatMul", parts[0], keys)
    if isBiased { scores = try graph.add("Add", scores, graph.constant(1, heads, tokens, tokens)) }
    let apart = try graph.reshape(scores, to: [2, windows, heads, tokens, tokens])
    let masked = try graph.add("Add", apart, graph.constant(1, windows, ofMask, tokens, tokens))
    let weights = try graph.add("Softmax", graph.reshape(masked, to: [2 * windows, heads, tokens, tokens]))
    let y = try graph.add("MatMul", weights, parts[2])
    #expect(try graph.compare(y) == ["MatMul", "FusedAttention"])
  }

  @Test("attention between channels reads queries column by column")
  func channels() throws {
    var graph = try graph()
    let parts = try parts(&graph)
    let turned = try parts.map { try graph.add("Transpose", $0, attributes: ["perm": .ints([0, 1, 3, 2])]) }
    let weights = try graph.add("Softmax", graph.add("MatMul", turned[0], parts[1]))
    let y = try graph.add("MatMul", weights, turned[2])
    #expect(try graph.compare(y) == ["MatMul", "FusedAttention"])
  }

  @Test func scoresThatOthersReadAreWritten() throws {
    var graph = try graph()
    let parts = try parts(&graph)
    let keys = try graph.add("Transpose", parts[1], attributes: ["perm": .ints([0, 1, 3, 2])])
    let weights = try graph.add("Softmax", graph.add("MatMul", parts[0], keys))
    let y = try graph.add("MatMul", weights, parts[2])
    #expect(try graph.compare(y, weights).contains("Softmax"))
  }

  @Test("parts of an image in windows")
  func windows() throws {
    var graph = try GraphCheck([2, 4, 6, 8])
    let windows = try graph.reshape("x", to: [2, 2, 2, 2, 3, 8])
    let turned = try graph.add("Transpose", windows, attributes: ["perm": .ints([0, 1, 3, 2, 4, 5])])
    let rows = try graph.reshape(turned, to: [8, 6, 2, 4])
    let heads = try graph.add("Transpose", rows, attributes: ["perm": .ints([0, 2, 1, 3])])
    let keys = try graph.add("Transpose", rows, attributes: ["perm": .ints([0, 2, 3, 1])])
    let weights = try graph.add("Softmax", graph.add("MatMul", heads, keys))
    let y = try graph.add("MatMul", weights, heads)
    #expect(try graph.compare(y).contains("FusedAttention"))
  }

  @Test("a sample has the same bits alone and in a batch, whatever the number of rows")
  func batches() throws {
    func run(_ batch: Int, threads: Int) throws -> [Float] {
      var numbers = TestNumbers(seed: 8)
      let x = try numbers.tensor([3, 70, 2, 5])
      let part = try Tensor(shape: [batch, 70, 2, 5], Array((x.values(as: Float.self) ?? [])[..<(batch * 700)]))
      let place: [Attribute] = [.ints([0, 700, 5, 10, 1]), .ints([0, 700, 5, 1, 10])]
      return try KernelRunner.run(
        "FusedAttention", domain: "zoo", [part, part, part],
        ["sizes": .ints([batch, 2, 70, 70, 5, 5]), "query": place[0], "key": place[1], "value": place[0]],
        workers: threads
      ).values(as: Float.self) ?? []
    }
    let one = try run(1, threads: 1)
    #expect(try Array(run(3, threads: 1)[..<one.count]) == one)
    #expect(try Array(run(3, threads: 5)[..<one.count]) == one)
    #expect(try run(1, threads: 4) == one)
  }

  @Test("places outside of a tensor are refused", arguments: ["query", "key", "value"])
  func places(_ name: String) throws {
    var numbers = TestNumbers(seed: 8)
    let x = try numbers.tensor([1, 4, 1, 5])
    var attributes: [String: Attribute] = [
      "sizes": .ints([1, 1, 4, 4, 5, 5]), "query": .ints([0, 20, 5, 5, 1]), "key": .ints([0, 20, 5, 1, 5]),
      "value": .ints([0, 20, 5, 5, 1]),
    ]
    #expect(throws: Never.self) { try KernelRunner.run("FusedAttention", domain: "zoo", [x, x, x], attributes) }
    attributes[name] = .ints([1, 20, 5, 5, 1])
    #expect(throws: ZooError.self) { try KernelRunner.run("FusedAttention", domain: "zoo", [x, x, x], attributes) }
    attributes[name] = .ints([0, 0, 0, 1 << 39, 1])
    #expect(throws: ZooError.self) { try KernelRunner.run("FusedAttention", domain: "zoo", [x, x, x], attributes) }
  }
}
