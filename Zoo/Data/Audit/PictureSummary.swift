import Foundation

/// A few numbers that say what a picture looks like, the same for all eight symmetries and whatever the gain and offset of
/// each channel.
///
/// Mirroring changes the signs of the coefficients of the discrete cosine transform, exchanging the axes exchanges them:
/// of each pair of coefficients (u, v) and (v, u) the sum and the difference of their absolute values stay. Each channel
/// is brought to mean 0 and deviation 1 first. The numbers are random projections of these.
enum PictureSummary {
  /// Numbers of a picture.
  static let count = 16
  private static let order = 8
  /// Numbers of a channel before they are projected.
  private static let features = order * order - 1

  /// - Parameters:
  ///   - pixels: `[channels, height, width]`.
  /// - Returns: ``count`` numbers. O(pixels).
  static func summary(_ pixels: UnsafePointer<Float>, channels: Int, height: Int, width: Int) -> [Float] {
    var result = [Float](repeating: 0, count: count)
    let vertical = cosines(height)
    let horizontal = cosines(width)
    for channel in 0..<channels {
      let features = features(
        pixels + channel * height * width, height: height, width: width, vertical: vertical, horizontal: horizontal)
      guard !features.isEmpty else { continue }
      for number in 0..<count {
        var random = KeyedRandom(seed: 2, KeyedRandom.key("summary"), UInt64(channel), UInt64(number))
        var sum: Float = 0
        var bits: UInt64 = 0
        for (index, value) in features.enumerated() {
          if index & 63 == 0 { bits = random.next() }
          sum += bits >> UInt64(index & 63) & 1 == 0 ? value : -value
        }
        result[number] += sum
      }
    }
    return result
  }

  /// `order × size` values of the cosines of a discrete cosine transform.
  private static func cosines(_ size: Int) -> [Float] {
    (0..<order * size).map { index in
      let (u, position) = index.quotientAndRemainder(dividingBy: size)
      return Float(cos(Double.pi * (Double(position) + 0.5) * Double(u) / Double(size)))
    }
  }

  /// Empty for a channel that is one value.
  private static func features(
    _ plane: UnsafePointer<Float>, height: Int, width: Int, vertical: [Float], horizontal: [Float]
  ) -> [Float] {
    let count = height * width
    var (sum, squares) = (0.0, 0.0)
    for i in 0..<count {
      sum += Double(plane[i])
      squares += Double(plane[i]) * Double(plane[i])
    }
    let mean = sum / Double(count)
    let variance = squares / Double(count) - mean * mean
    guard variance > 1e-10 * (squares / Double(count)), variance.isFinite else { return [] }
    var along = [Float](repeating: 0, count: order * height)
    for y in 0..<height {
      let row = plane + y * width
      for u in 0..<order {
        var sum: Float = 0
        for x in 0..<width { sum += (row[x] - Float(mean)) * horizontal[u * width + x] }
        along[u * height + y] = sum
      }
    }
    let scale = 1 / (Float(variance.squareRoot()) * Float(count))
    func coefficient(_ v: Int, _ u: Int) -> Float {
      var sum: Float = 0
      for y in 0..<height { sum += along[u * height + y] * vertical[v * height + y] }
      return abs(sum) * scale
    }
    var features: [Float] = []
    features.reserveCapacity(Self.features)
    for v in 0..<order {
      for u in v..<order where u > 0 {
        // Fine structure is weaker, and tells pictures apart as well.
        let weight = Float(u + v)
        guard u != v else {
          features.append(weight * coefficient(u, u))
          continue
        }
        let (a, b) = (coefficient(v, u), coefficient(u, v))
        features += [weight * (a + b), weight * abs(a - b)]
      }
    }
    return features
  }
}
