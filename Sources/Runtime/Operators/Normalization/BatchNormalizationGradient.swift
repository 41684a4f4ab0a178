import ZooFormat
import ZooKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The gradient of batch normalisation, in two passes over the data.
///
/// Inputs: dy, x, scale, bias, mean, 1 / standard deviation (with `frozen` = 1: the variance), y (for relu
/// after a residual: without one, the sign of y follows from x).
/// Outputs: dx, dscale, dbias, gradient by the residual. Attributes: as the forward node, and `frozen` for statistics that
/// don't depend on x.
enum BatchNormalizationGradient {
  static let definition = Operator(
    "BatchNormalizationGradient", domain: "zoo", inputs: 6...7, outputs: 1...4,
    types: { call in
      let batch = try BatchNormalizationCall(call, x: 1, vectors: [2, 3, 4, 5])
      guard try call.input(0) == batch.x else { throw call.error("\(try call.input(0)) with \(batch.x)") }
      if let y = call.optionalInput(6), y != batch.x { throw call.error("\(y) with \(batch.x)") }
      guard batch.activation != .relu || call.hasInput(6) || !call.hasOutput(3) else {
        throw call.error("the forward result is missing")
      }
      return [batch.x, batch.vectorType, batch.vectorType, batch.x]
    },
    cost: { _, outputs in 10 * outputs[0].elementCount }, kernel: kernel)

  private static let kernel: Operator.KernelRule = { request in
    let batch = try BatchNormalizationCall(request.call, x: 1, vectors: [])
    let geometry = batch.geometry
    let isa = InstructionSet.current
    let channels = geometry.channels
    let isFrozen = try request.call.int("frozen", default: 0) != 0
    let outputs = request.node.outputs
    let wants = (0..<4).map { request.call.hasOutput($0) }
    let hasResult = request.call.hasInput(6)
    var scratch = KernelScratch()
    let partial = scratch.reserve(2 * geometry.pieces * geometry.period, of: Float.self)
    let joined = scratch.reserve(2 * channels, of: Double.self)
    let parameters = scratch.reserve(5 * geometry.parameterCount, of: Float.self)
    return Kernel(
      scratchByteCount: scratch.byteCount,
      inPlace: outputs.count > 3 ? [(output: 3, input: 0)] : [(output: 0, input: 0)]
    ) { arguments in
      let dy = arguments.rawInput(0)
      let x = arguments.rawInput(1)
      let bytes = batch.x.elementType.byteCount
      let scale: UnsafePointer<Float> = arguments.unsafeInput(2)
      let bias: UnsafePointer<Float> = arguments.unsafeInput(3)
      let mean: UnsafePointer<Float> = arguments.unsafeInput(4)
      let spread: UnsafePointer<Float> = arguments.unsafeInput(5)
      let y = hasResult ? arguments.rawInput(6) : nil
      let size = geometry.parameterCount
      let means = (arguments.unsafeScratch + parameters).assumingMemoryBound(to: Float.self)
      let (factors, offsets, constants, slopes) = (
        means + size, means + 2 * size, means + 3 * size, means + 4 * size
      )
      func inverse(_ channel: Int) -> Float {
        isFrozen ? 1 / sqrtf(spread[channel] + batch.epsilon) : spread[channel]
      }
      geometry.spread({ mean[$0] }, to: means)
      // As the forward pass has it, or z could have another sign than what it gave.
      geometry.spread(
        { isFrozen ? scale[$0] / sqrtf(spread[$0] + batch.epsilon) : scale[$0] * spread[$0] }, to: factors)
      geometry.spread({ bias[$0] }, to: offsets)

      let sums = (arguments.unsafeScratch + joined).assumingMemoryBound(to: Double.self)
      let products = sums + channels
      if !isFrozen || wants[1] || wants[2] {
        let partial = (arguments.unsafeScratch + partial).assumingMemoryBound(to: Float.self)
        let partialProducts = partial + geometry.pieces * geometry.period
        geometry.forEachPiece(arguments.threads) { index in
          let (start, count, at) = geometry.piece(index)
          let to = index * geometry.period
          zoo_normalize_sums(
            isa, batch.isNarrow, dy + start * bytes, x + start * bytes, y.map { $0 + start * bytes }, count,
            geometry.period, means + at, factors + at, offsets + at,
            batch.activation.code, partial + to, partialProducts + to)
        }
        geometry.forEachChannels(arguments.threads) { range in
          for channel in range { (sums[channel], products[channel]) = (0, 0) }
          geometry.forEachResult(of: range) { at, channel, _ in
            sums[channel] += Double(partial[at])
            products[channel] += Double(partialProducts[at])
          }
        }
      }
      if wants[1] {
        let result: UnsafeMutablePointer<Float> = arguments.unsafeOutput(1)
        for channel in 0..<channels { result[channel] = Float(products[channel] * Double(inverse(channel))) }
      }
      if wants[2] {
        let result: UnsafeMutablePointer<Float> = arguments.unsafeOutput(2)
        for channel in 0..<channels { result[channel] = Float(sums[channel]) }
      }
      guard wants[0] || wants[3] else { return }
      // dx = scale/σ · (dz − mean(dz) − x̂ · mean(dz · x̂)); frozen statistics have the first term alone.
      let count = Double(max(geometry.count, 1))
      geometry.spread({ isFrozen ? 0 : scale[$0] * inverse($0) * Float(sums[$0] / count) }, to: constants)
      geometry.spread(
        {
          let deviation = Double(inverse($0))
          return isFrozen ? 0 : scale[$0] * Float(deviation * deviation * deviation * products[$0] / count)
        }, to: slopes)
      let dx = wants[0] ? arguments.rawOutput(0) : nil
      let residual = wants[3] ? arguments.rawOutput(3) : nil
      geometry.forEachPiece(arguments.threads, backwards: true) { index in
        let (start, count, at) = geometry.piece(index)
        zoo_normalize_gradient(
          isa, batch.isNarrow, dy + start * bytes, x + start * bytes, y.map { $0 + start * bytes },
          dx.map { $0 + start * bytes }, residual.map { $0 + start * bytes }, count, geometry.period, means + at,
          factors + at, offsets + at, constants + at, slopes + at, batch.activation.code)
      }
    }
  }
}

extension GraphBuilder {
  /// Adds the gradient of a batch normalisation and returns those of its outputs that are wanted: by x, scale, bias and, if
  /// `wanted` says so, the residual.
  /// - Parameter inputs: x, scale, bias, mean, 1 / standard deviation or variance, and the result where that is needed.
  mutating func batchNormalizationGradient(
    _ gradient: Value, _ inputs: [Value], wanted: [Bool], _ attributes: [String: Attribute]
  ) throws -> [Value?] {
    guard let last = wanted.lastIndex(of: true) else { return wanted.map { _ in nil } }
    let name = fresh("BatchNormalizationGradient")
    let outputs = wanted.enumerated().map { $1 ? "\(name).\($0)" : "" }
    try append(
      Node(
        name: name, op: "BatchNormalizationGradient", domain: "zoo", inputs: ([gradient] + inputs).map(\.name),
        outputs: Array(outputs[...last]), attributes: attributes, part: part))
    return outputs.map { $0.isEmpty ? nil : Value($0) }
  }
}
