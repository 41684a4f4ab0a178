import Testing
import ZooRuntime

/// A small network with everything that quantization knows: stem, pool, residual block with a projection, depthwise
/// convolution with x · sigmoid(x), squeeze-excite, a large and a small matrix product.
enum SmallNetwork {
  static func model() throws -> Model {
    var numbers = TestNumbers(seed: 21)
    var builder = GraphBuilder()
    func weights(_ name: String, _ shape: [Int]) throws -> Value {
      let fan = Float(shape[1...].reduce(1, *))
      let values = try numbers.tensor(shape).values(as: Float.self) ?? []
      return try builder.parameter(name, Tensor(shape: shape, values.map { $0 * 2 / fan.squareRoot() }))
    }
    func conv(_ x: Value, _ name: String, _ shape: [Int], stride: Int = 1, groups: Int = 1) throws -> Value {
      let pad = shape[2] / 2
      let bias = try builder.parameter("\(name).bias", numbers.tensor([shape[0]]))
      return try builder.add(
        "Conv", [x, weights("\(name).weight", shape), bias],
        ["pads": .ints([pad, pad, pad, pad]), "strides": .ints([stride, stride]), "group": .int(groups)], name: name)
    }
    let x = try builder.input("image", TensorType(.float32, [2, 3, 24, 24]))
    var value = try builder.add("Relu", [conv(x, "stem", [16, 3, 7, 7], stride: 2)])
    value = try builder.add(
      "MaxPool", [value], ["kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "pads": .ints([1, 1, 1, 1])])
    let main = try builder.add("Relu", [conv(value, "a", [24, 16, 3, 3], stride: 2)])
    value = try builder.add(
      "Relu",
      [builder.add("Add", [conv(main, "b", [24, 24, 3, 3]), conv(value, "project", [24, 16, 1, 1], stride: 2)])])
    value = try builder.add("Relu", [builder.add("Add", [value, conv(value, "c", [24, 24, 3, 3])])])
    let deep = try conv(value, "depthwise", [24, 1, 3, 3], groups: 24)
    value = try builder.add("Mul", [deep, builder.add("Sigmoid", [deep])])
    let squeezed = try builder.add("GlobalAveragePool", [value])
    let gate = try builder.add("Sigmoid", [conv(squeezed, "gate", [24, 24, 1, 1])])
    value = try conv(builder.add("Mul", [value, gate]), "last", [256, 24, 1, 1])
    value = try builder.add("Flatten", [builder.add("GlobalAveragePool", [builder.add("Relu", [value])])])
    let hidden = try builder.add(
      "Gemm", [value, weights("hidden.weight", [128, 256]), builder.parameter("hidden.bias", numbers.tensor([128]))],
      ["transB": .int(1)])
    let logits = try builder.add(
      "Gemm", [builder.add("Relu", [hidden]), weights("out.weight", [3, 128])], ["transB": .int(1)], name: "logits")
    let dimensions: [Dimension] = [.symbolic("N"), .fixed(3), .fixed(24), .fixed(24)]
    return Model(
      graph: Graph(
        name: "small", nodes: builder.nodes, inputs: [ValueInfo("image", .float32, dimensions)],
        outputs: [ValueInfo(logits.name, .float32, [.symbolic("N"), .fixed(3)])], initializers: builder.initializers))
  }

  static func images(_ count: Int, seed: UInt64) throws -> Tensor {
    var numbers = TestNumbers(seed: seed)
    return try numbers.tensor([count, 3, 24, 24])
  }

  static func quantized() throws -> Model {
    let types = ["image": TensorType(.float32, [8, 3, 24, 24])]
    var quantizer = try Quantizer(model(), inputTypes: types, threads: 2)
    let batches = try (0..<4).map { try images(8, seed: 100 + UInt64($0)) }
    for batch in batches { try quantizer.widen(["image": batch]) }
    for batch in batches { try quantizer.count(["image": batch]) }
    return try quantizer.quantized()
  }
}

@Suite("Quantization after training")
struct QuantizerTests {
  @Test("keeps the outputs near those of the floats")
  func outputs() throws {
    let images = try SmallNetwork.images(16, seed: 1)
    let floats = try #require(LoadedModel(SmallNetwork.model()).run(["image": images])["logits"])
    let numbers = try #require(LoadedModel(SmallNetwork.quantized()).run(["image": images])["logits"])
    #expect(relativeDifference(numbers, floats) < 0.1)
  }

  @Test("leaves only ONNX's operators in the file, with int8 weights by channel")
  func form() throws {
    let graph = try SmallNetwork.quantized().graph
    #expect(graph.nodes.allSatisfy { $0.domain.isEmpty })
    let weights = try #require(graph.initializers["a.weight.quantized"])
    #expect(weights.type == TensorType(.int8, [24, 16, 3, 3]))
    #expect(graph.initializers["a.weight.scales"]?.shape == [24])
    #expect(graph.initializers["a.bias.quantized"]?.elementType == .int32)
    #expect(graph.initializers["a.weight"] == nil)
    // The small product makes the logits: it stays in floats.
    #expect(graph.initializers["out.weight"] != nil)
    #expect(graph.inputs[0].dimensions?[0] == .symbolic("N"))
  }

  @Test("the compiler makes 8-bit operators of it, and nothing between them is a float")
  func fusion() throws {
    let model = try SmallNetwork.quantized()
    let types = ["image": TensorType(.float32, [2, 3, 24, 24])]
    let executable = try Executable(
      model.graph, inputTypes: types, purpose: .prediction, threads: ThreadPool(count: 1))
    var counts: [String: Int] = [:]
    for node in executable.program.nodes { counts[node.op, default: 0] += 1 }
    #expect(
      counts["QuantizedConv"] == 7 && counts["QuantizedGemm"] == 1 && counts["QuantizedMaxPool"] == 1
        && counts["QuantizedScale"] == 1 && counts["QuantizedGlobalAveragePool"] == 2 && counts["QuantizeImage"] == 1,
      "\(counts)")
    // One matrix goes in as floats, one comes out; the gate of one pixel is a float.
    #expect(counts["QuantizeLinear"] == 1 && counts["DequantizeLinear"] == 1, "\(counts)")
    #expect(counts["FusedConv"] == 1 && counts["Gemm"] == 1 && counts["Transpose"] == nil, "\(counts)")
  }

  @Test("8-bit operators agree with the nodes that they stand for")
  func agreesWithPlainOperators() throws {
    let model = try SmallNetwork.quantized()
    let images = try SmallNetwork.images(4, seed: 2)
    let plain = try Interpreter(opsets: model.opsets, threads: ThreadPool(count: 1)).run(
      model.graph, inputs: ["image": images])
    let fused = try #require(LoadedModel(model, threads: 2).run(["image": images])["logits"])
    #expect(relativeDifference(fused, plain[0].value) < 0.02)
  }

  @Test(
    "refuses weights that aren't finite by their name, and takes weights however large",
    arguments: [
      Float.nan, .infinity, 1e30,
    ])
  func divergedWeights(_ value: Float) throws {
    let model = try SmallNetwork.model()
    for name in ["b.weight", "b.bias"] {
      var changed = model
      let tensor = try #require(model.graph.initializers[name])
      var values = try #require(tensor.values(as: Float.self))
      values[5] = value
      changed.graph.initializers[name] = try Tensor(shape: tensor.shape, values)
      func quantized() throws -> Model {
        let images = try SmallNetwork.images(2, seed: 1)
        var quantizer = try Quantizer(changed, inputTypes: ["image": images.type], threads: 1)
        try quantizer.widen(["image": images])
        try quantizer.count(["image": images])
        return try quantizer.quantized()
      }
      if value.isFinite {
        #expect(try quantized().graph.initializers["\(name).quantized"] != nil)
      } else {
        let error = #expect(throws: ZooError.self) { try quantized() }
        #expect(error?.location.tensor == name, "\(String(describing: error))")
        #expect(error?.description.contains("element 5") == true, "\(String(describing: error))")
      }
    }
  }

  @Test("refuses a model without anything to quantize")
  func nothing() throws {
    let graph = Graph(
      name: "empty", nodes: [Node(name: "r", op: "Relu", inputs: ["x"], outputs: ["y"])],
      inputs: [ValueInfo("x", .float32, [.fixed(2)])], outputs: [ValueInfo("y", .float32, [.fixed(2)])])
    #expect(throws: ZooError.self) { _ = try Quantizer(Model(graph: graph), inputTypes: [:], threads: 1) }
  }
}
