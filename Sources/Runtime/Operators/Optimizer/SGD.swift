import ZooFormat
import ZooKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One step of stochastic gradient descent with momentum as `torch.optim.SGD` counts it, and decoupled weight decay.
///
/// buffer ← momentum · buffer + g (the gradient itself in step 1); parameter ← parameter · (1 − rate · decay) − rate ·
/// buffer, or − rate · (g + momentum · buffer) for Nesterov's form. Inputs: parameter, gradient, buffer, learning rate,
/// step (int64, the first is 1), gradient scale. Outputs: new parameter, new buffer. Attributes: `momentum` (0),
/// `nesterov` (0), `weight_decay` (0), `learning_rate_factor` (1). A gradient scale that isn't finite leaves everything
/// as it is.
enum SGD {
  static let definition = Operator(
    "SGD", domain: "zoo", inputs: 6...6, outputs: 1...2, types: { try OptimizerCall.types($0, tensors: 3) },
    cost: { _, outputs in 6 * outputs[0].elementCount },
    kernel: { request in
      let call = request.call
      let momentum = try call.float("momentum", default: 0)
      let nesterov: Int32 = try call.int("nesterov", default: 0) != 0 ? 1 : 0
      let decay = Double(try call.float("weight_decay", default: 0))
      let factor = Double(try call.float("learning_rate_factor", default: 1))
      let count = request.outputTypes[0].elementCount
      let isa = InstructionSet.current
      guard (0..<2).allSatisfy({ call.hasOutput($0) }) else { throw call.error("an output is missing") }
      return Kernel(inPlace: [(output: 0, input: 0), (output: 1, input: 2)]) { arguments in
        let parameter: UnsafePointer<Float> = arguments.unsafeInput(0)
        let gradient: UnsafePointer<Float> = arguments.unsafeInput(1)
        let buffer: UnsafePointer<Float> = arguments.unsafeInput(2)
        let rate = Double(arguments.unsafeInput(3, as: Float.self)[0]) * factor
        let step = arguments.unsafeInput(4, as: Int64.self)[0]
        let scale = arguments.unsafeInput(5, as: Float.self)[0]
        let newParameter: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        let newBuffer: UnsafeMutablePointer<Float> = arguments.unsafeOutput(1)
        guard scale.isFinite else {
          for (from, to) in [(parameter, newParameter), (buffer, newBuffer)] { memmove(to, from, count * 4) }
          return
        }
        let constants = zoo_sgd(
          keep: Float(1 - rate * decay), learning_rate: Float(rate), momentum: momentum, scale: scale,
          nesterov: nesterov, first: step <= 1 ? 1 : 0)
        arguments.threads.forEachChunk(of: count) { range in
          let start = range.lowerBound
          withUnsafePointer(to: constants) { constants in
            zoo_sgd_f32(
              isa, parameter + start, gradient + start, buffer + start, newParameter + start, newBuffer + start,
              range.count, constants)
          }
        }
      }
    })
}
