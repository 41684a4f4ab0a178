import ZooFormat
import ZooKernels

/// The result of ``BatchNormalizationTraining`` once more, from what it keeps for the gradient.
///
/// Inputs: x, scale, bias, mean of the batch, 1 / standard deviation of the batch. Attributes: as the forward node.
enum BatchNormalizationRepeated {
  static let definition = Operator(
    "BatchNormalizationRepeated", domain: "zoo", inputs: 5...5,
    types: { [try BatchNormalizationCall($0, vectors: [1, 2, 3, 4]).x] },
    cost: { _, outputs in 2 * outputs[0].elementCount },
    kernel: { request in
      let batch = try BatchNormalizationCall(request.call, vectors: [])
      let geometry = batch.geometry
      let isa = InstructionSet.current
      let size = batch.x.elementType.byteCount
      var scratch = KernelScratch()
      let parameters = scratch.reserve(3 * geometry.parameterCount, of: Float.self)
      return Kernel(scratchByteCount: scratch.byteCount) { arguments in
        let (x, y) = (arguments.rawInput(0), arguments.rawOutput(0))
        let means = (arguments.unsafeScratch + parameters).assumingMemoryBound(to: Float.self)
        let (factors, offsets) = geometry.spread(
          scale: arguments.unsafeInput(1), bias: arguments.unsafeInput(2), mean: arguments.unsafeInput(3),
          inverse: arguments.unsafeInput(4),
          to: means)
        geometry.forEachPiece(arguments.threads) { index in
          let (start, count, at) = geometry.piece(index)
          zoo_normalize(
            isa, batch.isNarrow, x + start * size, nil, y + start * size, count, geometry.period, means + at,
            factors + at,
            offsets + at, batch.activation.code, batch.x.isStreamed)
        }
      }
    })
}
