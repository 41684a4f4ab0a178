import ZooFormat
import ZooKernels

extension QuantizedOperators {
  /// `QuantizeLinear` of an image [N, C, H, W] into [N, H, W, C].
  static let quantizeImage = Operator(
    "QuantizeImage", domain: "zoo", inputs: 1...1,
    types: { call in
      let x = try call.input(0)
      try call.require(.float32, 0)
      _ = try call.quantizedScale("y")
      guard x.rank == 4 else { throw call.error("\(x)", expected: "[batch, channels, height, width]") }
      return [TensorType(.uint8, [x.shape[0], x.shape[2], x.shape[3], x.shape[1]])]
    },
    kernel: { request in
      let shape = try request.call.input(0).shape
      let y = try request.call.quantizedScale("y")
      let isa = InstructionSet.current
      let (channels, pixels) = (shape[1], shape[2] * shape[3])
      let block = 4096
      let blocks = (pixels + block - 1) / block
      return Kernel { arguments in
        let x: UnsafePointer<Float> = arguments.unsafeInput(0)
        let result: UnsafeMutablePointer<UInt8> = arguments.unsafeOutput(0)
        arguments.threads.forEach(shape[0] * blocks) { task, _ in
          let (image, first) = (task / blocks, task % blocks * block)
          let start = image * channels * pixels
          zoo_quantize_planes(
            isa, Int64(channels), Int64(min(block, pixels - first)), x + start + first, pixels, y.scale,
            Int32(y.zero), result + start + first * channels)
        }
      }
    })

  /// `MaxPool` of an 8-bit image; attributes of `MaxPool`.
  static let quantizedMaxPool = Operator(
    "QuantizedMaxPool", domain: "zoo", inputs: 1...1,
    types: { call in
      try call.require(.uint8, 0)
      let geometry = try PoolGeometry(call, shape: call.input(0).shape)
      guard supportsPool(geometry) else {
        throw call.error("\(try call.input(0))", expected: "an image of two dimensions, dilation 1")
      }
      return [TensorType(.uint8, geometry.outputShape)]
    },
    cost: { call, outputs in PoolGeometry.cost(call, results: outputs[0].elementCount) },
    kernel: { request in
      try request.call.requireChannelsLast()
      let geometry = try PoolGeometry(request.call, shape: request.call.input(0).shape)
      let isa = InstructionSet.current
      let shape = poolShape(geometry)
      let rows = geometry.output[0]
      let perTask = max(1, rows / 4)
      let pieces = (rows + perTask - 1) / perTask
      return Kernel { arguments in
        let x: UnsafePointer<UInt8> = arguments.unsafeInput(0)
        let y: UnsafeMutablePointer<UInt8> = arguments.unsafeOutput(0)
        withUnsafePointer(to: shape) { shape in
          arguments.threads.forEach(geometry.images * pieces) { task, _ in
            let (image, first) = (task / pieces, task % pieces * perTask)
            zoo_quantized_max_pool(
              isa, shape, x + image * geometry.inputSize, y + image * geometry.outputSize, Int64(first),
              Int64(min(rows, first + perTask)))
          }
        }
      }
    })

  static func supportsPool(_ geometry: PoolGeometry) -> Bool {
    geometry.input.count == 2 && geometry.pool.dilation == (1, 1, 1)
  }

  private static func poolShape(_ geometry: PoolGeometry) -> zoo_convolution {
    let pool = geometry.pool
    let channels = Int64(geometry.channels)
    var shape = zoo_convolution()
    (shape.batch, shape.groups, shape.in_channels, shape.out_channels) = (1, channels, channels, channels)
    (shape.in_height, shape.in_width) = (pool.input.1, pool.input.2)
    (shape.out_height, shape.out_width) = (pool.output.1, pool.output.2)
    (shape.kernel_height, shape.kernel_width) = (pool.kernel.1, pool.kernel.2)
    (shape.stride_height, shape.stride_width) = (pool.stride.1, pool.stride.2)
    (shape.dilation_height, shape.dilation_width) = (1, 1)
    (shape.pad_top, shape.pad_left) = (pool.pad.1, pool.pad.2)
    return shape
  }

