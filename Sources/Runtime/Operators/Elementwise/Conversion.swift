import ZooFormat
import ZooKernels

/// Converts `count` elements from one type to another: see ``CastOperators`` for the rules.
func convert(
  _ source: UnsafeRawPointer, _ from: ElementType, to target: UnsafeMutableRawPointer, _ to: ElementType, count: Int
) {
  _ = zoo_cast(from.rawValue, to.rawValue, source, target, count)
}

extension Tensor {
  /// The elements as double precision, whatever their type (integers past 2⁵³ are rounded). O(elements).
  package func doubles() -> [Double] {
    if let values: [Double] = values() { return values }
    var result = [Double](repeating: 0, count: elementCount)
    result.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      convert(storage.base, elementType, to: base, .float64, count: elementCount)
    }
    return result
  }
}
