import ZooRuntime

/// Places in a picture that can be found again in any other picture of the same pixels: mirrored, turned, with another
/// gain and offset, or cut elsewhere.
///
/// An extremum of a channel smoothed by 3 × 3 pixels gets two marks. The hash of each says which of 24 pairs of pixels
/// around it is the brighter, in an orientation that the brightness itself gives: comparisons don't change with gain and
/// offset, and the orientation turns with the picture. Rounding may change a comparison, seldom one in each of the two
/// lists. Of all marks those with the smallest hashes are kept, so that two pictures keep the same ones of what they share
/// (Broder 1997, bottom-k sketches). The noise of the camera, which no two exposures share,
/// makes the hashes of different pictures differ.
enum PictureMarks {
  /// Hash in the high half; then y, x (14 bits each) and the code of the orientation.
  typealias Mark = UInt64

  /// Pixels around an extremum that its hash depends on.
  static let reach = 6
  private static let radius = 5

  static func hash(_ mark: Mark) -> UInt32 { UInt32(truncatingIfNeeded: mark >> 32) }

  static func place(_ mark: Mark) -> (y: Int, x: Int, orientation: Symmetry) {
    (Int(mark >> 18 & 0x3FFF), Int(mark >> 4 & 0x3FFF), Symmetry(code: Int(mark & 7)))
  }

  private static let lists = 2
  private static let length = 24

  /// Pairs of offsets in a disc, at least 3 pixels apart; one list after the other.
  private static let pairs: [(ay: Int, ax: Int, by: Int, bx: Int)] = {
    var random = KeyedRandom(seed: 1, KeyedRandom.key("marks"))
    var pairs: [(ay: Int, ax: Int, by: Int, bx: Int)] = []
    func offset() -> (Int, Int) {
      while true {
        let (y, x) = (random.below(2 * radius + 1) - radius, random.below(2 * radius + 1) - radius)
        if y * y + x * x <= radius * radius { return (y, x) }
      }
    }
    while pairs.count < lists * length {
      let ((ay, ax), (by, bx)) = (offset(), offset())
      if (ay - by) * (ay - by) + (ax - bx) * (ax - bx) >= 9 { pairs.append((ay, ax, by, bx)) }
    }
    return pairs
  }()

  /// At most `limit` marks of one channel. O(pixels).
  static func marks(
    _ plane: UnsafePointer<Float>, height: Int, width: Int, channel: Int, limit: Int
  ) -> [Mark] {
    guard height > 2 * reach, width > 2 * reach, height < 1 << 14, width < 1 << 14 else { return [] }
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * height * width) { buffer in
      guard let smooth = buffer.baseAddress else { return [] }
      smoothed(plane, height: height, width: width, into: smooth, rows: smooth + height * width)
      var marks: [Mark] = []
      for y in reach..<height - reach {
        for x in reach..<width - reach {
          guard let isMaximum = extremum(smooth, width: width, y, x) else { continue }
          add(smooth, width: width, y, x, salt: UInt64(channel) << 8 | (isMaximum ? 128 : 0), to: &marks)
        }
      }
      guard marks.count > limit else { return marks }
      return Array(marks.sorted().prefix(limit))
    }
  }

  /// Sums over 3 × 3 pixels, where all of them are in the picture.
  private static func smoothed(
    _ plane: UnsafePointer<Float>, height: Int, width: Int, into output: UnsafeMutablePointer<Float>,
    rows: UnsafeMutablePointer<Float>
  ) {
    for y in 0..<height {
      let start = y * width
      for x in 1..<width - 1 { rows[start + x] = plane[start + x - 1] + plane[start + x] + plane[start + x + 1] }
    }
    for y in 1..<height - 1 {
      let start = y * width
      for x in 1..<width - 1 { output[start + x] = rows[start + x - width] + rows[start + x] + rows[start + x + width] }
    }
  }

  /// Whether a pixel is above, or below, all others of 5 × 5; `nil` if neither.
  @inline(__always)
  private static func extremum(_ smooth: UnsafePointer<Float>, width: Int, _ y: Int, _ x: Int) -> Bool? {
    let here = smooth + y * width + x
    let value = here[0]
    guard value != here[1] else { return nil }
    let isMaximum = value > here[1]
    for dy in -2...2 {
      for dx in -2...2 where dy != 0 || dx != 0 {
        let other = here[dy * width + dx]
        guard isMaximum ? value > other : value < other else { return nil }
      }
    }
    return isMaximum
  }

  private static func add(
    _ smooth: UnsafePointer<Float>, width: Int, _ y: Int, _ x: Int, salt: UInt64, to marks: inout [Mark]
  ) {
    let here = smooth + y * width + x
    var (momentY, momentX): (Float, Float) = (0, 0)
    for dy in -3...3 {
      for dx in -3...3 {
        let value = here[dy * width + dx]
        momentY += Float(dy) * value
        momentX += Float(dx) * value
      }
    }
    let orientation = Symmetry(exchanges: abs(momentY) > abs(momentX), turnsY: momentY < 0, turnsX: momentX < 0)
    for list in 0..<lists {
      var bits: UInt64 = 0
      for pair in pairs[list * length..<(list + 1) * length] {
        let (ay, ax) = orientation(pair.ay, pair.ax)
        let (by, bx) = orientation(pair.by, pair.bx)
        bits = bits << 1 | (here[ay * width + ax] > here[by * width + bx] ? 1 : 0)
      }
      let hash = SplitMix64.mixed(SplitMix64.mixed(bits) &+ (salt | UInt64(list)) &* SplitMix64.step)
      marks.append(
        (hash & 0xFFFF_FFFF_0000_0000) | UInt64(y) << 18 | UInt64(x) << 4 | UInt64(orientation.code))
    }
  }
}
