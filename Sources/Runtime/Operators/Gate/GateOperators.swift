import ZooFormat
import ZooKernels

/// Squeeze and excitation (Hu et al. 2018): an image with the channels innermost times a number for each channel of each
/// sample. Images are float32 or bfloat16, gates float32.
enum GateOperators {
  static let all: [Operator] = [gate, gateSum, GateGradient.definition] + GatedConvolution.all

  /// image [N, …, C] · gate [N, 1…, C].
  private static let gate = Operator(
    "Gate", domain: "zoo", inputs: 2...2,
    types: { call in
      let image = try checkedImage(call)
      guard try call.input(1) == GateGeometry.gateType(image) else {
        throw call.error("a gate of \(try call.input(1))", expected: "\(GateGeometry.gateType(image))")
      }
      return [image]
    },
    gradient: { builder, call in
      guard let gradient = call.outputGradients[0] else { return [nil, nil] }
      return [
        try call.wanted[0] ? builder.add("Gate", domain: "zoo", [gradient, call.input(1)]) : nil,
        try call.wanted[1] ? builder.add("GateSum", domain: "zoo", [gradient, call.input(0)]) : nil,
      ]
    },
    cost: { _, outputs in outputs[0].elementCount },
    kernel: { request in
      let geometry = GateGeometry(request.outputTypes[0])
      return Kernel(scratchByteCount: geometry.vectorCount * 4, inPlace: [(output: 0, input: 0)]) { arguments in
        let zeros = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
        zeros.update(repeating: 0, count: geometry.vectorCount)
        geometry.multiply(
          arguments.rawInput(0), by: arguments.unsafeInput(1), adding: zeros, to: arguments.rawOutput(0),
          arguments.threads)
      }
    })

  /// The gradient by the gate: gradient [N, …, C] · image [N, …, C], summed over the pixels.
  private static let gateSum = Operator(
    "GateSum", domain: "zoo", inputs: 2...2,
    types: { call in
      let image = try checkedImage(call)
      guard try call.input(1) == image else { throw call.error("\(try call.input(1)) with \(image)") }
      return [GateGeometry.gateType(image)]
    },
    cost: { call, _ in 2 * (call.inputs[0]?.elementCount ?? 0) },
    kernel: { request in
      let geometry = GateGeometry(try request.call.input(0))
      return Kernel(scratchByteCount: geometry.partialCount * 4) { arguments in
        let partial = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
        geometry.sums(
          arguments.rawInput(0), arguments.rawInput(1), partial: partial, to: arguments.unsafeOutput(0),
          arguments.threads)
      }
    })

  private static func checkedImage(_ call: OperatorCall) throws -> TensorType {
    let image = try call.input(0)
    guard image.elementType == .float32 || image.elementType == .bfloat16 else { throw call.unsupported() }
    guard image.rank > 2 else { throw call.error("\(image)", expected: "an image") }
    return image
  }
}
