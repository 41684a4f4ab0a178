/// What calibration has seen of one value: its extremes, then how often it took what.
struct ActivationRange: Sendable {
  private(set) var lowest: Float = 0
  private(set) var highest: Float = 0
  private var counts: [Double] = []
  private static let bins = 2048

  /// Widens the range by `values`; 0 is always inside, so that zeros and padding stay exact.
  mutating func widen(_ values: UnsafeBufferPointer<Float>) {
    for value in values where value.isFinite {
      if value < lowest { lowest = value }
      if value > highest { highest = value }
    }
  }

  /// Counts `values` in the final range.
  mutating func count(_ values: UnsafeBufferPointer<Float>) {
    if counts.isEmpty { counts = Array(repeating: 0, count: Self.bins) }
    let width = highest - lowest
    guard width > 0 else { return }
    let factor = Float(Self.bins) / width
    counts.withUnsafeMutableBufferPointer { counts in
      for value in values where value.isFinite {
        counts[min(max(Int(saturating: (value - lowest) * factor), 0), Self.bins - 1)] += 1
      }
    }
  }

  /// The scale with the least squared error over what was counted: both ends of the range are drawn in by the same
  /// factor, and what lies outside is clamped.
  var best: QuantizedScale {
    var best = Self.scale(lowest, highest)
    guard counts.contains(where: { $0 > 0 }) else { return best }
    var least = squaredError(best)
    for step in 1...70 {
      let factor = 1 - Float(step) / 100
      let scale = Self.scale(lowest * factor, highest * factor)
      let error = squaredError(scale)
      if error < least { (best, least) = (scale, error) }
    }
    return best
  }

  /// 256 numbers from `low` ≤ 0 to `high` ≥ 0.
  private static func scale(_ low: Float, _ high: Float) -> QuantizedScale {
    let scale = max((high - low) / 255, .leastNormalMagnitude * 1e6)
    return QuantizedScale(
      scale: scale, zero: min(max(Int(saturating: (-low / scale).rounded(.toNearestOrEven)), 0), 255))
  }

  private func squaredError(_ scale: QuantizedScale) -> Double {
    let width = (highest - lowest) / Float(Self.bins)
    let (low, high) = (Float(-scale.zero) * scale.scale, Float(255 - scale.zero) * scale.scale)
    // Within the range, rounding leaves a twelfth of the squared step on average.
    let rounding = Double(scale.scale * scale.scale) / 12
    var error = 0.0
    for (bin, count) in counts.enumerated() where count > 0 {
      let value = lowest + (Float(bin) + 0.5) * width
      let clipped = Double(value < low ? low - value : value > high ? value - high : 0)
      error += count * (clipped > 0 ? clipped * clipped : rounding)
    }
    return error
  }
}
