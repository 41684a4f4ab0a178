import ZooFormat

/// A tensor of 8-bit numbers with its zero point, read as 16-bit differences from it, whose products are exact.
struct IntegerOperand: Sendable {
  let input: Int
  let isSigned: Bool
  private let zeroInput: Int?
  /// Values of the zero point: one, or one for each row (of a left operand) or column (of a right one, or channel).
  let zeros: Int

  /// - Parameter zeroInput: the input with the zero point, if the call has one.
  init(_ call: OperatorCall, _ input: Int, zero zeroInput: Int, lines: Int) throws {
    let type = try call.input(input).elementType
    guard type == .uint8 || type == .int8 else { throw call.unsupported(input) }
    self.input = input
    isSigned = type == .int8
    guard let zero = call.optionalInput(zeroInput) else {
      (self.zeroInput, zeros) = (nil, 1)
      return
    }
    guard zero.elementType == type, zero.elementCount == 1 || zero.elementCount == lines else {
      throw call.error("zero point \(zero)", expected: "one \(type), or \(lines) of them")
    }
    self.zeroInput = zeroInput
    zeros = zero.elementCount
  }

  func zero(_ arguments: borrowing KernelArguments, _ line: Int) -> Int16 {
    guard let zeroInput else { return 0 }
    return value(arguments.unsafeInput(zeroInput, as: UInt8.self), zeros == 1 ? 0 : line)
  }

  @inline(__always)
  func value(_ bytes: UnsafePointer<UInt8>, _ index: Int) -> Int16 {
    isSigned ? Int16(Int8(bitPattern: bytes[index])) : Int16(bytes[index])
  }
}

/// Σ a · b, wrapping around at 32 bits as ONNX's int32 does.
@inline(__always)
func integerDot(_ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ count: Int) -> Int32 {
  var sum: Int32 = 0
  for i in 0..<count { sum &+= Int32(a[i]) &* Int32(b[i]) }
  return sum
}

/// What becomes of the exact sums.
struct Requantization: Sendable {
  /// Inputs with the scales of both operands and of the result, and the result's zero point.
  let scales: (a: Int, b: Int, y: Int)
  let zero: Int
  let type: ElementType
  private let counts: (a: Int, b: Int)

  /// - Parameter lines: how many scales each operand may have, if not one.
  init(_ call: OperatorCall, scales: (a: Int, b: Int, y: Int), zero: Int, lines: (a: Int, b: Int)) throws {
    self.scales = scales
    self.zero = zero
    type = try call.input(zero).elementType
    guard type == .uint8 || type == .int8 else { throw call.unsupported(zero) }
    for (index, allowed) in [(scales.a, lines.a), (scales.b, lines.b), (scales.y, 1)] {
      let scale = try call.input(index)
      guard scale.elementType == .float32 else { throw call.unsupported(index) }
      guard scale.elementCount == 1 || scale.elementCount == allowed else {
        throw call.error("scale \(scale)", expected: allowed == 1 ? "one" : "one, or \(allowed)")
      }
    }
    guard try call.input(zero).elementCount == 1 else {
      throw call.error("zero point \(try call.input(zero))", expected: "one")
    }
    counts = (try call.input(scales.a).elementCount, try call.input(scales.b).elementCount)
  }

  /// Scales of the operands and of the result, and the result's zero point, of one execution.
  // Unchecked for its pointers: workers read them while the kernel runs, when nobody writes to its inputs.
  struct Values: @unchecked Sendable {
    let a: UnsafePointer<Float>
    let b: UnsafePointer<Float>
    let y: Float
    let zero: Float
    let steps: (a: Int, b: Int)
    let isSigned: Bool

    /// round to even(sum · a · b / y) + zero, clamped to 8 bits.
    @inline(__always)
    func number(_ sum: Int32, row: Int, column: Int) -> UInt8 {
      let value = (Float(sum) * (a[row * steps.a] * b[column * steps.b] / y)).rounded(.toNearestOrEven) + zero
      if isSigned { return UInt8(bitPattern: value.isNaN ? 0 : Int8(saturating: min(max(value, -128), 127))) }
      return value.isNaN ? 0 : UInt8(saturating: min(max(value, 0), 255))
    }
  }

  func values(_ arguments: borrowing KernelArguments) -> Values {
    let zero =
      type == .int8
      ? Float(arguments.unsafeInput(zero, as: Int8.self)[0]) : Float(arguments.unsafeInput(zero, as: UInt8.self)[0])
    return Values(
      a: arguments.unsafeInput(scales.a), b: arguments.unsafeInput(scales.b),
      y: arguments.unsafeInput(scales.y, as: Float.self)[0],
      zero: zero, steps: (counts.a == 1 ? 0 : 1, counts.b == 1 ? 0 : 1), isSigned: type == .int8)
  }
}
