import ZooFormat
import ZooKernels

/// OneHot and Range.
enum GeneratorOperators {
  static let all: [Operator] = [oneHot, range]

  private static let oneHot = Operator(
    "OneHot", inputs: 3...3,
    types: { call in
      let indices = try call.input(0)
      guard indices.elementType.number != nil else { throw call.unsupported() }
      guard try call.input(2).elementCount == 2 else {
        throw call.error("values \(try call.input(2))", expected: "two")
      }
      var shape = indices.shape
      let axis = try call.axis(call.int("axis", default: -1), rank: shape.count, inclusive: true)
      shape.insert(try depth(call), at: axis)
      return [TensorType(try call.input(2).elementType, shape)]
    },
    gradient: { _, _ in [nil, nil, nil] },
    kernel: { request in
      let indices = try request.call.input(0)
      let y = request.outputTypes[0]
      let depth = try depth(request.call)
      let axis = try request.call.axis(
        request.call.int("axis", default: -1), rank: indices.rank, inclusive: true)
      let inner = indices.shape[axis...].reduce(1, *)
      let width = y.elementType.byteCount
      let type = indices.elementType
      return Kernel(inputsRead: [0, 2]) { arguments in
        let source = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let values = UnsafeRawPointer(arguments.unsafeInput(2, as: UInt8.self))
        let target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        zoo_fill(values, width, target, y.elementCount)
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: 1) { scalar in
          guard let wide = scalar.baseAddress else { return }
          for position in 0..<indices.elementCount {
            _ = zoo_cast(
              type.rawValue, ElementType.int64.rawValue, source + position * type.byteCount, wide, 1)
            // Indices outside −depth…depth − 1 leave all their elements off.
            guard wide[0] >= -Int64(depth), wide[0] < Int64(depth) else { continue }
            let index = Int(wide[0]) + (wide[0] < 0 ? depth : 0)
            let at = (position / inner * depth + index) * inner + position % inner
            (target + at * width).copyMemory(from: values + width, byteCount: width)
          }
        }
      }
    })

  private static func depth(_ call: OperatorCall) throws -> Int {
    let tensor = try call.constant(1)
    let depth = tensor.integers()?.first ?? tensor.values(as: Float.self)?.first.flatMap { Int(exactly: $0.rounded()) }
    guard let depth, depth >= 0 else { throw call.error("depth \(tensor.type)", expected: "a number of at least 0") }
    return depth
  }

  private static let range = Operator(
    "Range", inputs: 3...3, types: { [TensorType(try $0.input(0).elementType, [try count($0)])] },
    gradient: { _, _ in [nil, nil, nil] },
    kernel: { request in
      let count = request.outputTypes[0].elementCount
      guard let number = request.outputTypes[0].elementType.number else { throw request.call.unsupported() }
      return make(number, count)
    })

  /// max(0, ⌈(limit − start) / delta⌉).
  private static func count(_ call: OperatorCall) throws -> Int {
    let tensors = try (0..<3).map { try call.constant($0) }
    guard tensors.allSatisfy({ $0.elementType == tensors[0].elementType && $0.elementCount == 1 }) else {
      throw call.error("start, limit and delta of different types", expected: "three scalars of one type")
    }
    let values: [Double] = try tensors.map { tensor in
      if let integer = tensor.integers()?.first { return Double(integer) }
      if let value = tensor.values(as: Float.self)?.first { return Double(value) }
      guard let value = tensor.values(as: Double.self)?.first else { throw call.unsupported() }
      return value
    }
    let steps = ((values[1] - values[0]) / values[2]).rounded(.up)
    guard values[2] != 0, steps < 1e12 else {
      throw call.error("range from \(values[0]) to \(values[1]) by \(values[2])", expected: "a finite number of steps")
    }
    return max(0, Int(saturating: steps))
  }

  private static func make<T: KernelNumber>(_: T.Type, _ count: Int) -> Kernel {
    Kernel { arguments in
      let (start, delta) = (arguments.unsafeInput(0, as: T.self)[0], arguments.unsafeInput(2, as: T.self)[0])
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      var value = start
      for i in 0..<count {
        y[i] = value
        value = T.sum(value, delta)
      }
    }
  }
}
