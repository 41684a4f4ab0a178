import ZooFormat

/// Operators whose result is their input's bytes under another shape.
enum ViewOperators {
  static let all: [Operator] = [reshape, flatten, squeeze, unsqueeze, identity]

  private static func view(
    _ name: String, inputs: ClosedRange<Int>, shape: @escaping @Sendable (OperatorCall) throws -> [Int]
  ) -> Operator {
    Operator(
      name, inputs: inputs,
      types: { call in
        let x = try call.input(0)
        let target = TensorType(x.elementType, try shape(call))
        guard try target.validated(call.node.name).elementCount == x.elementCount else {
          throw call.error("\(x) can't be seen as \(target.shape)", expected: "\(x.elementCount) elements")
        }
        return [target]
      },
      gradient: { builder, call in
        let rest = call.node.inputs.dropFirst().map { _ -> Value? in nil }
        guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] + rest }
        return [try builder.reshape(gradient, to: call.call.input(0).shape)] + rest
      },
      isView: true, kernel: copy)
  }

  /// For executors that don't share the memory.
  private static let copy: Operator.KernelRule = { request in
    let count = request.outputTypes[0].byteCount
    return Kernel(inPlace: [(output: 0, input: 0)], inputsRead: [0]) { arguments in
      let x = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
      let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
      if UnsafeRawPointer(y) != x { y.copyMemory(from: x, byteCount: count) }
    }
  }

  /// A target size of 0 keeps the input's size unless `allowzero` is set; one size of −1 is worked out.
  static let reshape = view("Reshape", inputs: 1...2) { call in
    let x = try call.input(0)
    guard let target = try call.ints("shape") ?? call.constantIntegers(1) else {
      throw call.error("no target shape")
    }
    let allowsZero = try call.int("allowzero", default: 0) != 0
    var shape = target
    for (axis, size) in target.enumerated() where size == 0 && !allowsZero {
      guard axis < x.rank else { throw call.error("size 0 at axis \(axis) of \(target) for \(x)") }
      shape[axis] = x.shape[axis]
    }
    let unknown = shape.indices.filter { shape[$0] == -1 }
    guard unknown.count <= 1, shape.allSatisfy({ $0 >= -1 }) else {
      throw call.error("target shape \(target)", expected: "sizes of at least 0 and at most one −1")
    }
    if let axis = unknown.first {
      var known = 1
      for size in shape where size >= 0 {
        let (product, overflow) = known.multipliedReportingOverflow(by: size)
        guard !overflow else { throw call.error("target shape \(target) is too large") }
        known = product
      }
      guard known > 0, x.elementCount % known == 0 else {
        throw call.error("\(x) can't be seen as \(target)")
      }
      shape[axis] = x.elementCount / known
    }
    return shape
  }

  private static let flatten = view("Flatten", inputs: 1...1) { call in
    let shape = try call.input(0).shape
    let given = try call.int("axis", default: 1)
    let axis = given == shape.count ? given : try call.axis(given, rank: shape.count)
    return [shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)]
  }

  private static let squeeze = view("Squeeze", inputs: 1...2) { call in
    let shape = try call.input(0).shape
    guard let axes = try call.ints("axes") ?? call.constantIntegers(1) else { return shape.filter { $0 != 1 } }
    let removed = Set(try axes.map { try call.axis($0, rank: shape.count) })
    for axis in removed where shape[axis] != 1 {
      throw call.error("axis \(axis) of \(shape) has \(shape[axis]) elements", expected: "1")
    }
    return shape.indices.filter { !removed.contains($0) }.map { shape[$0] }
  }

  private static let unsqueeze = view("Unsqueeze", inputs: 1...2) { call in
    let shape = try call.input(0).shape
    guard let axes = try call.ints("axes") ?? call.constantIntegers(1) else { throw call.error("no axes") }
    let rank = shape.count + axes.count
    let inserted = Set(try axes.map { try call.axis($0, rank: rank) })
    guard inserted.count == axes.count else { throw call.error("axes \(axes) repeat") }
    var rest = shape[...]
    return (0..<rank).map { inserted.contains($0) ? 1 : rest.popFirst() ?? 1 }
  }

  private static let identity = view("Identity", inputs: 1...1) { try $0.input(0).shape }
}

extension GraphBuilder {
  /// `value` under another shape of the same size.
  mutating func reshape(_ value: Value, to shape: [Int]) throws -> Value {
    if try self.shape(of: value) == shape { return value }
    return try add("Reshape", [value, constant(shape)], ["allowzero": .int(1)])
  }
}
