import ZooFormat
import ZooKernels

/// MaxPool, GlobalMaxPool and their gradient.
enum MaxPool {
  static let all: [Operator] = [maxPool, globalMaxPool, gradient]

  private static let maxPool = Operator(
    "MaxPool", inputs: 1...1, outputs: 1...2,
    types: { call in
      let x = try call.input(0)
      guard [.float32, .bfloat16, .float64, .int8, .uint8, .int32, .int64].contains(x.elementType) else {
        throw call.unsupported()
      }
      let geometry = try PoolGeometry(call, shape: x.shape)
      return [
        TensorType(x.elementType, geometry.outputShape), TensorType(.int64, geometry.outputShape),
      ]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] }
      return [
        try builder.add(
          "MaxPoolGradient", domain: "zoo", [call.input(0), call.output(), gradient], call.node.attributes)
      ]
    },
    cost: { call, outputs in PoolGeometry.cost(call, results: outputs[0].elementCount) },
    kernel: { request in try maxPoolKernel(request).keepingFirstOutput(request) })

  private static func maxPoolKernel(_ request: KernelCall) throws -> Kernel {
    let x = try request.call.input(0)
    let geometry = try PoolGeometry(request.call, shape: x.shape)
    if !request.call.hasOutput(1) {
      if x.elementType == .float32 { return geometry.kernel(zoo_max_pool_f32) }
      if x.elementType == .bfloat16 { return geometry.kernel(zoo_max_pool_bf16) }
    }
    guard x.elementType != .bfloat16 else { throw request.call.unsupported() }
    guard !geometry.channelsLast || !request.call.hasOutput(1) else {
      throw request.call.error("indices of an image stored as [N, H, W, C]")
    }
    let columnMajor: Int32 = try request.call.int("storage_order", default: 0) != 0 ? 1 : 0
    let width = x.elementType.byteCount
    let wantsIndices = request.call.hasOutput(1)
    return Kernel { arguments in
      let source = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
      let target = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
      let indices: UnsafeMutablePointer<Int64>? = wantsIndices ? arguments.unsafeOptionalOutput(1) : nil
      arguments.threads.forEach(geometry.images) { image, _ in
        withUnsafePointer(to: geometry.pool) { pool in
          _ = zoo_max_pool_any(
            pool, x.elementType.rawValue, source + image * geometry.inputSize * width,
            target + image * geometry.outputSize * width, indices.map { $0 + image * geometry.outputSize },
            Int64(image * geometry.inputSize), columnMajor)
        }
      }
    }
  }

  private static let globalMaxPool = Operator(
    "GlobalMaxPool", inputs: 1...1,
    types: { call in
      let x = try call.input(0)
      guard x.elementType == .float32 else { throw call.unsupported() }
      return [TensorType(x.elementType, try PoolGeometry(call, shape: x.shape, global: true).outputShape)]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] }
      var attributes = call.node.attributes
      attributes["kernel_shape"] = .ints(
        try PoolGeometry(call.call, shape: call.call.input(0).shape, global: true).input)
      return [
        try builder.add("MaxPoolGradient", domain: "zoo", [call.input(0), call.output(), gradient], attributes)
      ]
    },
    cost: { call, _ in call.inputs[0]?.elementCount ?? 0 },
    kernel: { request in
      try PoolGeometry(request.call, shape: request.call.input(0).shape, global: true).kernel(zoo_max_pool_f32)
    })

  /// Inputs: x, the result, the gradient by it. Which element was the largest is found again by comparing.
  private static let gradient = Operator(
    "MaxPoolGradient", domain: "zoo", inputs: 3...3,
    types: { call in
      let x = try call.input(0)
      let y = TensorType(x.elementType, try PoolGeometry(call, shape: x.shape).outputShape)
      guard x.elementType == .float32 || x.elementType == .bfloat16, try call.input(1) == y, try call.input(2) == y
      else {
        throw call.error("\(try call.input(1)) and \(try call.input(2))", expected: "\(y)")
      }
      return [x]
    },
    cost: { call, _ in PoolGeometry.cost(call, results: call.inputs[1]?.elementCount ?? 0) },
    kernel: { request in
      let geometry = try PoolGeometry(request.call, shape: request.call.input(0).shape)
      if try request.call.input(0).elementType == .bfloat16 { return narrowGradient(geometry, request.workers) }
      return Kernel { arguments in
        let x: UnsafePointer<Float> = arguments.unsafeInput(0)
        let y: UnsafePointer<Float> = arguments.unsafeInput(1)
        let dy: UnsafePointer<Float> = arguments.unsafeInput(2)
        let dx: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        geometry.forEachChannelPiece(arguments.threads) { image, channels, _ in
          let (from, to) = (image * geometry.inputSize, image * geometry.outputSize)
          withUnsafePointer(to: geometry.pool) { pool in
            zoo_max_pool_gradient_f32(
              geometry.isa, pool, x + from, y + to, dy + to, dx + from, Int64(channels.lowerBound),
              Int64(channels.upperBound))
          }
        }
      }
    })
  /// Sums are float32: those of one image in a few channels, for each worker.
  private static func narrowGradient(_ geometry: PoolGeometry, _ workers: Int) -> Kernel {
    let together = min(Int(geometry.pool.channels), 32)
    let pixels = geometry.inputSize / max(Int(geometry.pool.channels), 1)
    let sumsSize = (pixels * together + 15) / 16 * 16
    return Kernel(scratchByteCount: workers * sumsSize * MemoryLayout<Float>.stride) { arguments in
      let x: UnsafePointer<UInt16> = arguments.unsafeInput(0)
      let y: UnsafePointer<UInt16> = arguments.unsafeInput(1)
      let dy: UnsafePointer<UInt16> = arguments.unsafeInput(2)
      let dx: UnsafeMutablePointer<UInt16> = arguments.unsafeOutput(0)
      let sums = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
      geometry.forEachChannelPiece(arguments.threads, ofAtMost: max(together, 1)) { image, channels, worker in
        let (from, to) = (image * geometry.inputSize, image * geometry.outputSize)
        withUnsafePointer(to: geometry.pool) { pool in
          zoo_max_pool_gradient_bf16(
            geometry.isa, pool, x + from, y + to, dy + to, dx + from, sums + worker * sumsSize,
            Int64(channels.lowerBound),
            Int64(channels.upperBound))
        }
      }
    }
  }
}
