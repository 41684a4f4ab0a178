import ZooKernels

/// Kernels of the three directions of a convolution, for both layouts of images.
///
/// Channels-last images are worked on where they lie. Channels-first ones are turned in scratch memory around the same
/// kernel.
enum ConvolutionKernel {
  /// What becomes of x before it is convolved.
  enum Source {
    case asItIs
    /// See ``GatedConvolution``: from input 4 on there are a gate and, optionally, what is added to each pixel.
    case gated
    /// See ``NormalizedConvolution``: from input 4 on there are the parameters.
    case normalized
  }

  /// Inputs: source image, weights, optionally a bias and a residual that are added to the result, and what `source` needs.
  static func overData(
    _ request: KernelCall, _ geometry: ConvolutionGeometry, _ direction: zoo_convolution_direction,
    source how: Source = .asItIs
  ) throws -> Kernel {
    let call = request.call
    var geometry = geometry
    geometry.isNarrow = call.isNarrowImage(0)
    (geometry.isGated, geometry.isNormalized) = (how == .gated, how == .normalized)
    geometry.batchBits = request.batchBits
    (geometry.inputPixel, geometry.outputPixel) = (request.inputPixels[0] ?? 0, request.outputPixels[0] ?? 0)
    for index in call.inputs.indices where call.hasInput(index) {
      let isImage = index == 0 || index == 3
      guard try call.input(index).elementType == (isImage && geometry.isNarrow ? .bfloat16 : .float32) else {
        throw call.unsupported(index)
      }
    }
    guard geometry.axes.count <= 2 else {
      guard !geometry.isNarrow else { throw call.unsupported(0) }
      return try ConvolutionLoops.overData(request, geometry, direction)
    }
    guard request.outputTypes[0].elementCount > 0 else { return Kernel { _ in } }
    let program = try ConvolutionProgram(
      geometry, direction, workers: request.workers, constantWeights: call.constants[1],
      workspace: request.workspace)
    let activation = try call.activation()
    let forward = direction == ZOO_CONVOLUTION_FORWARD
    let input = ImageLayout(geometry.batch, channels: geometry.inputChannels, sizes: geometry.axes.map(\.input))
    let output = ImageLayout(geometry.batch, channels: geometry.outputChannels, sizes: geometry.axes.map(\.output))
    let (from, to) = forward ? (input, output) : (output, input)
    let hasBias = call.hasInput(2)
    let hasResidual = call.hasInput(3)
    let isGated = geometry.isGated
    let hasAdded = isGated && call.hasInput(5)
    let normalization = how == .normalized ? try SourceNormalization(call, parameters: 4) : nil
    let turning = try !call.channelsLast
    // Parts of lines don't go past the caches.
    let streamed = !turning && geometry.outputPixel == 0 && request.outputTypes[0].isStreamed

    var scratch = KernelScratch()
    let working = scratch.reserve(floats: program.scratchByteCount / 4)
    let source = turning ? scratch.reserve(floats: from.count) : 0
    let result = turning ? scratch.reserve(floats: to.count) : 0
    let residual = turning && hasResidual ? scratch.reserve(floats: to.count) : 0
    let parameters = normalization.map { scratch.reserve(floats: $0.scratchCount) } ?? 0

    var read = Set(call.inputs.indices.filter(call.hasInput))
    if program.isPacked { read.remove(1) }
    return Kernel(scratchByteCount: scratch.byteCount, inputsRead: read) { arguments in
      let threads = arguments.threads
      let base = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
      var memory = ConvolutionProgram.Memory(
        source: arguments.rawInput(0), weights: program.isPacked ? nil : arguments.unsafeInput(1),
        result: arguments.rawOutput(0), epilogue: activation.epilogue)
      memory.epilogue.streamed = streamed
      if hasBias { memory.epilogue.bias = arguments.unsafeInput(2, as: Float.self) }
      if hasResidual {
        memory.epilogue.residual = arguments.rawInput(3)
        memory.epilogue.residual_stride = to.channels
      }
      if isGated { memory.gate = arguments.unsafeInput(4, as: Float.self) }
      if hasAdded { memory.added = arguments.unsafeInput(5, as: Float.self) }
      if let normalization { memory.normalization = normalization.prepare(arguments, base + parameters) }
      if turning {
        from.toChannelsLast(arguments.unsafeInput(0), base + source, threads)
        memory.source = UnsafeRawPointer(base + source)
        memory.result = UnsafeMutableRawPointer(base + result)
        if hasResidual {
          to.toChannelsLast(arguments.unsafeInput(3), base + residual, threads)
          memory.epilogue.residual = UnsafeRawPointer(base + residual)
        }
      }
      program.run(memory, scratch: base + working, threads: threads)
      if turning { to.toChannelsFirst(base + result, arguments.unsafeOutput(0), threads) }
    }
  }

