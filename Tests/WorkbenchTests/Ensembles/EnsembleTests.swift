import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Several models, or several views, in one graph")
struct EnsembleTests {
  private func model(
    _ seed: UInt64, backbone: String = "resnet10_tiny", channels: [String] = ["BF", "PI"], frames: Int? = nil
  ) throws -> Model {
    var description = ModelDescription(
      name: "m", channels: channels, classes: ["a", "b", "c"], height: 16, width: 16, frames: frames,
      backbone: PartSpec(backbone, settings: ["width": .number(4)]), temporal: frames.map { _ in PartSpec("lstm") },
      head: PartSpec("linear"), seed: seed)
    let shift = Float(seed)
    description.normalization = .init(
      mean: channels.map { _ in shift / 10 }, deviation: channels.map { _ in 0.5 + shift / 4 })
    return try Registry.standard.assemble(description)
  }

  /// Pixels that no flip or turn leaves as they are.
  private func pixels(_ shape: [Int]) throws -> Tensor {
    let values = (0..<shape.reduce(1, *)).map { (place: Int) -> Float in
      let mixed = place * 7919 + place / 13 * 31
      return Float(mixed % 257) / 257
    }
    return try Tensor(shape: shape, values)
  }

  private func probabilities(_ model: Model, _ input: Tensor) throws -> [Float] {
    let name = try #require(model.graph.inputs.first?.name)
    return try #require(try LoadedModel(model, threads: 1).run([name: input])["probabilities"]?.values())
  }

  private func expectClose(_ a: [Float], _ b: [Float], _ tolerance: Float = 2e-6) {
    #expect(a.count == b.count && !a.isEmpty)
    for (x, y) in zip(a, b) { #expect(abs(x - y) <= tolerance, "\(x) for \(y)") }
  }

  /// Through a file of ours and through ONNX's.
  private func copies(_ model: Model) throws -> [Model] {
    let folder = NSTemporaryDirectory() + "zoo-ensemble-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try model.write(to: folder + "/m.zoo")
    try ONNX.write(model, to: folder + "/m.onnx")
    return [try Model.load(folder + "/m.zoo"), try Model.load(folder + "/m.onnx")]
  }

  @Test("an ensemble's probabilities are the mean of its members', whose normalisations and parts differ")
  func members() throws {
    let members = [try model(1), try model(2, backbone: "efficientnet_tiny"), try model(3)]
    let input = try pixels([3, 2, 16, 16])
    let own = try members.map { try probabilities($0, input) }
    let mean = own[0].indices.map { place in own.reduce(0) { $0 + $1[place] } / 3 }
    #expect(zip(own[0], own[1]).contains { abs($0 - $1) > 1e-3 })
    let ensemble = try Ensemble.averagingProbabilities(members).exported(
      selfTest: pixels([1, 2, 16, 16]), threads: 1)
    for copy in [ensemble] + (try copies(ensemble)) { expectClose(try probabilities(copy, input), mean) }
    try LoadedModel(ensemble, threads: 2).checkSelfTest()
    #expect(try Ensemble.averagingWeights(members) == nil)
  }

  @Test("members of other channels are refused by what differs")
  func refusal() throws {
    let error = #expect(throws: ZooError.self) {
      try Ensemble.averagingProbabilities([model(1), model(2, channels: ["BF", "CE"])])
    }
    #expect(error?.description.contains("members 1 and 2 of the ensemble differ in their channels") == true)
  }

  @Test("the mean of weights is that of each element, constants included")
  func soup() throws {
    let members = [try model(1), try model(2)]
    let soup = try #require(try Ensemble.averagingWeights(members))
    for (name, tensor) in soup.graph.initializers where tensor.elementType == .float32 {
      let values = members.map { $0.graph.initializers[name]?.values(as: Float.self) ?? [] }
      expectClose(tensor.values() ?? [], zip(values[0], values[1]).map { ($0 + $1) / 2 }, 1e-7)
    }
  }

  /// The view in words of pixels: transposed first, then mirrored.
  private func seen(_ input: Tensor, _ view: ModelSpec.TestTimeAugmentation.View) throws -> Tensor {
    let values: [Float] = input.values() ?? []
    var result = values
    for plane in 0..<values.count / 256 {
      for y in 0..<16 {
        for x in 0..<16 {
          let (row, column) = (view.flipped.contains(2) ? 15 - y : y, view.flipped.contains(3) ? 15 - x : x)
          let source = view.isTransposed ? column * 16 + row : row * 16 + column
          result[plane * 256 + y * 16 + x] = values[plane * 256 + source]
        }
      }
    }
    return try Tensor(shape: input.shape, result)
  }

  @Test(
    "the mean over flips and turns is in the graph, for pictures and sequences, and the same bits in any batch",
    arguments: [nil, 3] as [Int?])
  func views(_ frames: Int?) throws {
    let model = try model(4, frames: frames)
    let shape = (frames.map { [$0] } ?? []) + [2, 16, 16]
    let input = try pixels([2] + shape)
    for augmentation in [ModelSpec.TestTimeAugmentation.flips, .flipsAndTurns] {
      let views = augmentation.views
      #expect(Set(views).count == (augmentation == .flips ? 4 : 8))
      let each = try views.map { try probabilities(model, seen(input, $0)) }
      #expect(zip(each[0], each[1]).contains { abs($0 - $1) > 1e-4 })
      let mean = each[0].indices.map { place in each.reduce(0) { $0 + $1[place] } / Float(each.count) }
      let augmented = try model.augmentedAtTestTime(augmentation)
      let found = try probabilities(augmented, input)
      expectClose(found, mean)
      for copy in try copies(augmented.exported(selfTest: pixels([1] + shape), threads: 1)) {
        expectClose(try probabilities(copy, input), mean)
      }
      let size = shape.reduce(1, *)
      let values: [Float] = try #require(input.values())
      let alone = try (0..<2).flatMap { item in
        try probabilities(augmented, Tensor(shape: [1] + shape, Array(values[item * size..<(item + 1) * size])))
      }
      #expect(alone == found)
    }
    #expect(try model.augmentedAtTestTime(.none).graph.nodes.count == model.graph.nodes.count)
  }

  @Test("features of a model that looks at several views are those of the items themselves")
  func features() throws {
    var data = DataSpec()
    data.source = .simulated
    data.channels = ["BF", "PI"]
    (data.height, data.width) = (16, 16)
    (data.simulation.experiments, data.simulation.cellsPerClass) = (4, 2)
    let dataset = try Dataset.open(data)
    let plain = try model(4)
    func features(_ model: Model) throws -> [[Float]] {
      try FeatureReader(model, batch: 2, threads: 1)
        .embedding(SampleCache(dataset), Array(dataset.samples.indices.prefix(5))).items.map(\.features)
    }
    let own = try features(plain)
    #expect(Set(own).count == 5)
    #expect(try features(plain.augmentedAtTestTime(.flipsAndTurns)) == own)
  }
}
