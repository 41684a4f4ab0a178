import Foundation
import Testing
import ZooPlugins

/// Graphs of files as backbones.
@Suite struct GraphFileTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "graph-files-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func description(_ backbone: PartSpec, normalized: Bool = true) -> ModelDescription {
    ModelDescription(
      name: "test", channels: ["a", "b"], classes: ["x", "y", "z"], height: 20, width: 24, backbone: backbone,
      head: PartSpec("linear"),
      normalization: normalized ? .init(mean: [0.5, 0.25], deviation: [2, 4]) : nil, seed: 7)
  }

  private func logits(_ model: Model, batch: Int = 3) throws -> [Float] {
    let shape = [batch, 2, 20, 24]
    let x = try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { Float($0 % 97) / 50 })
    return try LoadedModel(model, threads: 1).run(["image": x])["logits"]?.values(as: Float.self) ?? []
  }

  @Test(arguments: ["model.zoo", "model.onnx"])
  func aFileOfOurOwnIsTheBackboneThatItWas(_ name: String) throws {
    try withFolder { folder in
      let original = try Registry.standard.assemble(description(PartSpec("resnet10_tiny")))
      let path = "\(folder)/\(name)"
      if name.hasSuffix(".onnx") { try ONNX.write(original, to: path) } else { try original.write(to: path) }
      let again = try Registry.standard.assemble(description(PartSpec(path)))
      // The head starts from the same seed and names, so the whole model is the same.
      #expect(try logits(again) == logits(original))
      let parameters = again.graph.parameters().filter { $0.role != .constant }
      #expect(
        Set(parameters.map(\.name))
          == Set(original.graph.parameters().filter { $0.role != .constant }.map(\.name)))
    }
  }

  /// A graph as exporters write it: opset 11, weights in nodes, a shape that is worked out, a classifier at the end.
  private func exported() throws -> Model {
    let weight = try Tensor(shape: [4, 2, 3, 3], (0..<72).map { Float($0 % 7) / 10 - 0.3 })
    let ones = [Float](repeating: 1, count: 4)
    let nodes = [
      Node(name: "w", op: "Constant", inputs: [], outputs: ["weight"], attributes: ["value": .tensor(weight)]),
      Node(
        name: "conv", op: "Conv", inputs: ["pixels", "weight"], outputs: ["c"],
        attributes: ["pads": .ints([1, 1, 1, 1]), "kernel_shape": .ints([3, 3])]),
      Node(name: "norm", op: "BatchNormalization", inputs: ["c", "scale", "bias", "mean", "var"], outputs: ["n"]),
      Node(name: "clip", op: "Clip", inputs: ["n", "low", "high"], outputs: ["r"]),
      Node(
        name: "pool", op: "ReduceMean", inputs: ["r"], outputs: ["p"],
        attributes: ["axes": .ints([2, 3]), "keepdims": .int(1)]),
      Node(name: "shape", op: "Shape", inputs: ["p"], outputs: ["s"]),
      Node(name: "batch", op: "Gather", inputs: ["s", "zero"], outputs: ["b"]),
      Node(name: "row", op: "Unsqueeze", inputs: ["b"], outputs: ["u"], attributes: ["axes": .ints([0])]),
      Node(name: "target", op: "Concat", inputs: ["u", "rest"], outputs: ["t"], attributes: ["axis": .int(0)]),
      Node(name: "flat", op: "Reshape", inputs: ["p", "t"], outputs: ["f"]),
      Node(name: "fc", op: "Gemm", inputs: ["f", "fc.weight"], outputs: ["out"], attributes: ["transB": .int(1)]),
    ]
    return Model(
      opsets: ["": 11],
      graph: Graph(
        name: "exported", nodes: nodes,
        inputs: [ValueInfo("pixels", .float32, [.symbolic("n"), .fixed(2), .symbolic("h"), .symbolic("w")])],
        outputs: [ValueInfo("out", .float32, nil)],
        initializers: [
          "scale": try Tensor(shape: [4], ones), "bias": try Tensor(shape: [4], ones),
          "mean": try Tensor(shape: [4], [0, 0.1, 0.2, 0.3] as [Float]), "var": try Tensor(shape: [4], ones),
          "low": try Tensor(Float(0)), "high": try Tensor(Float(6)), "zero": try Tensor(Int64(0)),
          "rest": try Tensor(shape: [1], [-1] as [Int64]),
          "fc.weight": try Tensor(shape: [10, 4], [Float](repeating: 0.1, count: 40)),
        ]))
  }

  @Test func aForeignGraphIsCutBeforeItsClassifierAndBroughtUpToDate() throws {
    try withFolder { folder in
      let path = "\(folder)/foreign.onnx"
      try ONNX.write(exported(), to: path)
      let model = try Registry.standard.assemble(description(PartSpec(path), normalized: false))
      #expect(!model.graph.nodes.contains { $0.op == "Gemm" && $0.part == .backbone })
      let roles = Dictionary(uniqueKeysWithValues: model.graph.parameters().map { ($0.name, $0.role) })
      #expect(roles["backbone.weight"] == .weight)
      #expect(roles["backbone.mean"] == .statistic)
      #expect(roles["head.fc.weight"] == .weight)
      // Attributes became inputs, so that the model can be written in today's version.
      let pool = model.graph.nodes.first { $0.op == "ReduceMean" }
      #expect(pool?.inputs.count == 2 && pool?.attributes["axes"] == nil)
      // Nothing depends on the batch that it was built with.
      for batch in [1, 5] { #expect(try logits(model, batch: batch).count == 3 * batch) }
      // Features are those of the file: undo the head.
      var whole = try exported()
      whole.graph.outputs = [ValueInfo("f", .float32, nil)]
      let shape = [3, 2, 20, 24]
      let x = try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { Float($0 % 97) / 50 })
      let expected = try LoadedModel(whole, threads: 1).run(["pixels": x])["f"]?.values(as: Float.self)
      var features = model
      features.graph.outputs = [ValueInfo("backbone.features", .float32, nil)]
      features.graph.nodes.removeAll { $0.part == .head || $0.part == .output }
      let actual = try LoadedModel(features, threads: 1).run(["image": x])["backbone.features"]?.values(as: Float.self)
      #expect(actual == expected)
    }
  }

  /// `exported()` as TensorFlow's converter writes it: channels last, with a node that puts them first.
  private func channelsLast(through op: String) throws -> Model {
    var model = try exported()
    model.graph.inputs[0].dimensions = [.symbolic("n"), .fixed(20), .fixed(24), .fixed(2)]
    var nodes = [
      Node(name: "t", op: "Transpose", inputs: ["other"], outputs: ["t0"], attributes: ["perm": .ints([0, 3, 1, 2])])
    ]
    if op == "Transpose" {
      nodes[0].inputs = ["pixels"]
    } else {
      nodes.insert(Node(name: "other", op: op, inputs: ["pixels"], outputs: ["other"]), at: 0)
    }
    model.graph.nodes[1].inputs[0] = "t0"
    model.graph.nodes.insert(contentsOf: nodes, at: 0)
    return model
  }

  @Test func channelsLastAreTakenOrRefusedWithWhatToDo() throws {
    try withFolder { folder in
      try ONNX.write(exported(), to: "\(folder)/first.onnx")
      try ONNX.write(channelsLast(through: "Transpose"), to: "\(folder)/last.onnx")
      try ONNX.write(channelsLast(through: "Abs"), to: "\(folder)/other.onnx")
      func assembled(_ name: String) throws -> Model {
        try Registry.standard.assemble(description(PartSpec("\(folder)/\(name).onnx"), normalized: false))
      }
      #expect(try logits(assembled("last")) == logits(assembled("first")))
      let error = #expect(throws: ZooError.self) { try assembled("other") }
      #expect(error?.description.contains("channels last ([n, 20, 24, 2])") == true, "\(String(describing: error))")
      #expect(error?.remedy?.contains("--inputs-as-nchw pixels") == true)
    }
  }

  @Test func featuresWithHeightAndWidthAreAveraged() throws {
    try withFolder { folder in
      let path = "\(folder)/foreign.onnx"
      try ONNX.write(exported(), to: path)
      let spec = PartSpec(path, settings: ["cut": .string("r")])
      let model = try Registry.standard.assemble(description(spec, normalized: false))
      #expect(model.graph.nodes.contains { $0.op == "GlobalAveragePool" })
      #expect(try logits(model).count == 9)
    }
  }

  @Test(arguments: [("spread", [0.6, 0.6]), ("repeat", [0.45, 0.6])] as [(String, [Float])])
  func theStemTakesTheChannelsThatThereAre(_ stem: String, _ expected: [Float]) throws {
    try withFolder { folder in
      let path = "\(folder)/foreign.onnx"
      var model = try exported()
      let channels: [Float] = [0.3, 0.4, 0.5]
      let weight = try Tensor(shape: [4, 3, 3, 3], (0..<108).map { channels[$0 / 9 % 3] })
      model.graph.nodes[0].attributes["value"] = .tensor(weight)
      model.graph.inputs[0].dimensions = [.symbolic("n"), .fixed(3), .symbolic("h"), .symbolic("w")]
      try ONNX.write(model, to: path)
      let spec = PartSpec(path, settings: ["stem": .string(stem)])
      let adapted = try Registry.standard.assemble(description(spec, normalized: false))
      let values = adapted.graph.initializers["backbone.weight"]?.values(as: Float.self) ?? []
      #expect(values.count == 72)
      for (index, value) in values.enumerated() { #expect(abs(value - expected[index / 9 % 2]) < 1e-6) }
      #expect(try logits(adapted).count == 9)
    }
  }

  @Test("An image may be cut at whatever its name is, and be prepared by scalars before the stem")
  func theCutMayHaveTheBordersName() throws {
    try withFolder { folder in
      let path = "\(folder)/foreign.onnx"
      var model = try exported()
      model.graph.initializers["half"] = try Tensor(Float(0.5))
      model.graph.nodes.insert(Node(name: "scale", op: "Mul", inputs: ["pixels", "half"], outputs: ["scaled"]), at: 0)
      for index in model.graph.nodes.indices {
        model.graph.nodes[index].inputs = model.graph.nodes[index].inputs.map { $0 == "r" ? "features" : $0 }
        model.graph.nodes[index].outputs = model.graph.nodes[index].outputs.map { $0 == "r" ? "features" : $0 }
        if model.graph.nodes[index].name == "conv" { model.graph.nodes[index].inputs[0] = "scaled" }
      }
      let weight = try Tensor(shape: [4, 3, 3, 3], (0..<108).map { Float($0 % 7) })
      model.graph.nodes[1].attributes["value"] = .tensor(weight)
      model.graph.inputs[0].dimensions = [.symbolic("n"), .fixed(3), .symbolic("h"), .symbolic("w")]
      try ONNX.write(model, to: path)
      let spec = PartSpec(path, settings: ["cut": .string("features"), "stem": .string("repeat")])
      #expect(try logits(Registry.standard.assemble(description(spec, normalized: false))).count == 9)
    }
  }

  @Test(arguments: [
    ("broadcast", "which can be adapted"), ("shared", "which can be adapted"), ("double", "which can be adapted"),
    ("quantized", "the graph is quantized"), ("empty", "nothing of the graph is left"),
  ])
  func whatCannotBeAdaptedIsRefusedByName(_ problem: String, _ message: String) throws {
    try withFolder { folder in
      var model = try exported()
      var spec = PartSpec("\(folder)/foreign.onnx", settings: ["stem": .string("spread")])
      var weight = try Tensor(shape: [4, 3, 3, 3], [Float](repeating: 1, count: 108))
      switch problem {
      case "broadcast":
        // Images of one channel would become three without a word.
        model.graph.initializers["mean3"] = try Tensor(shape: [1, 3, 1, 1], [1, 2, 3] as [Float])
        model.graph.nodes.insert(Node(name: "sub", op: "Sub", inputs: ["pixels", "mean3"], outputs: ["s3"]), at: 0)
        model.graph.nodes[2].inputs[0] = "s3"
      case "shared":
        model.graph.nodes.insert(Node(name: "again", op: "Relu", inputs: ["weight"], outputs: ["unused"]), at: 1)
        model.graph.nodes[2].inputs.append("unused")
      case "double": weight = try Tensor(shape: [4, 3, 3, 3], [Double](repeating: 1, count: 108))
      case "quantized":
        model.graph.initializers["q8"] = try Tensor(shape: [1], [1] as [UInt8])
        model.graph.initializers["s8"] = try Tensor(Float(1))
        model.graph.nodes.insert(
          Node(name: "quantized", op: "DequantizeLinear", inputs: ["q8", "s8"], outputs: ["bias"]), at: 0)
        model.graph.initializers["bias"] = nil
      default: spec.settings["cut"] = .string("scaled")
      }
      for index in model.graph.nodes.indices where model.graph.nodes[index].name == "w" {
        model.graph.nodes[index].attributes["value"] = .tensor(weight)
      }
      if problem == "empty" {
        model.graph.nodes.append(
          Node(
            name: "scaled", op: "Constant", inputs: [], outputs: ["scaled"],
            attributes: ["value": .tensor(try Tensor(Float(1)))]))
      }
      model.graph.inputs[0].dimensions = [.symbolic("n"), .fixed(3), .symbolic("h"), .symbolic("w")]
      try ONNX.write(model, to: "\(folder)/foreign.onnx")
      let error = #expect(throws: ZooError.self) {
        try Registry.standard.assemble(description(spec, normalized: false))
      }
      #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }
  }

  @Test(arguments: [
    ("cut", "Did you mean"), ("training", "training form"), ("shared", "two normalisations share"),
    ("computed", "the statistics are computed"), ("softmax", "several axes"),
    ("channels", "takes images of 3 channels, these have 2"),
    ("half", "the parameter is float16"), ("rank", "at the cut"), ("control", "graphs inside"),
    ("type", "takes uint8"),
  ])
  func whatCannotBeTrainedIsRefusedByName(_ problem: String, _ message: String) throws {
    try withFolder { folder in
      var model = try exported()
      var spec = PartSpec("\(folder)/foreign.onnx")
      let norm = model.graph.nodes.firstIndex { $0.op == "BatchNormalization" } ?? 0
      switch problem {
      case "cut": spec.settings["cut"] = .string("outt")
      case "training": model.graph.nodes[norm].attributes["training_mode"] = .int(1)
      case "shared": model.graph.nodes[norm].inputs[4] = "mean"
      case "computed":
        model.graph.nodes[norm].inputs[3] = "mean2"
        model.graph.nodes.insert(Node(name: "m", op: "Abs", inputs: ["mean"], outputs: ["mean2"]), at: norm)
      case "softmax":
        let flat = model.graph.nodes.firstIndex { $0.op == "Clip" } ?? 0
        model.graph.nodes[flat] = Node(name: "soft", op: "Softmax", inputs: ["n"], outputs: ["r"])
      case "channels":
        let constant = try Tensor(zeros: TensorType(.float32, [4, 3, 3, 3]))
        model.graph.nodes[0].attributes["value"] = .tensor(constant)
        model.graph.inputs[0].dimensions = [.symbolic("n"), .fixed(3), .symbolic("h"), .symbolic("w")]
      case "half":
        let constant = try Tensor(zeros: TensorType(.float16, [4, 2, 3, 3]))
        model.graph.nodes[0].attributes["value"] = .tensor(constant)
      case "rank": spec.settings["cut"] = .string("t")
      case "control":
        let body = Graph(
          name: "body", nodes: [Node(name: "i", op: "Identity", inputs: ["n"], outputs: ["k"])],
          outputs: [ValueInfo("k", .float32, nil)])
        model.graph.initializers["condition"] = try Tensor(true)
        let clip = model.graph.nodes.firstIndex { $0.op == "Clip" } ?? 0
        model.graph.nodes[clip] = Node(
          name: "if", op: "If", inputs: ["condition"], outputs: ["r"],
          attributes: ["then_branch": .graph(body), "else_branch": .graph(body)])
      default: model.graph.inputs[0].elementType = .uint8
      }
      try ONNX.write(model, to: "\(folder)/foreign.onnx")
      let error = #expect(throws: ZooError.self) {
        try Registry.standard.assemble(description(spec, normalized: false))
      }
      #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }
  }

  @Test func aFileThatIsNotThereIsNamed() throws {
    let error = #expect(throws: ZooError.self) {
      try Registry.standard.assemble(description(PartSpec("nowhere.onnx")))
    }
    #expect(error?.location.file == "nowhere.onnx")
  }
}
