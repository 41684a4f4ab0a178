import ZooFormat

/// PRelu: x where it is positive, slope · x elsewhere; the slope broadcasts to x.
enum PReluOperators {
  static let all: [Operator] = [
    Operator(
      "PRelu", inputs: 2...2,
      types: { call in
        let x = try call.input(0)
        guard ElementType.floats.contains(x.elementType) else { throw call.unsupported() }
        guard try Broadcasting.shape([x.shape, call.input(1).shape], of: call) == x.shape,
          try call.input(1).elementType == x.elementType
        else { throw call.error("slope \(try call.input(1))", expected: "what broadcasts to \(x)") }
        return [x]
      },
      gradient: { builder, call in
        guard let gradient = call.outputGradients[0] else { return [nil, nil] }
        let zero = try builder.constant(Tensor(0, as: call.outputTypes[0].elementType))
        let isNegative = try builder.add("Less", [call.input(0), zero])
        var result: [Value?] = [nil, nil]
        if call.wanted[0] {
          let scaled = try builder.add("Mul", [gradient, call.input(1)])
          result[0] = try builder.add("Where", [isNegative, scaled, gradient])
        }
        if call.wanted[1] {
          let part = try builder.add("Where", [isNegative, call.input(0), zero])
          result[1] = try builder.sum(gradient, times: part, toInput: 1, of: call)
        }
        return result
      },
      cost: { _, outputs in 2 * outputs[0].elementCount },
      kernel: { request in
        let x = request.outputTypes[0]
        let loops = BroadcastKernel(x.shape, try request.call.input(1).shape, output: x.shape)
        let isDouble = x.elementType == .float64
        return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
          if isDouble {
            apply(
              loops, arguments.unsafeInput(0, as: Double.self), arguments.unsafeInput(1), arguments.unsafeOutput(0),
              arguments.threads)
          } else {
            apply(
              loops, arguments.unsafeInput(0, as: Float.self), arguments.unsafeInput(1), arguments.unsafeOutput(0),
              arguments.threads)
          }
        }
      })
  ]

  private static func apply<T: BinaryFloatingPoint>(
    _ loops: BroadcastKernel, _ x: UnsafePointer<T>, _ slope: UnsafePointer<T>, _ y: UnsafeMutablePointer<T>,
    _ threads: ThreadPool
  ) {
    loops.run(threads) { from, at, to, block in
      for row in 0..<Int(block.rows) {
        let p = x + from + row * Int(block.a_row)
        let s = slope + at + row * Int(block.b_row)
        let q = y + to + row * Int(block.y_row)
        for i in 0..<Int(block.columns) {
          let value = p[i * Int(block.a_column)]
          q[i] = value < 0 ? value * s[i * Int(block.b_column)] : value
        }
      }
    }
  }
}
