import ZooFormat
import ZooKernels

/// Batch normalisation by the statistics of the batch, optionally followed by the addition of a residual and an
/// activation in the same pass.
///
/// Inputs: x, scale, bias, running mean, running variance, residual (optional). Outputs: y, new running mean, new running
/// variance, mean of the batch, 1 / standard deviation of the batch. Attributes: `epsilon`; `momentum`, the share of the
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
      let none = call.node.inputs.map { _ -> String? in nil }
      guard let gradient = call.outputGradients[0] else { return none }
      guard call.node.outputs.count == 5 else {
        throw call.call.error("outputs \(call.node.outputs)", expected: "all five, which the gradient reads")
      }
      let results = try builder.batchNormalizationGradient(
        call, gradient, mean: call.output(3), variance: call.output(4), call.node.attributes)
      return Array(results.prefix(3)) + [nil, nil] + Array(results.dropFirst(3))
    },
    cost: { _, outputs in 7 * outputs[0].elementCount },
    kernel: { try kernel($0, momentumKept: false) })

  /// - Parameter momentumKept: ONNX's convention: momentum is the share of the old statistics, variances are those of
  ///   the population.
  static func kernel(_ request: KernelCall, momentumKept: Bool) throws -> Kernel {
    let batch = try BatchNormalizationCall(request.call, vectors: [])
    let geometry = batch.geometry
    let momentum = try request.call.float("momentum", default: momentumKept ? 0.9 : 0.1)
    let share = Double(momentumKept ? 1 - momentum : momentum)
    let hasResidual = request.call.hasInput(5)
    let outputCount = request.node.outputs.count
    let channels = geometry.channels
    var scratch = KernelScratch()
    let partial = scratch.reserve(2 * geometry.pieces * geometry.period, of: Float.self)
    let joined = scratch.reserve(2 * channels, of: Double.self)
    let parameters = scratch.reserve(3 * geometry.parameterCount, of: Float.self)
    let inPlace = hasResidual ? [(output: 0, input: 0), (output: 0, input: 5)] : [(output: 0, input: 0)]
    return Kernel(scratchByteCount: scratch.byteCount, inPlace: inPlace) { arguments in
      let x = arguments.rawInput(0)
      let y = arguments.rawOutput(0)
      let scale: UnsafePointer<Float> = arguments.input(1)
      let bias: UnsafePointer<Float> = arguments.input(2)
      let residual = hasResidual ? arguments.rawInput(5) : nil
      let partial = (arguments.scratch + partial).assumingMemoryBound(to: Float.self)
      let joined = (arguments.scratch + joined).assumingMemoryBound(to: Double.self)
      let (means, deviations) = (joined, joined + channels)
      statistics(batch, x, partial, joined, arguments.threads)

      let count = Double(geometry.count)
      for channel in 0..<channels { deviations[channel] /= max(count, 1) }
      update(arguments, outputCount, channels, share) {
        (means[$0], deviations[$0])
      } unbiased: {
        momentumKept || count < 2 ? 1 : count / (count - 1)
      }

      let factors = (arguments.scratch + parameters).assumingMemoryBound(to: Float.self)
      let offsets = factors + geometry.parameterCount
      let centres = offsets + geometry.parameterCount
      func inverse(_ channel: Int) -> Double { 1 / (deviations[channel] + Double(batch.epsilon)).squareRoot() }
      geometry.spread({ Float(means[$0]) }, to: centres)
      geometry.spread({ scale[$0] * Float(inverse($0)) }, to: factors)
      geometry.spread({ bias[$0] }, to: offsets)
      if outputCount > 3, let saved = arguments.optionalOutput(3, as: Float.self) {
        for channel in 0..<channels { saved[channel] = Float(means[channel]) }
      }
      if outputCount > 4, let saved = arguments.optionalOutput(4, as: Float.self) {
        for channel in 0..<channels { saved[channel] = Float(inverse(channel)) }
      }
      let streamed = batch.x.isStreamed && UnsafeRawPointer(y) != x && UnsafeRawPointer(y) != residual
      let size = batch.x.elementType.byteCount
      geometry.forEachPiece(arguments.threads) { index in
        let (start, count, at) = geometry.piece(index)
        zoo_normalize(
          batch.isNarrow, x + start * size, residual.map { $0 + start * size }, y + start * size, count,
          geometry.period, centres + at, factors + at,
          offsets + at, batch.activation.code, streamed)
      }
    }
  }

  /// Mean of each channel, and after those the sum of squared deviations of each.
  private static func statistics(
    _ batch: BatchNormalizationCall, _ x: UnsafeRawPointer, _ partial: UnsafeMutablePointer<Float>,
    _ joined: UnsafeMutablePointer<Double>, _ threads: ThreadPool
  ) {
    let geometry = batch.geometry
    let (period, channels, size) = (geometry.period, geometry.channels, batch.x.elementType.byteCount)
    let squares = partial + geometry.pieces * period
    geometry.forEachPiece(threads) { index in
      let (start, count, _) = geometry.piece(index)
      zoo_moments(
        batch.isNarrow, x + start * size, count, period, partial + index * period, squares + index * period)
    }
    joined.update(repeating: 0, count: 2 * channels)
    let (means, deviations) = (joined, joined + channels)
    geometry.forEachResult { at, channel, count in means[channel] += Double(partial[at]) * Double(count) }
    for channel in 0..<channels { means[channel] /= Double(max(geometry.count, 1)) }
    geometry.forEachResult { at, channel, count in
      let difference = Double(partial[at]) - means[channel]
      deviations[channel] += Double(squares[at]) + difference * difference * Double(count)
    }
  }

  /// Writes the new running statistics if anybody wants them.
  private static func update(
    _ arguments: borrowing KernelArguments, _ outputs: Int, _ channels: Int, _ share: Double,
    _ batch: (Int) -> (mean: Double, variance: Double), unbiased: () -> Double
  ) {
    let factor = unbiased()
    if outputs > 1, let result = arguments.optionalOutput(1, as: Float.self) {
      let old: UnsafePointer<Float> = arguments.input(3)
      for channel in 0..<channels {
        result[channel] = Float((1 - share) * Double(old[channel]) + share * batch(channel).mean)
      }
    }
    if outputs > 2, let result = arguments.optionalOutput(2, as: Float.self) {
      let old: UnsafePointer<Float> = arguments.input(4)
      for channel in 0..<channels {
        result[channel] = Float((1 - share) * Double(old[channel]) + share * batch(channel).variance * factor)
      }
    }
  }
}
