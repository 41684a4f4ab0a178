import ZooFormat
import ZooKernels

/// Stochastic depth (Huang et al., 2016): whole samples of a residual branch are dropped while training.
enum StochasticDepth {
  static let all: [Operator] = [predicting, training]

  /// Does nothing. Attribute `probability`: the share of samples dropped while training.
  private static let predicting = Operator(
    "StochasticDepth", domain: "zoo", inputs: 1...1, types: { [try $0.input(0)] },
    gradient: { builder, call in [try call.outputGradients[0].map { try builder.add("Identity", [$0]) }] },
    isView: true,
    kernel: { request in
      let bytes = request.outputTypes[0].byteCount
      return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
        let x = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        if UnsafeRawPointer(y) != x { y.copyMemory(from: x, byteCount: bytes) }
      }
    })

  /// Inputs: x [N, …], step (int64 scalar). Attributes: `probability`, `seed`. Sample n is kept, and divided by
  /// 1 − probability, by the random word of (seed, step, n); the gradient is the same operator on the gradient.
  private static let training = Operator(
    "StochasticDepthTraining", domain: "zoo", inputs: 2...2,
    types: { call in
      let x = try call.input(0)
      guard x.elementType == .float32 || x.elementType == .bfloat16 else { throw call.unsupported() }
      guard x.rank >= 1 else { throw call.error("a scalar", expected: "a batch of samples") }
      try Dropout.checkStep(call)
      _ = try probability(call)
      return [x]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil, nil] }
      return [
        try builder.add(
          "StochasticDepthTraining", domain: "zoo", [gradient, call.input(1)], call.node.attributes), nil,
      ]
    },
    cost: { _, outputs in outputs[0].elementCount },
    kernel: { request in
      let x = request.outputTypes[0]
      let samples = x.shape[0]
      let element = x.elementType
      let size = x.shape.dropFirst().reduce(1, *)
      let isa = InstructionSet.current
      let probability = try probability(request.call)
      let seed = UInt64(bitPattern: Int64(try request.call.int("seed", default: 0)))
      return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
        let step = UInt64(bitPattern: arguments.unsafeInput(1, as: Int64.self)[0])
        let x = arguments.rawInput(0)
        let y = arguments.rawOutput(0)
        let draw = Draw(ratio: probability, seed: seed, step: step)
        arguments.threads.forEach(samples) { sample, _ in
          let start = sample * size * element.byteCount
          guard draw.keeps(sample) else {
            (y + start).initializeMemory(as: UInt8.self, repeating: 0, count: size * element.byteCount)
            return
          }
          if element == .bfloat16 {
            return NarrowArithmetic.run(x + start, times: draw.factor, plus: nil, to: y + start, count: size, isa)
          }
          withUnsafePointer(to: draw.factor) { factor in
            _ = zoo_binary(
              isa, Int32(ZOO_MUL.rawValue), ElementType.float32.rawValue, x + start, factor, y + start,
              zoo_rows(rows: 1, columns: size, a_row: 0, a_column: 1, b_row: 0, b_column: 0, y_row: size))
          }
        }
      }
    })

  private static func probability(_ call: OperatorCall) throws -> Float {
    let probability = try call.float("probability")
    guard (0..<1).contains(probability) else {
      throw call.error("probability \(probability)", expected: "at least 0 and less than 1")
    }
    return probability
  }
}
