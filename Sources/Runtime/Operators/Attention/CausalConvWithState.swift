import ZooFormat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// CausalConvWithState: a convolution of each channel over its own past, which is handed from call to call.
///
/// Inputs: x [N, C, length], weights [C, 1, k], bias [C] (optional), past [N, C, k − 1] (optional). Outputs: y, the last
/// k − 1 elements of past and x.
enum CausalConvWithState {
  static let definition = Operator(
    "CausalConvWithState", inputs: 2...4, outputs: 1...2,
    types: { call in
      let (x, taps, _) = try check(call)
      return [x, TensorType(x.elementType, [x.shape[0], x.shape[1], taps - 1])]
    },
    cost: { call, outputs in saturatingProduct(2 * outputs[0].elementCount, call.inputs[1]?.shape.last ?? 1) },
    kernel: { request in
      let (x, taps, activates) = try check(request.call)
      return make(
        x.shape, taps, activates, hasBias: request.call.hasInput(2), hasPast: request.call.hasInput(3),
        hasState: request.call.hasOutput(1)
      ).keepingFirstOutput(request)
    })

  private static func check(_ call: OperatorCall) throws -> (x: TensorType, taps: Int, activates: Bool) {
    let (x, weights) = (try call.input(0), try call.input(1))
    guard x.elementType == .float32 else { throw call.unsupported() }
    try call.checkOneElementType(1..<call.inputs.count)
    guard x.rank == 3, weights.rank == 3, weights.shape[0] == x.shape[1], weights.shape[1] == 1, weights.shape[2] >= 1
    else { throw call.error("x \(x) and weights \(weights)", expected: "[N, C, length] and [C, 1, k]") }
    let taps = weights.shape[2]
    if let bias = call.optionalInput(2), bias.shape != [x.shape[1]] { throw call.error("bias \(bias)") }
    if let past = call.optionalInput(3), past.shape != [x.shape[0], x.shape[1], taps - 1] {
      throw call.error("past state \(past)", expected: "[\(x.shape[0]), \(x.shape[1]), \(taps - 1)]")
    }
    switch try call.string("activation", default: "none") {
    case "none": return (x, taps, false)
    case "silu", "swish": return (x, taps, true)
    case let other: throw call.error("activation '\(other)'", expected: "none, silu or swish")
    }
  }

  private static func make(
    _ shape: [Int], _ taps: Int, _ activates: Bool, hasBias: Bool, hasPast: Bool, hasState: Bool
  ) -> Kernel {
    let (channels, length, reach) = (shape[1], shape[2], taps - 1)
    return Kernel { arguments in
      let x: UnsafePointer<Float> = arguments.unsafeInput(0)
      let weights: UnsafePointer<Float> = arguments.unsafeInput(1)
      let bias: UnsafePointer<Float>? = hasBias ? arguments.unsafeOptionalInput(2) : nil
      let past: UnsafePointer<Float>? = hasPast ? arguments.unsafeOptionalInput(3) : nil
      let y: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
      let state: UnsafeMutablePointer<Float>? = hasState ? arguments.unsafeOptionalOutput(1) : nil
      arguments.threads.forEach(shape[0] * channels) { line, _ in
        let (w, row) = (weights + line % channels * taps, x + line * length)
        /// The element at `position` of past and x together.
        func element(_ position: Int) -> Float {
          position >= reach ? row[position - reach] : past.map { $0[line * reach + position] } ?? 0
        }
        for position in 0..<length {
          var sum = bias?[line % channels] ?? 0
          for tap in 0..<taps { sum += w[tap] * element(position + tap) }
          y[line * length + position] = activates ? sum / (1 + expf(-sum)) : sum
        }
        for position in 0..<reach { state?[line * reach + position] = element(length + position) }
      }
    }
  }
}
