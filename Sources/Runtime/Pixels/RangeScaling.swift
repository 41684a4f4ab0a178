import ZooFormat

/// The line that brings samples of one range to another.
package struct RangeScaling: Sendable {
  private let factor: Float
  private let from: Float
  private let to: Float

  package init(from: ClosedRange<Float>, to: ClosedRange<Float>) {
    factor = (to.upperBound - to.lowerBound) / max(from.upperBound - from.lowerBound, .leastNormalMagnitude)
    self.from = from.lowerBound
    self.to = to.lowerBound
  }

  package func callAsFunction(_ samples: [Float]) -> [Float] { samples.map { ($0 - from) * factor + to } }

  /// A range for people: `0…65535`.
  package static func text(_ range: ClosedRange<Float>) -> String {
    "\(number(Double(range.lowerBound)))…\(number(Double(range.upperBound)))"
  }

  private static func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? String(value) }
}
