import ZooRuntime

/// How far an output may be from what is expected: |actual − expected| ≤ absolute + relative · |expected|, as NumPy's
/// `assert_allclose` has it, with NaN equal to NaN and infinities equal to themselves.
package struct ConformanceTolerance: Sendable, Hashable {
  package var relative: Double
  package var absolute: Double

  /// What ONNX's own runner takes.
  package static let standard = ConformanceTolerance(relative: 1e-3, absolute: 1e-7)

  package init(relative: Double, absolute: Double) {
    self.relative = relative
    self.absolute = absolute
  }

  /// Says how `actual` differs from `expected` by more than the tolerance, or `nil` if it doesn't. O(elements).
  package func difference(_ actual: Tensor, _ expected: Tensor) -> String? {
    guard actual.type == expected.type else { return "is \(actual.type), expected \(expected.type)" }
    if let a = actual.integers(), let e = expected.integers() {
      for index in a.indices where a[index] != e[index] && !isClose(Double(a[index]), Double(e[index])) {
        return "has \(a[index]) at \(index), expected \(e[index])"
      }
      return nil
    }
    let (a, e) = (actual.doubles(), expected.doubles())
    for index in a.indices where !isClose(a[index], e[index]) {
      return "has \(a[index]) at \(index), expected \(e[index])"
    }
    return nil
  }

  private func isClose(_ a: Double, _ e: Double) -> Bool {
    if a.isNaN || e.isNaN { return a.isNaN && e.isNaN }
    if a.isInfinite || e.isInfinite { return a == e }
    return (a - e).magnitude <= absolute + relative * e.magnitude
  }
}
