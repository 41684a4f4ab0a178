import ZooFormat
import ZooKernels

/// ONNX's Reduce operators. Axes are an attribute up to opset 17 (ReduceSum: 12) and an optional input afterwards; both
/// forms are read whatever the opset says.
enum ReduceOperators {
  static let all: [Operator] = [
    reduce("ReduceSum", ZOO_REDUCE_SUM, finish: .nothing) { builder, call, gradient in
      try builder.expand(gradient, of: call)
    },
    reduce("ReduceMean", ZOO_REDUCE_SUM, finish: .mean) { builder, call, gradient in
      let count = try reducedCount(call.call)
      let scale = try builder.constant(Float(1) / Float(max(count, 1)))
      return try builder.expand(builder.add("Mul", [gradient, scale]), of: call)
    },
    reduce("ReduceSumSquare", ZOO_REDUCE_SUM_SQUARE, finish: .nothing) { builder, call, gradient in
      let twice = try builder.add("Mul", [gradient, builder.constant(2)])
      return try builder.add("Mul", [call.input(0), builder.keepingAxes(twice, of: call)])
    },
    reduce("ReduceL1", ZOO_REDUCE_SUM_ABS, finish: .nothing) { builder, call, gradient in
      try builder.add(
        "Mul", [builder.add("Sign", [call.input(0)]), builder.keepingAxes(gradient, of: call)])
    },
    reduce("ReduceL2", ZOO_REDUCE_SUM_SQUARE, finish: .squareRoot) { builder, call, gradient in
      let scale = try builder.add("Div", [gradient, call.output()])
      return try builder.add("Mul", [call.input(0), builder.keepingAxes(scale, of: call)])
    },
    reduce("ReduceLogSum", ZOO_REDUCE_SUM, finish: .logarithm) { builder, call, gradient in
      let scale = try builder.add("Div", [gradient, builder.add("Exp", [call.output()])])
      return try builder.expand(scale, of: call)
    },
    reduce("ReduceMax", ZOO_REDUCE_MAX, finish: .nothing, gradient: extremeGradient),
    reduce("ReduceMin", ZOO_REDUCE_MIN, finish: .nothing, gradient: extremeGradient),
    reduce("ReduceProd", ZOO_REDUCE_PRODUCT, finish: .nothing, gradient: productGradient),
    LogSumExp.definition,
  ]

  /// What is done to a reduced value in the end.
  enum Finish: Sendable {
    case nothing
    case mean
    case squareRoot
    case logarithm
  }

  private static func reduce(
    _ name: String, _ operation: zoo_reduction, finish: Finish,
    gradient: @escaping @Sendable (inout GraphBuilder, GradientCall, Value) throws -> Value
  ) -> Operator {
    Operator(
      name, inputs: 1...2, types: types,
      gradient: { builder, call in
        guard call.wanted[0], let output = call.outputGradients[0] else { return call.node.inputs.map { _ in nil } }
        return [try gradient(&builder, call, output)] + call.node.inputs.dropFirst().map { _ in nil }
      },
      cost: { call, _ in call.inputs[0]?.elementCount ?? 0 },
      kernel: { try kernel($0, operation, finish) })
  }

  static let types: Operator.TypeRule = { call in
    let x = try call.input(0)
    guard ElementType.numbers.contains(x.elementType) || x.elementType == .bool else { throw call.unsupported() }
    let reduced = try reducedAxes(call)
    let keep = try call.int("keepdims", default: 1) != 0
    return [
      TensorType(
        x.elementType, x.shape.indices.compactMap { reduced[$0] ? (keep ? 1 : nil) : x.shape[$0] })
    ]
  }

  /// For each axis whether it is reduced.
  static func reducedAxes(_ call: OperatorCall) throws -> [Bool] {
    let rank = try call.input(0).rank
    let axes = try call.ints("axes") ?? call.constantIntegers(1) ?? []
    if axes.isEmpty {
      return [Bool](repeating: try call.int("noop_with_empty_axes", default: 0) == 0, count: rank)
    }
    var result = [Bool](repeating: false, count: rank)
    for axis in axes { result[try call.axis(axis, rank: rank)] = true }
    return result
  }

  fileprivate static func reducedCount(_ call: OperatorCall) throws -> Int {
    let shape = try call.input(0).shape
    return zip(shape, try reducedAxes(call)).reduce(1) { $1.1 ? $0 * $1.0 : $0 }
  }

  private static func kernel(_ request: KernelCall, _ operation: zoo_reduction, _ finish: Finish) throws -> Kernel {
    let x = try request.call.input(0)
    let type = x.elementType
    let plan = ReductionPlan(shape: x.shape, reduced: try reducedAxes(request.call))
    let then: zoo_reduction =
      switch operation {
      case ZOO_REDUCE_MAX, ZOO_REDUCE_MIN, ZOO_REDUCE_PRODUCT: operation
      default: ZOO_REDUCE_SUM
      }
    let divisor = try reducedCount(request.call)
    let count = request.outputTypes[0].elementCount
    let isa = InstructionSet.current
    return Kernel(scratchByteCount: plan.scratchByteCount(elementSize: type.byteCount)) { arguments in
      let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
      plan.run(
        arguments.unsafeInput(0, as: UInt8.self), nil, to: y, type: type, first: operation, then: then,
        scratch: arguments.unsafeScratch, threads: arguments.threads)
      Self.finish(finish, y, type, isa, count: count, divisor: divisor)
    }
  }

