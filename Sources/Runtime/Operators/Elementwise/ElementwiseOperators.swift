import ZooFormat

/// Operators that work on each element by itself.
enum ElementwiseOperators {
  static let all: [Operator] = [relu, reluGradient]

  /// max(x, 0).
  static let relu = Operator(
    "Relu", inputs: 1...1,
    types: { [try $0.input(0)] },
    gradient: { builder, call in
      guard let gradient = call.outputGradients[0] else { return [nil] }
      return [try builder.add("ReluGradient", domain: "zoo", [call.output(), gradient])]
    },
    kernel: { request in
      guard try request.call.input(0).elementType == .float32 else { throw request.call.unsupported() }
      let count = request.outputTypes[0].elementCount
      return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
        let x = arguments.input(0, as: Float.self)
        let y = arguments.output(0, as: Float.self)
        arguments.threads.forEachChunk(of: count) { range in
          for i in range { y[i] = max(x[i], 0) }
        }
      }
    })

  /// Inputs: relu(x), the gradient by it.
  static let reluGradient = Operator(
    "ReluGradient", domain: "zoo", inputs: 2...2,
    types: { [try $0.input(0)] },
    kernel: { request in
      let count = request.outputTypes[0].elementCount
      return Kernel(inPlace: [(output: 0, input: 1)]) { arguments in
        let y = arguments.input(0, as: Float.self)
        let gradient = arguments.input(1, as: Float.self)
        let result = arguments.output(0, as: Float.self)
        arguments.threads.forEachChunk(of: count) { range in
          for i in range { result[i] = y[i] > 0 ? gradient[i] : 0 }
        }
      }
    })
}
