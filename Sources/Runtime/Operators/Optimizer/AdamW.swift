import ZooFormat
import ZooKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// One step of AdamW (Loshchilov and Hutter, 2019), in the order of operations of `torch.optim.AdamW`.
///
/// Inputs: parameter, gradient, first moment, second moment, learning rate, step (int64, the first is 1), gradient scale.
/// Outputs: new parameter, first and second moment. Attributes: `beta1` (0.9), `beta2` (0.999), `epsilon` (1e-8),
/// `weight_decay` (0), `learning_rate_factor` (1). A gradient scale that isn't finite leaves everything as it is.
enum AdamW {
  static let definition = Operator(
    "AdamW", domain: "zoo", inputs: 7...7, outputs: 1...3, types: { try OptimizerCall.types($0, tensors: 4) },
    cost: { _, outputs in 14 * outputs[0].elementCount },
    kernel: { request in
      let call = request.call
      let beta1 = Double(try call.float("beta1", default: 0.9))
      let beta2 = Double(try call.float("beta2", default: 0.999))
      let epsilon = try call.float("epsilon", default: 1e-8)
      let decay = Double(try call.float("weight_decay", default: 0))
      let factor = Double(try call.float("learning_rate_factor", default: 1))
      let count = request.outputTypes[0].elementCount
      let isa = InstructionSet.current
      guard (0..<3).allSatisfy({ call.hasOutput($0) }) else { throw call.error("an output is missing") }
      return Kernel(inPlace: [(output: 0, input: 0), (output: 1, input: 2), (output: 2, input: 3)]) { arguments in
        let parameter: UnsafePointer<Float> = arguments.unsafeInput(0)
        let gradient: UnsafePointer<Float> = arguments.unsafeInput(1)
        let m: UnsafePointer<Float> = arguments.unsafeInput(2)
        let v: UnsafePointer<Float> = arguments.unsafeInput(3)
        let rate = Double(arguments.unsafeInput(4, as: Float.self)[0]) * factor
        let step = Double(max(1, arguments.unsafeInput(5, as: Int64.self)[0]))
        let scale = arguments.unsafeInput(6, as: Float.self)[0]
        let newParameter: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        let newM: UnsafeMutablePointer<Float> = arguments.unsafeOutput(1)
        let newV: UnsafeMutablePointer<Float> = arguments.unsafeOutput(2)
        guard scale.isFinite else {
          for (from, to) in [(parameter, newParameter), (m, newM), (v, newV)] { memmove(to, from, count * 4) }
          return
        }
        let constants = zoo_adamw(
          keep: Float(1 - rate * decay), beta1: Float(beta1), beta2: Float(beta2), new1: Float(1 - beta1),
          new2: Float(1 - beta2), step_size: Float(rate / (1 - pow(beta1, step))),
          correction: Float((1 - pow(beta2, step)).squareRoot()), epsilon: epsilon, scale: scale)
        arguments.threads.forEachChunk(of: count) { range in
          let start = range.lowerBound
          withUnsafePointer(to: constants) { constants in
            zoo_adamw_f32(
              isa, parameter + start, gradient + start, m + start, v + start, newParameter + start, newM + start,
              newV + start, range.count, constants)
          }
        }
      }
    })
}
