import ZooFormat
import ZooKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// ONNX's Attention: softmax(scale · Q · Kᵀ + mask) · V for each head.
///
/// Inputs: Q, K, V, mask, past keys, past values, lengths of the keys. Outputs: the result, all keys, all values, the
/// scores as `qk_matmul_output_mode` chooses: 0 before the mask, 1 after the soft cap, 2 after the mask, 3 after softmax.
enum Attention {
  static let definition = Operator(
    "Attention", inputs: 3...7, outputs: 1...4,
    types: { call in
      let geometry = try AttentionGeometry(call)
      _ = try AttentionMask(call, geometry)
      _ = try mode(call)
      return try [geometry.outputType, geometry.presentKeys, geometry.presentValues, geometry.scores].map {
        try $0.validated(call.node.name)
      }
    },
    cost: { call, _ in
      guard let geometry = try? AttentionGeometry(call) else { return 0 }
      return 2 &* geometry.rows &* geometry.keys &* (geometry.size &+ geometry.valueSize)
    },
    kernel: { try kernel($0).keepingFirstOutput($0) })

  private static func mode(_ call: OperatorCall) throws -> Int {
    let mode = try call.int("qk_matmul_output_mode", default: 0)
    guard (0...3).contains(mode) else { throw call.error("qk_matmul_output_mode \(mode)", expected: "0…3") }
    return mode
  }

  private static func scale(_ call: OperatorCall, _ geometry: AttentionGeometry) throws -> Float {
    try call.float("scale", default: 1 / Float(geometry.size).squareRoot())
  }

