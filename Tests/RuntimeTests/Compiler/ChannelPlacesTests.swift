import Testing
import ZooRuntime

/// Images are joined, split and sliced without copies where only convolutions have to do with them, and the numbers stay what
/// they are, bit by bit.
@Suite struct ChannelPlacesTests {
  /// Compares a graph with the same one whose values between are results too, so that each has a place of its own.
  /// - Returns: the places of what `op` reads and what it makes, in the graph without copies.
  private func compare(
    _ graph: GraphCheck, _ outputs: [Value], between: [Value], _ op: String, precision: Pass.Precision = .float32
  ) throws -> (read: [MemoryPlan.Place], made: [MemoryPlan.Place]) {
    var bits: [[[Float]]] = []
    var places: (read: [MemoryPlan.Place], made: [MemoryPlan.Place]) = ([], [])
    for results in [outputs + between, outputs] {
      for threads in [1, 2] {
        let program = Graph(
          name: "check", nodes: graph.builder.nodes,
          inputs: [ValueInfo("x", .float32, graph.input.shape.map(Dimension.fixed))],
          outputs: try results.map {
            ValueInfo($0.name, .float32, try graph.builder.shape(of: $0).map(Dimension.fixed))
          },
          initializers: graph.builder.initializers)
        let executable = try Executable(
          program, purpose: .prediction, threads: ThreadPool(count: threads), precision: precision)
        let context = try ExecutionContext(executable)
        context.bind("x", to: graph.input.storage.base)
        try withExtendedLifetime(graph.input) { for _ in 0..<2 { try context.run() } }
        bits.append(try outputs.map { try context.output($0.name).values(as: Float.self) ?? [] })
        let node = try #require(executable.program.nodes.first { $0.op == op })
        func home(_ value: String) throws -> MemoryPlan.Place { try #require(executable.plan.places[value]) }
        let isData = { (value: String) in executable.program.builder.initializers[value] == nil }
        places = (try node.inputs.filter(isData).map(home), try node.outputs.map(home))
      }
    }
    #expect(bits.allSatisfy { $0 == bits[0] })
    #expect(bits[0].allSatisfy { $0.allSatisfy(\.isFinite) })
    return places
  }

  /// The numbers of bytes from `place` to each of `others`.
  private func distances(_ place: MemoryPlan.Place, _ others: [MemoryPlan.Place]) -> [Int?] {
    others.map {
      if case (.arena(let start), .arena(let other)) = (place, $0) { other - start } else { nil }
    }
  }

  /// Convolutions by every algorithm, joined and read by others.
  private func joined(_ size: Int, _ precision: Pass.Precision) throws {
    var graph = try GraphCheck([3, 32, size, size + 2])
    let parts = [
      try graph.convolution("x", [48, 32, 3, 3], pad: 1),
      try graph.convolution("x", [32, 1, 3, 3], pad: 1, groups: 32),
      try graph.convolution("x", [32, 8, 3, 3], pad: 1, groups: 4), try graph.convolution("x", [24, 32, 1, 1]),
      try graph.convolution("x", [20, 32, 5, 5], pad: 2, bias: false),
    ]
    let all = try graph.builder.add("Concat", parts, ["axis": .int(1)])
    let outputs = [
      try graph.convolution(all, [7, 156, 1, 1]), try graph.convolution(parts[0], [48, 1, 7, 7], pad: 3, groups: 48),
      try graph.convolution(parts[1], [32, 32, 3, 3], pad: 1),
      try graph.convolution(parts[2], [16, 16, 3, 3], pad: 1, groups: 2),
      try graph.convolution(parts[3], [12, 24, 1, 1]),
      try graph.convolution(parts[4], [20, 20, 3, 3], stride: 2, pad: 1),
    ]
    let (read, made) = try compare(graph, outputs, between: parts, "Concat", precision: precision)
    // In bfloat16 the values are the same, but copied.
    if precision == .float32 { #expect(distances(made[0], read) == [0, 4 * 48, 4 * 80, 4 * 112, 4 * 136]) }
  }

  @Test("what convolutions make lies where it is joined", arguments: [2, 4, 13], Pass.Precision.allCases)
  func convolutionsAreJoined(_ size: Int, _ precision: Pass.Precision) throws { try joined(size, precision) }

  @Test func gatedConvolutionsAreJoined() throws {
    var graph = try GraphCheck([2, 16, 12, 14])
    let gate = try graph.add("Sigmoid", graph.convolution(graph.add("GlobalAveragePool", "x"), [16, 16, 1, 1]))
    let gated = try graph.convolution(graph.add("Mul", "x", gate), [10, 16, 1, 1])
    let plain = try graph.convolution("x", [6, 16, 1, 1])
    let all = try graph.builder.add("Concat", [plain, gated], ["axis": .int(1)])
    let outputs = [try graph.convolution(all, [5, 16, 1, 1])]
    let (read, made) = try compare(graph, outputs, between: [plain, gated], "Concat")
    #expect(distances(made[0], read) == [0, 6 * 4])
  }

  @Test("convolutions read the parts of an image where they lie", arguments: Pass.Precision.allCases)
  func imagesAreSplit(_ precision: Pass.Precision) throws {
    var graph = try GraphCheck([2, 8, 9, 10])
    let whole = try graph.convolution("x", [64, 8, 3, 3], pad: 1)
    let parts = try graph.builder.add(
      "Split", [whole, graph.builder.constant([16, 40, 8])], outputs: 3, ["axis": .int(1)])
    let outputs = [
      try graph.convolution(parts[0], [16, 1, 5, 5], stride: 2, pad: 2, groups: 16),
      try graph.convolution(parts[1], [9, 40, 1, 1]), try graph.convolution(parts[2], [8, 4, 3, 3], groups: 2),
    ]
    let (read, made) = try compare(graph, outputs, between: parts, "Split", precision: precision)
    if precision == .float32 { #expect(distances(read[0], made) == [0, 4 * 16, 4 * 56]) }
  }

  @Test func imagesAreSliced() throws {
    var graph = try GraphCheck([2, 8, 9, 10])
    let whole = try graph.convolution("x", [24, 8, 3, 3], pad: 1)
    let slice = try graph.builder.add(
      "Slice", [whole, graph.builder.constant([5]), graph.builder.constant([23]), graph.builder.constant([1])])
    let outputs = [try graph.convolution(slice, [9, 18, 1, 1])]
    let (read, made) = try compare(graph, outputs, between: [slice], "Slice")
    #expect(distances(read[0], made) == [5 * 4])
  }

  @Test func whatOthersReadIsCopied() throws {
    var graph = try GraphCheck([2, 8, 9, 10])
    let first = try graph.convolution("x", [8, 8, 3, 3], pad: 1)
    let second = try graph.convolution("x", [8, 8, 1, 1])
    let all = try graph.builder.add("Concat", [first, second], ["axis": .int(1)])
    let outputs = [
      try graph.convolution(all, [3, 16, 1, 1]),
      try graph.convolution(graph.add("Exp", second), [3, 8, 1, 1]),
    ]
    let (read, made) = try compare(graph, outputs, between: [first, second], "Concat")
    let found = distances(made[0], read)
    #expect(found[0] == 0)
    #expect(!(0..<(2 * 90 * 16 * 4)).contains(found[1] ?? 0))
  }
}
