import ZooFormat

/// Where each target pixel along one axis comes from: two neighbouring source pixels and the weight of the second.
struct AxisMap {
  private(set) var first: [Int]
  private(set) var second: [Int]
  private(set) var weight: [Float]
  /// Whether every pixel comes from one source pixel alone.
  let isWhole: Bool

  /// - Parameters:
  ///   - count: Pixels along the axis, before and after.
  ///   - crop: The part that is kept and stretched to the whole length, in pixels.
  ///   - shift: Pixels that the content moves towards higher indices; what comes in is mirrored at the border.
  ///   - flips: Whether the axis is turned around (before the shift).
  init(count: Int, crop: Range<Int>, shift: Int, flips: Bool) {
    func source(_ position: Int) -> Int {
      let mirrored = Self.mirrored(position - shift, count)
      return flips ? count - 1 - mirrored : mirrored
    }
    isWhole = crop.count == count
    if isWhole {
      first = (0..<count).map(source)
      second = first
      weight = [Float](repeating: 0, count: count)
      return
    }
    first = []
    second = []
    weight = []
    let scale = Double(crop.count) / Double(count)
    for i in 0..<count {
      let position = min(max((Double(i) + 0.5) * scale - 0.5, 0), Double(crop.count - 1))
      let low = Int(saturating: position)
      first.append(source(crop.lowerBound + low))
      second.append(source(crop.lowerBound + min(low + 1, crop.count - 1)))
      weight.append(Float(position - Double(low)))
    }
  }

  /// Where a place on the axis comes from, both in pixels; places beyond the ends are the ends'.
  func source(_ position: Double) -> Double {
    let inside = min(max(position, 0), Double(first.count - 1))
    let low = Int(saturating: inside)
    func exact(_ index: Int) -> Double {
      Double(first[index]) + Double(weight[index]) * Double(second[index] - first[index])
    }
    guard low + 1 < first.count, inside > Double(low) else { return exact(low) }
    return exact(low) + (inside - Double(low)) * (exact(low + 1) - exact(low))
  }

  /// Reflection at the border pixels, as often as needed.
  private static func mirrored(_ position: Int, _ count: Int) -> Int {
    guard count > 1 else { return 0 }
    let period = 2 * (count - 1)
    let phase = ((position % period) + period) % period
    return phase < count ? phase : period - phase
  }
}