  private static let kernel: Operator.KernelRule = { request in
    let call = request.call
    let geometry = try AttentionGeometry(call)
    let outputs = (1..<4).map { call.hasOutput($0) }
    guard geometry.rows > 0 || outputs.contains(true) else { return Kernel { _ in } }
    let mask = try AttentionMask(call, geometry)
    let mode = try mode(call)
    let isa = InstructionSet.current
    let (scale, cap) = (try scale(call, geometry), try call.float("softcap", default: 0))
    let products = try Products(geometry, workers: request.workers, call)

    var scratch = KernelScratch()
    let q = geometry.isPacked ? scratch.reserve(floats: geometry.rows * geometry.size) : 0
    let k = scratch.reserve(floats: geometry.presentKeys.elementCount)
    let v = scratch.reserve(floats: geometry.presentValues.elementCount)
    let scores = scratch.reserve(floats: geometry.scores.elementCount)
    let packed = scratch.reserve(floats: max(products.scores.packedCount, products.result.packedCount))
    let result = geometry.isPacked ? scratch.reserve(floats: geometry.rows * geometry.valueSize) : 0
    let copies = Copies(geometry)
    return Kernel(scratchByteCount: scratch.byteCount) { arguments in
      let base = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
      let threads = arguments.threads
      if geometry.isPacked { copies.queries.run(arguments.unsafeInput(0, as: UInt8.self), to: base + q, threads) }
      copies.collect(arguments, keys: base + k, values: base + v)
      if outputs[0] { copy(base + k, arguments.unsafeOutput(1), geometry.presentKeys.elementCount) }
      if outputs[1] { copy(base + v, arguments.unsafeOutput(2), geometry.presentValues.elementCount) }

      let queries = geometry.isPacked ? UnsafePointer(base + q) : arguments.unsafeInput(0, as: Float.self)
      products.scores.pack(base + k, base + packed, threads)
      products.scores.multiply(queries, base + packed, base + scores, bias: nil, FusedActivation(), threads)
      let kept: UnsafeMutablePointer<Float>? = outputs[2] ? arguments.unsafeOptionalOutput(3) : nil
      let hidden: UnsafePointer<UInt8>? = mask.hasMask ? arguments.unsafeOptionalInput(3) : nil
      let lengths: UnsafePointer<Int64>? = mask.hasLengths ? arguments.unsafeOptionalInput(6) : nil
      threads.forEach(geometry.rows) { row, _ in
        let line = base + scores + row * geometry.keys
        for key in 0..<geometry.keys {
          line[key] *= scale
          if cap > 0 { line[key] = cap * tanhf(line[key] / cap) }
        }
        if mode < 2, let kept { copy(line, kept + row * geometry.keys, geometry.keys) }
        mask.apply(hidden.map { UnsafeRawPointer($0) }, lengths, to: line, row: row)
        if mode == 2, let kept { copy(line, kept + row * geometry.keys, geometry.keys) }
        zoo_softmax_f32(isa, line, line, geometry.keys, 1, 0)
      }
      if mode == 3, let kept { copy(base + scores, kept, geometry.scores.elementCount) }

      let target = geometry.isPacked ? base + result : arguments.unsafeOutput(0, as: Float.self)
      products.result.pack(base + v, base + packed, threads)
      products.result.multiply(base + scores, base + packed, target, bias: nil, FusedActivation(), threads)
      if geometry.isPacked {
        copies.result.run(
          base + result, to: UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self)), threads)
      }
    }
  }

  private static func copy(_ from: UnsafeMutablePointer<Float>, _ to: UnsafeMutablePointer<Float>, _ count: Int) {
    to.update(from: from, count: count)
  }

  /// Q · Kᵀ and P · V; the heads of queries that share a head of keys are rows of one matrix.
  private struct Products: Sendable {
    let scores: MatrixProductPlan
    let result: MatrixProductPlan

    init(_ g: AttentionGeometry, workers: Int, _ call: OperatorCall) throws {
      let (matrices, rows) = (g.batch * g.keyHeads, g.heads / g.keyHeads * g.queries)
      guard
        let scores = MatrixProductGeometry(
          aShape: [matrices, rows, g.size], bShape: [matrices, g.keys, g.size], transposeB: true),
        let result = MatrixProductGeometry(
          aShape: [matrices, rows, g.keys], bShape: [matrices, g.keys, g.valueSize])
      else { throw call.error("sizes that can't be multiplied") }
      self.scores = MatrixProductPlan(scores, workers: workers)
      self.result = MatrixProductPlan(result, workers: workers)
    }
  }

  /// Puts queries, keys and values where the products read them.
  private struct Copies: Sendable {
    let queries: StridedCopy
    let result: StridedCopy
    private let keys: [StridedCopy]
    private let values: [StridedCopy]
    private let hasPast: Bool

    init(_ g: AttentionGeometry) {
      queries = g.gather(
        heads: g.heads, length: g.queries, size: g.size, isPacked: g.isPacked, to: 0, of: g.queries)
      let shape = [g.batch, g.heads, g.queries, g.valueSize]
      result = StridedCopy(
        shape, source: denseStrides(shape),
        target: [g.queries * g.heads * g.valueSize, g.valueSize, g.heads * g.valueSize, 1], elementSize: 4)
      func pair(_ size: Int) -> [StridedCopy] {
        [
          g.gather(heads: g.keyHeads, length: g.fresh, size: size, isPacked: g.isPacked, to: g.past, of: g.keys),
          g.gather(heads: g.keyHeads, length: g.past, size: size, isPacked: false, to: 0, of: g.keys),
        ]
      }
      keys = pair(g.size)
      values = pair(g.valueSize)
      hasPast = g.past > 0
    }

    func collect(
      _ arguments: borrowing KernelArguments, keys k: UnsafeMutablePointer<Float>, values v: UnsafeMutablePointer<Float>
    ) {
      keys[0].run(arguments.unsafeInput(1, as: UInt8.self), to: k, arguments.threads)
      values[0].run(arguments.unsafeInput(2, as: UInt8.self), to: v, arguments.threads)
      guard hasPast else { return }
      keys[1].run(arguments.unsafeInput(4, as: UInt8.self), to: k, arguments.threads)
      values[1].run(arguments.unsafeInput(5, as: UInt8.self), to: v, arguments.threads)
    }
  }
}
