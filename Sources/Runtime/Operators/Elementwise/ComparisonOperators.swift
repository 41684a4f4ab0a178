import ZooFormat
import ZooKernels

/// Comparisons and logic: results are bool and have no gradient.
enum ComparisonOperators {
  static let all: [Operator] =
    [
      compare("Equal", ZOO_EQUAL, ElementType.numbers.union([.bool])), compare("Less", ZOO_LESS, ElementType.numbers),
      compare("LessOrEqual", ZOO_LESS_OR_EQUAL, ElementType.numbers),
      compare("Greater", ZOO_GREATER, ElementType.numbers),
      compare("GreaterOrEqual", ZOO_GREATER_OR_EQUAL, ElementType.numbers), compare("And", ZOO_BIT_AND, [.bool]),
      compare("Or", ZOO_BIT_OR, [.bool]), compare("Xor", ZOO_BIT_XOR, [.bool]),
    ] + [not, bitwiseNot, isNaN, isInfinite]

  private static func compare(_ name: String, _ code: zoo_binary, _ allowed: Set<ElementType>) -> Operator {
    Operator(
      name, inputs: 2...2,
      types: { [TensorType(.bool, try BinaryOperators.sameType($0, allowed).shape)] },
      gradient: { _, _ in [nil, nil] }, cost: { _, outputs in outputs[0].elementCount },
      kernel: { try BinaryOperators.kernel($0, code) })
  }

  private static let not = Operator(
    "Not", inputs: 1...1,
    types: { call in
      guard try call.input(0).elementType == .bool else { throw call.unsupported() }
      return [try call.input(0)]
    },
    gradient: { _, _ in [nil] },
    kernel: { request in
      let count = request.outputTypes[0].elementCount
      return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
        let x: UnsafePointer<Bool> = arguments.unsafeInput(0)
        let y: UnsafeMutablePointer<Bool> = arguments.unsafeOutput(0)
        for i in 0..<count { y[i] = !x[i] }
      }
    })

  private static let bitwiseNot = Operator(
    "BitwiseNot", inputs: 1...1,
    types: { call in
      guard ElementType.integers.contains(try call.input(0).elementType) else { throw call.unsupported() }
      return [try call.input(0)]
    },
    gradient: { _, _ in [nil] },
    kernel: { request in
      let bytes = request.outputTypes[0].byteCount
      return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
        let x: UnsafePointer<UInt8> = arguments.unsafeInput(0)
        let y: UnsafeMutablePointer<UInt8> = arguments.unsafeOutput(0)
        for i in 0..<bytes { y[i] = ~x[i] }
      }
    })

  private static let isNaN = test("IsNaN") { _ in { $0.isNaN } }

  private static let isInfinite = test("IsInf") { call in
    let positive = try call.int("detect_positive", default: 1) != 0
    let negative = try call.int("detect_negative", default: 1) != 0
    return { $0.isInfinite && ($0 > 0 ? positive : negative) }
  }

  /// A test of each element, which is exact in double precision whatever the type.
  private static func test(
    _ name: String, _ make: @escaping @Sendable (OperatorCall) throws -> @Sendable (Double) -> Bool
  ) -> Operator {
    Operator(
      name, inputs: 1...1,
      types: { call in
        let x = try call.input(0)
        guard ElementType.floats.contains(x.elementType) else { throw call.unsupported() }
        return [TensorType(.bool, x.shape)]
      },
      gradient: { _, _ in [nil] },
      kernel: { request in
        let test = try make(request.call)
        let count = request.outputTypes[0].elementCount
        let isDouble = try request.call.input(0).elementType == .float64
        return Kernel { arguments in
          let y: UnsafeMutablePointer<Bool> = arguments.unsafeOutput(0)
          if isDouble {
            let x: UnsafePointer<Double> = arguments.unsafeInput(0)
            for i in 0..<count { y[i] = test(x[i]) }
          } else {
            let x: UnsafePointer<Float> = arguments.unsafeInput(0)
            for i in 0..<count { y[i] = test(Double(x[i])) }
          }
        }
      })
  }
}
