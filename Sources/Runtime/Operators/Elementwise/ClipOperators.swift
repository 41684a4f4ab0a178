import ZooFormat
import ZooKernels

/// Clip: bounds are attributes up to opset 10 and optional scalar inputs afterwards.
enum ClipOperators {
  static let all: [Operator] = [clip, gradient]

  static let clip = Operator(
    "Clip", inputs: 1...3, types: types,
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return call.node.inputs.map { _ in nil } }
      let bounds = call.inputs.dropFirst()
      let result = try builder.add(
        "ClipGradient", domain: "zoo", [call.input(0), gradient] + bounds, call.node.attributes)
      return [result] + bounds.map { _ in nil }
    },
    cost: { _, outputs in 2 * outputs[0].elementCount },
    kernel: { request in
      let type = request.outputTypes[0]
      let (low, high) = bounds(request.call)
      let count = type.elementCount
      let width = type.elementType.byteCount
      let code = Int32(ZOO_CLIP.rawValue)
      let isa = InstructionSet.current
      return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
        let x = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        switch type.elementType {
        case .float32:
          let low = low.read(arguments, 1, -Float.infinity)
          let high = high.read(arguments, 2, Float.infinity)
          arguments.threads.forEachChunk(of: count) { range in
            let offset = range.lowerBound * width
            zoo_unary_f32(
              isa, code, (x + offset).assumingMemoryBound(to: Float.self),
              (y + offset).assumingMemoryBound(to: Float.self),
              range.count, low, high)
          }
        case .float64:
          zoo_unary_f64(
            code, x.assumingMemoryBound(to: Double.self), y.assumingMemoryBound(to: Double.self), count,
            low.read(arguments, 1, -Double.infinity), high.read(arguments, 2, Double.infinity))
        default:
          let limits = integerLimits(type.elementType)
          _ = zoo_unary_integer(
            code, type.elementType.rawValue, x, y, count,
            low.readInteger(arguments, 1, type.elementType) ?? limits.low,
            high.readInteger(arguments, 2, type.elementType) ?? limits.high)
        }
      }
    })

  /// Inputs: x, the gradient by the result, and the bounds as Clip has them.
  private static let gradient = Operator(
    "ClipGradient", domain: "zoo", inputs: 2...4,
    types: { call in
      try call.sameType(0, 1)
      let x = try call.input(0)
      guard x.elementType == .float32 else { throw call.unsupported() }
      try checkBounds(call, from: 2)
      return [x]
    },
    kernel: { request in
      let count = request.outputTypes[0].elementCount
      let call = request.call
      let isa = InstructionSet.current
      let low = Bound(attribute: try? call.float("min"), isInput: call.hasInput(2))
      let high = Bound(attribute: try? call.float("max"), isInput: call.hasInput(3))
      return Kernel(inPlace: [(output: 0, input: 1)]) { arguments in
        let x: UnsafePointer<Float> = arguments.unsafeInput(0)
        let dy: UnsafePointer<Float> = arguments.unsafeInput(1)
        let dx: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        let low = low.read(arguments, 2, -Float.infinity)
        let high = high.read(arguments, 3, Float.infinity)
        arguments.threads.forEachChunk(of: count) { range in
          let start = range.lowerBound
          zoo_unary_gradient_f32(
            isa, Int32(ZOO_CLIP.rawValue), x + start, dy + start, dx + start, range.count, low, high)
        }
      }
    })

  private static let types: Operator.TypeRule = { call in
    let x = try call.input(0)
    guard ElementType.numbers.contains(x.elementType) else { throw call.unsupported() }
    try checkBounds(call, from: 1)
    return [x]
  }

  /// Bounds are inputs `first` and the next, one number each.
  private static func checkBounds(_ call: OperatorCall, from first: Int) throws {
    let type = try call.input(0).elementType
    for index in first..<first + 2 where call.hasInput(index) {
      let bound = try call.input(index)
      guard bound.elementType == type, bound.elementCount == 1 else {
        throw call.error("bound of type \(bound)", expected: "one \(type)")
      }
    }
  }

  private static func bounds(_ call: OperatorCall) -> (Bound, Bound) {
    (
      Bound(attribute: try? call.float("min"), isInput: call.hasInput(1)),
      Bound(attribute: try? call.float("max"), isInput: call.hasInput(2))
    )
  }

  private static func integerLimits(_ type: ElementType) -> (low: Int64, high: Int64) {
    switch type {
    case .int8: (Int64(Int8.min), Int64(Int8.max))
    case .int16: (Int64(Int16.min), Int64(Int16.max))
    case .int32: (Int64(Int32.min), Int64(Int32.max))
    case .uint8: (0, Int64(UInt8.max))
    case .uint16: (0, Int64(UInt16.max))
    case .uint32: (0, Int64(UInt32.max))
    case .uint64: (0, -1)
    default: (Int64.min, Int64.max)
    }
  }

  /// Where one bound comes from.
  private struct Bound: Sendable {
    let attribute: Float?
    let isInput: Bool

    func read(_ arguments: borrowing KernelArguments, _ index: Int, _ none: Float) -> Float {
      isInput ? arguments.unsafeInput(index, as: Float.self)[0] : attribute ?? none
    }

    func read(_ arguments: borrowing KernelArguments, _ index: Int, _ none: Double) -> Double {
      isInput ? arguments.unsafeInput(index, as: Double.self)[0] : attribute.map(Double.init) ?? none
    }

    /// The bits of an integer bound, widened; those of a `uint64` are kept.
    func readInteger(_ arguments: borrowing KernelArguments, _ index: Int, _ type: ElementType) -> Int64? {
      guard isInput else { return nil }
      switch type {
      case .int8: return Int64(arguments.unsafeInput(index, as: Int8.self)[0])
      case .int16: return Int64(arguments.unsafeInput(index, as: Int16.self)[0])
      case .int32: return Int64(arguments.unsafeInput(index, as: Int32.self)[0])
      case .int64: return arguments.unsafeInput(index, as: Int64.self)[0]
      case .uint8: return Int64(arguments.unsafeInput(index, as: UInt8.self)[0])
      case .uint16: return Int64(arguments.unsafeInput(index, as: UInt16.self)[0])
      case .uint32: return Int64(arguments.unsafeInput(index, as: UInt32.self)[0])
      case .uint64: return Int64(bitPattern: arguments.unsafeInput(index, as: UInt64.self)[0])
      default: return nil
      }
    }
  }
}