  private static func finish(
    _ finish: Finish, _ y: UnsafeMutableRawPointer, _ type: ElementType, _ isa: zoo_isa, count: Int, divisor: Int
  ) {
    var block = zoo_rows(
      rows: 1, columns: count, a_row: 0, a_column: 1, b_row: 0, b_column: 0, y_row: count)
    switch (finish, type) {
    case (.nothing, _): return
    case (.mean, .float32):
      let y = y.assumingMemoryBound(to: Float.self)
      for i in 0..<count { y[i] /= Float(divisor) }
    case (.mean, _):
      guard divisor > 0 else { return }
      withUnsafeTemporaryAllocation(byteCount: 8, alignment: 8) { scalar in
        guard let base = scalar.baseAddress else { return }
        var wide = Int64(divisor)
        _ = zoo_cast(ElementType.int64.rawValue, type.rawValue, &wide, base, 1)
        block.b_column = 0
        _ = zoo_binary(isa, Int32(ZOO_DIV.rawValue), type.rawValue, y, base, y, block)
      }
    case (.squareRoot, .float32), (.logarithm, .float32):
      let y = y.assumingMemoryBound(to: Float.self)
      zoo_unary_f32(isa, code(finish), y, y, count, 0, 0)
    case (.squareRoot, .float64), (.logarithm, .float64):
      let y = y.assumingMemoryBound(to: Double.self)
      zoo_unary_f64(code(finish), y, y, count, 0, 0)
    case (.squareRoot, _), (.logarithm, _):
      // Integer results are those of double, truncated.
      withUnsafeTemporaryAllocation(of: Double.self, capacity: 1) { scalar in
        guard let value = scalar.baseAddress else { return }
        for i in 0..<count {
          let element = y + i * type.byteCount
          _ = zoo_cast(type.rawValue, ElementType.float64.rawValue, element, value, 1)
          zoo_unary_f64(code(finish), value, value, 1, 0, 0)
          _ = zoo_cast(ElementType.float64.rawValue, type.rawValue, value, element, 1)
        }
      }
    }
  }

  private static func code(_ finish: Finish) -> Int32 {
    Int32((finish == .squareRoot ? ZOO_SQRT : ZOO_LOG).rawValue)
  }

  /// The product of all other elements, also where some are 0: that of all that aren't 0, without the element itself,
  /// unless there is a 0 among the others.
  private static let productGradient: @Sendable (inout GraphBuilder, GradientCall, Value) throws -> Value = {
    builder, call, gradient in
    let type = try call.call.input(0).elementType
    let (zero, one) = (try builder.constant(Tensor(0, as: type)), try builder.constant(Tensor(1, as: type)))
    let isZero = try builder.add("Equal", [call.input(0), zero])
    let nonZero = try builder.add("Where", [isZero, one, call.input(0)])
    let reduced = try builder.add("ReduceProd", [nonZero] + call.inputs.dropFirst(), call.node.attributes)
    let product = try builder.keepingAxes(builder.add("Mul", [gradient, reduced]), of: call)
    let own = try builder.add("Cast", [isZero], ["to": .int(Int(type.rawValue))])
    let zeros = try builder.add("SumTo", domain: "zoo", [own], ["shape": .ints(builder.shape(of: product))])
    let othersAreZero = try builder.add("Greater", [zeros, own])
    return try builder.add("Where", [othersAreZero, zero, builder.add("Div", [product, nonZero])])
  }

  /// The gradient goes to the elements that equal the extreme value, shared evenly among them.
  private static let extremeGradient: @Sendable (inout GraphBuilder, GradientCall, Value) throws -> Value = {
    builder, call, gradient in
    let type = try call.call.input(0).elementType
    let extreme = try builder.keepingAxes(call.output(), of: call)
    let hit = try builder.add(
      "Cast", [builder.add("Equal", [call.input(0), extreme])], ["to": .int(Int(type.rawValue))])
    let shape = try builder.shape(of: extreme)
    let share = try builder.add(
      "Div",
      [
        builder.keepingAxes(gradient, of: call), builder.add("SumTo", domain: "zoo", [hit], ["shape": .ints(shape)]),
      ])
    return try builder.add("Mul", [hit, share])
  }
}

extension GraphBuilder {
  /// A reduced value with its reduced axes put back as axes of size 1.
  fileprivate mutating func keepingAxes(_ value: Value, of call: GradientCall) throws -> Value {
    let reduced = try ReduceOperators.reducedAxes(call.call)
    let shape = zip(try call.call.input(0).shape, reduced).map { $1 ? 1 : $0 }
    if try self.shape(of: value) == shape { return value }
    return try add("Reshape", [value, constant(shape)], ["allowzero": .int(1)])
  }

  /// A reduced value spread over the shape of what was reduced.
  fileprivate mutating func expand(_ value: Value, of call: GradientCall) throws -> Value {
    try add("Expand", [keepingAxes(value, of: call), constant(call.call.input(0).shape)])
  }
}
