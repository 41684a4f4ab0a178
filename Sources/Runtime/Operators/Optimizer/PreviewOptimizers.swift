import ZooFormat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// ONNX's Momentum, Adagrad and Adam of the domain `ai.onnx.preview.training`.
///
/// Inputs: rate, step, then the n parameters, their n gradients, and n of each state. Outputs: the n parameters, then n of
/// each state.
enum PreviewOptimizers {
  static let all: [Operator] = [
    definition("Momentum", states: 1, momentum), definition("Adagrad", states: 1, adagrad),
    definition("Adam", states: 2, adam),
  ]

  /// The step of one element: from rate, step, parameter, gradient and states to the parameter and states.
  private typealias Rule =
    @Sendable (_ rate: Float, _ step: Int64, _ x: Float, _ g: Float, _ a: Float, _ b: Float) -> (
      x: Float, a: Float, b: Float
    )

  private static func definition(
    _ name: String, states: Int, _ make: @escaping @Sendable (OperatorCall) throws -> Rule
  ) -> Operator {
    Operator(
      name, domain: "ai.onnx.preview.training", inputs: 3...65536, outputs: 1...65536,
      types: { call in
        let count = try parameters(call, states)
        _ = try make(call)
        return try (0..<count).map { try call.input(2 + $0) }
          + (0..<states * count).map { try call.input(2 + 2 * count + $0) }
      },
      kernel: { request in
        let count = try parameters(request.call, states)
        let rule = try make(request.call)
        let sizes = request.outputTypes.map(\.elementCount)
        return Kernel { arguments in
          let rate = arguments.unsafeInput(0, as: Float.self)[0]
          let step = arguments.unsafeInput(1, as: Int64.self)[0]
          for index in 0..<count {
            let x: UnsafePointer<Float> = arguments.unsafeInput(2 + index)
            let g: UnsafePointer<Float> = arguments.unsafeInput(2 + count + index)
            let a: UnsafePointer<Float> = arguments.unsafeInput(2 + 2 * count + index)
            // A rule with one state is handed it twice.
            let b: UnsafePointer<Float> = arguments.unsafeInput(2 + (states + 1) * count + index)
            let results = (0...states).map { state -> UnsafeMutablePointer<Float>? in
              let output = state * count + index
              return output < sizes.count ? arguments.unsafeOptionalOutput(output) : nil
            }
            for i in 0..<sizes[index] {
              let new = rule(rate, step, x[i], g[i], a[i], b[i])
              results[0]?[i] = new.x
              results[1]?[i] = new.a
              if states == 2 { results[2]?[i] = new.b }
            }
          }
        }
      })
  }

  private static func parameters(_ call: OperatorCall, _ states: Int) throws -> Int {
    let (count, rest) = (call.inputs.count - 2).quotientAndRemainder(dividingBy: 2 + states)
    guard rest == 0, count >= 1, try call.input(0).elementCount == 1, try call.input(1).elementCount == 1,
      try call.input(0).elementType == .float32, try call.input(1).elementType == .int64
    else {
      throw call.error("\(call.inputs.count) inputs", expected: "rate, step, and \(2 + states) for each parameter")
    }
    for index in 0..<count {
      let x = try call.input(2 + index)
      guard x.elementType == .float32 else { throw call.unsupported(2 + index) }
      for other in 1..<2 + states where try call.input(2 + other * count + index) != x {
        throw call.error(
          "input \(2 + other * count + index) is \(try call.input(2 + other * count + index))", expected: "\(x)")
      }
    }
    return count
  }

  private static let momentum: @Sendable (OperatorCall) throws -> Rule = { call in
    let (alpha, beta) = (try call.float("alpha"), try call.float("beta"))
    let decay = try call.float("norm_coefficient")
    let mode = try call.string("mode")
    guard ["standard", "nesterov"].contains(mode) else {
      throw call.error("mode '\(mode)'", expected: "standard or nesterov")
    }
    return { rate, step, x, g, v, _ in
      let g = decay * x + g
      let new = alpha * v + (step > 0 ? beta : 1) * g
      return (x - rate * (mode == "standard" ? new : g + alpha * new), new, 0)
    }
  }

  private static let adagrad: @Sendable (OperatorCall) throws -> Rule = { call in
    let (slowing, epsilon) = (try call.float("decay_factor", default: 0), try call.float("epsilon", default: 1e-6))
    let decay = try call.float("norm_coefficient", default: 0)
    return { rate, step, x, g, h, _ in
      let g = decay * x + g
      let new = h + g * g
      return (x - rate / (1 + Float(step) * slowing) * g / (new.squareRoot() + epsilon), new, 0)
    }
  }

  private static let adam: @Sendable (OperatorCall) throws -> Rule = { call in
    let (alpha, beta) = (try call.float("alpha", default: 0.9), try call.float("beta", default: 0.999))
    let epsilon = try call.float("epsilon", default: 1e-6)
    let (decay, post) = (
      try call.float("norm_coefficient", default: 0), try call.float("norm_coefficient_post", default: 0)
    )
    return { rate, step, x, g, v, h in
      let g = decay * x + g
      let (first, second) = (alpha * v + (1 - alpha) * g, beta * h + (1 - beta) * g * g)
      let t = Float(step)
      let adjusted = step > 0 ? rate * (1 - powf(beta, t)).squareRoot() / (1 - powf(alpha, t)) : rate
      return ((1 - post) * (x - adjusted * first / (second.squareRoot() + epsilon)), first, second)
    }
  }
}
