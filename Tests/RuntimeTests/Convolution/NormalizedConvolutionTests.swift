import Testing
import ZooKernels
import ZooRuntime

/// Depthwise convolutions that normalise what they read.
@Suite struct NormalizedConvolutionTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    var batch = 2
    var channels: Int
    var size: [Int]
    var kernel: Int
    var stride = 1
    var dilation = 1
    var activation = "silu"
    var testDescription: String {
      "\(batch) × \(size) × \(channels), kernel \(kernel), stride \(stride), dilation \(dilation), \(activation)"
    }

    var pad: Int { dilation * (kernel - 1) / 2 }
    var outputSize: [Int] { size.map { ($0 + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1 } }
    var attributes: [String: Attribute] {
      [
        "channels_last": .int(1), "kernel_shape": .ints([kernel, kernel]), "input_size": .ints(size),
        "group": .int(channels), "strides": .ints([stride, stride]), "dilations": .ints([dilation, dilation]),
        "pads": .ints([pad, pad, pad, pad]),
      ]
    }
    var normalized: [String: Attribute] { attributes.merging(["normalization": .string(activation)]) { $1 } }
  }

  /// Images of one block of lines and of several, lines that strides leave out, odd channels, batches beyond the workers.
  static let shapes = [
    Shape(channels: 32, size: [9, 7], kernel: 3), Shape(channels: 33, size: [40, 11], kernel: 5, activation: "relu"),
    Shape(channels: 48, size: [31, 30], kernel: 5, stride: 2), Shape(batch: 9, channels: 24, size: [6, 8], kernel: 3),
    Shape(channels: 16, size: [20, 20], kernel: 3, dilation: 2, activation: ""),
    Shape(channels: 5, size: [3, 3], kernel: 5), Shape(channels: 16, size: [17, 16], kernel: 1, stride: 3),
    Shape(batch: 1, channels: 96, size: [64, 16], kernel: 3, stride: 2),
  ]

  @Test("it is the convolution of the normalised image, forward and by weights", arguments: shapes)
  func agreesWithItsParts(shape: Shape) throws {
    var numbers = TestNumbers(seed: 61)
    let (x, dy, w, parameters) = try inputs(shape, &numbers)
    let image = try KernelRunner.run(
      "BatchNormalizationRepeated", domain: "zoo", [x] + parameters,
      ["activation": .string(shape.activation), "channels_last": .int(1)])
    let y = try KernelRunner.run("Conv", [image, w], shape.attributes)
    let dw = try KernelRunner.run("ConvGradientWeight", domain: "zoo", [image, dy], shape.attributes)
    for isa in InstructionSet.supported {
      try InstructionSet.$forced.withValue(isa) {
        let name = String(cString: zoo_isa_name(isa))
        for workers in [1, 2, 3] {
          let forward = try KernelRunner.run(
            "NormalizedConv", domain: "zoo", [x, w, nil, nil] + parameters, shape.normalized, workers: workers)
          #expect(relativeDifference(forward, y) < 1e-5, "forward, \(name)")
          let byWeights = try KernelRunner.run(
            "NormalizedConvGradientWeight", domain: "zoo", [x, dy] + parameters, shape.normalized, workers: workers)
          #expect(relativeDifference(byWeights, dw) < 1e-5, "by weights, \(name)")
        }
      }
    }
    func bits(_ workers: Int) throws -> [[Float]?] {
      [
        try KernelRunner.run(
          "NormalizedConv", domain: "zoo", [x, w, nil, nil] + parameters, shape.normalized, workers: workers),
        try KernelRunner.run(
          "NormalizedConvGradientWeight", domain: "zoo", [x, dy] + parameters, shape.normalized, workers: workers),
      ].map { $0.values(as: Float.self) }
    }
    #expect(try bits(1) == bits(4), "workers change bits")
  }

  @Test("bfloat16 images give what rounded images give", arguments: shapes)
  func agreesWithRoundedInputs(shape: Shape) throws {
    var numbers = TestNumbers(seed: 67)
    let (x, dy, w, parameters) = try inputs(shape, &numbers)
    let narrowX = try cast(x, to: .bfloat16), narrowGradient = try cast(dy, to: .bfloat16)
    let image = try KernelRunner.run(
      "BatchNormalizationRepeated", domain: "zoo", [narrowX] + parameters,
      ["activation": .string(shape.activation), "channels_last": .int(1)])
    let y = try KernelRunner.run("Conv", [image, w], shape.attributes)
    let dw = try KernelRunner.run("ConvGradientWeight", domain: "zoo", [image, narrowGradient], shape.attributes)
    let forward = try KernelRunner.run(
      "NormalizedConv", domain: "zoo", [narrowX, w, nil, nil] + parameters, shape.normalized)
    #expect(forward.elementType == .bfloat16)
    #expect(relativeDifference(try cast(forward, to: .float32), try cast(y, to: .float32)) < 1e-2)
    let byWeights = try KernelRunner.run(
      "NormalizedConvGradientWeight", domain: "zoo", [narrowX, narrowGradient] + parameters, shape.normalized)
    #expect(relativeDifference(byWeights, dw) < 1e-4)
  }

  @Test(
    "what the kernels can't do is refused",
    arguments: [
      ["group": .int(1)], ["channels_last": .int(0)], ["normalization": .string("tanh")],
      ["kernel_shape": .ints([1, 3])], ["activation": .string("relu")],
    ] as [[String: Attribute]])
  func refuses(_ change: [String: Attribute]) throws {
    let shape = Shape(channels: 4, size: [4, 4], kernel: 3)
    var numbers = TestNumbers(seed: 71)
    let (x, _, w, parameters) = try inputs(shape, &numbers)
    #expect(throws: ZooError.self) {
      try KernelRunner.run(
        "NormalizedConv", domain: "zoo", [x, w, nil, nil] + parameters, shape.normalized.merging(change) { $1 })
    }
    #expect(throws: ZooError.self) {
      try KernelRunner.run(
        "NormalizedConv", domain: "zoo", [x, w, nil, nil, w, parameters[1], parameters[2], parameters[3]],
        shape.normalized)
    }
  }

  @Test(
    "gradients of a graph are the same with and without it", arguments: ["Relu", ""],
    [["w1", "w2", "scale", "bias"], ["w2"], ["bias"], ["w1", "scale"]])
  func gradientsAgree(activation: String, wanted: [String]) throws {
    var numbers = TestNumbers(seed: 73)
    let ones = try Tensor(shape: [12], [Float](repeating: 1, count: 12))
    var nodes = [
      Node(name: "expand", op: "Conv", inputs: ["x", "w1"], outputs: ["a"]),
      Node(
        name: "norm", op: "BatchNormalizationTraining", domain: "zoo",
        inputs: ["a", "scale", "bias", "mean", "variance"], outputs: ["b", "m", "v", "saved", "inverse"]),
      Node(
        name: "depthwise", op: "Conv", inputs: [activation.isEmpty ? "b" : "c", "w2"], outputs: ["d"],
        attributes: ["group": .int(12), "pads": .ints([1, 1, 1, 1])]),
      Node(name: "square", op: "Mul", inputs: ["d", "d"], outputs: ["e"]),
      Node(name: "loss", op: "ReduceMean", inputs: ["e"], outputs: ["loss"], attributes: ["keepdims": .int(0)]),
    ]
    if !activation.isEmpty { nodes.insert(Node(name: "act", op: activation, inputs: ["b"], outputs: ["c"]), at: 2) }
    let weights = [
      "w1": try numbers.tensor([12, 3, 1, 1]), "w2": try numbers.tensor([12, 1, 3, 3]),
      "scale": try numbers.tensor([12]), "bias": try numbers.tensor([12]), "mean": ones, "variance": ones,
    ]
    let graph = Graph(
      name: "separable", nodes: nodes,
      inputs: [ValueInfo("x", .float32, [.fixed(2), .fixed(3), .fixed(11), .fixed(10)])],
      outputs: [ValueInfo("loss", .float32, [])], initializers: weights)
    let x = try numbers.tensor([2, 3, 11, 10])
    func gradients(_ graph: Graph) throws -> (program: Program, values: [String: Tensor]) {
      var (whole, names) = try graph.differentiated("loss", by: Set(wanted))
      whole.outputs += names.values.sorted().map { ValueInfo($0, .float32, nil) }
      let program = try Program(whole, states: Set(weights.keys))
      let context = try ExecutionContext(Executable(program, threads: ThreadPool(count: 2)))
      context.bind("x", to: x.storage.base)
      try context.run()
      return (program, try names.mapValues { try context.output($0) })
    }
    var forward = try Program(graph, states: Set(weights.keys))
    for pass in Pass.beforeDifferentiation() { forward = try pass.apply(forward) }
    let fused = try gradients(forward.graph(named: "separable")), plain = try gradients(graph)
    #expect(
      fused.program.nodes.contains { $0.op == "NormalizedConvGradientWeight" } == wanted.contains("w2"))
    #expect(Set(plain.values.keys) == Set(wanted))
    for (name, expected) in plain.values {
      #expect(relativeDifference(try #require(fused.values[name]), expected) < 2e-5, "\(name)")
    }
  }

  private func inputs(
    _ shape: Shape, _ numbers: inout TestNumbers
  ) throws -> (x: Tensor, dy: Tensor, w: Tensor, parameters: [Tensor]) {
    let parameters = try (0..<4).map { _ in try numbers.tensor([shape.channels]) }
    return (
      try numbers.tensor([shape.batch] + shape.size + [shape.channels]),
      try numbers.tensor([shape.batch] + shape.outputSize + [shape.channels]),
      try numbers.tensor([shape.channels, 1, shape.kernel, shape.kernel]), parameters
    )
  }
}
