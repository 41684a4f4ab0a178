import ZooFormat
import ZooKernels

/// Batch normalisation by the statistics of the batch, optionally followed by the addition of a residual and an
/// activation in the same pass.
///
/// Inputs: x, scale, bias, running mean, running variance, residual (optional). Outputs: y, new running mean, new running
/// variance, mean of the batch, 1 / standard deviation of the batch; y is left out where ``NormalizedConvolution`` makes it as
/// it reads. Attributes: `epsilon`; `momentum`, the share of the
/// batch in the new running statistics (0.1), as PyTorch counts it; `activation`: relu, silu or none; `channels_last`.
/// The running variance takes the unbiased variance of the batch, as PyTorch's does.
///
/// Statistics: each piece of the batch by one pass with deviations from its first element; pieces are joined in double
/// precision by the formulas of Chan, Golub and LeVeque (1979), in an order that depends on sizes alone.
enum BatchNormalizationTraining {
  static let definition = Operator(
    "BatchNormalizationTraining", domain: "zoo", inputs: 5...6, outputs: 1...5,
    types: { call in
      let batch = try BatchNormalizationCall(call, vectors: [1, 2, 3, 4])
      if let residual = call.optionalInput(5), residual != batch.x {
        throw call.error("residual \(residual)", expected: "\(batch.x)")
      }
      return [batch.x] + [TensorType](repeating: batch.vectorType, count: 4)
    },
    gradient: { builder, call in
      let none = call.node.inputs.map { _ -> Value? in nil }
      guard let gradient = call.outputGradients[0] else { return none }
      guard call.node.outputs.count == 5 else {
        throw call.call.error("outputs \(call.node.outputs)", expected: "all five, which the gradient reads")
      }
      let hasResidual = call.call.hasInput(5)
      let result = hasResidual ? try NormalizationActivation(call.call) == .relu : false
      let results = try builder.batchNormalizationGradient(
        gradient, call.inputs[..<3] + [call.output(3), call.output(4)] + (result ? [call.output()] : []),
        wanted: call.wanted[..<3] + (hasResidual ? [call.wanted[5]] : []), call.node.attributes)
      return Array(results.prefix(3)) + [nil, nil] + Array(results.dropFirst(3))
    },
    cost: { _, outputs in 7 * outputs[0].elementCount },
    kernel: { try kernel($0, momentumKept: false) })

