import Foundation
import Testing
import ZooPlugins

/// State dicts of timm and torchvision in our backbones; files and logits by Fixtures/weights/make.py.
@Suite struct WeightImportTests {
  private func fixture(_ name: String) throws -> WeightsFile {
    let folder = Bundle.module.resourcePath ?? ""
    return try WeightsFile.read(path: "\(folder)/Fixtures/weights/\(name)")
  }

  private func model(_ backbone: String, _ settings: [String: JSONValue], channels: Int = 3) throws -> Model {
    try Registry.standard.assemble(
      ModelDescription(
        name: "test", channels: (0..<channels).map { "c\($0)" }, classes: (0..<5).map { "k\($0)" }, height: 32,
        width: 32, backbone: PartSpec(backbone, settings: settings), head: PartSpec("linear")))
  }

  private func tiny(_ file: String, channels: Int = 3) throws -> Model {
    try file.hasPrefix("resnet")
      ? model("resnet10_tiny", ["width": .number(4)], channels: channels)
      : model("efficientnet_b0", ["width": .number(0.1), "depth": .number(0.1)], channels: channels)
  }

  private func logits(_ model: Model, _ input: Tensor) throws -> [Float] {
    try LoadedModel(model, threads: 1).run(["image": input])["logits"]?.values(as: Float.self) ?? []
  }

