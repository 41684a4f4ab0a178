import Testing
import ZooRuntime

/// Graphs whose structure is right and whose operators ask for what can't be: each is refused with its own message, in
/// planned and in interpreted execution, and no memory is taken for it.
@Suite struct HostileGraphTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let message: String
    let model: Model
    let inputs: [String: Tensor]

    init(
      _ name: String, _ message: String, _ op: String, _ inputs: [Tensor], _ attributes: [String: Attribute] = [:],
      outputs: Int = 1, opset: Int = Model.currentOpset
    ) {
      testDescription = name
      self.message = message
      let names = inputs.indices.map { "x\($0)" }
      let node = Node(
        name: "node", op: op, inputs: names, outputs: (0..<outputs).map { "y\($0)" }, attributes: attributes)
      // What has data is an input, what describes (shapes, indices) is in the file.
      let data = zip(names, inputs).filter { $1.elementType == .float32 }
      let facts = zip(names, inputs).filter { $1.elementType != .float32 }
      self.inputs = Dictionary(uniqueKeysWithValues: data.map { ($0, $1) })
      model = Model(
        opsets: ["": opset],
        graph: Graph(
          name: "hostile", nodes: [node],
          inputs: data.map { ValueInfo($0, $1.elementType, $1.shape.map(Dimension.fixed)) },
          outputs: [ValueInfo("y0", .float32, nil)],
          initializers: Dictionary(uniqueKeysWithValues: facts.map { ($0, $1) })))
    }
  }

  @Test(arguments: try cases()) func isRefused(_ hostile: Case) throws {
    let error = #expect(throws: ZooError.self) {
      _ = try LoadedModel(hostile.model, threads: 1).run(hostile.inputs)
    }
    #expect(error?.kind == .badInput, "\(String(describing: error))")
    #expect(error?.description.contains(hostile.message) == true, "\(String(describing: error))")
    let interpreted = #expect(throws: ZooError.self) {
      _ = try Interpreter(opsets: hostile.model.opsets, threads: ThreadPool(count: 1))
        .run(hostile.model.graph, inputs: hostile.inputs)
    }
    #expect(interpreted?.kind == .badInput, "\(String(describing: interpreted))")
  }

  private static func floats(_ shape: Int...) throws -> Tensor { try Tensor(zeros: TensorType(.float32, shape)) }
  private static func integers(_ values: Int64...) throws -> Tensor { try Tensor(shape: [values.count], values) }

  static func cases() throws -> [Case] {
    let (image, weight) = (try floats(1, 2, 8, 8), try floats(4, 2, 3, 3))
    let huge = 1 << 40
    let convolution = [
      Case("stride 0", "stride", "Conv", [image, weight], ["strides": .ints([0, 1])]),
      Case("stride -1", "stride", "Conv", [image, weight], ["strides": .ints([-1, 1])]),
      Case("dilation 0", "dilation", "Conv", [image, weight], ["dilations": .ints([0, 1])]),
      Case("group 0", "group", "Conv", [image, weight], ["group": .int(0)]),
      Case("group that divides nothing", "group", "Conv", [image, weight], ["group": .int(3)]),
      Case("pads of 2^40", "pad", "Conv", [image, weight], ["pads": .ints([huge, huge, huge, huge])]),
      Case("negative pads", "pad", "Conv", [image, weight], ["pads": .ints([-9, 0, 0, 0])]),
      Case("kernel larger than the image", "kernel", "Conv", [image, try floats(4, 2, 9, 9)]),
      Case("strides of another rank", "strides", "Conv", [image, weight], ["strides": .ints([1, 1, 1])]),
      Case(
        "pool of stride 0", "stride", "MaxPool", [image], ["kernel_shape": .ints([2, 2]), "strides": .ints([0, 0])]),
      Case("pool of kernel 0", "kernel", "AveragePool", [image], ["kernel_shape": .ints([0, 2])]),
      Case(
        "pool with pads of 2^40", "pad", "MaxPool", [image],
        [
          "kernel_shape": .ints([2, 2]), "pads": .ints([huge, huge, huge, huge]),
        ]),
      Case(
        "transposed stride 0", "stride", "ConvTranspose", [image, try floats(2, 4, 3, 3)], ["strides": .ints([0, 1])]),
      Case(
        "transposed stride of 2^40", "strides", "ConvTranspose", [image, try floats(2, 4, 3, 3)],
        [
          "strides": .ints([huge, huge])
        ]),
    ]
    let bombs = [
      Case("Expand bomb", "Expand gives", "Expand", [try floats(1), try integers(1 << 20, 1 << 20)]),
      Case(
        "Expand whose size overflows", "no memory can hold", "Expand", [try floats(1), try integers(1 << 40, 1 << 40)]),
      Case("ConstantOfShape bomb", "ConstantOfShape gives", "ConstantOfShape", [try integers(1 << 20, 1 << 20)]),
      Case("ConstantOfShape of a negative size", "shape", "ConstantOfShape", [try integers(-1)]),
      Case("Pad bomb", "Pad gives", "Pad", [try floats(1, 1), try integers(0, 0, 1 << 20, 1 << 20)]),
      Case(
        "Pad by 2^62", "pads [0, 0, 4611686018427387904", "Pad",
        [try floats(1, 1), try integers(0, 0, 1 << 62, 1 << 62)]),
      Case("Tile bomb", "Tile gives", "Tile", [try floats(1, 1), try integers(1 << 20, 1 << 20)]),
      Case(
        "Tile whose size overflows", "the result is too large", "Tile",
        [try floats(4, 4), try integers(1 << 62, 1 << 62)]),
      Case("HammingWindow bomb", "a size 1099511627776", "HammingWindow", [try Tensor(Int64(1 << 40))]),
      Case(
        "CenterCropPad bomb", "CenterCropPad gives", "CenterCropPad",
        [try floats(1, 1), try integers(1 << 20, 1 << 20)]),
      Case(
        "OneHot bomb", "OneHot gives", "OneHot",
        [
          try integers(0, 1), try Tensor(Int64(1 << 40)), try Tensor(shape: [2], [0, 1] as [Float]),
        ]),
    ]
    let indices = [
      Case("Gather out of range", "5", "Gather", [try floats(3), try integers(5)]),
      Case("Gather below the range", "-4", "Gather", [try floats(3), try integers(-4)]),
      Case(
        "Gather along an axis that isn't there", "axis 7", "Gather", [try floats(3), try integers(0)], ["axis": .int(7)]
      ),
      Case(
        "GatherND out of range", "index 9", "GatherND", [try floats(3), try Tensor(shape: [1, 1], [9] as [Int64])]),
      Case("GatherElements out of range", "9", "GatherElements", [try floats(3), try integers(9)]),
      Case("Transpose by what is no permutation", "perm", "Transpose", [try floats(2, 3)], ["perm": .ints([0, 0])]),
      Case("Concat along axis 2^40", "axis", "Concat", [try floats(2, 3)], ["axis": .int(huge)]),
      Case("Reshape to another size", "can't be seen as [4, 2]", "Reshape", [try floats(6), try integers(4, 2)]),
      Case("Reshape with two unknown sizes", "at most one −1", "Reshape", [try floats(6), try integers(-1, -1)]),
      Case("Reshape whose size overflows", "no memory can hold", "Reshape", [try floats(6), try integers(1 << 62, 4)]),
      Case("Squeeze of a size that isn't 1", "has 2 elements", "Squeeze", [try floats(2, 3), try integers(0)]),
      Case("Split into other sizes", "add up to 4", "Split", [try floats(4), try integers(1, 2)], outputs: 2),
      Case(
        "Slice with step 0", "step", "Slice",
        [
          try floats(4), try integers(0), try integers(4), try integers(0), try integers(0),
        ]),
    ]
    let recurrent = [
      Case(
        "LSTM hidden size that disagrees", "hidden_size", "LSTM",
        [
          try floats(2, 1, 3), try floats(1, 16, 3), try floats(1, 16, 4),
        ], ["hidden_size": .int(5)], outputs: 1),
      Case(
        "GRU weights that disagree", "expected float32[1, 12, 3]", "GRU",
        [
          try floats(2, 1, 3), try floats(1, 16, 3), try floats(1, 12, 4),
        ], ["hidden_size": .int(4)]),
      Case(
        "LSTM hidden size of 2^62", "hidden_size is 4611686018427387904", "LSTM",
        [
          try floats(2, 1, 3), try floats(1, 16, 3), try floats(1, 16, 4),
        ], ["hidden_size": .int(1 << 62)]),
      Case("Gemm sizes that disagree", "that can be multiplied", "Gemm", [try floats(2, 3), try floats(4, 5)]),
      Case("MatMul of scalars", "a scalar", "MatMul", [try floats(), try floats()]),
      Case("an attribute of another kind", "axis", "Softmax", [try floats(2)], ["axis": .string("0")]),
    ]
    let number = { (value: Float) in try Tensor(value) }
    let numbers = [
      Case("Range of NaN", "range from nan", "Range", [try number(.nan), try number(1), try number(1)]),
      Case("Range by NaN", "by nan", "Range", [try number(0), try number(1), try number(.nan)]),
      Case(
        "Range to infinity", "finite number of steps", "Range", [try number(0), try number(.infinity), try number(1)]),
      Case(
        "Range by almost nothing", "finite number of steps", "Range", [try number(0), try number(1), try number(1e-30)]),
      Case(
        "Resize that stretches its kernel to 10^30 pixels", "by scale", "Resize", [image],
        ["scales": .floats([1, 1, 1e-30, 1e-30]), "antialias": .int(1), "mode": .string("linear")], opset: 10),
      Case(
        "MatMul of 2^80 empty matrices", "batches that broadcast", "MatMul",
        [try floats(1 << 40, 1, 1, 0), try floats(1, 1 << 40, 0, 1)]),
    ]
    return convolution + bombs + indices + recurrent + numbers
  }

  @Test func aRangeToTheWrongSideIsEmptyHoweverFar() throws {
    for limit in [-1e30, -Float.infinity] as [Float] {
      let hostile = Case("", "", "Range", [try Tensor(Float(0)), try Tensor(limit), try Tensor(Float(1))])
      #expect(try LoadedModel(hostile.model, threads: 1).run(hostile.inputs)["y0"]?.shape == [0])
    }
  }

  /// Planned by those who look at the memory later, a node has a kernel before anybody knows its cost.
  @Test func noTableIsAsLongAsWhatAFileAsksFor() throws {
    var limits = LoadLimits.default
    limits.arenaBytes = .max
    let edge = 1 << 34
    for mode in ["constant", "edge", "reflect", "wrap"] {
      let hostile = Case(
        "", "", "Pad", [try Self.floats(1, 4), try Self.integers(0, 0, 0, Int64(edge))], ["mode": .string(mode)])
      let start = MemoryAccount.current.takenByteCount
      let executable = try Executable(
        hostile.model.graph, opsets: hostile.model.opsets, purpose: .prediction, threads: ThreadPool(count: 1),
        limits: limits)
      #expect(executable.plan.arenaByteCount > 4 * edge)
      #expect(MemoryAccount.current.takenByteCount - start < 64 << 20)
      let account = MemoryAccount(1 << 30, origin: "the test")
      let error = #expect(throws: ZooError.self) {
        try MemoryAccount.$current.withValue(account) { try ExecutionContext(executable) }
      }
      #expect(error?.description.contains("the test") == true, "\(String(describing: error))")
    }
  }

  @Test func limitsOfMemoryAndTimeAreEnforced() throws {
    let nodes = [
      Node(name: "grow", op: "Expand", inputs: ["x", "shape"], outputs: ["y"]),
      Node(name: "end", op: "ReduceSum", inputs: ["y"], outputs: ["z"]),
    ]
    let graph = Graph(
      name: "large", nodes: nodes, inputs: [ValueInfo("x", .float32, [.fixed(1)])],
      outputs: [ValueInfo("z", .float32, nil)], initializers: ["shape": try Self.integers(1 << 20)])
    let input = ["x": try Self.floats(1)]
    var limits = LoadLimits.default
    #expect(throws: Never.self) { try LoadedModel(Model(graph: graph), threads: 1, limits: limits).run(input) }
    limits.arenaBytes = 1 << 20
    let large = #expect(throws: ZooError.self) {
      try LoadedModel(Model(graph: graph), threads: 1, limits: limits).run(input)
    }
    #expect(large?.location.node == "grow")
    limits = .default
    limits.compileSeconds = 0
    let slow = #expect(throws: ZooError.self) {
      try LoadedModel(Model(graph: graph), threads: 1, limits: limits).run(input)
    }
    #expect(slow?.description.contains("more than 0.0 seconds") == true)
  }

  @Test func whatIsMissingIsReportedAtOnce() throws {
    let inner = Graph(
      name: "inner", nodes: [Node(name: "c", op: "Third", domain: "com.example", inputs: ["x"], outputs: ["t"])],
      outputs: [ValueInfo("t", .float32, nil)])
    let nodes = [
      Node(name: "a", op: "First", inputs: ["x"], outputs: ["p"]),
      Node(name: "b", op: "Relu", inputs: ["p"], outputs: ["q"]),
      Node(
        name: "if", op: "If", inputs: ["k"], outputs: ["r"],
        attributes: [
          "then_branch": .graph(inner), "else_branch": .graph(inner),
        ]),
    ]
    let model = Model(
      opsets: ["": 17, "com.example": 3],
      graph: Graph(
        name: "missing", nodes: nodes, inputs: [ValueInfo("x", .float32, [.fixed(1)])],
        outputs: [ValueInfo("q", .float32, nil), ValueInfo("r", .float32, nil)],
        initializers: ["k": try Tensor(true)]))
    let error = #expect(throws: ZooError.self) {
      try LoadedModel(model, threads: 1).run(["x": Self.floats(1)])
    }
    let text = error?.description ?? ""
    #expect(text.contains("3 nodes ask for what isn't there"), "\(text)")
    #expect(text.contains("node 'a': operator 'First' (version 17) of float32"), "\(text)")
    #expect(text.contains("node 'c': operator 'com.example.Third' (version 3)"), "\(text)")
  }

  @Test func elementTypesThatAreMissingAreReportedAtOnce() throws {
    let nodes = [
      Node(name: "a", op: "And", inputs: ["x", "x"], outputs: ["p"]),
      Node(name: "b", op: "Not", inputs: ["p"], outputs: ["q"]),
      Node(name: "c", op: "Not", inputs: ["x"], outputs: ["r"]),
    ]
    let model = Model(
      opsets: ["": 17],
      graph: Graph(
        name: "types", nodes: nodes, inputs: [ValueInfo("x", .float32, [.fixed(1)])],
        outputs: [ValueInfo("q", .bool, nil), ValueInfo("r", .bool, nil)]))
    let error = #expect(throws: ZooError.self) {
      try LoadedModel(model, threads: 1).run(["x": Self.floats(1)])
    }
    let text = error?.description ?? ""
    #expect(text.contains("2 nodes ask for what isn't there"), "\(text)")
    for line in ["node 'a': And: input 0 of type float32", "node 'c': Not: input 0 of type float32"] {
      #expect(text.contains(line), "\(text)")
    }
  }

  @Test(
    "Unknown operators, types that rules refuse and types without a kernel stand in one report",
    arguments: [
      ["First", "And", "Conv"], ["Conv", "Conv"],
    ])
  func whatIsMissingIsReportedAtOnceWhateverItIs(_ operators: [String]) throws {
    let nodes = operators.enumerated().map { index, op in
      Node(name: "\(index)", op: op, inputs: ["x", "x"], outputs: ["y\(index)"])
    }
    let model = Model(
      opsets: ["": 17],
      graph: Graph(
        name: "missing", nodes: nodes, inputs: [ValueInfo("x", .float64, [1, 1, 1, 1].map(Dimension.fixed))],
        outputs: nodes.map { ValueInfo($0.outputs[0], .float64, nil) }))
    let x = try Tensor(shape: [1, 1, 1, 1], [2.0])
    let error = #expect(throws: ZooError.self) { try LoadedModel(model, threads: 1).run(["x": x]) }
    let text = error?.description ?? ""
    #expect(text.contains("\(nodes.count) nodes ask for what isn't there"), "\(text)")
    for node in nodes { #expect(text.contains("node '\(node.name)': "), "\(text)") }
  }

  @Test func noOperatorIsInTheTableTwice() throws {
    let operators = OperatorTable.families.flatMap { $0 }
    #expect(try OperatorTable(operators).all.count == OperatorTable.standard.all.count)
    #expect(throws: ZooError.self) { try OperatorTable(operators + operators.prefix(1)) }
  }
}
