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
      guard gradient.elementType == .float32 else { throw call.unsupported() }
      guard gradient.rank > 2 else { throw call.error("gradient \(gradient)", expected: "an image") }
      for index in 1...2 where try call.input(index) != gateType(gradient) {
        throw call.error("input \(index) is \(try call.input(index))", expected: "\(gateType(gradient))")
      }
      return [gradient]
    },
    cost: { _, outputs in 2 * outputs[0].elementCount },
    kernel: { request in
      let type = request.outputTypes[0]
      let (batch, channels) = (type.shape[0], type.shape[type.rank - 1])
      let pixels = type.shape.dropFirst().dropLast().reduce(1, *)
      let scale = 1 / Float(max(1, pixels))
      // Pieces of an image of about 64 KiB.
      let block = max(1, 16384 / max(1, channels))
      let blocks = (pixels + block - 1) / block
      return Kernel(scratchByteCount: (batch + 1) * channels * 4, inPlace: [(output: 0, input: 0)]) { arguments in
        let gradient: UnsafePointer<Float> = arguments.input(0)
        let gate: UnsafePointer<Float> = arguments.input(1)
        let pooled: UnsafePointer<Float> = arguments.input(2)
        let result: UnsafeMutablePointer<Float> = arguments.output(0)
        let offsets = arguments.scratch.assumingMemoryBound(to: Float.self)
        for index in 0..<batch * channels { offsets[index] = pooled[index] * scale }
        let zeros = offsets + batch * channels
        zeros.update(repeating: 0, count: channels)
        let streamed = type.isStreamed && UnsafePointer(result) != gradient
        arguments.threads.forEach(batch * blocks) { task, _ in
          let (image, first) = (task / blocks, task % blocks * block)
          let start = (image * pixels + first) * channels
          zoo_normalize_f32(
            gradient + start, nil, result + start, min(block, pixels - first) * channels, channels, zeros,
            gate + image * channels, offsets + image * channels, Int32(ZOO_ACTIVATION_NONE.rawValue), streamed)
        }
      }
    })

  /// The type of a number for each channel of each image.
  static func gateType(_ image: TensorType) -> TensorType {
    TensorType(
      image.elementType,
      image.shape.indices.map { $0 == 0 || $0 == image.rank - 1 ? image.shape[$0] : 1 })
  }
}
