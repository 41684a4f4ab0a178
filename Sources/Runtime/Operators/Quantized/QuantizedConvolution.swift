import ZooFormat
import ZooKernels

extension QuantizedOperators {
  /// table[quantize(activation(conv(x, weights) + bias + residual))] on 8-bit numbers, with exact sums.
  ///
  /// Inputs: x uint8, weights int8 (constant, zero 0), optional bias int32 (constant, of scale x · weights), optional
  /// residual uint8. Attributes: those of `Conv`; `x_scale`, `x_zero_point` and the same for `y` and `residual`;
  /// `w_scale`, one for each output channel; `activation`, relu or none; `table`, uint8[256], which the result is looked
  /// up in, so that any function of one number can follow. One group, or depthwise.
  static let quantizedConvolution = Operator(
    "QuantizedConv", domain: "zoo", inputs: 2...4,
    types: { call in
      let geometry = try call.convolution()
      try QuantizedProduct.check(call, geometry)
      let type = TensorType(.uint8, geometry.outputShape(channelsLast: try call.channelsLast))
      if let residual = call.optionalInput(3), residual != type {
        throw call.error("residual is \(residual)", expected: "\(type), the output's type")
      }
      return [type]
    },
    cost: { call, _ in (try? call.convolution().operations) ?? 0 },
    kernel: { request in
      try request.call.requireChannelsLast()
      return try QuantizedProduct.kernel(request, request.call.convolution())
    })

  /// The same for a matrix x [rows, columns] and weights [outputs, columns]: `Gemm` with `transB` = 1.
  static let quantizedGemm = Operator(
    "QuantizedGemm", domain: "zoo", inputs: 2...4,
    types: { call in
      let geometry = try QuantizedProduct.matrixGeometry(call)
      try QuantizedProduct.check(call, geometry)
      let type = TensorType(.uint8, [geometry.batch, geometry.outputChannels])
      if let residual = call.optionalInput(3), residual != type {
        throw call.error("residual is \(residual)", expected: "\(type), the output's type")
      }
      return [type]
    },
    cost: { call, _ in (try? QuantizedProduct.matrixGeometry(call).operations) ?? 0 },
    kernel: { try QuantizedProduct.kernel($0, QuantizedProduct.matrixGeometry($0.call)) })
}

/// What the quantized convolution and the quantized matrix product share.
enum QuantizedProduct {
  /// The most products of one sum, so that it stays within 32 bits with the bias.
  static let longestSum = Int(ZOO_QUANTIZED_LONGEST_SUM)
  /// The largest bias, likewise.
  static let largestBias: Int32 = 1 << 29

  static func matrixGeometry(_ call: OperatorCall) throws -> ConvolutionGeometry {
    let (x, weights) = (try call.input(0).shape, try call.input(1).shape)
    guard x.count == 2, weights.count == 2, x[1] == weights[1], x[1] > 0, weights[0] > 0 else {
      throw call.error("matrices of shapes \(x) and \(weights)", expected: "[rows, columns] and [outputs, columns]")
    }
    if let bias = call.optionalInput(2), bias.shape != [weights[0]] {
      throw call.error("bias of shape \(bias.shape)", expected: "[\(weights[0])]")
    }
    return ConvolutionGeometry(
      batch: x[0], groups: 1, inputChannels: x[1], outputChannels: weights[0], axes: [])
  }

  /// Whether the kernels can compute a convolution of this geometry.
  static func supports(_ geometry: ConvolutionGeometry) -> Bool {
    let taps = geometry.axes.reduce(1) { $0 * $1.kernel }
    let isDepthwise =
      geometry.groups == geometry.inputChannels && geometry.groups == geometry.outputChannels
      && taps <= Int(ZOO_QUANTIZED_MOST_TAPS)
    let products = geometry.inputChannels / geometry.groups * taps
    return geometry.axes.count <= 2 && (geometry.groups == 1 || isDepthwise) && products <= longestSum
  }

  static func check(_ call: OperatorCall, _ geometry: ConvolutionGeometry) throws {
    guard supports(geometry) else {
      throw call.error(
        "\(geometry.groups) groups, \(geometry.weightShape) weights",
        expected: "one group or depthwise, at most two spatial axes, sums of at most \(longestSum)")
    }
    try call.require(.uint8, 0)
    try call.require(.int8, 1)
    try call.require(.int32, 2)
    try call.require(.uint8, 3)
    _ = try call.quantizedScale("x")
    _ = try call.quantizedScale("y")
    if call.hasInput(3) { _ = try call.quantizedScale("residual") }
    guard let scales = try call.floats("w_scale"), scales.count == geometry.outputChannels,
      scales.allSatisfy({ $0 > 0 && $0.isFinite })
    else {
      throw call.error("w_scale", expected: "\(geometry.outputChannels) positive numbers, one for each output channel")
    }
    guard ["", "relu"].contains(try call.string("activation", default: "")) else {
      throw call.error("activation '\(try call.string("activation"))'", expected: "relu or none")
    }
    if let table = try call.tensor("table"), table.type != TensorType(.uint8, [256]) {
      throw call.error("table is \(table.type)", expected: "uint8[256]")
    }
  }

