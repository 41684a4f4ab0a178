import Foundation
import Testing
import ZooPlugins

/// What of a foreign graph is trained, and graphs that were exported for one batch.
@Suite struct ForeignConstantTests {
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = NSTemporaryDirectory() + "foreign-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func assembled(_ model: Model) throws -> Model {
    var result: Model?
    try withFolder { folder in
      let path = "\(folder)/foreign.onnx"
      try ONNX.write(model, to: path)
      result = try Registry.standard.assemble(
        ModelDescription(
          name: "test", channels: ["a", "b"], classes: ["x", "y", "z"], height: 8, width: 8, backbone: PartSpec(path),
          head: PartSpec("linear"), seed: 7))
    }
    return try #require(result)
  }

  private func floats(_ shape: [Int], _ step: Float = 0.1) throws -> Tensor {
    try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { Float($0 % 7) * step + 0.05 })
  }

  /// Names of what a value is computed from would double with each sum of a value and itself.
  @Test func sumsOfOneWeightWithItselfAreOneWeight() throws {
    var nodes = [Node(name: "first", op: "Add", inputs: ["w", "w"], outputs: ["s0"])]
    for step in 1..<200 {
      nodes.append(Node(name: "s\(step)", op: "Add", inputs: ["s\(step - 1)", "s\(step - 1)"], outputs: ["s\(step)"]))
    }
    nodes.append(Node(name: "use", op: "MatMul", inputs: ["x", "s199"], outputs: ["y"]))
    for index in nodes.indices { nodes[index].part = .backbone }
    var graph = Graph(name: "doubled", nodes: nodes)
    graph.inputs = [ValueInfo("x", .float32, [.symbolic("N"), .fixed(4)])]
    graph.outputs = [ValueInfo("y", .float32, [.symbolic("N"), .fixed(5)])]
    graph.initializers = ["w": try floats([4, 5])]
    #expect(graph.parameters().filter(\.isTrainable).map(\.name) == ["w"])
  }

  /// Image normalisation, a convolution, a mask and a bias added to what it gives, a factor for each channel, a pool, a
  /// classifier.
  /// - Parameter inNodes: whether all tensors are values of `Constant` nodes.
  private func graph(inNodes: Bool) throws -> Model {
    let mask = (0..<64).map { Float($0 % 3 == 0 ? -100 : 0) }
    let tensors: [String: Tensor] = try [
      "mean": floats([1, 2, 1, 1]), "std": floats([1, 2, 1, 1]), "gain": floats([1, 2, 1, 1]),
      "w": floats([4, 2, 3, 3]), "mask": Tensor(shape: [8, 8], mask), "bias": floats([4, 1, 1]),
      "scale": floats([4, 1, 1]), "k": floats([5, 4]),
    ]
    func binary(_ op: String, _ a: String, _ b: String, _ y: String) -> Node {
      Node(name: "\(y).\(op)", op: op, inputs: [a, b], outputs: [y])
    }
    var nodes = [
      binary("Sub", "pixels", "mean", "a"), binary("Div", "a", "std", "b"), binary("Mul", "b", "gain", "c"),
      Node(
        name: "conv", op: "Conv", inputs: ["c", "w"], outputs: ["d"], attributes: ["pads": .ints([1, 1, 1, 1])]),
      binary("Add", "d", "mask", "e"), binary("Add", "e", "bias", "f"), binary("Mul", "f", "scale", "g"),
      Node(name: "pool", op: "GlobalAveragePool", inputs: ["g"], outputs: ["h"]),
      Node(name: "flat", op: "Flatten", inputs: ["h"], outputs: ["i"]),
      Node(name: "fc", op: "Gemm", inputs: ["i", "k"], outputs: ["y"], attributes: ["transB": .int(1)]),
    ]
    if inNodes {
      nodes =
        tensors.sorted { $0.key < $1.key }.map { name, tensor in
          Node(
            name: "\(name).value", op: "Constant", inputs: [], outputs: [name], attributes: ["value": .tensor(tensor)])
        } + nodes
    }
    return Model(
      opsets: ["": 17],
      graph: Graph(
        name: "foreign", nodes: nodes,
        inputs: [ValueInfo("pixels", .float32, [.symbolic("n"), .fixed(2), .fixed(8), .fixed(8)])],
        outputs: [ValueInfo("y", .float32, nil)], initializers: inNodes ? [:] : tensors))
  }

  private func trained(_ model: Model) -> Set<String> {
    Set(model.graph.parameters().filter { $0.isTrainable && $0.part == .backbone }.map(\.name))
  }

  @Test func parametersAreTrainedAndConstantsAreNot() throws {
    let model = try assembled(graph(inNodes: false))
    #expect(trained(model) == ["backbone.w", "backbone.bias", "backbone.scale"])
    for name in ["mean", "std", "gain", "mask"] { #expect(model.graph.initializers["backbone.\(name)"] != nil) }
  }

  @Test func weightsInNodesAreWeightsAndOperandsInNodesAreConstants() throws {
    let model = try assembled(graph(inNodes: true))
    #expect(trained(model) == ["backbone.w"])
    // The classifier is cut off, wherever its weights stand.
    #expect(!model.graph.nodes.contains { $0.op == "Gemm" && $0.part == .backbone })
    #expect(model.graph.initializers["backbone.mask"] != nil)
    // Written and read, it stays so.
    try withFolder { folder in
      try model.write(to: "\(folder)/model.zoo")
      #expect(try trained(Model.read(from: "\(folder)/model.zoo")) == ["backbone.w"])
    }
  }

  /// Weight standardisation as exporters write it: a batch normalisation over the weight in its training form.
  @Test func standardisedWeightsAreTrained() throws {
    let nodes = [
      Node(name: "r", op: "Reshape", inputs: ["w", "flat"], outputs: ["wr"]),
      Node(
        name: "bn", op: "BatchNormalization", inputs: ["wr", "one", "zero", "zero", "one"], outputs: ["wn", "u", "v"],
        attributes: ["training_mode": .int(1), "epsilon": .float(1e-3)]),
      Node(name: "back", op: "Reshape", inputs: ["wn", "shape"], outputs: ["ws"]),
      Node(name: "conv", op: "Conv", inputs: ["pixels", "ws"], outputs: ["d"]),
    ]
    let model = Model(
      opsets: ["": 17],
      graph: Graph(
        name: "foreign", nodes: nodes,
        inputs: [ValueInfo("pixels", .float32, [.symbolic("n"), .fixed(2), .fixed(8), .fixed(8)])],
        outputs: [ValueInfo("d", .float32, nil)],
        initializers: [
          "w": try floats([4, 2, 3, 3]), "flat": try Tensor(shape: [3], [1, 4, -1] as [Int64]),
          "shape": try Tensor(shape: [4], [4, 2, 3, 3] as [Int64]),
          "one": try Tensor(shape: [4], [1, 1, 1, 1] as [Float]),
          "zero": try Tensor(shape: [4], [0, 0, 0, 0] as [Float]),
        ]))
    let assembled = try assembled(model)
    #expect(trained(assembled) == ["backbone.w"])
    let x = try floats([3, 2, 8, 8], 0.3)
    var features = assembled
    features.graph.outputs = [ValueInfo("backbone.features", .float32, nil)]
    features.graph.nodes.removeAll { $0.part == .head || $0.part == .output }
    let actual: [Float] = try #require(
      LoadedModel(features, threads: 1).run(["image": x])["backbone.features"]?.values())
    var foreign = model
    foreign.graph.nodes.append(Node(name: "pool", op: "GlobalAveragePool", inputs: ["d"], outputs: ["p"]))
    foreign.graph.outputs = [ValueInfo("p", .float32, nil)]
    let expected: [Float] = try #require(LoadedModel(foreign, threads: 1).run(["pixels": x])["p"]?.values())
    for (a, e) in zip(actual, expected) { #expect(abs(a - e) < 1e-4) }
  }

  /// A transformer of two tokens for each sample as exporters write it for a batch of 8: the batch in every `Reshape`, the class
  /// token repeated.
  private func baked(_ batch: Int, token: Tensor) throws -> Model {
    func sizes(_ values: [Int64]) throws -> Tensor { try Tensor(shape: [values.count], values) }
    let b = Int64(batch)
    let nodes = [
      Node(
        name: "patch", op: "Conv", inputs: ["pixels", "w"], outputs: ["a"], attributes: ["strides": .ints([8, 4])]),
      Node(name: "tokens", op: "Reshape", inputs: ["a", "s1"], outputs: ["b"]),
      Node(name: "turn", op: "Transpose", inputs: ["b"], outputs: ["c"], attributes: ["perm": .ints([0, 2, 1])]),
      Node(name: "join", op: "Concat", inputs: ["token", "c"], outputs: ["d"], attributes: ["axis": .int(1)]),
      Node(name: "place", op: "Add", inputs: ["d", "position"], outputs: ["e"]),
      Node(name: "heads", op: "Reshape", inputs: ["e", "s2"], outputs: ["f"]),
      Node(name: "front", op: "Transpose", inputs: ["f"], outputs: ["g"], attributes: ["perm": .ints([2, 0, 1, 3])]),
      Node(name: "first", op: "Gather", inputs: ["g", "zero"], outputs: ["h"], attributes: ["axis": .int(0)]),
      Node(name: "cls", op: "Gather", inputs: ["h", "zero"], outputs: ["i"], attributes: ["axis": .int(1)]),
    ]
    return Model(
      opsets: ["": 17],
      graph: Graph(
        name: "vit", nodes: nodes,
        inputs: [ValueInfo("pixels", .float32, [.fixed(batch), .fixed(2), .fixed(8), .fixed(8)])],
        outputs: [ValueInfo("i", .float32, nil)],
        initializers: [
          "w": try floats([6, 2, 8, 4]), "s1": try sizes([b, 6, 2]), "s2": try sizes([b, 3, 2, 3]), "token": token,
          "position": try floats([1, 3, 6]), "zero": try Tensor(Int64(0)),
        ]))
  }

  @Test(arguments: [1, 8]) func aGraphOfOneBatchIsOpened(_ batch: Int) throws {
    let one = try floats([1, 1, 6], 0.2)
    let values: [Float] = one.values() ?? []
    let token = try Tensor(shape: [batch, 1, 6], (0..<batch).flatMap { _ in values })
    let model = try assembled(baked(batch, token: token))
    for size in [1, 3, 8] {
      let x = try floats([size, 2, 8, 8], 0.3)
      #expect(try LoadedModel(model, threads: 1).run(["image": x])["logits"]?.shape == [size, 3])
    }
  }

  @Test func whatKeepsABatchFromBeingOpenedIsSaid() throws {
    let error = #expect(throws: ZooError.self) { try assembled(baked(8, token: floats([8, 1, 6], 0.2))) }
    #expect(error?.problem.contains("exported for a batch of 8") == true, "\(String(describing: error))")
    #expect(error?.problem.contains("'token' holds other numbers for each sample") == true)
    #expect(error?.remedy?.contains("dynamic_axes") == true)
  }
}
