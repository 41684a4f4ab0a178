import Testing

@testable import ZooPlugins

/// Against `timm.layers.resample_abs_pos_embed` of timm 1.0 for values ((7 i) mod 11) / 4 − 1.
@Suite struct PositionEmbeddingTests {
  @Test(arguments: [
    (
      2, 3,
      [
        -1.0, 0.75, -0.409929, 1.725718, 0.116776, 0.491776, 0.643481, -0.742166, 0.541118, 0.916118, 0.1875, 0.5625,
        -0.166119, 0.208881, 1.492166, 0.106518, 0.258224, 0.633224, -0.975719, 1.159929,
      ] as [Float]
    ),
    (
      4, 3,
      [
        -1.0, 0.75, -0.069069, 0.498628, 1.103485, -0.150396, -0.117451, 0.905034, 0.34611, -0.805431, 0.610902, 0.25,
        -0.256293, 1.305431, 0.761288, -0.405034, 0.118318, 0.650396, -0.395135, 0.001372,
      ] as [Float]
    ),
  ])
  func gridsAreResampledAsByTimm(old: Int, new: Int, expected: [Float]) throws {
    let rows = 1 + old * old
    let embedding = try Tensor(shape: [1, rows, 2], (0..<rows * 2).map { Float(($0 * 7) % 11) / 4 - 1 })
    let result = try #require(try PositionEmbedding.resampled(embedding, tokens: 1 + new * new))
    let values = try #require(result.values(as: Float.self))
    #expect(values.count == expected.count)
    #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 2e-6 }, "\(values)")
  }

  @Test func oblongGridsAreLeft() throws {
    let embedding = try Tensor(shape: [1, 7, 2], [Float](repeating: 1, count: 14))
    #expect(try PositionEmbedding.resampled(embedding, tokens: 10) == nil)
  }
}
