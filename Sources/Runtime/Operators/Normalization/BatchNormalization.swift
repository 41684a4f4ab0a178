import ZooFormat
import ZooKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// ONNX's BatchNormalization. Inputs: x, scale, bias, mean, variance.
///
/// With `training_mode` = 1 it is ONNX's training form: batch statistics, outputs y, running mean and running variance,
/// where `momentum` is the share of the old value that stays and the variance is that of the population.
enum BatchNormalization {
  static let definition = Operator(
    "BatchNormalization", inputs: 5...5, outputs: 1...5,
    types: { call in
      let batch = try BatchNormalizationCall(call, vectors: [1, 2, 3, 4])
      guard try isTraining(call) else { return [batch.x] }
      return [batch.x, batch.vectorType, batch.vectorType]
    },
    gradient: { builder, call in
      guard let gradient = call.outputGradients[0] else { return [nil, nil, nil, nil, nil] }
      guard try !isTraining(call.call) else {
        throw call.call.error(
          "the training form has no gradient", remedy: "Use the predicting form; training replaces it by zoo's own")
      }
      var attributes = call.node.attributes
      attributes["frozen"] = .int(1)
      let results = try builder.batchNormalizationGradient(
        gradient, call.inputs, wanted: Array(call.wanted[..<3]), attributes)
      return results + [nil, nil]
    },
    cost: { _, outputs in 2 * outputs[0].elementCount },
    kernel: { request in
      if try isTraining(request.call) {
        return try BatchNormalizationTraining.kernel(request, momentumKept: true)
      }
      let batch = try BatchNormalizationCall(request.call, vectors: [])
      let geometry = batch.geometry
      let isa = InstructionSet.current
      var scratch = KernelScratch()
      let parameters = (0..<3).map { _ in scratch.reserve(geometry.parameterCount, of: Float.self) }
      return Kernel(scratchByteCount: scratch.byteCount, inPlace: [(output: 0, input: 0)]) { arguments in
        let x = arguments.rawInput(0)
        let y = arguments.rawOutput(0)
        let size = batch.x.elementType.byteCount
        let scale: UnsafePointer<Float> = arguments.unsafeInput(1)
        let bias: UnsafePointer<Float> = arguments.unsafeInput(2)
        let mean: UnsafePointer<Float> = arguments.unsafeInput(3)
        let variance: UnsafePointer<Float> = arguments.unsafeInput(4)
        let base = arguments.unsafeScratch
        let (means, factors, offsets) = (
          (base + parameters[0]).assumingMemoryBound(to: Float.self),
          (base + parameters[1]).assumingMemoryBound(to: Float.self),
          (base + parameters[2]).assumingMemoryBound(to: Float.self)
        )
        geometry.spread({ mean[$0] }, to: means)
        geometry.spread({ scale[$0] / sqrtf(variance[$0] + batch.epsilon) }, to: factors)
        geometry.spread({ bias[$0] }, to: offsets)
        geometry.forEachPiece(arguments.threads) { index in
          let (start, count, at) = geometry.piece(index)
          zoo_normalize(
            isa, batch.isNarrow, x + start * size, nil, y + start * size, count, geometry.period, means + at,
            factors + at,
            offsets + at,
            batch.activation.code, batch.x.isStreamed && x != UnsafeRawPointer(y))
        }
      }
    })

  /// Since version 14 by `training_mode`; before version 7 by `is_test`, between them by how many outputs there are. The
  /// older training forms, whose statistics are others, are refused.
  private static func isTraining(_ call: OperatorCall) throws -> Bool {
    if call.node.isStandardOperator, call.opset < 14 {
      let isOld = try call.opset < 7 && call.int("is_test", default: 0) == 0
      guard !isOld, call.node.outputs.dropFirst().allSatisfy(\.isEmpty) else {
        throw call.error(
          "is in its training form (version \(call.opset))",
          expected: isOld ? "is_test = 1" : "one output", remedy: "Export the model in evaluation mode")
      }
    }
    return try call.int("training_mode", default: 0) != 0
  }
}
