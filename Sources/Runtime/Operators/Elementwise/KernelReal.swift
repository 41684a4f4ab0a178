import ZooFormat

/// A floating-point type that generic kernels compute in. Kernels are made for each by name, so that the compiler makes
/// a version for each.
protocol KernelReal: KernelNumber, BinaryFloatingPoint {}

extension Float: KernelReal {}
extension Double: KernelReal {}

extension OperatorCall {
  /// The type of input `index`, which must be float32 or float64. (The half types are widened around the operator.)
  func real(_ index: Int) throws -> TensorType {
    let type = try input(index)
    guard ElementType.floats.contains(type.elementType) else { throw unsupported(index) }
    return type
  }

  /// Checks that all inputs that are there have the element type of the first one.
  func checkOneElementType(_ indices: Range<Int>) throws {
    let type = try input(0).elementType
    for index in indices where hasInput(index) {
      guard try input(index).elementType == type else {
        throw error("input \(index) is \(try input(index))", expected: "\(type)")
      }
    }
  }
}
