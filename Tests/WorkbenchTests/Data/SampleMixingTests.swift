import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

@Suite("Samples that are mixed with each other")
struct SampleMixingTests {
  private func mixing(mixup: Double = 0, cutmix: Double = 0) throws -> SampleMixing {
    var train = TrainSpec()
    (train.mixup, train.cutmix) = (mixup, cutmix)
    return try #require(SampleMixing(train))
  }

  /// Samples of two planes of 6 × 8 pixels, each pixel a number of its own.
  private func mixed(_ mix: SampleMixing.Mix, count: Int) -> (before: [Float], after: [Float]) {
    var before = (0..<count * 2 * 48).map { Float($0) }
    var after = [Float](repeating: -1, count: before.count)
    before.withUnsafeMutableBufferPointer { source in
      after.withUnsafeMutableBufferPointer { output in
        guard let source = source.baseAddress, let output = output.baseAddress else { return }
        mix.apply(source, to: output, planes: 2)
      }
    }
    return (before, after)
  }

  @Test("mixup blends whole samples by one share")
  func blend() throws {
    let mix = try mixing(mixup: 0.4).draw(count: 5, height: 6, width: 8, seed: 3, epoch: 2, step: 7)
    #expect(mix.box == nil && mix.partners.sorted() == Array(0..<5))
    let (before, after) = mixed(mix, count: 5)
    for (place, partner) in mix.partners.enumerated() {
      for pixel in 0..<96 {
        let expected = mix.ownShare * before[place * 96 + pixel] + (1 - mix.ownShare) * before[partner * 96 + pixel]
        #expect(abs(after[place * 96 + pixel] - expected) <= 1e-4)
      }
    }
  }

  @Test("CutMix takes one box of all planes from the partner, and the share of the label is what is left")
  func cut() throws {
    var boxes = 0
    for step in 0..<40 {
      let mix = try mixing(cutmix: 1).draw(count: 4, height: 6, width: 8, seed: 3, epoch: 0, step: step)
      let box = try #require(mix.box)
      let area = box.rows.count * box.columns.count
      if area > 0 { boxes += 1 }
      #expect(abs(Double(mix.ownShare) - (1 - Double(area) / 48)) < 1e-6)
      let (before, after) = mixed(mix, count: 4)
      for (place, partner) in mix.partners.enumerated() {
        for pixel in 0..<96 {
          let isInside = box.rows.contains(pixel % 48 / 8) && box.columns.contains(pixel % 8)
          #expect(after[place * 96 + pixel] == before[(isInside ? partner : place) * 96 + pixel])
        }
      }
    }
    #expect(boxes > 20)
  }

  @Test("what a batch gets follows from seed, epoch and step; with both keys, batches get one or the other")
  func draws() throws {
    let both = try mixing(mixup: 0.2, cutmix: 1)
    func draw(_ seed: UInt64, _ epoch: Int, _ step: Int) -> SampleMixing.Mix {
      both.draw(count: 8, height: 16, width: 16, seed: seed, epoch: epoch, step: step)
    }
    #expect(draw(1, 2, 3) == draw(1, 2, 3))
    #expect(draw(1, 2, 3) != draw(1, 2, 4) && draw(1, 2, 3) != draw(1, 3, 3) && draw(1, 2, 3) != draw(2, 2, 3))
    let cuts = (0..<400).count { draw(1, 0, $0).box != nil }
    #expect((150...250).contains(cuts), "\(cuts)")
    #expect(SampleMixing(TrainSpec()) == nil)
  }

  /// Quantiles of `scipy.stats.beta(α, α)` at 0.1, 0.25 and 0.4.
  @Test(
    "shares come from Beta(α, α)",
    arguments: [
      [0.2, 0.0002477647, 0.0238147188, 0.2163418589], [1, 0.1, 0.25, 0.4],
      [3, 0.2466364533, 0.3594361648, 0.4462540975],
    ])
  func beta(_ values: [Double]) {
    let (alpha, quantiles) = (values[0], values[1...])
    var random = KeyedRandom(seed: 5, 1)
    let draws = (0..<40_000).map { _ in random.beta(alpha) }
    #expect(draws.allSatisfy { (0...1).contains($0) })
    for (quantile, share) in zip(quantiles, [0.1, 0.25, 0.4]) {
      let below = Double(draws.count { $0 <= quantile }) / Double(draws.count)
      // Four standard errors of 40,000 draws.
      #expect(abs(below - share) < 0.01, "α \(alpha): \(below) of the draws below the quantile of \(share)")
    }
  }
}
