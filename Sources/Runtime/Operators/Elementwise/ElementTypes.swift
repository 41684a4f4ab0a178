import ZooFormat

/// Sets of element types that families of operators accept.
///
/// The half types are not among them: ``HalfPrecision`` widens them around any operator that works on float32.
extension ElementType {
  static let floats: Set<ElementType> = [.float32, .float64]
  static let unsignedIntegers: Set<ElementType> = [.uint8, .uint16, .uint32, .uint64]
  static let signedIntegers: Set<ElementType> = [.int8, .int16, .int32, .int64]
  static let integers = unsignedIntegers.union(signedIntegers)
  static let numbers = integers.union(floats)
}

extension Tensor {
  /// A scalar of any numeric type.
  init(_ value: Int8, as type: ElementType) throws {
    switch type {
    case .float32: try self.init(Float(value))
    case .float64: try self.init(Double(value))
    case .int8: try self.init(value)
    case .int16: try self.init(Int16(value))
    case .int32: try self.init(Int32(value))
    case .int64: try self.init(Int64(value))
    case .uint8: try self.init(UInt8(clamping: value))
    case .uint16: try self.init(UInt16(clamping: value))
    case .uint32: try self.init(UInt32(clamping: value))
    case .uint64: try self.init(UInt64(clamping: value))
    case .bool: try self.init(value != 0)
    default:
      throw ZooError(.badInput, problem: "a constant of type \(type) is not supported here")
    }
  }
}

extension GraphBuilder {
  /// Adds a constant whose name is chosen.
  mutating func constant(_ value: Tensor) throws -> Value { try constant(nil, value) }
}
