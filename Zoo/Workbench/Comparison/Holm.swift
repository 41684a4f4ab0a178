/// Correction for many comparisons.
package enum Holm {
  /// Holm's step-down adjustment (1979), which bounds the chance of one false finding or more among all of them without
  /// assuming that they are independent. In the order of `pValues`. O(n log n).
  package static func adjusted(_ pValues: [Double]) -> [Double] {
    var result = pValues
    var largest = 0.0
    let rising = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    for (rank, index) in rising.enumerated() {
      largest = max(largest, min(1, pValues[index] * Double(pValues.count - rank)))
      result[index] = largest
    }
    return result
  }
}
