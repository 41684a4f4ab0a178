import Testing
import ZooRuntime

/// Tests name inputs and absent values where they use them.
extension Value: ExpressibleByStringLiteral {
  public init(stringLiteral name: String) { self.init(name) }
}

/// A graph executed twice: node by node as it is written, and compiled for prediction.
struct GraphCheck {
  var builder = GraphBuilder()
  private(set) var input: Tensor
  private var numbers: TestNumbers

  /// A graph whose only input, `x`, is an image or another tensor of `shape`.
  init(_ shape: [Int], seed: UInt64 = 3) throws {
    numbers = TestNumbers(seed: seed)
    input = try numbers.tensor(shape)
    try builder.input("x", input.type)
  }

  /// A constant of numbers in −1…1.
  mutating func constant(_ shape: Int...) throws -> Value { try builder.constant(nil, numbers.tensor(shape)) }

  /// A constant of numbers in 0.5…1.5, for variances.
  mutating func positive(_ count: Int) throws -> Value {
    try builder.constant(nil, Tensor(shape: [count], (0..<count).map { _ in 1 + 0.5 * numbers.next() }))
  }

  mutating func add(_ op: String, _ inputs: Value..., attributes: [String: Attribute] = [:]) throws -> Value {
    try builder.add(op, inputs, attributes)
  }

  mutating func reshape(_ value: Value, to shape: [Int]) throws -> Value {
    try builder.add("Reshape", [value, builder.constant(shape)])
  }

  mutating func convolution(
    _ x: Value, _ shape: [Int], stride: Int = 1, pad: Int = 0, groups: Int = 1, dilation: Int = 1, bias: Bool = true
  ) throws -> Value {
    var inputs = [x, try builder.constant(nil, numbers.tensor(shape))]
    if bias { inputs.append(try constant(shape[0])) }
    return try builder.add(
      "Conv", inputs,
      [
        "strides": .ints([stride, stride]), "pads": .ints([pad, pad, pad, pad]), "group": .int(groups),
        "dilations": .ints([dilation, dilation]),
      ])
  }

  mutating func normalization(_ x: Value, _ channels: Int) throws -> Value {
    try builder.add(
      "BatchNormalization", [x, constant(channels), constant(channels), constant(channels), positive(channels)])
  }

  /// Compares both executions, and the compiled one with two threads and with one, bit by bit.
  /// - Returns: The operators of the compiled program, in order.
  @discardableResult
  mutating func compare(
    _ outputs: Value..., tolerance: Float = 1e-5, sourceLocation: SourceLocation = #_sourceLocation
  ) throws
    -> [String]
  {
    let graph = Graph(
      name: "check", nodes: builder.nodes, inputs: [ValueInfo("x", .float32, input.shape.map(Dimension.fixed))],
      outputs: try outputs.map { ValueInfo($0.name, .float32, try builder.shape(of: $0).map(Dimension.fixed)) },
      initializers: builder.initializers)
    var runner = NodeByNode()
    runner.values = builder.initializers
    runner.values["x"] = input
    for node in builder.nodes { try runner.run(node) }
    var bits: [[Float]] = []
    var operators: [String] = []
    for threads in [1, 2] {
      let executable = try Executable(graph, purpose: .prediction, threads: ThreadPool(count: threads))
      let context = try ExecutionContext(executable)
      context.bind("x", to: input.storage.base)
      try withExtendedLifetime(input) { try context.run() }
      operators = executable.program.nodes.map(\.op)
      for output in outputs {
        let found = try context.output(output.name)
        let expected = try #require(runner.values[output.name])
        #expect(
          relativeDifference(found, expected) < tolerance, "\(output) of \(operators)", sourceLocation: sourceLocation)
        bits.append(found.values(as: Float.self) ?? [])
      }
    }
    #expect(
      Array(bits[..<outputs.count]) == Array(bits[outputs.count...]), "threads change bits",
      sourceLocation: sourceLocation)
    return operators
  }
}
