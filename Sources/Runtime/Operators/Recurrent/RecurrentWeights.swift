import ZooKernels

/// The weights of one direction in the form that the steps read: blocked and packed.
struct RecurrentWeights: Sendable {
  let geometry: RecurrentGeometry
  let blocking: RecurrentGeometry.Blocking
  /// Offsets in the packed memory, in floats.
  let input = 0
  let recurrence: Int
  let candidate: Int
  let bias: Int
  let candidateBias: Int
  /// Floats of packed memory, and of memory that packing needs besides.
  let count: Int
  let scratchCount: Int

  init(_ geometry: RecurrentGeometry, _ blocking: RecurrentGeometry.Blocking) {
    func aligned(_ count: Int) -> Int { (count + 15) / 16 * 16 }
    self.geometry = geometry
    self.blocking = blocking
    let (padded, gates) = (blocking.padded, geometry.gates)
    recurrence = aligned(gates * padded * geometry.features)
    let inner = geometry.innerGates
    candidate = recurrence + aligned(inner * padded * geometry.hidden)
    bias = candidate + aligned((gates - inner) * padded * geometry.hidden)
    candidateBias = bias + gates * padded
    count = candidateBias + padded
    scratchCount = gates * padded * max(geometry.features, geometry.hidden)
  }

  /// - Parameters: pointers to this direction's W, R and B; `packed` has `count` floats, `scratch` `scratchCount`.
  func pack(
    _ weights: UnsafePointer<Float>, _ recurrent: UnsafePointer<Float>, _ biases: UnsafePointer<Float>?,
    into packed: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, threads: ThreadPool
  ) {
    let (gates, innerGates) = (geometry.gates, geometry.innerGates)
    pack(weights, 0, gates, geometry.features, packed + input, scratch, threads)
    pack(recurrent, 0, innerGates, geometry.hidden, packed + recurrence, scratch, threads)
    if innerGates < gates {
      pack(recurrent, innerGates, gates - innerGates, geometry.hidden, packed + candidate, scratch, threads)
    }
    packBiases(biases, into: packed)
  }

  private func pack(
    _ source: UnsafePointer<Float>, _ firstGate: Int, _ gates: Int, _ columns: Int,
    _ packed: UnsafeMutablePointer<Float>, _ scratch: UnsafeMutablePointer<Float>, _ threads: ThreadPool
  ) {
    let width = gates * blocking.units
    let panel = Int(zoo_gemm_nr(blocking.isa))
    threads.forEach(blocking.tasks) { task, _ in
      let blocks = blocking.blocks(ofTask: task)
      zoo_recurrent_block(
        source, Int64(firstGate), Int64(gates), Int64(geometry.hidden), Int64(columns), scratch,
        Int64(blocks.lowerBound), Int64(blocks.upperBound))
      zoo_gemm_pack(
        blocking.isa, Int64(columns), Int64(gates * blocking.padded), scratch, 1, columns, packed,
        Int64(blocks.lowerBound * width / panel), Int64(blocks.upperBound * width / panel))
    }
  }

  /// Both biases of a gate add up, but for the candidate of a GRU that resets after the product.
  private func packBiases(_ source: UnsafePointer<Float>?, into packed: UnsafeMutablePointer<Float>) {
    let (gates, hidden, units) = (geometry.gates, geometry.hidden, blocking.units)
    let sums = packed + bias
    sums.update(repeating: 0, count: gates * blocking.padded + blocking.padded)
    guard let source else { return }
    for gate in 0..<gates {
      let isApart = geometry.resetAfter && gate == 2
      for unit in 0..<hidden {
        let (block, lane) = unit.quotientAndRemainder(dividingBy: units)
        let recurrent = source[(gates + gate) * hidden + unit]
        sums[(block * gates + gate) * units + lane] = source[gate * hidden + unit] + (isApart ? 0 : recurrent)
        if isApart { packed[candidateBias + unit] = recurrent }
      }
    }
  }
}
