import ZooFormat
import ZooKernels

/// Sums that bring the gradient of a broadcast operand back to the operand's shape. Attribute `shape`: that shape.
enum SumToOperators {
  static let all: [Operator] = [sumTo, mulSumTo]

  private static let sumTo = Operator(
    "SumTo", domain: "zoo", inputs: 1...1, types: types,
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] }
      return [try builder.add("Expand", [gradient, builder.constant(call.call.input(0).shape)])]
    },
    cost: { call, _ in call.inputs[0]?.elementCount ?? 0 }, kernel: { try kernel($0, ZOO_REDUCE_SUM) })

  /// Sums the product of two tensors of one shape without storing it.
  private static let mulSumTo = Operator(
    "MulSumTo", domain: "zoo", inputs: 2...2,
    types: { call in
      guard try call.input(0) == call.input(1) else {
        throw call.error("operands \(try call.input(0)) and \(try call.input(1))", expected: "one type")
      }
      return try types(call)
    },
    gradient: { builder, call in
      guard let gradient = call.outputGradients[0] else { return [nil, nil] }
      return try (0..<2).map {
        try call.wanted[$0] ? builder.add("Mul", [call.input(1 - $0), gradient]) : nil
      }
    },
    cost: { call, _ in 2 * (call.inputs[0]?.elementCount ?? 0) },
    kernel: { try kernel($0, ZOO_REDUCE_SUM_PRODUCT) })

  /// With `channels_last` = 1 the input and the result are stored as [N, H, W, C], while `shape` still says [N, C, H, W].
  private static func target(_ call: OperatorCall) throws -> [Int] {
    let shape = try call.ints("shape") ?? []
    guard try call.int("channels_last", default: 0) != 0, shape.count == 4 else { return shape }
    return [shape[0], shape[2], shape[3], shape[1]]
  }

  private static let types: Operator.TypeRule = { call in
    let x = try call.input(0)
    let shape = try target(call)
    let offset = x.rank - shape.count
    guard offset >= 0, shape.indices.allSatisfy({ shape[$0] == 1 || shape[$0] == x.shape[offset + $0] }) else {
      throw call.error("sum of \(x) to the shape \(shape)", expected: "a shape that broadcasts to the input's")
    }
    guard ElementType.numbers.contains(x.elementType) else { throw call.unsupported() }
    return [TensorType(x.elementType, shape)]
  }

  private static func kernel(_ request: KernelCall, _ operation: zoo_reduction) throws -> Kernel {
    let x = try request.call.input(0)
    let shape = request.outputTypes[0].shape
    let offset = x.rank - shape.count
    let reduced = x.shape.indices.map { $0 < offset || shape[$0 - offset] != x.shape[$0] }
    let plan = ReductionPlan(shape: x.shape, reduced: reduced)
    return Kernel(scratchByteCount: plan.scratchByteCount(elementSize: x.elementType.byteCount)) { arguments in
      plan.run(
        arguments.unsafeInput(0, as: UInt8.self),
        operation == ZOO_REDUCE_SUM_PRODUCT ? UnsafeRawPointer(arguments.unsafeInput(1, as: UInt8.self)) : nil,
        to: arguments.unsafeOutput(0, as: UInt8.self), type: x.elementType, first: operation, then: ZOO_REDUCE_SUM,
        scratch: arguments.unsafeScratch, threads: arguments.threads)
    }
  }
}
