import Foundation
import Testing
import ZooFormat

/// Files made by the onnx package, see Fixtures/onnx/make.py.
@Suite struct ONNXReaderTests {
  static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures/onnx").path

  private func read(_ name: String) throws -> Model { try ONNX.read(path: "\(Self.fixtures)/\(name)") }

  @Test func everyElementTypeIsReadFromTypedAndRawData() throws {
    let tensors = try read("types.onnx").graph.initializers
    for type in ElementType.allCases where !type.isSmall {
      let typed = try #require(tensors["\(type).typed"])
      let raw = try #require(tensors["\(type).raw"])
      #expect(typed.type == TensorType(type, [2]) && raw.type == typed.type)
      #expect(typed.withUnsafeBytes { Array($0) } == raw.withUnsafeBytes { Array($0) }, "\(type)")
    }
    #expect(tensors["int64.typed"]?.values(as: Int64.self) == [.min, 1])
    #expect(tensors["uint32.typed"]?.values(as: UInt32.self) == [.max, 1])
    #expect(tensors["float64.raw"]?.values(as: Double.self) == [1e300, -2])
    #expect(tensors["float16.typed"]?.values(as: UInt16.self) == nil)
  }

  @Test func typesAndMetadataAreRead() throws {
    let model = try read("types.onnx")
    #expect(model.opsets == ["": 18])
    #expect(model.graph.inputs == [ValueInfo("x", .float32, [.symbolic("N"), .fixed(3), .unknown])])
    #expect(model.graph.outputs == [ValueInfo("y", .float32, [.symbolic("N"), .fixed(3), .unknown])])
    #expect(model.card.classes == ["a", "ü\n"])
    #expect(model.card.notes == ["author": "nobody"])
  }

  @Test func nodesGetNamesOfTheirOwn() throws {
    let graph = try read("nodes.onnx").graph
    #expect(graph.nodes.map(\.name) == ["y", "same", "same_2", "l", "z", "k", "ints", "floats", "tensor"])
    #expect(graph.nodes[5].inputs == ["l", "", ""])
  }

  @Test func anInitializerAmongTheInputsIsTheDefaultOfOne() throws {
    let graph = try read("nodes.onnx").graph
    #expect(graph.inputs.map(\.name) == ["x", "w", "c"])
    #expect(graph.initializers.keys.sorted() == ["w"])
  }

  @Test func everyKindOfAttributeIsRead() throws {
    let nodes = try read("nodes.onnx").graph.nodes
    guard case .float(0.25)? = nodes[3].attributes["alpha"],
      case .graph(let body)? = nodes[4].attributes["then_branch"],
      case .ints([1, -2])? = nodes[6].attributes["value_ints"],
      case .floats([0.5, 2])? = nodes[7].attributes["value_floats"],
      case .tensor(let tensor)? = nodes[8].attributes["value"]
    else { return #expect(Bool(false), "\(nodes)") }
    #expect(body.nodes.map(\.inputs) == [["y"]])
    #expect(tensor.type == TensorType(.int64, []) && tensor.integers() == [7])
  }

  @Test func functionsArePutInPlaceOfTheirCalls() throws {
    let graph = try read("functions.onnx").graph
    #expect(
      graph.nodes.map(\.op) == ["LeakyRelu", "Identity", "LeakyRelu", "Identity", "Identity", "LeakyRelu", "Identity"])
    let slopes = graph.nodes.filter { $0.op == "LeakyRelu" }.map { node -> Float? in
      if case .float(let slope)? = node.attributes["alpha"] { slope } else { nil }
    }
    #expect(slopes == [0.75, 0.5, nil])
    #expect(Set(graph.nodes.map(\.name)).count == 7)
    #expect(graph.nodes[0].inputs == ["x"] && graph.nodes[4].inputs == ["x"] && graph.nodes[4].outputs == ["x2"])
    #expect(graph.nodes[3].outputs == ["y"] && graph.nodes[5].inputs == ["y"] && graph.nodes[6].outputs == ["z"])
  }

  @Test func externalDataIsReadFromTheModelsFolder() throws {
    let tensors = try read("external.onnx").graph.initializers
    #expect(tensors["w"]?.values(as: Float.self) == [1, 2])
    #expect(tensors["n"]?.integers() == [3])
  }

  @Test func aNameTellsONNXFromOurFormat() throws {
    #expect(try Model.read(from: "\(Self.fixtures)/nodes.onnx").graph.nodes.count == 9)
    let error = #expect(throws: ZooError.self) { try ModelFile.open("\(Self.fixtures)/nodes.onnx") }
    #expect(error?.problem == "is not a .zoo file")
  }

  @Test func testDataIsRead() throws {
    let tensor = try ONNX.readTensor(path: "\(Self.fixtures)/tensor.pb")
    #expect(tensor.type == TensorType(.int32, [2, 2]) && tensor.integers() == [1, 2, 3, 4])
    for (name, kind) in [("sequence.pb", "sequence"), ("strings.pb", "string")] {
      let error = #expect(throws: ZooError.self) { try ONNX.readTensor(path: "\(Self.fixtures)/\(name)") }
      #expect(error?.problem.contains(kind) == true && error?.problem.contains("not supported") == true)
    }
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let folder = try TemporaryFolder()
    for name in ["types.onnx", "nodes.onnx", "functions.onnx", "external.onnx"] {
      let model = try read(name)
      try ONNX.write(model, to: folder.file(name))
      let again = try ONNX.read(path: folder.file(name))
      #expect(try again.serialized() == model.serialized(), "\(name)")
    }
  }

  @Test func theCardSurvivesONNX() throws {
    var model = try Samples.everything()
    (model.selfTest, model.training, model.graph.updates) = (nil, nil, [])
    // Operator sets that no node uses are left out.
    model.opsets = ["": 22]
    let folder = try TemporaryFolder()
    try ONNX.write(model, to: folder.file("m.onnx"))
    let again = try ONNX.read(path: folder.file("m.onnx"))
    #expect(try again.serialized() == model.serialized())
  }
}
