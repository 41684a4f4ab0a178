import Testing

@testable import ZooPlugins
@testable import ZooRuntime

@Suite("One encoder for every channel by itself")
struct SharedEncoderTests {
  private static let size = 32

  /// Features of two samples of three channels, each with numbers of its own or a single one all over.
  private func features(_ pooling: String, _ planes: [[Plane]], settings: [String: JSONValue] = [:]) throws -> [[Float]]
  {
    let area = Self.size * Self.size
    var values: [Float] = []
    for sample in planes {
      for plane in sample {
        switch plane {
        case .noise(let seed):
          var stream = SplitMix64(seed: seed, stream: 0)
          values += (0..<area).map { _ in Float(stream.next() >> 40) / Float(1 << 24) }
        case .flat(let value): values += [Float](repeating: value, count: area)
        }
      }
    }
    let channels = planes[0].count
    let model = try Registry.standard.assemble(
      ModelDescription(
        name: "shared", channels: (0..<channels).map { "c\($0)" }, classes: ["a", "b"], height: Self.size,
        width: Self.size,
        backbone: PartSpec(
          "shared_encoder",
          settings: ["encoder": .string("resnet10_tiny"), "pooling": .string(pooling), "hidden": .number(8)].merging(
            settings
          ) { $1 }),
        head: PartSpec("linear"),
        normalization: .init(
          mean: .init(repeating: 0.25, count: channels), deviation: .init(repeating: 2, count: channels)),
        seed: 3))
    let loaded = LoadedModel(model)
    let tensor = try Tensor(shape: [planes.count, channels, Self.size, Self.size], values)
    let outputs = try loaded.giving([Registry.Border.backbone]).run(["image": tensor])
    let all = try #require(outputs[Registry.Border.backbone]?.values(as: Float.self))
    let width = all.count / planes.count
    return planes.indices.map { Array(all[$0 * width..<($0 + 1) * width]) }
  }

  private enum Plane { case noise(UInt64), flat(Float) }

  @Test(
    "a channel that is the same everywhere counts for nothing, whatever its value", arguments: ["attention", "mean"])
  func missing(pooling: String) throws {
    let some = try features(
      pooling,
      [[.noise(1), .noise(2), .flat(0)], [.noise(1), .noise(2), .flat(7)], [.noise(1), .noise(2), .noise(3)]])
    #expect(some[0] == some[1])
    let differs = zip(some[0], some[2]).contains { abs($0 - $1) > 1e-3 }
    #expect(differs)
    // Nothing at all is no trap.
    let none = try features(pooling, [[.flat(0), .flat(0), .flat(0)]])
    let areFinite = none[0].allSatisfy { $0.isFinite }
    #expect(areFinite)
  }

  @Test("all channels go through the same weights, and an embedding tells them apart")
  func shared() throws {
    // The mean of the one channel that is there is its features and the channel's own offset: what two channels' places differ
    // in is the same for every image.
    let alone = try features(
      "mean",
      [
        [.noise(1), .flat(0), .flat(0)], [.flat(0), .noise(1), .flat(0)], [.noise(2), .flat(0), .flat(0)],
        [.flat(0), .noise(2), .flat(0)],
      ])
    let offsets = [0, 2].map { first in zip(alone[first], alone[first + 1]).map { $0 - $1 } }
    let (largest, drift) = (
      offsets[0].map { abs($0) }.max() ?? 0, zip(offsets[0], offsets[1]).map { abs($0 - $1) }.max() ?? 1
    )
    #expect(largest > 0.01 && drift < 1e-5, "\(largest), \(drift)")
    let differs = alone[0] != alone[2]
    #expect(differs)
  }

  @Test("an encoder that isn't known is named, with the nearest")
  func unknown() throws {
    let error = #expect(throws: ZooError.self) {
      try features("mean", [[.noise(1)]], settings: ["encoder": .string("resnet81")])
    }
    #expect(error?.description.contains("'resnet18'") == true, "\(error?.description ?? "")")
  }
}
