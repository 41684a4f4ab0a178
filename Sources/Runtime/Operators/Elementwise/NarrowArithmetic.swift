import ZooFormat
import ZooKernels

/// Arithmetic on bfloat16 without widened copies: x · factor + y, rounded once.
enum NarrowArithmetic {
  private static let width = 64

  /// - Parameter y: `nil` for zeros. The result may be stored over either operand.
  static func run(
    _ x: UnsafeRawPointer, times factor: Float, plus y: UnsafeRawPointer?, to result: UnsafeMutableRawPointer,
    count: Int, _ isa: zoo_isa
  ) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * width) { parameters in
      guard let zeros = parameters.baseAddress else { return }
      zeros.initialize(repeating: 0, count: width)
      (zeros + width).initialize(repeating: factor, count: width)
      zoo_affine(isa, true, x, y, result, count, width, zeros + width, zeros, false)
    }
  }

  /// The kernel of a sum of two tensors of the same shape.
  static func sum(_ type: TensorType) -> Kernel {
    let count = type.elementCount
    let isa = InstructionSet.current
    return Kernel(inPlace: [(0, 0), (0, 1)]) { arguments in
      let (a, b) = (arguments.rawInput(0), arguments.rawInput(1))
      let result = arguments.rawOutput(0)
      arguments.threads.forEachChunk(of: count) { range in
        let offset = range.lowerBound * 2
        run(a + offset, times: 1, plus: b + offset, to: result + offset, count: range.count, isa)
      }
    }
  }

  /// Whether both inputs are bfloat16 of one shape.
  static func suits(_ call: OperatorCall) -> Bool {
    guard let a = call.optionalInput(0) else { return false }
    return a.elementType == .bfloat16 && call.optionalInput(1) == a
  }
}
