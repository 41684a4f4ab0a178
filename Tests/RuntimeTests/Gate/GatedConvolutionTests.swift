import Testing
import ZooKernels
import ZooRuntime

/// 1 × 1 convolutions of gated images, which the kernels never make.
@Suite struct GatedConvolutionTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    var batch: Int
    var channels: Int
    var filters: Int
    var size: [Int]
    var testDescription: String { "\(batch) × \(size) × \(channels) → \(filters)" }

    func image(_ channels: Int) -> [Int] { [batch] + size + [channels] }
    var gate: [Int] { [batch] + size.map { _ in 1 } + [channels] }
    var weights: [Int] { [filters, channels] + size.map { _ in 1 } }
    var attributes: [String: Attribute] {
      ["channels_last": .int(1), "kernel_shape": .ints(size.map { _ in 1 }), "input_size": .ints(size)]
    }
  }

  /// One pixel and many, odd and even channels, several blocks of depth, rows and columns; one spatial axis.
  static let shapes = [
    Shape(batch: 2, channels: 5, filters: 3, size: [3, 4]), Shape(batch: 1, channels: 1, filters: 1, size: [1, 1]),
    Shape(batch: 3, channels: 48, filters: 16, size: [14, 14]), Shape(batch: 2, channels: 33, filters: 70, size: [29]),
    Shape(batch: 2, channels: 780, filters: 40, size: [9, 11]),
    Shape(batch: 1, channels: 24, filters: 8, size: [61, 53]),
    Shape(batch: 17, channels: 12, filters: 34, size: [5, 5]),
  ]

  @Test("a gated convolution is the convolution of the gated image, in all directions", arguments: shapes)
  func agreesWithItsParts(shape: Shape) throws {
    var numbers = TestNumbers(seed: 41)
    let x = try numbers.tensor(shape.image(shape.channels)), gate = try numbers.tensor(shape.gate)
    let w = try numbers.tensor(shape.weights), dy = try numbers.tensor(shape.image(shape.filters))
    let bias = try numbers.tensor([shape.filters]), residual = try numbers.tensor(shape.image(shape.filters))
    let pooled = try numbers.tensor(shape.gate)
    let parts = try Parts(shape, x: x, w: w, gate: gate, dy: dy, pooled: pooled)
    var fused = shape.attributes
    fused["activation"] = .string("silu")
    let whole = try KernelRunner.run("FusedConv", domain: "zoo", [parts.gated, w, bias, residual], fused)
    for isa in InstructionSet.supported {
      try InstructionSet.$forced.withValue(isa) {
        let name = String(cString: zoo_isa_name(isa))
        for workers in [1, 3] {
          let y = try KernelRunner.run(
            "GatedConv", domain: "zoo", [x, w, nil, nil, gate], shape.attributes, workers: workers)
          #expect(relativeDifference(y, parts.y) < 1e-5, "forward, \(name)")
          let activated = try KernelRunner.run(
            "GatedConv", domain: "zoo", [x, w, bias, residual, gate], fused, constants: [1], workers: workers)
          #expect(relativeDifference(activated, whole) < 1e-5, "with bias, residual and activation, \(name)")
          let dx = try KernelRunner.run(
            "GatedConvGradientInput", domain: "zoo", [dy, w, nil, nil, gate], shape.attributes, workers: workers)
          #expect(relativeDifference(dx, parts.dx) < 1e-5, "by data, \(name)")
          let both = try KernelRunner.run(
            "GatedConvGradientInput", domain: "zoo", [dy, w, nil, nil, gate, pooled], shape.attributes, workers: workers
          )
          #expect(relativeDifference(both, parts.dxWithPool) < 1e-5, "by data with averages, \(name)")
          let gradients = try KernelRunner.runAll(
            "GatedConvGradientWeight", domain: "zoo", [x, dy, w, gate], shape.attributes, workers: workers, outputs: 2)
          #expect(relativeDifference(gradients[0], parts.dw) < 1e-5, "by weights, \(name)")
          #expect(relativeDifference(gradients[1], parts.dgate) < 1e-5, "by the gate, \(name)")
        }
      }
    }
  }

  @Test("bfloat16 images give what rounded images give", arguments: shapes.filter { $0.size.count == 2 })
  func agreesWithRoundedInputs(shape: Shape) throws {
    var numbers = TestNumbers(seed: 43)
    let x = try rounded(numbers.tensor(shape.image(shape.channels))), gate = try numbers.tensor(shape.gate)
    let w = try numbers.tensor(shape.weights), dy = try rounded(numbers.tensor(shape.image(shape.filters)))
    let pooled = try numbers.tensor(shape.gate)
    let parts = try Parts(shape, x: x, w: w, gate: gate, dy: dy, pooled: pooled)
    let (narrowX, narrowGradient) = (try cast(x, to: .bfloat16), try cast(dy, to: .bfloat16))
    for isa in InstructionSet.supported {
      try InstructionSet.$forced.withValue(isa) {
        let name = String(cString: zoo_isa_name(isa))
        let y = try KernelRunner.run("GatedConv", domain: "zoo", [narrowX, w, nil, nil, gate], shape.attributes)
        #expect(y.elementType == .bfloat16)
        #expect(relativeDifference(try cast(y, to: .float32), parts.y) < 1e-2, "forward, \(name)")
        let dx = try KernelRunner.run(
          "GatedConvGradientInput", domain: "zoo", [narrowGradient, w, nil, nil, gate, pooled], shape.attributes)
        #expect(relativeDifference(try cast(dx, to: .float32), parts.dxWithPool) < 1e-2, "by data, \(name)")
        let gradients = try KernelRunner.runAll(
          "GatedConvGradientWeight", domain: "zoo", [narrowX, narrowGradient, w, gate], shape.attributes, outputs: 2)
        #expect(relativeDifference(gradients[0], parts.dw) < 1e-4, "by weights, \(name)")
        #expect(relativeDifference(gradients[1], parts.dgate) < 1e-4, "by the gate, \(name)")
      }
    }
  }

  @Test func workersDontChangeABit() throws {
    let shape = Shape(batch: 3, channels: 780, filters: 100, size: [12, 13])
    var numbers = TestNumbers(seed: 47)
    let x = try numbers.tensor(shape.image(780)), gate = try numbers.tensor(shape.gate)
    let w = try numbers.tensor(shape.weights), dy = try numbers.tensor(shape.image(100))
    func results(_ workers: Int) throws -> [[Float]?] {
      [
        try KernelRunner.run("GatedConv", domain: "zoo", [x, w, nil, nil, gate], shape.attributes, workers: workers),
        try KernelRunner.run(
          "GatedConvGradientInput", domain: "zoo", [dy, w, nil, nil, gate], shape.attributes, workers: workers),
      ].map { $0.values(as: Float.self) }
        + (try KernelRunner.runAll(
          "GatedConvGradientWeight", domain: "zoo", [x, dy, w, gate], shape.attributes, workers: workers, outputs: 2
        )
        .map { $0.values(as: Float.self) })
    }
    let one = try results(1)
    #expect(one.allSatisfy { $0 != nil })
    #expect(try results(4) == one)
  }

  @Test(
    "what the kernels can't do is refused",
    arguments: [
      ["strides": .ints([2, 2])], ["pads": .ints([0, 0, 1, 1])], ["group": .int(2)], ["channels_last": .int(0)],
    ] as [[String: Attribute]])
  func refuses(_ change: [String: Attribute]) throws {
    let shape = Shape(batch: 2, channels: 4, filters: 4, size: [4, 4])
    var numbers = TestNumbers(seed: 53)
    let x = try numbers.tensor(shape.image(4)), w = try numbers.tensor(shape.weights)
    let gate = try numbers.tensor(shape.gate)
    let attributes = shape.attributes.merging(change) { $1 }
    #expect(throws: ZooError.self) {
      try KernelRunner.run("GatedConv", domain: "zoo", [x, w, nil, nil, gate], attributes)
    }
    #expect(throws: ZooError.self) {
      try KernelRunner.run("GatedConvGradientInput", domain: "zoo", [x, w, nil, nil, gate], attributes)
    }
    #expect(throws: ZooError.self) {
      try KernelRunner.runAll("GatedConvGradientWeight", domain: "zoo", [x, x, w, gate], attributes, outputs: 2)
    }
    #expect(throws: ZooError.self) {
      try KernelRunner.run("GatedConv", domain: "zoo", [x, w, nil, nil, x], shape.attributes)
    }
  }

  @Test("frozen parts leave their gradients out", arguments: [["w3"], ["w2"], ["w1", "b3"]])
  func gradientsOfSomePartsAlone(_ wanted: [String]) throws {
    let all = try trained([14, 14]), some = try trained([14, 14], by: Set(wanted))
    #expect(Set(some.actual.keys) == Set(wanted))
    for (name, value) in some.actual {
      #expect(relativeDifference(value, try #require(all.expected[name])) < 1e-5, "\(name)")
    }
  }

  @Test func aCallWithoutItsSecondOutputIsRefused() throws {
    let shape = Shape(batch: 2, channels: 4, filters: 4, size: [4, 4])
    var builder = GraphBuilder()
    for (name, sizes) in [("x", shape.image(4)), ("w", shape.weights), ("g", shape.gate)] {
      try builder.input(name, TensorType(.float32, sizes))
    }
    for outputs in [["y"], ["", ""]] {
      let node = Node(
        name: "n", op: "GatedConvGradientWeight", domain: "zoo", inputs: ["x", "x", "w", "g"], outputs: outputs,
        attributes: shape.attributes)
      #expect(throws: ZooError.self) { try builder.append(node) }
    }
  }

  @Test func thePassTakesGatesOfLargeImagesAlone() throws {
    let large = try trained([14, 14]), small = try trained([4, 4])
    #expect(large.program.nodes.contains { $0.op == "GatedConvGradientInput" && $0.inputs.count == 6 })
    #expect(!large.program.nodes.contains { ["Gate", "GateSum", "GateGradient"].contains($0.op) })
    #expect(
      small.program.nodes.contains { $0.op == "GateGradient" } && !small.program.nodes.contains { $0.op == "GatedConv" }
    )
    for result in [large, small] {
      for (name, expected) in result.expected {
        let actual = try #require(result.actual[name])
        #expect(relativeDifference(actual, expected) < 1e-5, "\(name)")
      }
    }
  }

  /// Squeeze and excitation before a convolution, with the gradients of all that takes part: compiled, and executed node
  /// by node as it stands.
  private func trained(
    _ size: [Int], by wanted: Set<String> = ["w1", "w2", "w3", "b3"]
  ) throws -> (program: Program, actual: [String: Tensor], expected: [String: Tensor]) {
    var numbers = TestNumbers(seed: 59)
    let nodes = [
      Node(name: "expand", op: "Conv", inputs: ["x", "w1"], outputs: ["a"]),
      Node(name: "pool", op: "GlobalAveragePool", inputs: ["a"], outputs: ["p"]),
      Node(name: "squeeze", op: "Conv", inputs: ["p", "w2"], outputs: ["q"]),
      Node(name: "gate", op: "Sigmoid", inputs: ["q"], outputs: ["g"]),
      Node(name: "scale", op: "Mul", inputs: ["a", "g"], outputs: ["b"]),
      Node(name: "project", op: "Conv", inputs: ["b", "w3", "b3"], outputs: ["c"]),
      Node(name: "square", op: "Mul", inputs: ["c", "c"], outputs: ["d"]),
      Node(name: "loss", op: "ReduceMean", inputs: ["d"], outputs: ["loss"], attributes: ["keepdims": .int(0)]),
    ]
    let weights = [
      "w1": try numbers.tensor([24, 3, 3, 3]), "w2": try numbers.tensor([24, 24, 1, 1]),
      "w3": try numbers.tensor([10, 24, 1, 1]), "b3": try numbers.tensor([10]),
    ]
    let graph = Graph(
      name: "excitation", nodes: nodes,
      inputs: [ValueInfo("x", .float32, [.fixed(2), .fixed(3)] + size.map { .fixed($0) })],
      outputs: [ValueInfo("loss", .float32, [])], initializers: weights)
    let x = try numbers.tensor([2, 3] + size)
    func gradients(_ graph: Graph) throws -> (program: Program, values: [String: Tensor]) {
      var (whole, names) = try graph.differentiated("loss", by: wanted)
      whole.outputs += names.values.sorted().map { ValueInfo($0, .float32, nil) }
      let states = Set(weights.keys)
      var program = try Program(whole, states: states)
      for pass in Pass.passes(for: .training) { program = try pass.apply(program) }
      let context = try ExecutionContext(Executable(program, threads: ThreadPool(count: 2)))
      context.bind("x", to: x.storage.base)
      try context.run()
      return (program, try names.mapValues { try context.output($0) })
    }
    var forward = try Program(graph, states: Set(weights.keys))
    for pass in Pass.beforeDifferentiation() { forward = try pass.apply(forward) }
    let fused = try gradients(forward.graph(named: "excitation"))
    return (fused.program, fused.values, try gradients(graph).values)
  }
}

/// What the operators that a gated convolution stands for give.
private struct Parts {
  let gated, y, dx, dxWithPool, dw, dgate: Tensor

  init(
    _ shape: GatedConvolutionTests.Shape, x: Tensor, w: Tensor, gate: Tensor, dy: Tensor, pooled: Tensor
  ) throws {
    gated = try KernelRunner.run("Mul", [x, gate])
    y = try KernelRunner.run("Conv", [gated, w], shape.attributes)
    let inner = try KernelRunner.run("ConvGradientInput", domain: "zoo", [dy, w], shape.attributes)
    dx = try KernelRunner.run("Mul", [inner, gate])
    let spread = try KernelRunner.run(
      "GlobalAveragePoolGradient", domain: "zoo", [pooled], ["spatial": .ints(shape.size), "channels_last": .int(1)])
    dxWithPool = try KernelRunner.run("Add", [dx, spread])
    dw = try KernelRunner.run("ConvGradientWeight", domain: "zoo", [gated, dy], shape.attributes)
    let products = try KernelRunner.run("Mul", [inner, x])
    let axes = try Tensor(shape: [shape.size.count], (1...shape.size.count).map { Int64($0) })
    dgate = try KernelRunner.run("ReduceSum", [products, axes], constants: [1])
  }
}
