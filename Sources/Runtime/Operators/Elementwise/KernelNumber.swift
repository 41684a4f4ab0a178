import ZooFormat

/// An element type that generic kernels compare, add and multiply; integers wrap around.
protocol KernelNumber: TensorElement, Comparable, Numeric {
  static func sum(_ a: Self, _ b: Self) -> Self
  static func product(_ a: Self, _ b: Self) -> Self
}

extension KernelNumber where Self: BinaryFloatingPoint {
  static func sum(_ a: Self, _ b: Self) -> Self { a + b }
  static func product(_ a: Self, _ b: Self) -> Self { a * b }
}

extension KernelNumber where Self: FixedWidthInteger {
  static func sum(_ a: Self, _ b: Self) -> Self { a &+ b }
  static func product(_ a: Self, _ b: Self) -> Self { a &* b }
}

extension Float: KernelNumber {}
extension Double: KernelNumber {}
extension Int8: KernelNumber {}
extension Int16: KernelNumber {}
extension Int32: KernelNumber {}
extension Int64: KernelNumber {}
extension UInt8: KernelNumber {}
extension UInt16: KernelNumber {}
extension UInt32: KernelNumber {}
extension UInt64: KernelNumber {}

extension ElementType {
  /// The Swift type of the elements; `nil` for bool, the half types and those of 8 bits and less that Swift lacks.
  var number: (any KernelNumber.Type)? {
    switch self {
    case .float32: Float.self
    case .float64: Double.self
    case .int8: Int8.self
    case .int16: Int16.self
    case .int32: Int32.self
    case .int64: Int64.self
    case .uint8: UInt8.self
    case .uint16: UInt16.self
    case .uint32: UInt32.self
    case .uint64: UInt64.self
    default: nil
    }
  }
}
