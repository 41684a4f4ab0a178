import ZooFormat
import ZooKernels

/// ReduceLogSumExp: log Σ exp(x), computed as m + log Σ exp(x − m) with m the largest element.
enum LogSumExp {
  static let definition = Operator(
    "ReduceLogSumExp", inputs: 1...2,
    types: { call in
      guard ElementType.floats.contains(try call.input(0).elementType) else { throw call.unsupported() }
      return try ReduceOperators.types(call)
    },
    gradient: { builder, call in
      let none = call.node.inputs.dropFirst().map { _ -> Value? in nil }
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] + none }
      let kept = zip(try call.call.input(0).shape, try ReduceOperators.reducedAxes(call.call)).map { $1 ? 1 : $0 }
      let shape = try builder.constant(kept)
      let result = try builder.add("Reshape", [call.output(), shape], ["allowzero": .int(1)])
      let outer = try builder.add("Reshape", [gradient, shape], ["allowzero": .int(1)])
      let share = try builder.add("Exp", [builder.add("Sub", [call.input(0), result])])
      return [try builder.add("Mul", [share, outer])] + none
    },
    cost: { call, _ in 16 * (call.inputs[0]?.elementCount ?? 0) },
    kernel: { request in
      let x = try request.call.input(0)
      let reduced = try ReduceOperators.reducedAxes(request.call)
      let plan = ReductionPlan(shape: x.shape, reduced: reduced)
      let kept = zip(x.shape, reduced).map { $1 ? 1 : $0 }
      let loops = BroadcastKernel(x.shape, kept, output: x.shape)
      let type = x.elementType
      let width = type.byteCount
      let isa = InstructionSet.current
      let (count, results) = (x.elementCount, request.outputTypes[0].elementCount)
      let between = (count * width + 63) / 64 * 64
      let maxima = (results * width + 63) / 64 * 64
      return Kernel(scratchByteCount: between + maxima + plan.scratchByteCount(elementSize: width)) { arguments in
        let input = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        let shifted = arguments.unsafeScratch
        let largest = shifted + between
        let rest = largest + maxima
        plan.run(
          input, nil, to: largest, type: type, first: ZOO_REDUCE_MAX, then: ZOO_REDUCE_MAX, scratch: rest,
          threads: arguments.threads)
        makeFinite(largest, type, results)
        loops.run(arguments.threads) { a, b, c, block in
          _ = zoo_binary(
            isa, Int32(ZOO_SUB.rawValue), type.rawValue, input + a * width, largest + b * width, shifted + c * width,
            block)
        }
        apply(isa, ZOO_EXP, shifted, type, count)
        plan.run(
          shifted, nil, to: y, type: type, first: ZOO_REDUCE_SUM, then: ZOO_REDUCE_SUM, scratch: rest,
          threads: arguments.threads)
        apply(isa, ZOO_LOG, y, type, results)
        _ = zoo_binary(
          isa, Int32(ZOO_ADD.rawValue), type.rawValue, y, largest, y,
          zoo_rows(rows: 1, columns: results, a_row: 0, a_column: 1, b_row: 0, b_column: 1, y_row: results))
      }
    })

  /// Infinite maxima are replaced by 0: shifting by them would give NaN.
  private static func makeFinite(_ values: UnsafeMutableRawPointer, _ type: ElementType, _ count: Int) {
    if type == .float32 {
      let values = values.assumingMemoryBound(to: Float.self)
      for i in 0..<count where values[i].isInfinite { values[i] = 0 }
    } else {
      let values = values.assumingMemoryBound(to: Double.self)
      for i in 0..<count where values[i].isInfinite { values[i] = 0 }
    }
  }

  private static func apply(
    _ isa: zoo_isa, _ code: zoo_unary, _ values: UnsafeMutableRawPointer, _ type: ElementType, _ count: Int
  ) {
    if type == .float32 {
      let values = values.assumingMemoryBound(to: Float.self)
      zoo_unary_f32(isa, Int32(code.rawValue), values, values, count, 0, 0)
    } else {
      let values = values.assumingMemoryBound(to: Double.self)
      zoo_unary_f64(Int32(code.rawValue), values, values, count, 0, 0)
    }
  }
}
