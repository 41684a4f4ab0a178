import Foundation

/// Simple figures of an image that need no learning: for each channel mean, deviation, quantiles, and how much of the
/// channel is bright.
///
/// Of a sequence, the mean over its frames and the change from the first to the last.
enum ImageFeatures {
  /// Of one channel of one frame, in this order.
  static let names = [
    "mean", "deviation", "quantile 0.05", "quantile 0.25", "median", "quantile 0.75", "quantile 0.95", "maximum",
    "bright share",
  ]

  /// Place of the figure that a threshold is put on: nearly the brightest, but no single hot pixel.
  static let intensity = 6

  /// - Parameters:
  ///   - samples: `[C, H, W]` or `[T, C, H, W]`.
  ///   - bright: for each channel the value from which a pixel is bright.
  /// - Returns: ``names`` for each channel, and for sequences their changes behind. O(pixels · log pixels).
  static func features(_ samples: [Float], frames: Int, channels: Int, bright: [Float]) -> [Double] {
    let plane = samples.count / max(frames * channels, 1)
    guard plane > 0 else { return [] }
    var byFrame: [[Double]] = []
    for frame in 0..<frames {
      var row: [Double] = []
      for channel in 0..<channels {
        let start = (frame * channels + channel) * plane
        row += figures(samples[start..<start + plane], bright: bright[channel])
      }
      byFrame.append(row)
    }
    guard frames > 1, let first = byFrame.first, let last = byFrame.last else { return byFrame.first ?? [] }
    let mean = first.indices.map { place in byFrame.reduce(0) { $0 + $1[place] } / Double(frames) }
    return mean + zip(first, last).map { $1 - $0 }
  }

  private static func figures(_ pixels: ArraySlice<Float>, bright: Float) -> [Double] {
    let sorted = pixels.sorted()
    let count = Double(sorted.count)
    let mean = sorted.reduce(0) { $0 + Double($1) } / count
    let variance = sorted.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    func quantile(_ probability: Double) -> Double {
      let position = probability * (count - 1)
      let index = min(Int(saturating: position), sorted.count - 1)
      let next = min(index + 1, sorted.count - 1)
      return Double(sorted[index]) + (position - Double(index)) * (Double(sorted[next]) - Double(sorted[index]))
    }
    let share = Double(sorted.count { $0 > bright }) / count
    return [mean, variance.squareRoot()] + [0.05, 0.25, 0.5, 0.75, 0.95, 1].map(quantile) + [share]
  }
}
