import ZooFormat
import ZooKernels

/// Operators whose result is known from attributes and shapes.
enum ConstantOperators {
  static let all: [Operator] = [constant, constantOfShape, shape, size]

  private static let constant = Operator(
    "Constant", inputs: 0...0, types: { [try value($0).type] }, gradient: { _, _ in [] },
    kernel: { try copy(value($0.call)) })

  private static func value(_ call: OperatorCall) throws -> Tensor {
    if let tensor = try call.tensor("value") { return tensor }
    if call.has("value_float") { return try Tensor(call.float("value_float")) }
    if call.has("value_int") { return try Tensor(Int64(call.int("value_int"))) }
    if let floats = try call.floats("value_floats") { return try Tensor(shape: [floats.count], floats) }
    if let ints = try call.ints("value_ints") { return try Tensor(shape: [ints.count], ints.map(Int64.init)) }
    throw call.error("no value of a supported kind", expected: "value, value_float(s) or value_int(s)")
  }

  private static func copy(_ tensor: Tensor) -> Kernel {
    Kernel(inputsRead: []) { arguments in
      tensor.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return }
        UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self)).copyMemory(
          from: base, byteCount: bytes.count)
      }
    }
  }

  private static let constantOfShape = Operator(
    "ConstantOfShape", inputs: 1...1,
    types: { call in
      let shape = try call.constantIntegers(0) ?? []
      guard shape.allSatisfy({ $0 >= 0 }) else { throw call.error("shape \(shape)") }
      let value = try call.tensor("value")
      guard value?.elementCount ?? 1 == 1 else { throw call.error("the value has several elements", expected: "one") }
      return [TensorType(value?.elementType ?? .float32, shape)]
    },
    gradient: { _, _ in [nil] },
    kernel: { request in
      let value = try request.call.tensor("value") ?? Tensor(Float(0))
      let count = request.outputTypes[0].elementCount
      return Kernel(inputsRead: []) { arguments in
        zoo_fill(value.storage.base, value.elementType.byteCount, arguments.unsafeOutput(0, as: UInt8.self), count)
      }
    })

  /// The range of axes `start..<end` of Shape, clamped.
  private static func dimensions(_ call: OperatorCall) throws -> [Int64] {
    let shape = try call.input(0).shape
    func clamp(_ axis: Int) -> Int { min(max(axis < 0 ? max(axis, -shape.count) + shape.count : axis, 0), shape.count) }
    let start = clamp(try call.int("start", default: 0))
    let end = clamp(try call.int("end", default: shape.count))
    return start < end ? shape[start..<end].map(Int64.init) : []
  }

  private static let shape = Operator(
    "Shape", inputs: 1...1, types: { [TensorType(.int64, [try dimensions($0).count])] }, gradient: { _, _ in [nil] },
    kernel: { request in
      let values = try dimensions(request.call)
      return try copy(Tensor(shape: [values.count], values))
    })

  private static let size = Operator(
    "Size", inputs: 1...1,
    types: { call in
      _ = try call.input(0)
      return [TensorType(.int64, [])]
    },
    gradient: { _, _ in [nil] }, kernel: { try copy(Tensor(Int64($0.call.input(0).elementCount))) })
}
