import ZooFormat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// LRN: x / (bias + alpha / size · Σ x²)^beta, with the sum over neighbouring channels.
enum LocalResponseNormalization {
  static let definition = Operator(
    "LRN", inputs: 1...1,
    types: { call in
      let x = try call.real(0)
      guard x.rank >= 2 else { throw call.error("\(x)", expected: "[N, C, …]") }
      _ = try size(call)
      return [x]
    },
    gradient: { builder, call in
      guard call.wanted[0], call.outputGradients[0] != nil else { return [nil] }
      throw call.call.error("the operator has no gradient here")
    },
    cost: { call, outputs in 12 * outputs[0].elementCount },
    kernel: { request in
      request.outputTypes[0].elementType == .float64
        ? try make(Double.self, request.call) : try make(Float.self, request.call)
    })

  private static func size(_ call: OperatorCall) throws -> Int {
    let size = try call.int("size")
    guard size >= 1 else { throw call.error("size \(size)", expected: "at least 1") }
    return size
  }

  private static func make<T: KernelReal>(_: T.Type, _ call: OperatorCall) throws -> Kernel {
    let shape = try call.input(0).shape
    let (size, channels, spatial) = (try size(call), shape[1], shape[2...].reduce(1, *))
    let alpha = Double(try call.float("alpha", default: 1e-4)) / Double(size)
    let beta = -Double(try call.float("beta", default: 0.75))
    let bias = Double(try call.float("bias", default: 1))
    // Channels before and after the one that is normalised.
    let (before, after) = (min((size - 1) / 2, channels), min(size / 2, channels))
    return Kernel { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      arguments.threads.forEach(shape[0]) { sample, _ in
        let (x, y) = (x + sample * channels * spatial, y + sample * channels * spatial)
        for position in 0..<spatial {
          for channel in 0..<channels {
            var sum = 0.0
            for other in max(0, channel - before)...min(channels - 1, channel + after) {
              let value = Double(x[other * spatial + position])
              sum += value * value
            }
            let at = channel * spatial + position
            y[at] = T(Double(x[at]) * pow(bias + alpha * sum, beta))
          }
        }
      }
    }
  }
}
