extension SelfTest {
  /// The largest tolerance that says anything: with more, wrong outputs would pass. Models of 8 bits, whose outputs move in
  /// steps, are held to 0.1.
  public static let largestTolerance: Float = 0.5

  /// Refuses a self-test that any output would pass, or none could: tolerances that aren't small numbers or let zeros
  /// pass, expected values that aren't finite, no outputs at all. O(elements of the outputs), each
  /// of which is copied for a moment.
  /// - Throws: ``ZooError`` of kind `badInput`.
  public func check() throws(ZooError) {
    for (name, tolerance) in [("absolute", absoluteTolerance), ("relative", relativeTolerance)]
    where !(tolerance >= 0 && tolerance <= Self.largestTolerance) {
      throw ZooError(
        .badInput, path: "self_test.\(name)_tolerance",
        problem: "is \(tolerance), with which the self-test proves nothing",
        expected: "0 to \(Self.largestTolerance)", remedy: "Export the model again")
    }
    guard !outputs.isEmpty else {
      throw ZooError(.badInput, path: "self_test", problem: "has no outputs", remedy: "Export the model again")
    }
    for (name, tensor) in outputs.sorted(by: { $0.key < $1.key }) {
      guard let values: [Float] = tensor.values() else { continue }
      if let value = values.first(where: { !$0.isFinite }) {
        throw ZooError(
          .badInput, tensor: name, problem: "the self-test expects \(value)", expected: "numbers",
          remedy: "Export the model again")
      }
      let largest = values.reduce(0) { max($0, abs($1)) }
      guard largest == 0 || absoluteTolerance < largest else {
        throw ZooError(
          .badInput, tensor: name, problem: "the self-test allows ±\(absoluteTolerance), so that zeros would pass",
          expected: "less than \(largest), the largest value that it expects", remedy: "Export the model again")
      }
    }
  }
}
