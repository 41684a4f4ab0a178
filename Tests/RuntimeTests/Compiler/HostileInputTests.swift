import Testing
import ZooRuntime

/// Nodes whose inputs and attributes a stranger chose, each such that its kernel would read or write beyond a tensor if its
/// operator didn't refuse it (or didn't take it for what it is), in planned and in interpreted execution.
@Suite struct HostileInputTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let testDescription: String
    /// A piece of the refusal; `nil` if the node is to be executed.
    let message: String?
    let model: Model
    let inputs: [String: Tensor]

    /// - Parameters:
    ///   - inputs: tensors of float32 are inputs of the graph, others are in the file.
    ///   - outputs: those that have a name are the graph's.
    init(
      _ name: String, refused message: String? = nil, _ op: String, domain: String = "", _ inputs: [Tensor?],
      _ attributes: [String: Attribute] = [:], outputs: [String] = ["y"], opset: Int = Model.currentOpset
    ) {
      testDescription = name
      self.message = message
      let names = inputs.enumerated().map { $1 == nil ? "" : "x\($0)" }
      let all = zip(names, inputs).compactMap { name, tensor in tensor.map { (name: name, tensor: $0) } }
      let data = all.filter { $0.tensor.elementType == .float32 }
      let facts = all.filter { $0.tensor.elementType != .float32 }
      let node = Node(name: "node", op: op, domain: domain, inputs: names, outputs: outputs, attributes: attributes)
      self.inputs = Dictionary(uniqueKeysWithValues: data.map { ($0.name, $0.tensor) })
      model = Model(
        opsets: ["": opset, "zoo": 1],
        graph: Graph(
          name: "hostile", nodes: [node],
          inputs: data.map { ValueInfo($0.name, .float32, $0.tensor.shape.map(Dimension.fixed)) },
          outputs: outputs.filter { !$0.isEmpty }.map { ValueInfo($0, .float32, nil) },
          initializers: Dictionary(uniqueKeysWithValues: facts.map { ($0.name, $0.tensor) })))
    }

    func execute() throws { _ = try LoadedModel(model, threads: 1).run(inputs) }

    func interpret() throws {
      _ = try Interpreter(opsets: model.opsets, threads: ThreadPool(count: 1)).run(model.graph, inputs: inputs)
    }
  }

  @Test(arguments: try refused()) func isRefused(_ hostile: Case) throws {
    let message = try #require(hostile.message)
    let planned = #expect(throws: ZooError.self) { try hostile.execute() }
    #expect(planned?.description.contains(message) == true, "\(String(describing: planned))")
    let interpreted = #expect(throws: ZooError.self) { try hostile.interpret() }
    #expect(interpreted?.description.contains(message) == true, "\(String(describing: interpreted))")
  }

  @Test(arguments: try harmless()) func isExecuted(_ hostile: Case) throws {
    #expect(throws: Never.self) { try hostile.execute() }
    #expect(throws: Never.self) { try hostile.interpret() }
  }

  @Test func aSumOverNothingIsZero() throws {
    let model = Case(
      "", "MatrixProduct", domain: "zoo", [try Self.floats(0, 2, 3), try Self.floats(0, 3, 2)], ["batch": .ints([1])])
    let result = try LoadedModel(model.model, threads: 1).run(model.inputs)["y"]
    #expect(result?.values(as: Float.self) == [0, 0, 0, 0])
  }

  private static func floats(_ shape: Int...) throws -> Tensor { try Tensor(zeros: TensorType(.float32, shape)) }
  private static func integers(_ values: Int64...) throws -> Tensor { try Tensor(shape: [values.count], values) }

  private static func refused() throws -> [Case] {
    let (four, two) = (try floats(4), try floats(2))
    let gradients = [
      Case("gradient smaller than x", refused: "input 1 is float32[2]", "ClipGradient", domain: "zoo", [four, two]),
      Case(
        "gradient of int8", refused: "input 1 is int8[4]", "ClipGradient", domain: "zoo",
        [four, try Tensor(zeros: TensorType(.int8, [4]))]),
      Case("no gradient", refused: "input 1 is missing", "ClipGradient", domain: "zoo", [four, nil, nil, four]),
      Case(
        "a bound without a number", refused: "bound of type float32[0]", "ClipGradient", domain: "zoo",
        [four, four, try floats(0)]),
      Case(
        "averages that aren't", refused: "float32[1, 2, 1, 1]", "GlobalAveragePoolGradient", domain: "zoo",
        [try floats(1, 2, 3, 3)], ["spatial": .ints([1, 1])]),
      Case(
        "bfloat16 with the channels first", refused: "channels_last = 1", "GlobalAveragePoolGradient", domain: "zoo",
        [try floats(2, 3, 1)], ["spatial": .ints([4]), "narrow": .int(1)]),
      Case(
        "an average of 2^63 pixels", refused: "no memory can hold", "AveragePoolGradient", domain: "zoo",
        [try floats(1, 1, 1)], ["spatial": .ints([.max]), "kernel_shape": .ints([1])]),
      Case(
        "pads of 2^63", refused: "don't fit", "PadGradient", domain: "zoo", [try floats(1)],
        ["shape": .ints([.max]), "pads": .ints([.max, 3])]),
      Case(
        "a slice of a negative size", refused: "leaves the shape", "SliceGradient", domain: "zoo", [try floats(1)],
        ["shape": .ints([-5]), "starts": .ints([0]), "steps": .ints([1])]),
    ]
    let attention = [
      Case(
        "attention whose heads overflow", refused: "fits in 64 bits", "Attention",
        [try floats(0, 1, 1 << 30), try floats(0, 1, 1), try floats(0, 1, 1 << 40)],
        ["q_num_heads": .int(1 << 30), "kv_num_heads": .int(1)]),
      Case(
        "linear attention whose heads overflow", refused: "fits in 64 bits", "LinearAttention",
        [try floats(0, 1, 1 << 30), try floats(0, 1, 1), try floats(0, 1, 1 << 40)],
        ["q_num_heads": .int(1 << 30), "kv_num_heads": .int(1), "update_rule": .string("linear")]),
      Case(
        "linear attention of 2^62 heads of nothing", refused: "heads", "LinearAttention",
        [try floats(1, 1, 0), try floats(1, 1, 0), try floats(1, 1, 8)],
        ["q_num_heads": .int(1 << 62), "kv_num_heads": .int(1), "update_rule": .string("linear")]),
      Case(
        "2^62 heads of nothing", refused: "heads", "RotaryEmbedding",
        [try floats(1, 1, 0), try floats(1, 1, 0), try floats(1, 1, 0)], ["num_heads": .int(1 << 62)]),
      Case(
        "values without heads", refused: "heads of Q", "FlexAttention", domain: "ai.onnx.preview",
        [try floats(1, 2, 1, 4), try floats(1, 2, 1, 4), try floats(1, 0, 1, 4)]),
    ]
    // Lines with all of their padding are copied: 2³⁰ · 2³⁰ · 16 numbers would be 2⁶⁴.
    let (reach, half) = ((1 << 30) - 1, 1 << 29)
    let wide: [String: Attribute] = [
      "group": .int(2), "dilations": .ints([reach, reach]), "pads": .ints([half, half, half, half]),
    ]
    let convolutions = [
      Case(
        "padding whose lines overflow", refused: "less padding", "Conv",
        [try floats(1, 16, 1, 1), try floats(16, 8, 2, 2)], wide),
      Case(
        "padding of integers whose lines overflow", refused: "less padding", "ConvInteger",
        [try Tensor(zeros: TensorType(.uint8, [1, 16, 1, 1])), try Tensor(zeros: TensorType(.uint8, [16, 8, 2, 2]))],
        wide),
    ]
    let others = [
      Case(
        "DepthToSpace whose size overflows", refused: "fits in 64 bits", "DepthToSpace", [try floats(1, 0, 1 << 45, 1)],
        ["blocksize": .int(1 << 20)]),
      Case(
        "SpaceToDepth whose size overflows", refused: "fits in 64 bits", "SpaceToDepth", [try floats(1, 1 << 45, 0, 0)],
        ["blocksize": .int(1 << 20)]),
      Case(
        "a frame of an empty signal", refused: "inside the signal", "STFT",
        [try floats(2, 0, 1), try Tensor(Int64(2)), nil, try Tensor(Int64(1))]),
      Case(
        "an axis resized twice", refused: "each axis once", "Resize",
        [try floats(1, 1, 4, 4), nil, nil, try integers(2, 8)], ["axes": .ints([2, 2]), "mode": .string("linear")]),
      Case(
        "a nearest axis resized twice", refused: "each axis once", "Resize",
        [try floats(1, 1, 4, 4), nil, nil, try integers(8, 8)], ["axes": .ints([3, 3])]),
      Case(
        "more outputs than the operator has", refused: "at most 3", "BatchNormalization",
        [try floats(2, 3, 4), try floats(3), try floats(3), try floats(3), try floats(3)], ["training_mode": .int(1)],
        outputs: ["a", "b", "c", "d", "y"]),
      Case(
        "Scan of −2^63 inputs", refused: "scan inputs", "Scan", [four],
        [
          "num_scan_inputs": .int(.min), "body": .graph(Graph(name: "body", nodes: [], outputs: [])),
        ]),
    ]
    return gradients + attention + convolutions + others
  }

  private static func harmless() throws -> [Case] {
    let image = try floats(2, 3, 0, 4)
    let three = try floats(3)
    let empty = [
      Case(
        "statistics of an image without pixels", "BatchNormalizationTraining", domain: "zoo",
        [image, three, three, three, three], outputs: ["a", "b", "c", "d", "y"]),
      Case(
        "the gradient of an image without pixels", "BatchNormalizationGradient", domain: "zoo",
        [image, image, three, three, three, three], outputs: ["a", "b", "y"]),
      Case(
        "2^62 groups of no channels", "GroupNormalization", [try floats(4, 0, 3), try floats(0), try floats(0)],
        ["num_groups": .int(1 << 62)]),
      Case(
        "the gradient by the average of no pixels", "GlobalAveragePoolGradient", domain: "zoo",
        [try floats(1, 1, 1, 8)],
        ["spatial": .ints([0, 3]), "narrow": .int(1), "channels_last": .int(1)]),
      Case("nothing 2^62 times", "Tile", [try floats(2, 0), try integers(1, 1 << 62)]),
      Case(
        "an empty box that starts anywhere", "SliceGradient", domain: "zoo", [try floats(0, 1)],
        ["shape": .ints([2, 2]), "starts": .ints([.max, 0]), "steps": .ints([1, .max])]),
      Case(
        "one element and any step", "SliceGradient", domain: "zoo", [try floats(1, 1)],
        ["shape": .ints([2, 2]), "starts": .ints([1, 0]), "steps": .ints([.max, .min])]),
      Case(
        "windows of 2^62 pixels", "MaxPool", [try floats(1, 1, 1, 1, 1)],
        [
          "kernel_shape": .ints([1 << 24, 1 << 24, 1 << 14]),
          "pads": .ints([1 << 23, 1 << 23, 1 << 13, 1 << 23, 1 << 23, 1 << 13]),
        ]),
      Case(
        "a layout that the operator hasn't", "DeformConv",
        [try floats(1, 2, 3, 4), try floats(1, 2, 1, 1), try floats(1, 2, 3, 4)], ["channels_last": .int(1)]),
    ]
    // What nobody reads is left out by the compiler, too.
    let labels = try integers(0, 1)
    let heads = try floats(1, 2, 3, 4)
    let unread = [
      Case("places alone", "MaxPool", [try floats(1, 1, 4, 4)], ["kernel_shape": .ints([2, 2])], outputs: ["", "y"]),
      Case("means alone", "LayerNormalization", [try floats(2, 4), try floats(4)], outputs: ["", "y"]),
      Case("a mask alone", "Dropout", [try floats(2, 4)], outputs: ["", "y"]),
      Case(
        "logarithms alone", "SoftmaxCrossEntropy", domain: "zoo", [try floats(2, 4), labels], outputs: ["", "y"]),
      Case("logarithms of ONNX's alone", "SoftmaxCrossEntropyLoss", [try floats(2, 4), labels], outputs: ["", "y"]),
      Case("keys alone", "Attention", [heads, heads, heads], outputs: ["", "y"]),
      Case("keys without queries", "Attention", [try floats(1, 2, 0, 4), heads, heads], outputs: ["a", "y"]),
      Case("a state alone", "CausalConvWithState", [try floats(1, 2, 5), try floats(2, 1, 3)], outputs: ["", "y"]),
      Case(
        "a state of linear attention alone", "LinearAttention",
        [try floats(1, 3, 4), try floats(1, 3, 4), try floats(1, 3, 4)],
        ["q_num_heads": .int(2), "kv_num_heads": .int(2), "update_rule": .string("linear")], outputs: ["", "y"]),
    ]
    return empty + unread
  }

  // MARK: Every operator with a gradient rule, and what its gradient consists of

  /// Under the address sanitizer, what reads beyond a tensor shows here.
  @Test(
    "inputs that are smaller, empty, of another type or absent are refused or executed",
    arguments: GradientRuleTests.rules)
  func inputsThatDoNotBelongTogether(_ name: String) throws {
    var samples = GradientSamples()
    let call = try #require(try samples.sample(of: name)).call
    // What is executed node by node alone has no gradient to look at.
    var nodes = [(call.node, call.inputs)]
    do { nodes = try Self.nodes(call) } catch is ValueNeeded {}
    for (node, inputs) in nodes where inputs.count > 1 || node.domain == "zoo" {
      for index in inputs.indices {
        guard let input = inputs[index] else { continue }
        for other in try Self.others(input) {
          var changed = inputs
          changed[index] = other
          let hostile = Case(
            node.op, node.op, domain: node.domain, changed, node.attributes, outputs: node.outputs, opset: call.opset)
          // Either is right: what counts is that nothing is read that isn't there.
          for attempt in [hostile.execute, hostile.interpret] {
            do { try attempt() } catch {
              #expect(error is ZooError || error is ValueNeeded, "\(name), \(node.op): \(error)")
            }
          }
        }
      }
    }
  }

  private static func others(_ tensor: Tensor) throws -> [Tensor?] {
    let shape = tensor.shape
    let shorter: [Int] = shape.isEmpty ? [0] : shape.dropLast() + [max(0, shape[shape.count - 1] - 1)]
    let empty: [Int] = shape.isEmpty ? [0] : [0] + shape.dropFirst()
    let type: ElementType = tensor.elementType == .int8 ? .float32 : .int8
    return [
      try Tensor(zeros: TensorType(tensor.elementType, shorter)),
      try Tensor(zeros: TensorType(tensor.elementType, empty)),
      try Tensor(zeros: TensorType(type, shape)),
      nil,
    ]
  }

  /// The node of a call and those of its gradient, with their inputs.
  private static func nodes(_ call: SingleCall) throws -> [(Node, [Tensor?])] {
    var runner = try call.execute()
    var builder = GraphBuilder(opsets: ["": call.opset, "zoo": 1])
    let wanted = call.inputs.map { $0?.elementType == .float32 }
    for (index, input) in call.inputs.enumerated() {
      guard let input else { continue }
      if wanted[index] { try builder.input("x\(index)", input.type) } else { try builder.constant("x\(index)", input) }
    }
    try builder.append(call.node)
    var result = [(call.node, call.inputs)]
    guard let rule = OperatorTable.standard[domain: call.domain, name: call.op]?.gradient else { return result }
    var gradients: [Value?] = []
    for (index, output) in call.node.outputs.enumerated() {
      let type = try builder.type(of: Value(output))
      // The last output of the recurrent operators is no result but what their gradient reads.
      guard type.elementType == .float32, index == 0 else {
        gradients.append(nil)
        continue
      }
      gradients.append(try builder.input("g\(index)", type))
      runner.values["g\(index)"] = try Tensor(zeros: type)
    }
    let forwardCount = builder.nodes.count
    let gradient = GradientCall(
      call: try builder.call(call.node), outputTypes: try builder.infer(call.node), outputGradients: gradients,
      wanted: wanted)
    // A rule that refuses has added nothing of interest.
    guard (try? rule(&builder, gradient)) != nil else { return result }
    for (name, value) in builder.initializers { runner.values[name] = value }
    for node in builder.nodes[forwardCount...] {
      result.append((node, node.inputs.map { $0.isEmpty ? nil : runner.values[$0] }))
      try runner.run(node)
    }
    return result
  }
}
