import ZooFormat
import ZooKernels

/// The norm of all gradients together, and what to multiply them by so that it doesn't exceed a limit.
///
/// Inputs: the gradients. Outputs: the scale and the norm, float32 scalars. Attribute `clip_norm`: the limit; 0 or less
/// for none. The scale is min(1, clip_norm / (norm + 1e-6)), as `torch.nn.utils.clip_grad_norm_` has it. If a gradient
/// holds an infinity or NaN, the norm isn't finite and the scale is NaN, on which optimizers leave everything as it is.
enum GlobalNormScale {
  static let definition = Operator(
    "GlobalNormScale", domain: "zoo", inputs: 1...65536, outputs: 1...2,
    types: { call in
      for index in call.inputs.indices where try call.input(index).elementType != .float32 {
        throw call.unsupported(index)
      }
      return [TensorType(.float32, []), TensorType(.float32, [])]
    },
    cost: { call, _ in 2 * call.inputs.reduce(0) { $0 + ($1?.elementCount ?? 0) } },
    kernel: { request in
      let limit = Double(try request.call.float("clip_norm", default: 0))
      var pieces: [(input: Int, start: Int, count: Int)] = []
      for (index, type) in request.call.inputs.enumerated() {
        let count = type?.elementCount ?? 0
        for start in stride(from: 0, to: count, by: pieceSize) {
          pieces.append((index, start, min(pieceSize, count - start)))
        }
      }
      let hasScale = request.call.hasOutput(0)
      let hasNorm = request.call.hasOutput(1)
      let isa = InstructionSet.current
      return Kernel(scratchByteCount: pieces.count * 4) { [pieces] arguments in
        let sums = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
        // Only the pointers leave the arguments, which can't be captured.
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: pieces.count) { starts in
          for (index, piece) in pieces.enumerated() {
            starts[index] = arguments.unsafeInput(piece.input, as: Float.self) + piece.start
          }
          let grain = 4
          arguments.threads.forEach((pieces.count + grain - 1) / grain) { task, _ in
            for index in task * grain..<min(pieces.count, (task + 1) * grain) {
              zoo_reduce_f32(
                isa, Int32(ZOO_REDUCE_SUM_SQUARE.rawValue), starts[index], nil, pieces[index].count, 1, 1, sums + index)
            }
          }
        }
        var total = 0.0
        for index in pieces.indices { total += Double(sums[index]) }
        let norm = total.squareRoot()
        if hasNorm { arguments.unsafeOutput(1, as: Float.self)[0] = Float(norm) }
        if hasScale {
          let scale = !norm.isFinite ? Double.nan : limit > 0 ? min(1, limit / (norm + 1e-6)) : 1
          arguments.unsafeOutput(0, as: Float.self)[0] = Float(scale)
        }
      }
    })

  /// Elements whose squares are added up in one go.
  private static let pieceSize = 16384
}
