/// How two pictures agree where one, turned or mirrored and shifted, lies on the other.
struct PictureAgreement: Sendable {
  /// Of the fine structure (each pixel less the mean of 5 × 5), the mean over the channels that have any.
  let correlation: Double
  /// The part of the smaller picture that both show.
  let share: Double
  /// Whether the pixels are the very same.
  let isEqual: Bool
  /// Contrast of the second over that of the first, of each channel; 0 where there is none.
  let gains: [Double]

  /// A stack of channels.
  struct Picture: Sendable {
    let channels: Int
    let height: Int
    let width: Int
    let pixels: [Float]
    /// ``pixels`` less the mean of their surroundings.
    let fine: [Float]

    init(channels: Int, height: Int, width: Int, pixels: [Float]) {
      (self.channels, self.height, self.width, self.pixels) = (channels, height, width, pixels)
      fine = Self.fine(pixels, channels: channels, height: height, width: width)
    }

    private static func fine(_ pixels: [Float], channels: Int, height: Int, width: Int) -> [Float] {
      let radius = 2
      var rows = [Float](repeating: 0, count: pixels.count)
      var result = pixels
      pixels.withUnsafeBufferPointer { pixels in
        for line in 0..<channels * height {
          for x in 0..<width {
            var sum: Float = 0
            for dx in -radius...radius { sum += pixels[line * width + min(max(x + dx, 0), width - 1)] }
            rows[line * width + x] = sum
          }
        }
      }
      rows.withUnsafeBufferPointer { rows in
        for channel in 0..<channels {
          let start = channel * height
          for y in 0..<height {
            for x in 0..<width {
              var sum: Float = 0
              for dy in -radius...radius { sum += rows[(start + min(max(y + dy, 0), height - 1)) * width + x] }
              result[(start + y) * width + x] -= sum / 25
            }
          }
        }
      }
      return result
    }
  }

  /// - Parameters:
  ///   - symmetry: With `shift`, leads from a place in `first` to the same place in `second`.
  /// - Returns: `nil` if too little of the pictures lies on each other, or all of that is flat.
  init?(_ first: Picture, _ second: Picture, _ symmetry: Symmetry, shift: (y: Int, x: Int), leastSide: Int = 10) {
    // Rows and columns of `first` whose images are in `second`.
    let (ySize, xSize) = symmetry.exchanges ? (second.width, second.height) : (second.height, second.width)
    let (yTurns, xTurns) =
      symmetry.exchanges ? (symmetry.turnsX, symmetry.turnsY) : (symmetry.turnsY, symmetry.turnsX)
    let (yShift, xShift) = symmetry.exchanges ? (shift.x, shift.y) : (shift.y, shift.x)
    func range(_ count: Int, _ size: Int, _ turns: Bool, _ shift: Int) -> Range<Int>? {
      let (low, high) = turns ? (shift - size + 1, shift + 1) : (-shift, size - shift)
      let (start, end) = (max(0, low), min(count, high))
      return end - start >= leastSide ? start..<end : nil
    }
    guard first.channels == second.channels, let ys = range(first.height, ySize, yTurns, yShift),
      let xs = range(first.width, xSize, xTurns, xShift)
    else { return nil }
    var correlations: [Double] = []
    var gains: [Double] = []
    var isEqual = true
    var oneSided = 0
    for channel in 0..<first.channels {
      var sums = Sums()
      let (a, b) = (channel * first.height * first.width, channel * second.height * second.width)
      for y in ys {
        for x in xs {
          let (sy, sx) = symmetry(y, x)
          let (i, j) = (a + y * first.width + x, b + (sy + shift.y) * second.width + sx + shift.x)
          isEqual = isEqual && first.pixels[i] == second.pixels[j]
          sums.add(first.fine[i], second.fine[j])
        }
      }
      switch (sums.isFlatA, sums.isFlatB) {
      case (true, true): gains.append(0)
      case (false, false):
        correlations.append(sums.correlation)
        gains.append(sums.gain)
      default:
        oneSided += 1
        gains.append(0)
      }
    }
    guard !correlations.isEmpty, correlations.count >= oneSided else { return nil }
    correlation = correlations.reduce(0, +) / Double(correlations.count)
    let smaller = min(first.height * first.width, second.height * second.width)
    share = Double(ys.count * xs.count) / Double(smaller)
    self.isEqual = isEqual
    self.gains = gains
  }

  private struct Sums {
    var count = 0.0
    var (a, b, aa, bb, ab) = (0.0, 0.0, 0.0, 0.0, 0.0)

    @inline(__always)
    mutating func add(_ first: Float, _ second: Float) {
      let (x, y) = (Double(first), Double(second))
      count += 1
      a += x
      b += y
      aa += x * x
      bb += y * y
      ab += x * y
    }

    private var varianceA: Double { aa - a * a / count }
    private var varianceB: Double { bb - b * b / count }
    var isFlatA: Bool { varianceA <= 1e-9 * count }
    var isFlatB: Bool { varianceB <= 1e-9 * count }
    var correlation: Double { (ab - a * b / count) / (varianceA * varianceB).squareRoot() }
    var gain: Double { (varianceB / varianceA).squareRoot() }
  }
}
