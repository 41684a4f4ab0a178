extension Tensor {
  /// Refuses a tensor of type bool with other bytes than 0 and 1, since Swift's `Bool` has no other values. O(elements) for
  /// that type, O(1) for others.
  func checkingBools(_ name: String) throws(ZooError) -> Tensor {
    guard elementType != .bool || !withUnsafeBytes({ $0.contains { $0 > 1 } }) else {
      throw ZooError(.badInput, tensor: name, problem: "has elements that are neither 0 nor 1")
    }
    return self
  }
}
