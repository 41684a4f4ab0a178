import ZooFormat
import ZooKernels

/// The gradient by an image that was both averaged and multiplied by a gate which the averages made (squeeze and
/// excitation, Hu et al. 2018): gradient · gate + pooled / pixels, in one pass over memory.
///
/// Inputs: gradient [N, …, C], gate [N, 1…, C], pooled [N, 1…, C], all with the channels innermost. The output has the
/// gradient's type.
enum GateGradient {
  static let definition = Operator(
    "GateGradient", domain: "zoo", inputs: 3...3,
    types: { call in
      let gradient = try call.input(0)
      guard gradient.elementType == .float32 || gradient.elementType == .bfloat16 else { throw call.unsupported() }
      guard gradient.rank > 2 else { throw call.error("gradient \(gradient)", expected: "an image") }
      for index in 1...2 where try call.input(index) != GateGeometry.gateType(gradient) {
        throw call.error("input \(index) is \(try call.input(index))", expected: "\(GateGeometry.gateType(gradient))")
      }
      return [gradient]
    },
    cost: { _, outputs in 2 * outputs[0].elementCount },
    kernel: { request in
      let geometry = GateGeometry(request.outputTypes[0])
      let scale = 1 / Float(max(1, geometry.pixels))
      return Kernel(scratchByteCount: geometry.vectorCount * 4, inPlace: [(output: 0, input: 0)]) { arguments in
        let pooled: UnsafePointer<Float> = arguments.unsafeInput(2)
        let offsets = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
        for index in 0..<geometry.vectorCount { offsets[index] = pooled[index] * scale }
        geometry.multiply(
          arguments.rawInput(0), by: arguments.unsafeInput(1), adding: offsets, to: arguments.rawOutput(0),
          arguments.threads)
      }
    })
}
