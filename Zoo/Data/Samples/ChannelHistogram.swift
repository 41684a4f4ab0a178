import ZooFormat

/// How often each value occurs in a channel, in bins that are finest near a typical value.
///
/// A bin holds the values that agree in the sign, the exponent and eight bits of the mantissa of their distance from that
/// value. So one histogram serves 8-bit images, 16-bit ones on a pedestal and floats of any unit, without a look at their
/// range before; whole numbers up to 511 from the typical value have a bin each. Counts don't depend on the order.
struct ChannelHistogram: Sendable {
  private static let shift: UInt32 = 15
  private let origin: Float
  private var counts: [Int]

  /// - Parameter origin: the typical value.
  init(origin: Float) {
    self.origin = origin
    counts = [Int](repeating: 0, count: 1 << (32 - Int(Self.shift)))
  }

  /// Empty histograms for channels like those of a sample, each around the sample's median.
  static func of(_ pixels: PackedPixels, plane: Int, channels: Int) -> [ChannelHistogram] {
    var histograms: [ChannelHistogram] = []
    pixels.forEachPlane(of: plane) { index, plane in
      guard index < channels else { return }
      let sorted = plane.sorted()
      histograms.append(ChannelHistogram(origin: sorted[sorted.count / 2]))
    }
    return histograms
  }

  static func add(_ pixels: PackedPixels, plane: Int, to histograms: inout [ChannelHistogram]) {
    let channels = histograms.count
    pixels.forEachPlane(of: plane) { index, plane in histograms[index % channels].add(plane) }
  }

  private mutating func add(_ plane: UnsafeBufferPointer<Float>) {
    counts.withUnsafeMutableBufferPointer { counts in
      for pixel in plane {
        // In the order of the numbers: negative ones turned around, positive ones behind them.
        let bits = (pixel - origin).bitPattern
        let ordered = bits >> 31 == 1 ? ~bits : bits | 0x8000_0000
        counts[Int(ordered >> Self.shift)] += 1
      }
    }
  }

  mutating func add(_ other: ChannelHistogram) {
    for (index, count) in other.counts.enumerated() where count > 0 { counts[index] += count }
  }

  /// Percentiles, and mean and deviation of the values cut off at them.
  func values(within ends: ClosedRange<Float>) -> ChannelValues {
    let bins = counts.enumerated().filter { $0.element > 0 }
      .map { (value: min(max(value(of: $0.offset), ends.lowerBound), ends.upperBound), count: $0.element) }
    let total = bins.reduce(0) { $0 + $1.count }
    let cut = total / 1000
    func first(_ bins: some Sequence<(value: Float, count: Int)>) -> Float? {
      var seen = 0
      for bin in bins {
        seen += bin.count
        if seen > cut { return bin.value }
      }
      return nil
    }
    let low = first(bins) ?? ends.lowerBound
    let high = first(bins.reversed()) ?? ends.upperBound
    let clamped = bins.map { (value: Double(min(max($0.value, low), high)), count: Double($0.count)) }
    let count = Double(max(total, 1))
    let mean = clamped.reduce(0) { $0 + $1.value * $1.count } / count
    let variance = clamped.reduce(0) { $0 + ($1.value - mean) * ($1.value - mean) * $1.count } / count
    return ChannelValues(
      lowest: ends.lowerBound, highest: ends.upperBound, low: low, high: high, mean: Float(mean),
      deviation: Float(variance.squareRoot()), dimmest: ends.upperBound)
  }

  /// The value of a bin that is nearest to the origin.
  private func value(of bin: Int) -> Float {
    let ordered = UInt32(bin) << Self.shift
    let bits = ordered >> 31 == 1 ? ordered & 0x7FFF_FFFF : ~(ordered | ((1 << Self.shift) - 1))
    return origin + Float(bitPattern: bits)
  }
}