  /// - Parameter momentumKept: ONNX's convention: momentum is the share of the old statistics, variances are those of
  ///   the population.
  static func kernel(_ request: KernelCall, momentumKept: Bool) throws -> Kernel {
    let batch = try BatchNormalizationCall(request.call, vectors: [])
    let geometry = batch.geometry
    let isa = InstructionSet.current
    let momentum = try request.call.float("momentum", default: momentumKept ? 0.9 : 0.1)
    let share = Double(momentumKept ? 1 - momentum : momentum)
    let hasResidual = request.call.hasInput(5)
    let outputCount = request.node.outputs.count
    let channels = geometry.channels
    var scratch = KernelScratch()
    let partial = scratch.reserve(2 * geometry.pieces * geometry.period, of: Float.self)
    let joined = scratch.reserve(2 * channels, of: Double.self)
    let parameters = scratch.reserve(3 * geometry.parameterCount, of: Float.self)
    let inPlace = (hasResidual ? [0, 5] : [0]).filter { _ in request.call.hasOutput(0) }.map { (output: 0, input: $0) }
    return Kernel(scratchByteCount: scratch.byteCount, inPlace: inPlace) { arguments in
      let x = arguments.rawInput(0)
      let scale: UnsafePointer<Float> = arguments.unsafeInput(1)
      let bias: UnsafePointer<Float> = arguments.unsafeInput(2)
      let residual = hasResidual ? arguments.rawInput(5) : nil
      let partial = (arguments.unsafeScratch + partial).assumingMemoryBound(to: Float.self)
      let joined = (arguments.unsafeScratch + joined).assumingMemoryBound(to: Double.self)
      let (means, deviations) = (joined, joined + channels)
      let squares = partial + geometry.pieces * geometry.period
      let factors = (arguments.unsafeScratch + parameters).assumingMemoryBound(to: Float.self)
      let offsets = factors + geometry.parameterCount
      let centres = offsets + geometry.parameterCount
      let running = RunningStatistics(arguments, outputs: outputCount)
      let savedMeans = outputCount > 3 ? arguments.unsafeOptionalOutput(3, as: Float.self) : nil
      let savedInverses = outputCount > 4 ? arguments.unsafeOptionalOutput(4, as: Float.self) : nil
      let size = batch.x.elementType.byteCount
      geometry.forEachPiece(arguments.threads) { index in
        let (start, count, _) = geometry.piece(index)
        let to = index * geometry.period
        zoo_moments(isa, batch.isNarrow, x + start * size, count, geometry.period, partial + to, squares + to)
      }
      let count = Double(max(geometry.count, 1))
      let unbiased = momentumKept || count < 2 ? 1 : count / (count - 1)
      geometry.forEachChannels(arguments.threads) { range in
        for channel in range { (means[channel], deviations[channel]) = (0, 0) }
        geometry.forEachResult(of: range) { at, channel, count in
          means[channel] += Double(partial[at]) * Double(count)
        }
        for channel in range { means[channel] /= count }
        geometry.forEachResult(of: range) { at, channel, count in
          let difference = Double(partial[at]) - means[channel]
          deviations[channel] += Double(squares[at]) + difference * difference * Double(count)
        }
        for channel in range {
          deviations[channel] /= count
          running.update(channel, share, mean: means[channel], variance: deviations[channel] * unbiased)
        }
        func inverse(_ channel: Int) -> Float {
          Float(1 / (deviations[channel] + Double(batch.epsilon)).squareRoot())
        }
        geometry.spread({ Float(means[$0]) }, of: range, to: centres)
        geometry.spread({ scale[$0] * inverse($0) }, of: range, to: factors)
        geometry.spread({ bias[$0] }, of: range, to: offsets)
        if let savedMeans { for channel in range { savedMeans[channel] = Float(means[channel]) } }
        if let savedInverses { for channel in range { savedInverses[channel] = inverse(channel) } }
      }
      guard let y = arguments.unsafeOptionalOutput(0, as: UInt8.self).map(UnsafeMutableRawPointer.init) else { return }
      let streamed = batch.x.isStreamed && UnsafeRawPointer(y) != x && UnsafeRawPointer(y) != residual
      geometry.forEachPiece(arguments.threads) { index in
        let (start, count, at) = geometry.piece(index)
        zoo_normalize(
          isa, batch.isNarrow, x + start * size, residual.map { $0 + start * size }, y + start * size, count,
          geometry.period, centres + at, factors + at,
          offsets + at, batch.activation.code, streamed)
      }
    }
  }
}

/// The running statistics before and after a step, as far as anybody wants them.
private struct RunningStatistics {
  private let mean, variance: (old: UnsafePointer<Float>, new: UnsafeMutablePointer<Float>)?

  init(_ arguments: borrowing KernelArguments, outputs: Int) {
    func pair(_ output: Int, _ input: Int) -> (old: UnsafePointer<Float>, new: UnsafeMutablePointer<Float>)? {
      guard outputs > output, let new = arguments.unsafeOptionalOutput(output, as: Float.self) else { return nil }
      return (arguments.unsafeInput(input), new)
    }
    mean = pair(1, 3)
    variance = pair(2, 4)
  }

  /// - Parameter share: what the new values count.
  func update(_ channel: Int, _ share: Double, mean: Double, variance: Double) {
    if let (old, new) = self.mean { new[channel] = Float((1 - share) * Double(old[channel]) + share * mean) }
    if let (old, new) = self.variance { new[channel] = Float((1 - share) * Double(old[channel]) + share * variance) }
  }
}
