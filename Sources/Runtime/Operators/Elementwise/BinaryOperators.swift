import ZooFormat
import ZooKernels

/// Arithmetic on two operands that broadcast against each other.
enum BinaryOperators {
  static let all: [Operator] = [add, subtract, multiply, divide, modulo, power] + bitwise

  /// An operator whose operands and result have one element type.
  static func arithmetic(
    _ name: String, _ code: zoo_binary, types allowed: Set<ElementType>, gradient: Operator.GradientRule? = nil
  ) -> Operator {
    Operator(
      name, inputs: 2...2,
      types: { call in
        if code == ZOO_ADD, NarrowArithmetic.suits(call) { return [try call.input(0)] }
        return [try sameType(call, allowed)]
      }, gradient: gradient,
      cost: { _, outputs in outputs[0].elementCount },
      kernel: { request in
        if code == ZOO_ADD, NarrowArithmetic.suits(request.call) { return NarrowArithmetic.sum(request.outputTypes[0]) }
        return try kernel(request, code)
      })
  }

  static func sameType(_ call: OperatorCall, _ allowed: Set<ElementType>) throws -> TensorType {
    let a = try call.input(0)
    let b = try call.input(1)
    guard allowed.contains(a.elementType) else { throw call.unsupported(0) }
    guard a.elementType == b.elementType else {
      throw call.error("operands of types \(a.elementType) and \(b.elementType)", expected: "one type")
    }
    return TensorType(a.elementType, try Broadcasting.shape([a.shape, b.shape], of: call))
  }

  /// A kernel for operands of one type; comparisons write bytes.
  static func kernel(_ request: KernelCall, _ code: zoo_binary) throws -> Kernel {
    let a = try request.call.input(0)
    let b = try request.call.input(1)
    let y = request.outputTypes[0]
    let loops = BroadcastKernel(a.shape, b.shape, output: y.shape)
    let width = a.elementType.byteCount
    let resultWidth = y.elementType.byteCount
    let type = a.elementType.rawValue
    let operation = Int32(code.rawValue)
    let isa = InstructionSet.current
    guard zoo_binary(isa, operation, type, nil, nil, nil, zoo_rows()) == 1 else { throw request.call.unsupported() }
    var inPlace: [(output: Int, input: Int)] = []
    if width == resultWidth {
      if a.shape == y.shape { inPlace.append((0, 0)) }
      if b.shape == y.shape { inPlace.append((0, 1)) }
    }
    return Kernel(inPlace: inPlace) { arguments in
      let a = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
      let b = UnsafeRawPointer(arguments.unsafeInput(1, as: UInt8.self))
      let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
      loops.run(arguments.threads) { aOffset, bOffset, yOffset, block in
        _ = zoo_binary(
          isa, operation, type, a + aOffset * width, b + bOffset * width, y + yOffset * resultWidth, block)
      }
    }
  }

  static let add = arithmetic("Add", ZOO_ADD, types: ElementType.numbers) { builder, call in
    guard let gradient = call.outputGradients[0] else { return [nil, nil] }
    return try (0..<2).map { try call.wanted[$0] ? builder.sum(gradient, toInput: $0, of: call) : nil }
  }

  static let subtract = arithmetic("Sub", ZOO_SUB, types: ElementType.numbers) { builder, call in
    guard let gradient = call.outputGradients[0] else { return [nil, nil] }
    let a = try call.wanted[0] ? builder.sum(gradient, toInput: 0, of: call) : nil
    guard call.wanted[1] else { return [a, nil] }
    return [a, try builder.add("Neg", [builder.sum(gradient, toInput: 1, of: call)])]
  }

  static let multiply = arithmetic("Mul", ZOO_MUL, types: ElementType.numbers) { builder, call in
    guard let gradient = call.outputGradients[0] else { return [nil, nil] }
    return try (0..<2).map {
      try call.wanted[$0] ? builder.sum(gradient, times: call.input(1 - $0), toInput: $0, of: call) : nil
    }
  }

  static let divide = arithmetic("Div", ZOO_DIV, types: ElementType.numbers) { builder, call in
    guard let gradient = call.outputGradients[0] else { return [nil, nil] }
    let quotient = try builder.add("Div", [gradient, call.input(1)])
    let a = try call.wanted[0] ? builder.sum(quotient, toInput: 0, of: call) : nil
    guard call.wanted[1] else { return [a, nil] }
    // d(a/b)/db = −(a/b)/b.
    return [a, try builder.add("Neg", [builder.sum(quotient, times: call.output(), toInput: 1, of: call)])]
  }

