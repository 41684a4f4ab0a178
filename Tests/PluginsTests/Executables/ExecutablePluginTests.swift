import Foundation
import Testing
import ZooFormat
import ZooPlugins

/// Parts that programs make: shell scripts stand for them.
@Suite struct ExecutablePluginTests {
  /// A registry whose plugin path is a folder with the program `zoo-KIND-NAME`, and `part.zoo` beside it.
  private func withProgram(
    _ file: String, _ script: String, part: [UInt8] = [], _ body: (Registry, String) throws -> Void
  ) throws {
    let folder = NSTemporaryDirectory() + "zoo-programs-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(part).write(to: URL(fileURLWithPath: "\(folder)/part.zoo"))
    let text = "#!/bin/sh\ncd \"$(dirname \"$0\")\"\n\(script)\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(file)")
    var registry = Registry.standard
    registry.path = PluginPath(folders: [folder])
    registry.path.limits.seconds = 5
    registry.path.limits.byteCount = 1 << 20
    try body(registry, folder)
  }

  private func description(backbone: PartSpec = PartSpec("resnet10_tiny"), head: PartSpec = PartSpec("linear"))
    -> ModelDescription
  {
    ModelDescription(
      name: "test", channels: ["a", "b"], classes: ["x", "y", "z"], height: 20, width: 24, backbone: backbone,
      head: head)
  }

  /// A convolution, and the mean over the image.
  private func backbone() throws -> [UInt8] {
    var builder = PartBuilder(GraphBuilder(), random: RandomSource(seed: 3), classes: 3)
    let input = try builder.graph.input("x", TensorType(.float32, [2, 2, 20, 24]))
    let output = try builder.globalAveragePool(
      builder.relu(builder.batchNormalization(builder.convolution(input, "conv", channels: 5, kernel: 3), "bn")))
    return try serialized(builder, [.symbolic("N"), .unknown, .unknown, .unknown], output)
  }

  private func head() throws -> [UInt8] {
    var builder = PartBuilder(GraphBuilder(), random: RandomSource(seed: 3), classes: 3)
    let input = try builder.graph.input("x", TensorType(.float32, [2, 128]))
    let output = try builder.linear(input, "fc", features: 3)
    return try serialized(builder, [.symbolic("N"), .fixed(128)], output)
  }

  private func serialized(_ builder: PartBuilder, _ input: [ZooFormat.Dimension], _ output: Value) throws -> [UInt8] {
    try Model(
      graph: Graph(
        name: "part", nodes: builder.graph.nodes, inputs: [ValueInfo("x", .float32, input)],
        outputs: [ValueInfo(output.name, .float32, [.symbolic("N"), .unknown])],
        initializers: builder.graph.initializers)
    ).serialized()
  }

  @Test func aProgramsGraphIsABackboneThatTrains() throws {
    try withProgram("zoo-backbone-plain", "cat > request; cat part.zoo", part: backbone()) { registry, folder in
      #expect(registry.plugins(of: .backbone).map(\.name).contains("plain"))
      let model = try registry.assemble(description(backbone: PartSpec("plain", settings: ["depth": .number(2)])))
      let parameters = model.graph.parameters().filter { $0.part == .backbone }
      let trained = parameters.filter(\.isTrainable).map(\.name)
      #expect(trained == ["backbone.conv.weight", "backbone.bn.weight", "backbone.bn.bias"])
      #expect(parameters.filter { $0.role == .statistic }.count == 2)
      let request = try String(contentsOfFile: "\(folder)/request", encoding: .utf8)
      #expect(request == #"{"classes":3,"seed":1,"settings":{"depth":2},"shape":[2,20,24]}"#)
      let images = try Tensor(zeros: TensorType(.float32, [4, 2, 20, 24]))
      #expect(try LoadedModel(model, threads: 1).run(["image": images])["logits"]?.shape == [4, 3])
    }
  }

  @Test func aRegisteredNameCantBeTaken() throws {
    try withProgram("zoo-backbone-resnet10_tiny", "exit 1") { registry, _ in
      #expect(throws: Never.self) { try registry.assemble(description()) }
      #expect(registry.plugins(of: .backbone).filter { $0.name == "resnet10_tiny" }.count == 1)
    }
  }

  @Test(arguments: [
    ("exit 3", "ended with status 3"), ("echo 'no such width' >&2; exit 1", "no such width"),
    ("kill -SEGV $$", "was ended by signal 11"), ("echo nonsense", "no model"), ("true", "no model"),
    ("cat part.zoo | head -c 300", ""), ("cat /dev/zero", "printed more than 1048576 bytes"),
    ("yes >&2", "printed more than"), ("sleep 60", "took more than 5.0 s"),
  ])
  func aProgramThatMisbehavesIsAnErrorThatNamesIt(script: String, message: String) throws {
    try withProgram("zoo-backbone-bad", script, part: backbone()) { registry, folder in
      let error = #expect(throws: ZooError.self) { try registry.assemble(description(backbone: PartSpec("bad"))) }
      #expect(error?.kind == .badInput)
      #expect(error?.location.file == "\(folder)/zoo-backbone-bad")
      #expect(error?.description.contains(message) == true || message.isEmpty, "\(error?.description ?? "")")
    }
  }

  @Test func aPartOfAnotherKindIsRefused() throws {
    try withProgram("zoo-head-image", "cat part.zoo", part: backbone()) { registry, _ in
      let error = #expect(throws: ZooError.self) { try registry.assemble(description(head: PartSpec("image"))) }
      #expect(error?.description.contains("float32 of 2 dimensions") == true, "\(error?.description ?? "")")
    }
    try withProgram("zoo-head-own", "cat part.zoo", part: head()) { registry, _ in
      let model = try registry.assemble(description(head: PartSpec("own")))
      #expect(model.graph.parameters().filter { $0.part == .head }.map(\.name) == ["head.fc.weight", "head.fc.bias"])
    }
  }
}
