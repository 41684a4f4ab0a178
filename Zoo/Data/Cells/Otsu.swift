import ZooFormat

/// Otsu's threshold: the value that parts numbers into two classes with the largest variance between them (Otsu 1979).
enum Otsu {
  /// As scikit-image's `threshold_otsu` has it for floating point: the centre of a bin of a histogram.
  ///
  /// O(values + bins). `nil` if there are no two different values.
  static func threshold(_ values: [Double], bins: Int = 256) -> Double? {
    guard let low = values.min(), let high = values.max(), low < high, high.isFinite, low.isFinite else { return nil }
    let width = (high - low) / Double(bins)
    let edges = (0...bins).map { $0 == bins ? high : low + Double($0) * width }
    var counts = [Double](repeating: 0, count: bins)
    for value in values {
      var bin = min(Int(saturating: (value - low) / (high - low) * Double(bins)), bins - 1)
      // The quotient may round over an edge.
      if value < edges[bin] { bin -= 1 }
      if bin < bins - 1, value >= edges[bin + 1] { bin += 1 }
      counts[bin] += 1
    }
    let centres = (0..<bins).map { (edges[$0] + edges[$0 + 1]) / 2 }
    let total = Double(values.count)
    let sum = zip(counts, centres).reduce(0) { $0 + $1.0 * $1.1 }
    var (weight, below) = (0.0, 0.0)
    var best = (variance: -1.0, bin: 0)
    for bin in 0..<bins - 1 {
      weight += counts[bin]
      below += counts[bin] * centres[bin]
      guard weight > 0, total - weight > 0 else { continue }
      let difference = below / weight - (sum - below) / (total - weight)
      let variance = weight * (total - weight) * difference * difference
      if variance > best.variance { best = (variance, bin) }
    }
    return centres[best.bin]
  }
}
