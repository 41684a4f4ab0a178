import Foundation
import Testing
import ZooPlugins

/// Each model of the catalogue to ONNX and back: the same graph, tensors and card.
@Suite struct ONNXRoundTripTests {
  static let backbones = Registry.standard.plugins(of: .backbone).map(\.name)
  static let images = Registry.standard.plugins(of: .head).map(\.name)
  static let sequences = Registry.standard.plugins(of: .temporal).map(\.name)

  private func description(
    _ backbone: String, temporal: PartSpec? = nil, head: String = "linear", height: Int = 32, width: Int = 40
  ) -> ModelDescription {
    ModelDescription(
      name: "round trip", channels: ["BF", "PI"], classes: ["healthy", "dead"], height: height, width: width,
      frames: temporal == nil ? nil : 3, backbone: PartSpec(backbone), temporal: temporal, head: PartSpec(head),
      normalization: .init(mean: [0.25, 0.5], deviation: [2, 3]), seed: 3)
  }

  private func roundTrip(_ model: Model) throws -> Model {
    let path = NSTemporaryDirectory() + "round-trip-\(UUID().uuidString).onnx"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try ONNX.write(model, to: path)
    return try Model.read(from: path)
  }

  private func expectSame(_ a: Model, _ b: Model) {
    #expect(a.graph.nodes.map(text) == b.graph.nodes.map(text))
    #expect(a.graph.inputs == b.graph.inputs && a.graph.outputs == b.graph.outputs)
    #expect(a.graph.initializers.mapValues(\.type) == b.graph.initializers.mapValues(\.type))
    for (name, tensor) in a.graph.initializers {
      let isSame = b.graph.initializers[name]?.withUnsafeBytes { other in
        tensor.withUnsafeBytes { $0.elementsEqual(other) }
      }
      #expect(isSame == true, "\(name)")
    }
    #expect(a.card.channels == b.card.channels && a.card.classes == b.card.classes)
    #expect(a.card.imageSize == b.card.imageSize && a.card.frames == b.card.frames && a.card.name == b.card.name)
  }

  private func text(_ node: Node) -> String {
    let attributes = node.attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let part = node.part?.rawValue ?? "none"
    return "\(node.domain).\(node.op) \(node.name) \(part) \(node.inputs) \(node.outputs) \(attributes)"
  }

  /// At a size that every backbone takes: patches of 16 pixels, and more than Inception's 75.
  @Test(arguments: backbones) func ofBackbones(name: String) throws {
    var description = description(name, height: 80, width: 96)
    // The size of its layers would be a quarter of all that the tests take.
    if name == "vgg11_bn" { description.backbone.settings = ["hidden": .number(64)] }
    let model = try Registry.standard.assemble(description, random: .zeros)
    try expectSame(model, roundTrip(model))
  }

  @Test(arguments: ["resnet10_tiny", "efficientnet_tiny"], images) func ofImages(backbone: String, head: String) throws
  {
    let model = try Registry.standard.assemble(description(backbone, head: head), random: .zeros)
    try expectSame(model, roundTrip(model))
  }

  @Test(arguments: ["resnet10_tiny", "efficientnet_tiny"], sequences)
  func ofSequences(backbone: String, temporal: String) throws {
    let model = try Registry.standard.assemble(
      description(backbone, temporal: PartSpec(temporal)), random: .zeros)
    try expectSame(model, roundTrip(model))
  }

  @Test(arguments: ["resnet10_tiny", "efficientnet_tiny"], [nil, "lstm", "gru", "mean"])
  func outputsAreTheSameBytes(backbone: String, temporal: String?) throws {
    let part = temporal.map {
      PartSpec($0, settings: $0 == "mean" ? [:] : ["layers": .number(2), "bidirectional": .bool(true)])
    }
    let model = try Registry.standard.assemble(description(backbone, temporal: part))
    let again = try roundTrip(model)
    expectSame(model, again)
    let shape = temporal == nil ? [2, 2, 32, 40] : [2, 3, 2, 32, 40]
    let samples = try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { Float($0 % 37) / 8 })
    let input = [model.graph.inputs[0].name: samples]
    let one = try LoadedModel(model, threads: 1).run(input)
    let other = try LoadedModel(again, threads: 1).run(input)
    for name in ["logits", "probabilities"] {
      let values = one[name]?.values(as: Float.self)
      #expect(values != nil && values == other[name]?.values(as: Float.self))
    }
  }
}
