import ZooKernels

/// What this machine can compute at best, as measured.
package enum MachinePeak {
  /// Multiplications and additions a second of all workers of `threads` together, in single precision: each multiplies
  /// matrices that stay in its cache, again and again. The best of `rounds` rounds of a few milliseconds.
  package static func floatOperationsPerSecond(threads: ThreadPool, rounds: Int = 12) -> Double {
    let isa = InstructionSet.current
    let (m, k) = (zoo_gemm_mr(isa) * 8, Int64(256))
    let n = zoo_gemm_nr(isa) * 4
    let packedCount = Int(zoo_gemm_packed_count(isa, k, n))
    let perWorker = Int(m * k) + packedCount + Int(m * n) + 48
    guard let memory = try? TensorStorage(byteCount: threads.count * perWorker * 4) else { return 0 }
    let base = memory.base.assumingMemoryBound(to: Float.self)
    // Zeros from the allocation: the time of a multiplication doesn't depend on the numbers.
    let repeats = 64
    let operations = Double(threads.count * repeats) * 2 * Double(m * n * k)
    var best = 0.0
    for _ in 0..<max(rounds, 1) {
      let start = monotonicNanoseconds()
      threads.forEach(threads.count) { index, _ in
        let a = base + index * perWorker
        let packed = a + (Int(m * k) + 15) / 16 * 16
        let c = packed + (packedCount + 15) / 16 * 16
        for _ in 0..<repeats {
          zoo_gemm(
            isa, m, n, k, a, Int(k), false, packed, c, Int(n), false, nil, 0, n / zoo_gemm_nr(isa))
        }
      }
      let seconds = Double(monotonicNanoseconds() - start) / 1e9
      if seconds > 0 { best = max(best, operations / seconds) }
    }
    return best
  }
}