  private static let modulo = Operator(
    "Mod", inputs: 2...2, types: { [try sameType($0, ElementType.numbers)] },
    cost: { _, outputs in outputs[0].elementCount },
    kernel: { request in
      try kernel(request, request.call.int("fmod", default: 0) == 0 ? ZOO_MOD : ZOO_FMOD)
    })

  private static let bitwise: [Operator] =
    [("BitwiseAnd", ZOO_BIT_AND), ("BitwiseOr", ZOO_BIT_OR), ("BitwiseXor", ZOO_BIT_XOR)].map { name, code in
      arithmetic(name, code, types: ElementType.integers)
    } + [
      Operator(
        "BitShift", inputs: 2...2, types: { [try sameType($0, ElementType.unsignedIntegers)] },
        kernel: { request in
          switch try request.call.string("direction") {
          case "LEFT": return try kernel(request, ZOO_SHIFT_LEFT)
          case "RIGHT": return try kernel(request, ZOO_SHIFT_RIGHT)
          case let other: throw request.call.error("direction '\(other)'", expected: "LEFT or RIGHT")
          }
        })
    ]

  /// Pow: the exponent may have another type than the base, whose type the result has.
  private static let power = Operator(
    "Pow", inputs: 2...2,
    types: { call in
      let base = try call.input(0)
      let exponent = try call.input(1)
      for (index, type) in [base, exponent].enumerated() where !ElementType.numbers.contains(type.elementType) {
        throw call.unsupported(index)
      }
      return [TensorType(base.elementType, try Broadcasting.shape([base.shape, exponent.shape], of: call))]
    },
    gradient: { builder, call in
      guard let gradient = call.outputGradients[0] else { return [nil, nil] }
      var result: [Value?] = [nil, nil]
      if call.wanted[0] {
        let one = try builder.constant(Tensor(1, as: builder.type(of: call.input(1)).elementType))
        let lower = try builder.add("Pow", [call.input(0), builder.add("Sub", [call.input(1), one])])
        var exponent = call.input(1)
        let baseType = try builder.type(of: call.input(0)).elementType
        if try builder.type(of: exponent).elementType != baseType {
          exponent = try builder.add("Cast", [exponent], ["to": .int(Int(baseType.rawValue))])
        }
        let factor = try builder.add("Mul", [exponent, lower])
        result[0] = try builder.sum(gradient, times: factor, toInput: 0, of: call)
      }
      if call.wanted[1] {
        let factor = try builder.add("Mul", [call.output(), builder.add("Log", [call.input(0)])])
        result[1] = try builder.sum(gradient, times: factor, toInput: 1, of: call)
      }
      return result
    },
    cost: { _, outputs in 10 * outputs[0].elementCount },
    kernel: { request in
      let base = try request.call.input(0)
      let exponent = try request.call.input(1)
      if base.elementType == exponent.elementType { return try kernel(request, ZOO_POW) }
      // The exponent is converted to the base's type; a fractional exponent of an integer base is computed in double.
      let wide: ElementType = exponent.elementType.isFloatingPoint ? .float64 : base.elementType
      let y = request.outputTypes[0]
      let loops = BroadcastKernel(base.shape, exponent.shape, output: y.shape)
      let width = wide.byteCount
      let isa = InstructionSet.current
      let baseBytes = base.elementCount * width
      let exponentBytes = exponent.elementCount * width
      return Kernel(scratchByteCount: baseBytes + exponentBytes + y.elementCount * width) { arguments in
        let a = arguments.unsafeScratch
        let b = a + baseBytes
        let result = b + exponentBytes
        _ = zoo_cast(
          base.elementType.rawValue, wide.rawValue, arguments.unsafeInput(0, as: UInt8.self), a, base.elementCount)
        _ = zoo_cast(
          exponent.elementType.rawValue, wide.rawValue, arguments.unsafeInput(1, as: UInt8.self), b,
          exponent.elementCount)
        loops.run(arguments.threads) { aOffset, bOffset, yOffset, block in
          _ = zoo_binary(
            isa, Int32(ZOO_POW.rawValue), wide.rawValue, a + aOffset * width, b + bOffset * width,
            result + yOffset * width, block)
        }
        _ = zoo_cast(
          wide.rawValue, y.elementType.rawValue, result, arguments.unsafeOutput(0, as: UInt8.self), y.elementCount)
      }
    })
}