  /// `GlobalAveragePool` of an 8-bit image, as float32.
  static let quantizedAverage = Operator(
    "QuantizedGlobalAveragePool", domain: "zoo", inputs: 1...1,
    types: { call in
      let x = try call.input(0)
      try call.require(.uint8, 0)
      _ = try call.quantizedScale("x")
      let image = try call.image(0)
      guard x.rank == 4, image.sizes.reduce(1, *) <= mostPixels else {
        throw call.error("\(x)", expected: "an image of two dimensions and at most \(mostPixels) pixels")
      }
      return [TensorType(.float32, try call.factorShape)]
    },
    cost: { call, _ in call.inputs[0]?.elementCount ?? 0 },
    kernel: { request in
      try request.call.requireChannelsLast()
      let shape = try request.call.input(0).shape
      let x = try request.call.quantizedScale("x")
      let isa = InstructionSet.current
      let (pixels, channels) = (shape[1] * shape[2], shape[3])
      let multiplier = pixels > 0 ? x.scale / Float(pixels) : 0
      return Kernel(scratchByteCount: channels * 4 * request.workers) { arguments in
        let source: UnsafePointer<UInt8> = arguments.unsafeInput(0)
        let result: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        let sums = arguments.unsafeScratch.assumingMemoryBound(to: Int32.self)
        arguments.threads.forEach(shape[0]) { image, worker in
          zoo_quantized_average(
            isa, Int64(pixels), Int64(channels), source + image * pixels * channels, Int32(x.zero), multiplier,
            result + image * channels, sums + worker * channels)
        }
      }
    })

  /// Sums of more pixels might leave 32 bits.
  static let mostPixels = 1 << 22

  /// Each channel of an 8-bit image times a float32 factor: what squeeze-excite ends with.
  static let quantizedScale = Operator(
    "QuantizedScale", domain: "zoo", inputs: 2...2,
    types: { call in
      let (x, factor) = (try call.input(0), try call.input(1))
      try call.require(.uint8, 0)
      _ = try call.quantizedScale("x")
      _ = try call.quantizedScale("y")
      guard x.rank == 4, factor == TensorType(.float32, try call.factorShape) else {
        throw call.error("\(x) and \(factor)", expected: "an image, and a float32 factor for each of its channels")
      }
      return [x]
    },
    cost: { call, _ in call.inputs[0]?.elementCount ?? 0 },
    kernel: { request in
      try request.call.requireChannelsLast()
      let shape = try request.call.input(0).shape
      let (x, y) = (try request.call.quantizedScale("x"), try request.call.quantizedScale("y"))
      let isa = InstructionSet.current
      let (pixels, channels) = (shape[1] * shape[2], shape[3])
      let ratio = x.scale / y.scale
      let block = max(1, 16384 / max(1, channels))
      let blocks = (pixels + block - 1) / block
      return Kernel(scratchByteCount: channels * 4 * request.workers, inPlace: [(0, 0)]) { arguments in
        let source: UnsafePointer<UInt8> = arguments.unsafeInput(0)
        let factors: UnsafePointer<Float> = arguments.unsafeInput(1)
        let result: UnsafeMutablePointer<UInt8> = arguments.unsafeOutput(0)
        let multipliers = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
        arguments.threads.forEach(shape[0] * blocks) { task, worker in
          let (image, first) = (task / blocks, task % blocks * block)
          let own = multipliers + worker * channels
          for c in 0..<channels { own[c] = factors[image * channels + c] * ratio }
          let start = (image * pixels + first) * channels
          zoo_quantized_scale(
            isa, Int64(min(block, pixels - first)), Int64(channels), source + start, Int32(x.zero), own,
            Int32(y.zero), result + start)
        }
      }
    })
}

extension OperatorCall {
  /// The shape of one number for each channel of each image of input 0.
  fileprivate var factorShape: [Int] {
    get throws {
      let image = try image(0)
      let ones = image.sizes.map { _ in 1 }
      return try channelsLast ? [image.batch] + ones + [image.channels] : [image.batch, image.channels] + ones
    }
  }

  /// The kernels of 8-bit images know one layout; the compiler brings it about.
  func requireChannelsLast() throws {
    guard try channelsLast else { throw error("an image with the channels first", expected: "channels_last = 1") }
  }
}
