import ZooFormat

/// What the steps of all optimizers have in common.
enum OptimizerCall {
  /// Checks that `tensors` inputs (parameter, gradient, moments) have one type and the scalars after them (learning rate,
  /// step, gradient scale) are scalars; returns that type for each output.
  static func types(_ call: OperatorCall, tensors: Int) throws -> [TensorType] {
    let type = try call.input(0)
    guard type.elementType == .float32 else { throw call.unsupported() }
    for index in 1..<tensors where try call.input(index) != type {
      throw call.error("input \(index) is \(try call.input(index))", expected: "\(type)")
    }
    let scalars: [ElementType] = [.float32, .int64, .float32]
    for (offset, element) in scalars.enumerated() {
      let scalar = try call.input(tensors + offset)
      guard scalar.elementType == element, scalar.elementCount == 1 else {
        throw call.error("input \(tensors + offset) is \(scalar)", expected: "a scalar \(element)")
      }
    }
    return [TensorType](repeating: type, count: tensors - 1)
  }
}
