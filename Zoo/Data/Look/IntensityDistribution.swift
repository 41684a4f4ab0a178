import ZooFormat

/// How the pixels of a channel are distributed in one group of samples.
package struct IntensityDistribution: Codable, Sendable, Hashable {
  /// `nil` for all samples together.
  package var group: String?
  package var channel: String
  package var samples: Int
  /// 0.1, 50 and 99.9 percentiles.
  package var low: Double
  package var median: Double
  package var high: Double
  /// Share of the pixels at the highest value that the camera can give.
  package var saturated: Double
  /// What the bins cover, from and to; what is beyond falls into the outermost.
  package var binRange: [Double]
  /// Share of the pixels in each of equally wide bins.
  package var bins: [Double]

  static let binCount = 48

  /// - Parameters:
  ///   - sorted: in ascending order, not empty.
  ///   - range: what the bins cover; what is beyond falls into the outermost.
  ///   - top: the highest value that the camera can give.
  init(group: String?, channel: String, samples: Int, sorted: [Float], range: ClosedRange<Float>, top: Float) {
    self.group = group
    self.channel = channel
    self.samples = samples
    low = Double(Self.quantile(sorted, 0.001))
    median = Double(Self.quantile(sorted, 0.5))
    high = Double(Self.quantile(sorted, 0.999))
    binRange = [Double(range.lowerBound), Double(range.upperBound)]
    let count = Double(max(sorted.count, 1))
    saturated = Double(sorted.reversed().prefix { $0 >= top }.count) / count
    var bins = [Double](repeating: 0, count: Self.binCount)
    let width = max(range.upperBound - range.lowerBound, .leastNormalMagnitude)
    for value in sorted {
      let place = Int(saturating: (value - range.lowerBound) / width * Float(Self.binCount))
      bins[min(max(place, 0), Self.binCount - 1)] += 1 / count
    }
    self.bins = bins
  }

  static func quantile(_ sorted: [Float], _ share: Double) -> Float {
    guard !sorted.isEmpty else { return .nan }
    return sorted[min(sorted.count - 1, Int(saturating: (share * Double(sorted.count - 1)).rounded()))]
  }
}
