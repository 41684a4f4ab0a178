import ZooFormat

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// LinearAttention: a state for each head takes up keys and values step by step, and queries read it.
///
/// Inputs: query, key, value [N, length, heads · size], past state, decay, beta. Outputs: the result, the state at the end
/// [N, heads of keys, size of a key, size of a value].
enum LinearAttention {
  static let definition = Operator(
    "LinearAttention", inputs: 3...6, outputs: 1...2,
    types: { call in
      let g = try Geometry(call)
      return [
        TensorType(.float32, [g.batch, g.length, g.heads * g.valueSize]),
        try TensorType(.float32, [g.batch, g.keyHeads, g.keySize, g.valueSize]).validated(call.node.name),
      ]
    },
    cost: { call, _ in
      (try? Geometry(call)).map { 6 &* $0.batch &* $0.length &* $0.heads &* $0.keySize &* $0.valueSize } ?? 0
    },
    kernel: { request in
      make(try Geometry(request.call), hasState: request.call.hasOutput(1)).keepingFirstOutput(request)
    })

  private struct Geometry: Sendable {
    let batch: Int
    let length: Int
    let heads: Int
    let keyHeads: Int
    let keySize: Int
    let valueSize: Int
    let scale: Float
    let hasPast: Bool
    /// Values of decay and of beta at each step; 0 where there is none.
    let decays: Int
    let betas: Int

    init(_ call: OperatorCall) throws {
      let (q, k, v) = (try call.input(0), try call.input(1), try call.input(2))
      guard q.elementType == .float32 else { throw call.unsupported() }
      try call.checkOneElementType(1..<call.inputs.count)
      (heads, keyHeads) = (try call.int("q_num_heads"), try call.int("kv_num_heads"))
      guard q.rank == 3, k.rank == 3, v.rank == 3, q.shape[..<2] == k.shape[..<2], k.shape[..<2] == v.shape[..<2],
        heads >= 1, heads <= max(q.shape[2], 1), keyHeads >= 1, heads % keyHeads == 0, q.shape[2] % heads == 0,
        v.shape[2] % keyHeads == 0
      else { throw call.error("query \(q), key \(k) and value \(v) for \(heads) and \(keyHeads) heads") }
      (batch, length) = (q.shape[0], q.shape[1])
      (keySize, valueSize) = (q.shape[2] / heads, v.shape[2] / keyHeads)
      _ = try call.product(heads, valueSize)
      guard k.shape[2] == keyHeads * keySize else {
        throw call.error("key \(k)", expected: "a last dimension of \(keyHeads * keySize)")
      }
      let rule = try call.string("update_rule", default: "gated_delta")
      guard ["linear", "gated", "delta", "gated_delta"].contains(rule) else {
        throw call.error("update_rule '\(rule)'", expected: "linear, gated, delta or gated_delta")
      }
      hasPast = call.hasInput(3)
      if hasPast, try call.input(3).shape != [batch, keyHeads, keySize, valueSize] {
        throw call.error(
          "past state \(try call.input(3))", expected: "[\(batch), \(keyHeads), \(keySize), \(valueSize)]")
      }
      decays = try Self.steps(
        call, 4, wanted: rule.hasPrefix("gated"), [batch, length], [keyHeads, keyHeads * keySize])
      betas = try Self.steps(call, 5, wanted: rule.hasSuffix("delta"), [batch, length], [keyHeads, 1])
      let stated = try call.float("scale", default: 0)
      scale = stated == 0 ? 1 / Float(max(keySize, 1)).squareRoot() : stated
    }

    private static func steps(
      _ call: OperatorCall, _ index: Int, wanted: Bool, _ shape: [Int], _ allowed: [Int]
    ) throws -> Int {
      guard wanted == call.hasInput(index) else {
        throw call.error(
          "input \(index) is \(wanted ? "missing" : "there")", expected: "what the update_rule asks for")
      }
      guard wanted else { return 0 }
      let type = try call.input(index)
      guard type.rank == 3, Array(type.shape[..<2]) == shape, allowed.contains(type.shape[2]) else {
        throw call.error("input \(index) is \(type)")
      }
      return type.shape[2]
    }
  }

  private static func make(_ g: Geometry, hasState: Bool) -> Kernel {
    let stateSize = g.keySize * g.valueSize
    let states = g.batch * g.keyHeads * stateSize
    return Kernel(scratchByteCount: (states + g.batch * g.keyHeads * g.valueSize) * 4) { arguments in
      let scratch = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
      let query: UnsafePointer<Float> = arguments.unsafeInput(0)
      let key: UnsafePointer<Float> = arguments.unsafeInput(1)
      let value: UnsafePointer<Float> = arguments.unsafeInput(2)
      let past: UnsafePointer<Float>? = g.hasPast ? arguments.unsafeOptionalInput(3) : nil
      let decay: UnsafePointer<Float>? = g.decays > 0 ? arguments.unsafeOptionalInput(4) : nil
      let beta: UnsafePointer<Float>? = g.betas > 0 ? arguments.unsafeOptionalInput(5) : nil
      let y: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
      if let past {
        scratch.update(from: past, count: states)
      } else {
        scratch.update(repeating: 0, count: states)
      }
      arguments.threads.forEach(g.batch * g.keyHeads) { unit, _ in
        let (sample, head) = (unit / g.keyHeads, unit % g.keyHeads)
        let state = scratch + unit * stateSize
        let taken = scratch + states + unit * g.valueSize
        for step in sample * g.length..<(sample + 1) * g.length {
          let k = key + (step * g.keyHeads + head) * g.keySize
          taken.update(from: value + (step * g.keyHeads + head) * g.valueSize, count: g.valueSize)
          if let decay {
            for d in 0..<g.keySize {
              let factor = expf(decay[step * g.decays + (g.decays == g.keyHeads ? head : head * g.keySize + d)])
              for m in 0..<g.valueSize { state[d * g.valueSize + m] *= factor }
            }
          }
          if let beta {
            let rate = beta[step * g.betas + (g.betas == 1 ? 0 : head)]
            for d in 0..<g.keySize {
              for m in 0..<g.valueSize { taken[m] -= state[d * g.valueSize + m] * k[d] }
            }
            for m in 0..<g.valueSize { taken[m] *= rate }
          }
          for d in 0..<g.keySize {
            for m in 0..<g.valueSize { state[d * g.valueSize + m] += k[d] * taken[m] }
          }
          for reader in 0..<g.heads / g.keyHeads {
            let row = step * g.heads + head * (g.heads / g.keyHeads) + reader
            read(state, query + row * g.keySize, y + row * g.valueSize, g)
          }
        }
      }
      if hasState { arguments.unsafeOutput(1, as: Float.self).update(from: scratch, count: states) }
    }
  }

  /// scale · qᵀ · state.
  private static func read(
    _ state: UnsafePointer<Float>, _ q: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ g: Geometry
  ) {
    y.update(repeating: 0, count: g.valueSize)
    for d in 0..<g.keySize {
      for m in 0..<g.valueSize { y[m] += q[d] * state[d * g.valueSize + m] }
    }
    for m in 0..<g.valueSize { y[m] *= g.scale }
  }
}