  static func kernel(_ request: KernelCall, _ geometry: ConvolutionGeometry) throws -> Kernel {
    let call = request.call
    guard request.outputTypes[0].elementCount > 0 else { return Kernel { _ in } }
    let product = try PackedProduct(call, geometry, workers: request.workers)
    let hasResidual = call.hasInput(3)
    let read: Set<Int> = hasResidual ? [0, 3] : [0]
    return Kernel(scratchByteCount: product.scratchByteCount, inputsRead: read) { arguments in
      product.run(
        arguments.unsafeInput(0), residual: hasResidual ? arguments.unsafeInput(3, as: UInt8.self) : nil,
        to: arguments.unsafeOutput(0),
        scratch: arguments.unsafeScratch.assumingMemoryBound(to: UInt8.self), threads: arguments.threads)
    }
  }
}

/// A product of 8-bit numbers, ready to run: weights, biases and multipliers as the kernels take them.
private struct PackedProduct: Sendable {
  private let plan: zoo_quantized_convolution
  private let weights: TensorStorage
  private let bias: TensorStorage
  private let multiplier: TensorStorage
  private let table: TensorStorage?
  private let y: QuantizedScale
  private let residual: QuantizedScale?
  private let low: Float
  private let workerStride: Int
  let scratchByteCount: Int

  init(_ call: OperatorCall, _ geometry: ConvolutionGeometry, workers: Int) throws {
    let x = try call.quantizedScale("x")
    y = try call.quantizedScale("y")
    residual = call.hasInput(3) ? try call.quantizedScale("residual") : nil
    let isRelu = try call.string("activation", default: "") == "relu"
    low = isRelu ? 0 : Float(-y.zero)
    var shape = geometry.shape
    plan = zoo_quantized_convolution_make(InstructionSet.current, &shape, Int32(x.zero), Int64(workers))
    weights = try TensorStorage(byteCount: Int(plan.packed_count))
    bias = try TensorStorage(byteCount: Int(plan.padded_channels) * 4)
    multiplier = try TensorStorage(byteCount: Int(plan.padded_channels) * 4)
    table = try call.tensor("table")?.storage
    let scales = try call.floats("w_scale") ?? []
    let multipliers = multiplier.base.assumingMemoryBound(to: Float.self)
    for (channel, scale) in scales.enumerated() {
      multipliers[channel] = Float(Double(x.scale) * Double(scale) / Double(y.scale))
    }
    let biases = bias.base.assumingMemoryBound(to: Int32.self)
    if call.hasInput(2), let values: [Int32] = try call.constant(2).values() {
      let limit = QuantizedProduct.largestBias
      for (channel, value) in values.enumerated() { biases[channel] = min(max(value, -limit), limit) }
    }
    workerStride = (Int(plan.worker_count) + 63) / 64 * 64
    scratchByteCount = workerStride * workers
    let source = try call.constant(1).storage.base.assumingMemoryBound(to: Int8.self)
    withUnsafePointer(to: plan) { plan in
      zoo_quantized_convolution_pack(plan, source, weights.base.assumingMemoryBound(to: Int8.self), biases)
    }
  }

  func run(
    _ x: UnsafePointer<UInt8>, residual: UnsafePointer<UInt8>?, to result: UnsafeMutablePointer<UInt8>,
    scratch: UnsafeMutablePointer<UInt8>, threads: ThreadPool
  ) {
    let requantization = zoo_requantization(
      multiplier: UnsafePointer(multiplier.base.assumingMemoryBound(to: Float.self)),
      bias: UnsafePointer(bias.base.assumingMemoryBound(to: Int32.self)), residual: residual,
      residual_multiplier: self.residual.map { $0.scale / y.scale } ?? 0,
      residual_zero: Int32(self.residual?.zero ?? 0), low: low, high: Float(255 - y.zero), zero: Int32(y.zero),
      table: table.map { UnsafePointer($0.base.assumingMemoryBound(to: UInt8.self)) })
    let packed = weights.base.assumingMemoryBound(to: Int8.self)
    withUnsafePointer(to: plan) { plan in
      withUnsafePointer(to: requantization) { requantization in
        threads.forEach(Int(plan.pointee.tasks)) { task, worker in
          zoo_quantized_convolution_run(
            plan, x, packed, result, requantization, Int64(task), scratch + worker * workerStride)
        }
      }
    }
  }
}
