import ZooFormat
import ZooImages

/// Reads how much each sample counts in the loss, from a column of a table.
struct SampleWeights {
  /// What a weight may be: far apart as they are, their sums over a batch are exact enough.
  private static let range: ClosedRange<Float> = 1e-6...1e6

  private let column: String
  private var lowest = Float.infinity
  private var highest = -Float.infinity
  private var count = 0

  /// - Parameter column: Its name, for messages.
  init(column: String) { self.column = column }

  /// - Throws: ``ZooError`` if it isn't a number above 0.
  mutating func weight(_ text: String, file: String, line: Int) throws(ZooError) -> Float {
    guard let weight = Float(text.trimmed), Self.range.contains(weight) else {
      throw ZooError(
        .badInput, file: file, line: line, problem: "the weight in '\(column)' is '\(text.onOneLine)'",
        expected: "a number above 0, from \(Self.range.lowerBound) to \(Self.range.upperBound)",
        remedy: "Fill it in, or leave the row out")
    }
    lowest = min(lowest, weight)
    highest = max(highest, weight)
    count += 1
    return weight
  }

  /// For whoever reads of the data; `nil` if no weight was read.
  var remark: String? {
    guard count > 0 else { return nil }
    let span = lowest == highest ? "\(lowest)" : "\(lowest) to \(highest)"
    return "\(Figures.counted(count, "label")) with weights of \(span) in the loss, by the column '\(column)'"
  }
}