  /// Inputs: x and the gradient by y, in this order; gated, the weights and the gate, normalised, the parameters. Results
  /// are the gradient by the weights and, gated, by the gate.
  static func overWeights(
    _ request: KernelCall, _ geometry: ConvolutionGeometry, source how: Source = .asItIs
  ) throws -> Kernel {
    let call = request.call
    var geometry = geometry
    geometry.isNarrow = call.isNarrowImage(0)
    (geometry.isGated, geometry.isNormalized) = (how == .gated, how == .normalized)
    let normalization = how == .normalized ? try SourceNormalization(call, parameters: 2) : nil
    let isGated = geometry.isGated
    for index in 0..<2 {
      guard try call.input(index).elementType == (geometry.isNarrow ? .bfloat16 : .float32) else {
        throw call.unsupported(index)
      }
    }
    guard geometry.axes.count <= 2 else {
      guard !geometry.isNarrow else { throw call.unsupported(0) }
      return try ConvolutionLoops.overWeights(request, geometry)
    }
    let count = request.outputTypes[0].elementCount
    guard geometry.batch > 0 else {
      return Kernel { $0.unsafeOptionalOutput(0, as: Float.self)?.update(repeating: 0, count: count) }
    }
    let program = try ConvolutionProgram(geometry, ZOO_CONVOLUTION_BY_WEIGHTS, workers: request.workers)
    let input = ImageLayout(geometry.batch, channels: geometry.inputChannels, sizes: geometry.axes.map(\.input))
    let output = ImageLayout(geometry.batch, channels: geometry.outputChannels, sizes: geometry.axes.map(\.output))
    let turning = try !call.channelsLast

    var scratch = KernelScratch()
    let working = scratch.reserve(floats: program.scratchByteCount / 4)
    let source = turning ? scratch.reserve(floats: input.count) : 0
    let gradient = turning ? scratch.reserve(floats: output.count) : 0
    // What nobody reads is made all the same: sums of both come from one product.
    let unread = call.hasOutput(0) ? nil : scratch.reserve(floats: count)
    let unreadGate = isGated && !call.hasOutput(1) ? scratch.reserve(floats: input.batch * input.channels) : nil
    let parameters = normalization.map { scratch.reserve(floats: $0.scratchCount) } ?? 0
    return Kernel(scratchByteCount: scratch.byteCount) { arguments in
      let threads = arguments.threads
      let base = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
      var memory = ConvolutionProgram.Memory(
        source: arguments.rawInput(0), gradient: arguments.rawInput(1),
        result: unread.map { UnsafeMutableRawPointer(base + $0) } ?? arguments.rawOutput(0))
      if isGated {
        memory.weights = arguments.unsafeInput(2, as: Float.self)
        memory.gate = arguments.unsafeInput(3, as: Float.self)
        memory.gateGradient = unreadGate.map { base + $0 } ?? arguments.unsafeOutput(1, as: Float.self)
      }
      if let normalization { memory.normalization = normalization.prepare(arguments, base + parameters) }
      if turning {
        input.toChannelsLast(arguments.unsafeInput(0), base + source, threads)
        output.toChannelsLast(arguments.unsafeInput(1), base + gradient, threads)
        memory.source = UnsafeRawPointer(base + source)
        memory.gradient = UnsafeRawPointer(base + gradient)
      }
      program.run(memory, scratch: base + working, threads: threads)
    }
  }
}
