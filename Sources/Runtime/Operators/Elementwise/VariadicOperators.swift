import ZooFormat
import ZooKernels

/// Sum, Mean, Min and Max of any number of tensors that broadcast.
enum VariadicOperators {
  static let all: [Operator] = [
    variadic("Sum", ZOO_ADD, ElementType.floats) { builder, call, gradient, index in
      try builder.sum(gradient, toInput: index, of: call)
    },
    variadic("Mean", ZOO_ADD, ElementType.floats, isMean: true) { builder, call, gradient, index in
      let share = try builder.constant(1 / Float(call.node.inputs.count))
      return try builder.sum(gradient, times: share, toInput: index, of: call)
    },
    variadic("Min", ZOO_MIN, ElementType.numbers, gradient: extremeGradient),
    variadic("Max", ZOO_MAX, ElementType.numbers, gradient: extremeGradient),
  ]

  /// The most inputs that a node may have.
  private static let limit = 65536

  private static func variadic(
    _ name: String, _ code: zoo_binary, _ allowed: Set<ElementType>, isMean: Bool = false,
    gradient: @escaping @Sendable (inout GraphBuilder, GradientCall, Value, Int) throws -> Value
  ) -> Operator {
    Operator(
      name, inputs: 1...limit,
      types: { call in
        let first = try call.input(0)
        guard allowed.contains(first.elementType) else { throw call.unsupported() }
        let types = try call.inputs.indices.map { try call.input($0) }
        guard types.allSatisfy({ $0.elementType == first.elementType }) else {
          throw call.error("inputs of different types", expected: "\(first.elementType)")
        }
        return [TensorType(first.elementType, try Broadcasting.shape(types.map(\.shape), of: call))]
      },
      gradient: { builder, call in
        guard let output = call.outputGradients[0] else { return call.node.inputs.map { _ in nil } }
        return try call.node.inputs.indices.map { index in
          try call.wanted[index] ? gradient(&builder, call, output, index) : nil
        }
      },
      cost: { call, outputs in outputs[0].elementCount * call.inputs.count },
      kernel: { request in
        let y = request.outputTypes[0]
        let type = y.elementType
        let width = type.byteCount
        let shapes = try request.call.inputs.indices.map { try request.call.input($0).shape }
        let first = StridedCopy(
          y.shape, source: Broadcasting.strides(shapes[0], to: y.shape), target: denseStrides(y.shape),
          elementSize: width)
        let others = shapes.dropFirst().map { BroadcastKernel(y.shape, $0, output: y.shape) }
        let operation = Int32(code.rawValue)
        let isa = InstructionSet.current
        let count = Float(shapes.count)
        return Kernel { arguments in
          let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
          first.run(arguments.unsafeInput(0, as: UInt8.self), to: y, arguments.threads)
          for (index, loops) in others.enumerated() {
            let x = UnsafeRawPointer(arguments.unsafeInput(index + 1, as: UInt8.self))
            loops.run(arguments.threads) { a, b, to, block in
              _ = zoo_binary(isa, operation, type.rawValue, y + a * width, x + b * width, y + to * width, block)
            }
          }
          guard isMean else { return }
          let elements = request.outputTypes[0].elementCount
          if type == .float32 {
            let y = y.assumingMemoryBound(to: Float.self)
            for i in 0..<elements { y[i] /= count }
          } else {
            let y = y.assumingMemoryBound(to: Double.self)
            for i in 0..<elements { y[i] /= Double(count) }
          }
        }
      })
  }

  /// The gradient goes to the operands that equal the result, shared evenly among them.
  private static let extremeGradient: @Sendable (inout GraphBuilder, GradientCall, Value, Int) throws -> Value = {
    builder, call, gradient, index in
    let type = Attribute.int(Int(call.outputTypes[0].elementType.rawValue))
    func hits(_ index: Int) throws -> Value {
      try builder.add("Cast", [builder.add("Equal", [call.input(index), call.output()])], ["to": type])
    }
    let own = try hits(index)
    var total = own
    for other in call.node.inputs.indices where other != index {
      total = try builder.add("Add", [total, hits(other)])
    }
    return try builder.sum(gradient, times: builder.add("Div", [own, total]), toInput: index, of: call)
  }
}
