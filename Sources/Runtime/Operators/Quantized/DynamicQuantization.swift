import ZooFormat

/// DynamicQuantizeLinear: uint8 with a scale and a zero point that fit the values, 0 among them.
///
/// Outputs: the numbers, the scale, the zero point.
enum DynamicQuantization {
  static let definition = Operator(
    "DynamicQuantizeLinear", inputs: 1...1, outputs: 1...3,
    types: { call in
      let x = try call.input(0)
      guard x.elementType == .float32 else { throw call.unsupported() }
      return [TensorType(.uint8, x.shape), TensorType(.float32, []), TensorType(.uint8, [])]
    },
    gradient: { _, _ in [nil] }, cost: { _, outputs in 5 * outputs[0].elementCount },
    kernel: { request in
      let count = request.outputTypes[0].elementCount
      let outputs = (0..<3).map { request.call.hasOutput($0) }
      return Kernel { arguments in
        let x: UnsafePointer<Float> = arguments.unsafeInput(0)
        var (low, high): (Float, Float) = (0, 0)
        for i in 0..<count { (low, high) = (min(low, x[i]), max(high, x[i])) }
        let scale = (high - low) / 255
        // A tensor of zeros, or one with infinities, has no scale to divide by.
        let zero = scale > 0 && scale.isFinite ? min(max((-low / scale).rounded(.toNearestOrEven), 0), 255) : 0
        if outputs[0] {
          let y: UnsafeMutablePointer<UInt8> = arguments.unsafeOutput(0)
          arguments.threads.forEachChunk(of: count) { range in
            for i in range {
              let value = (x[i] / scale).rounded(.toNearestOrEven) + zero
              y[i] = value.isNaN ? UInt8(saturating: zero) : UInt8(saturating: min(max(value, 0), 255))
            }
          }
        }
        if outputs[1] { arguments.unsafeOutput(1, as: Float.self)[0] = scale }
        if outputs[2] { arguments.unsafeOutput(2, as: UInt8.self)[0] = UInt8(saturating: zero) }
      }
    })
}
