import Foundation

/// A linear scale from values to coordinates, with ticks at round numbers.
package struct Axis {
  let values: ClosedRange<Double>
  package let ticks: [Double]
  private let start: Double
  private let end: Double
  private let decimals: Int

  /// - Parameters:
  ///   - data: the values that must fit; those that aren't finite are left out.
  ///   - start: the coordinate of the lowest value, and `end` of the highest.
  ///   - within: values that the axis doesn't go past, e.g. 0...1.
  package init(
    _ data: [Double], from start: Double, to end: Double, ticks count: Int = 5, within: ClosedRange<Double>? = nil
  ) {
    let finite = data.filter(\.isFinite).map { min(max($0, -1e12), 1e12) }
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    if high - low < 1e-9 * max(1, abs(high)) {
      let margin = max(abs(high) * 0.05, 0.05)
      (low, high) = (low - margin, high + margin)
    }
    let step = Self.step((high - low) / Double(max(count, 1)))
    var (first, last) = ((low / step).rounded(.down), (high / step).rounded(.up))
    if let within {
      first = max(first, (within.lowerBound / step).rounded(.up))
      last = min(last, (within.upperBound / step).rounded(.down))
    }
    if last <= first { last = first + 1 }
    let steps = min(Int(saturating: last - first), 100)
    ticks = (0...steps).map { (first + Double($0)) * step }
    values = first * step...(first + Double(steps)) * step
    // As many as tell every tick: one more for steps of 0.25, 0.025, ….
    let leading = step / pow(10, log10(step).rounded(.down))
    decimals = max(0, min(Int(saturating: -log10(step), .up), 308) + (abs(leading - 2.5) < 0.01 ? 1 : 0))
    self.start = start
    self.end = end
  }

  func position(_ value: Double) -> Double {
    let bounded = min(max(value, values.lowerBound), values.upperBound)
    return start + (end - start) * (bounded - values.lowerBound) / (values.upperBound - values.lowerBound)
  }

  package func label(_ tick: Double) -> String { Figures.fixed(tick, decimals) }

  /// The smallest of 1, 2, 2.5 and 5 times a power of ten that is at least `rough`.
  private static func step(_ rough: Double) -> Double {
    guard rough > 0, rough.isFinite else { return 1 }
    let power = pow(10, log10(rough).rounded(.down))
    return ([1, 2, 2.5, 5].first { $0 * power >= rough * 0.999 } ?? 10) * power
  }
}
