/// Mean and standard deviation of some values.
package struct Spread: Codable, Sendable, Hashable {
  package var mean: Double
  /// With n − 1 in the denominator.
  package var standardDeviation: Double

  /// `nil` for fewer than two values.
  package init?(_ values: [Double]) {
    guard values.count >= 2 else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    self.standardDeviation = (squares / Double(values.count - 1)).squareRoot()
  }
}
