import ZooFormat
import ZooKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// ONNX's SoftmaxCrossEntropyLoss: the negative log likelihood of log softmax over the classes.
///
/// Inputs: scores [N, C, …], labels [N, …], class weights [C] (optional). Outputs: the loss, log softmax of the scores.
enum SoftmaxCrossEntropyLoss {
  static let definition = Operator(
    "SoftmaxCrossEntropyLoss", inputs: 2...3, outputs: 1...2,
    types: { call in
      let scores = try call.input(0)
      return [TensorType(scores.elementType, try ClassLoss(call).outputShape), scores]
    },
    gradient: { builder, call in
      let none = call.node.inputs.dropFirst().map { _ -> Value? in nil }
      guard call.wanted[0] else { return [nil] + none }
      var total: Value?
      if let gradient = call.outputGradients[0] {
        total = try NegativeLogLikelihood.addGradient(&builder, call, gradient)
      }
      if call.outputGradients.count > 1, let direct = call.outputGradients[1] {
        total = try total.map { try builder.add("Add", [$0, direct]) } ?? direct
      }
      guard let total else { return [nil] + none }
      let logarithms = try builder.add(
        "SoftmaxCrossEntropyLoss", call.inputs, outputs: 2, call.node.attributes)[1]
      let shape = try call.call.input(0).shape
      return [
        try builder.add(
          "LogSoftmaxGradient", domain: "zoo", [logarithms, total],
          ["extent": .ints([shape[0], shape[1], shape[2...].reduce(1, *)])])
      ] + none
    },
    cost: { call, _ in 20 * (call.inputs[0]?.elementCount ?? 0) },
    kernel: { try kernel($0).keepingFirstOutput($0) })

  private static func kernel(_ request: KernelCall) throws -> Kernel {
    let scores = try request.call.input(0)
    let loss = try ClassLoss(request.call)
    let hasLogarithms = request.call.hasOutput(1)
    let isa = InstructionSet.current
    return Kernel(scratchByteCount: hasLogarithms ? 0 : scores.byteCount) { arguments in
      let target =
        hasLogarithms ? UnsafeMutableRawPointer(arguments.unsafeOutput(1, as: UInt8.self)) : arguments.unsafeScratch
      if scores.elementType == .float64 {
        let logarithms = target.assumingMemoryBound(to: Double.self)
        logSoftmax(arguments.unsafeInput(0), logarithms, scores.shape)
        try loss.run(arguments, UnsafePointer(logarithms), to: arguments.unsafeOutput(0))
      } else {
        let logarithms = target.assumingMemoryBound(to: Float.self)
        let inner = scores.shape[2...].reduce(1, *)
        let x: UnsafePointer<Float> = arguments.unsafeInput(0)
        for sample in 0..<scores.shape[0] {
          let start = sample * scores.shape[1] * inner
          zoo_softmax_f32(isa, x + start, logarithms + start, scores.shape[1], inner, 1)
        }
        try loss.run(arguments, UnsafePointer(logarithms), to: arguments.unsafeOutput(0))
      }
    }
  }

  private static func logSoftmax(_ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ shape: [Int]) {
    let (classes, inner) = (shape[1], shape[2...].reduce(1, *))
    for column in 0..<shape[0] * inner {
      let start = column / max(inner, 1) * classes * inner + column % max(inner, 1)
      var largest = -Double.infinity
      for c in 0..<classes { largest = max(largest, x[start + c * inner]) }
      var sum = 0.0
      for c in 0..<classes { sum += exp(x[start + c * inner] - largest) }
      for c in 0..<classes { y[start + c * inner] = x[start + c * inner] - largest - log(sum) }
    }
  }
}
