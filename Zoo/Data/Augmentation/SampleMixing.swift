import Foundation
import ZooFormat

/// Mixes the samples of a batch with each other: mixup (Zhang, Cisse, Dauphin and Lopez-Paz 2018) and CutMix (Yun, Han, Oh,
/// Chun, Choe and Yoo 2019).
///
/// What a batch gets is a function of seed, epoch and step alone.
package struct SampleMixing: Sendable {
  /// The α of each; 0 for none.
  private let mixup: Double
  private let cutmix: Double

  /// `nil` if samples aren't mixed.
  package init?(_ train: TrainSpec) {
    guard train.mixesSamples else { return nil }
    (mixup, cutmix) = (train.mixup, train.cutmix)
  }

  /// What is done to one batch.
  struct Mix: Sendable, Equatable {
    /// Which sample each one is mixed with.
    var partners: [Int]
    /// The share of a sample that is its own.
    var ownShare: Float
    /// The rows and columns that come from the partner; `nil` where whole images are blended.
    var box: (rows: Range<Int>, columns: Range<Int>)?
    let height: Int
    let width: Int

    static func == (a: Mix, b: Mix) -> Bool {
      a.partners == b.partners && a.ownShare == b.ownShare && a.box?.rows == b.box?.rows
        && a.box?.columns == b.box?.columns
    }

    /// Writes the mixed batch of samples of `planes` planes each.
    func apply(_ source: UnsafeMutablePointer<Float>, to output: UnsafeMutablePointer<Float>, planes: Int) {
      let size = planes * height * width
      for (place, partner) in partners.enumerated() {
        let (own, other, result) = (source + place * size, source + partner * size, output + place * size)
        guard let box else {
          for i in 0..<size { result[i] = ownShare * own[i] + (1 - ownShare) * other[i] }
          continue
        }
        result.update(from: own, count: size)
        for plane in 0..<planes {
          for row in box.rows {
            let start = (plane * height + row) * width + box.columns.lowerBound
            (result + start).update(from: other + start, count: box.columns.count)
          }
        }
      }
    }
  }

  func draw(count: Int, height: Int, width: Int, seed: UInt64, epoch: Int, step: Int) -> Mix {
    var random = KeyedRandom(
      seed: seed, KeyedRandom.key("mix"), UInt64(bitPattern: Int64(epoch)), UInt64(bitPattern: Int64(step)))
    var partners = Array(0..<count)
    random.shuffle(&partners)
    let cuts = mixup == 0 || (cutmix > 0 && random.chance(0.5))
    let share = random.beta(cuts ? cutmix : mixup)
    guard cuts else {
      return Mix(partners: partners, ownShare: Float(share), height: height, width: width)
    }
    // The box has the given share of the area around any pixel; what lies outside of the image is lost.
    func side(_ length: Int, _ center: Int) -> Range<Int> {
      let half = Int(saturating: (Double(length) * (1 - share).squareRoot()).rounded(.down)) / 2
      return max(0, center - half)..<min(length, center + half)
    }
    let (rows, columns) = (side(height, random.below(height)), side(width, random.below(width)))
    let own = 1 - Double(rows.count * columns.count) / Double(height * width)
    return Mix(partners: partners, ownShare: Float(own), box: (rows, columns), height: height, width: width)
  }
}

extension KeyedRandom {
  /// A number from Beta(α, α): by Jöhnk (1964) for α ≤ 1, by Cheng (1978, his algorithm BB) above.
  mutating func beta(_ alpha: Double) -> Double {
    alpha <= 1 ? johnkBeta(alpha) : chengBeta(alpha)
  }

  private mutating func johnkBeta(_ alpha: Double) -> Double {
    while true {
      // Logarithms, because the powers of a small α underflow.
      let (x, y) = (log(1 - uniform()) / alpha, log(1 - uniform()) / alpha)
      guard exp(x) + exp(y) <= 1 else { continue }
      let largest = max(x, y)
      return exp(x - largest) / (exp(x - largest) + exp(y - largest))
    }
  }

  private mutating func chengBeta(_ alpha: Double) -> Double {
    let sum = 2 * alpha
    let scale = ((sum - 2) / (2 * alpha * alpha - sum)).squareRoot()
    let shape = alpha + 1 / scale
    while true {
      // Neither of them is 0 or 1.
      let (first, second) = ((1 - uniform()) * (1 - 0x1p-53), 1 - uniform())
      let v = scale * log(first / (1 - first))
      let w = alpha * exp(v)
      let r = shape * v - log(4)
      let z = log(first * first * second)
      if r + sum * log(sum / (alpha + w)) >= z { return w / (alpha + w) }
    }
  }
}
