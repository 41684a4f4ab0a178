extension Tensor {
  /// Refuses a tensor whose bytes aren't all values of its type: a bool is 0 or 1, since Swift's `Bool` has no other values,
  /// and types of less than 8 bits keep to their range. O(elements) for these types, O(1) for others.
  func checkingElements(_ name: String) throws(ZooError) -> Tensor {
    guard let range = elementType.byteRange else { return self }
    let isRight = withUnsafeBytes { bytes in bytes.allSatisfy { range.contains(Int8(bitPattern: $0)) } }
    guard isRight else {
      let found = elementType == .bool ? "are neither 0 nor 1" : "no \(elementType) is"
      throw ZooError(
        .badInput, tensor: name, problem: "has elements that \(found)",
        expected: "\(range.lowerBound)…\(range.upperBound)")
    }
    return self
  }
}

extension ElementType {
  /// The bytes, taken as signed, that an element may be; `nil` if every byte will do.
  fileprivate var byteRange: ClosedRange<Int8>? {
    switch self {
    case .bool: 0...1
    case .uint4, .float4e2m1: 0...15
    case .int4: -8...7
    case .uint2: 0...3
    case .int2: -2...1
    default: nil
    }
  }
}
