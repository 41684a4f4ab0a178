import ZooFormat
import ZooKernels

/// GlobalAveragePool and its gradient.
enum GlobalAveragePool {
  static let all: [Operator] = [globalAveragePool, gradient]

  private static let globalAveragePool = Operator(
    "GlobalAveragePool", inputs: 1...1,
    types: { call in
      let x = try call.input(0)
      guard x.elementType == .float32 || call.isNarrowImage(0) else { throw call.unsupported() }
      return [TensorType(.float32, try PoolGeometry(call, shape: x.shape, global: true).outputShape)]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] }
      var attributes = call.node.attributes
      attributes["spatial"] = .ints(
        try PoolGeometry(call.call, shape: call.call.input(0).shape, global: true).input)
      if call.call.isNarrowImage(0) { attributes["narrow"] = .int(1) }
      return [try builder.add("GlobalAveragePoolGradient", domain: "zoo", [gradient], attributes)]
    },
    cost: { call, _ in call.inputs[0]?.elementCount ?? 0 },
    kernel: { request in
      let x = try request.call.input(0)
      if request.call.isNarrowImage(0) {
        let geometry = GateGeometry(x)
        return Kernel(scratchByteCount: geometry.partialCount * 4) { arguments in
          geometry.means(
            arguments.rawInput(0), partial: arguments.unsafeScratch.assumingMemoryBound(to: Float.self),
            to: arguments.unsafeOutput(0), arguments.threads)
        }
      }
      let geometry = try PoolGeometry(request.call, shape: x.shape, global: true)
      let last = x.rank - 1
      let reduced = x.shape.indices.map { geometry.channelsLast ? $0 > 0 && $0 < last : $0 > 1 }
      let plan = ReductionPlan(shape: x.shape, reduced: reduced)
      let count = request.outputTypes[0].elementCount
      let scale = 1 / Float(max(1, geometry.input.reduce(1, *)))
      return Kernel(scratchByteCount: plan.scratchByteCount(elementSize: 4)) { arguments in
        let y: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        plan.run(
          arguments.unsafeInput(0, as: UInt8.self), nil, to: y, type: .float32, first: ZOO_REDUCE_SUM,
          then: ZOO_REDUCE_SUM, scratch: arguments.unsafeScratch, threads: arguments.threads)
        for i in 0..<count { y[i] *= scale }
      }
    })

  /// Input: the gradient by the result. Attributes: `spatial`, the sizes of the image; `narrow`, whether the image is
  /// bfloat16.
  private static let gradient = Operator(
    "GlobalAveragePoolGradient", domain: "zoo", inputs: 1...1,
    types: { call in
      let dy = try call.input(0)
      guard dy.elementType == .float32 else { throw call.unsupported() }
      guard let spatial = try call.ints("spatial"), dy.rank == spatial.count + 2, spatial.allSatisfy({ $0 >= 0 }) else {
        throw call.error("spatial sizes that don't fit \(dy)")
      }
      let isNarrow = try call.int("narrow", default: 0) != 0
      let channelsLast = try call.int("channels_last", default: 0) != 0
      guard !isNarrow || channelsLast else {
        throw call.error("a bfloat16 image with the channels first", expected: "channels_last = 1")
      }
      let shape =
        channelsLast ? [dy.shape[0]] + spatial + [dy.shape[dy.rank - 1]] : Array(dy.shape[..<2]) + spatial
      let result = try PoolGeometry(call, shape: shape, global: true).outputShape
      guard dy.shape == result else { throw call.error("\(dy)", expected: "float32\(result)") }
      return [TensorType(isNarrow ? .bfloat16 : .float32, shape)]
    },
    cost: { _, outputs in outputs[0].elementCount },
    kernel: { request in
      let dy = try request.call.input(0)
      let dx = request.outputTypes[0]
      let loops = BroadcastKernel(dy.shape, [], output: dx.shape)
      let isa = InstructionSet.current
      let scale = 1 / Float(max(1, dx.elementCount / max(1, dy.elementCount)))
      if dx.elementType == .bfloat16 {
        let geometry = GateGeometry(dx)
        return Kernel(scratchByteCount: geometry.vectorCount * 4) { arguments in
          let offsets = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
          let dy: UnsafePointer<Float> = arguments.unsafeInput(0)
          for index in 0..<geometry.vectorCount { offsets[index] = dy[index] * scale }
          geometry.fill(arguments.rawOutput(0), with: offsets, arguments.threads)
        }
      }
      return Kernel { arguments in
        let dy: UnsafePointer<Float> = arguments.unsafeInput(0)
        let dx: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        withUnsafePointer(to: scale) { scale in
          loops.run(arguments.threads) { from, _, to, block in
            _ = zoo_binary(
              isa, Int32(ZOO_MUL.rawValue), ElementType.float32.rawValue, dy + from, scale, dx + to, block)
          }
        }
      }
    })
}