  @Test(arguments: ["resnet.pth", "efficientnet-timm.safetensors", "efficientnet-torchvision.safetensors"])
  func logitsAreThoseOfTheLibrary(_ file: String) throws {
    var model = try tiny(file)
    let report = try model.graph.takeWeights(fixture(file))
    #expect(report.missing.isEmpty && report.leftOver.isEmpty && report.adapted.isEmpty, "\(report.text)")
    #expect(report.counters > 0)
    let expected = try fixture("expected.safetensors").tensors
    let wanted = try #require(expected[String(file.split(separator: ".")[0])]?.values(as: Float.self))
    let actual = try logits(model, #require(expected["input"]))
    try #require(actual.count == wanted.count)
    let scale = max(1, wanted.map(abs).max() ?? 1)
    for (a, w) in zip(actual, wanted) { #expect(abs(a - w) <= 1e-4 * scale, "\(a) where \(w) is right") }
  }

  /// The response to an image whose channels are all the same stays what it was.
  @Test(arguments: [
    (StemAdaptation.spread, 1), (.spread, 2), (.spread, 5), (.repeated, 1), (.repeated, 6),
  ]) func aStemOfOtherChannelsIsAdapted(_ rule: StemAdaptation, channels: Int) throws {
    var (original, adapted) = (try tiny("resnet"), try tiny("resnet", channels: channels))
    _ = try original.graph.takeWeights(fixture("resnet.pth"))
    let report = try adapted.graph.takeWeights(fixture("resnet.pth"), stem: rule)
    #expect(report.adapted.map(\.name) == ["backbone.conv1.weight"])
    let plane = (0..<32 * 32).map { Float($0 % 23) / 10 }
    func gray(_ count: Int) throws -> Tensor {
      try Tensor(shape: [1, count, 32, 32], (0..<count).flatMap { _ in plane })
    }
    for (a, w) in zip(try logits(adapted, gray(channels)), try logits(original, gray(3))) {
      #expect(abs(a - w) < 1e-3, "\(a) where \(w) is right")
    }
  }

  @Test(arguments: StemAdaptation.allCases) func theRulesDifferChannelByChannel(_ rule: StemAdaptation) throws {
    var model = try tiny("resnet", channels: 2)
    _ = try model.graph.takeWeights(fixture("resnet.pth"), stem: rule)
    let weight = try #require(model.graph.initializers["backbone.conv1.weight"]?.values(as: Float.self))
    let file = try #require(fixture("resnet.pth").tensors["conv1.weight"]?.values(as: Float.self))
    let sum = file[0] + file[49] + file[98]
    for channel in 0..<2 {
      let wanted = rule == .spread ? sum / 2 : file[49 * channel] * 3 / 2
      #expect(abs(weight[49 * channel] - wanted) < 1e-6)
    }
  }

  @Test func theReportNamesWhatIsMissingAndLeftOver() throws {
    var weights = try fixture("resnet.pth")
    weights.tensors["layer1.0.conv1.weight"] = nil
    weights.tensors["layer9.0.conv1.weight"] = try Tensor(zeros: TensorType(.float32, [1]))
    weights.tensors["fc.bias"] = try Tensor(zeros: TensorType(.float32, [7]))
    weights.tensors["bn1.weight"] = try weights.tensors["bn1.weight"]?.converted(to: .float16)
    var model = try tiny("resnet")
    let before = model.graph.initializers["head.fc.bias"]?.values(as: Float.self)
    let report = try model.graph.takeWeights(weights)
    #expect(report.missing == ["backbone.layer1.0.conv1.weight", "head.fc.bias"])
    #expect(report.leftOver.map(\.name) == ["fc.bias", "layer9.0.conv1.weight"])
    #expect(report.adapted.map(\.how) == ["converted from float16"])
    #expect(model.graph.initializers["head.fc.bias"]?.values(as: Float.self) == before)
    #expect(report.text.contains("fc.bias float32[7]: 'head.fc.bias' is float32[5]"), "\(report.text)")
  }

  @Test func weightsOfAnotherModelAreRefused() throws {
    var model = try tiny("resnet")
    let error = #expect(throws: ZooError.self) {
      try model.graph.takeWeights(WeightsFile(tensors: ["x": Tensor(Float(1))]))
    }
    #expect(error?.description.contains("no tensor fits the backbone") == true)
  }

  @Test func aLongReportNamesTheFirstTenAndTheNumberOfTheOthers() throws {
    var model = try tiny("resnet")
    let many = Dictionary(uniqueKeysWithValues: try (10..<70).map { ("x\($0)", try Tensor(shape: [1], [Float(0)])) })
    let error = try #require(throws: ZooError.self) { try model.graph.takeWeights(WeightsFile(tensors: many)) }
    let lines = error.description.components(separatedBy: "; ")
    #expect(lines.count < 30, "\(error)")
    #expect(lines.contains("60 left over") && lines.contains("  … and 50 more"), "\(error)")
    #expect(lines.contains { $0.hasPrefix("  x19 ") } && !lines.contains { $0.hasPrefix("  x20 ") }, "\(error)")
  }

  @Test func ourOwnNamesComeBack() throws {
    var (a, b) = (try tiny("resnet"), try tiny("resnet"))
    _ = try a.graph.takeWeights(fixture("resnet.pth"))
    let path = NSTemporaryDirectory() + "weights-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try WeightsFile(tensors: a.graph.weights, metadata: ["format": "pt"]).write(safetensors: path)
    let report = try b.graph.takeWeights(WeightsFile.read(path: path))
    #expect(report.missing.isEmpty && report.leftOver.isEmpty)
    let input = try #require(fixture("expected.safetensors").tensors["input"])
    #expect(try logits(a, input) == logits(b, input))
  }

  /// What `train.init` does with the file that `zoo import` writes.
  @Test func anImportedBackboneStartsATraining() throws {
    var imported = try tiny("resnet")
    _ = try imported.graph.takeWeights(fixture("resnet.pth"))
    var other = try model("resnet10_tiny", ["width": .number(4)])
    let transfer = try other.graph.takeWeights(of: .backbone, from: imported.graph)
    #expect(transfer.isComplete)
    #expect(
      other.graph.initializers["backbone.layer4.0.bn2.running_var"]?.values(as: Float.self)
        == imported.graph.initializers["backbone.layer4.0.bn2.running_var"]?.values(as: Float.self))
  }
}
