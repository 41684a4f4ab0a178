/// Where in an image, or in each frame of a sequence, a network finds what speaks for a class.
public struct ClassMap: Sendable, Hashable {
  /// The place of the class in the logits.
  public let classIndex: Int
  /// The value of the graph that was looked at, e.g. the last convolution's result.
  public let layer: String
  /// 1 for a single image.
  public let frames: Int
  /// Size of ``values`` in the layer's own pixels, which are larger than those of the image.
  public let height: Int
  /// See ``height``.
  public let width: Int
  /// Frame after frame, row by row; 0 where nothing speaks for the class. The unit is that of the logit: only shares of the
  /// largest value mean something.
  public let values: [Float]

  /// The map with one value for each pixel of the image, interpolated linearly between the centres of the layer's pixels,
  /// frame after frame. O(pixels).
  public func resized(height: Int, width: Int) -> [Float] {
    guard self.height > 0, self.width > 0, height > 0, width > 0 else { return [] }
    let (rows, columns) = (Self.steps(self.height, to: height), Self.steps(self.width, to: width))
    var result: [Float] = []
    result.reserveCapacity(frames * height * width)
    for frame in 0..<frames {
      let start = frame * self.height * self.width
      for y in rows {
        let (upper, lower) = (start + y.first * self.width, start + y.second * self.width)
        for x in columns {
          let above = values[upper + x.first] * (1 - x.share) + values[upper + x.second] * x.share
          let below = values[lower + x.first] * (1 - x.share) + values[lower + x.second] * x.share
          result.append(above * (1 - y.share) + below * y.share)
        }
      }
    }
    return result
  }

  /// For each of `target` positions the two of `source` that it lies between, and the share of the second.
  private static func steps(_ source: Int, to target: Int) -> [(first: Int, second: Int, share: Float)] {
    (0..<target).map { index in
      let position = max(0, (Float(index) + 0.5) * Float(source) / Float(target) - 0.5)
      let first = min(Int(saturating: position), source - 1)
      return (first, min(first + 1, source - 1), min(position - Float(first), 1))
    }
  }
}
