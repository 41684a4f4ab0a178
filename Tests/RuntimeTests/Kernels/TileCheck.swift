import ZooKernels

/// The register tiles of the matrix product: every number of rows, whole, half and partial panels.
enum TileCheck {
  /// The tiles of floats, or of pairs of bfloat16, against sums in double precision; `nil` if all are right, or if the
  /// processor has no such pairs.
  static func difference(_ isa: zoo_isa, pairs: Bool) -> String? {
    guard let table = pairs ? zoo_gemm_pairs_table_for(isa) : zoo_gemm_table_for(isa) else { return nil }
    let (mr, nr, half) = (Int(table.pointee.mr), Int(table.pointee.nr), Int(table.pointee.half))
    guard pairs || mr == Int(zoo_gemm_mr(isa)) && nr == Int(zoo_gemm_nr(isa)) else { return "another tile is told" }
    for m in 1...mr {
      for n in [1, 3, half - 1, half, half + 1, nr - 1, nr, nr + 1] where n > 0 {
        for k in [1, 7, 40] {
          for byColumns in [false, true] {
            let product = Product(m: m, n: n, k: k, nr: nr, byColumns: byColumns, pairs: pairs)
            guard product.largestDifference(table) < 2e-5 else {
              return "\(m) × \(n) × \(k)\(byColumns ? ", by columns" : "")"
            }
          }
        }
      }
    }
    return nil
  }

  /// The tiles of 8-bit integers against the portable ones, for every number of rows.
  static func quantizedDifference(_ isa: zoo_isa) -> String? {
    guard let table = zoo_quantized_table_for(isa)?.pointee else { return "there is no table" }
    for rows in 1...Int(table.mr) {
      for channels in [1, 7, Int(table.nr) - 1, Int(table.nr), Int(table.nr) + 3] {
        for depth in [4, 36] {
          let found = product(isa, rows: rows, channels: channels, depth: depth)
          guard found == product(ZOO_ISA_PORTABLE, rows: rows, channels: channels, depth: depth) else {
            return "\(rows) rows, \(channels) channels, depth \(depth)"
          }
        }
      }
    }
    return nil
  }

  /// A product with numbers of its own; `k` counts pairs if there are such.
  private struct Product {
    let m: Int
    let n: Int
    let k: Int
    let nr: Int
    let byColumns: Bool
    let pairs: Bool

    /// The numbers that one float of memory stands for.
    private func terms(_ x: Float) -> [Double] {
      guard pairs else { return [Double(x)] }
      return [x.bitPattern << 16, x.bitPattern & 0xFFFF_0000].map { Double(Float(bitPattern: $0)) }
    }

    private func numbers(_ seed: Int, _ count: Int) -> [Float] {
      var numbers = EntryNumbers(seed)
      guard pairs else { return numbers.floats(count) }
      let halves = numbers.bfloats(2 * count)
      return (0..<count).map { Float(bitPattern: UInt32(halves[2 * $0]) | UInt32(halves[2 * $0 + 1]) << 16) }
    }

    /// relu(bias + C + A · B), as the kernel and as sums in double precision have it, in relation to the terms' number.
    func largestDifference(_ table: UnsafePointer<zoo_gemm_table>) -> Double {
      let panels = (n + nr - 1) / nr
      let (a, packed) = (numbers(1, m * k), numbers(2, panels * k * nr))
      let (bias, before) = (EntryNumbers(3).values(n), EntryNumbers(4).values(m * n))
      var c = before
      bias.withUnsafeBufferPointer { bias in
        var epilogue = zoo_epilogue()
        (epilogue.bias, epilogue.activation) = (bias.baseAddress, ZOO_ACTIVATION_RELU)
        zoo_gemm_part(
          table, Int64(m), Int64(n), Int64(k), a, byColumns ? m : k, byColumns, nil, packed, Int64(k * nr), &c, n, true,
          &epilogue, 0, Int64(panels))
      }
      var largest = 0.0
      for i in 0..<m {
        for j in 0..<n {
          var sum = Double(before[i * n + j]) + Double(bias[j])
          for p in 0..<k {
            let left = terms(a[byColumns ? p * m + i : i * k + p])
            let right = terms(packed[(j / nr * k + p) * nr + j % nr])
            for (x, y) in zip(left, right) { sum += x * y }
          }
          largest = max(largest, abs(max(sum, 0) - Double(c[i * n + j])) / Double(k + 1))
        }
      }
      return largest
    }
  }

  /// A convolution of 1 × 1 kernels on `rows` pixels.
  private static func product(_ isa: zoo_isa, rows: Int, channels: Int, depth: Int) -> [UInt8] {
    var shape = zoo_convolution()
    (shape.batch, shape.groups) = (1, 1)
    (shape.in_channels, shape.in_height, shape.in_width) = (Int64(depth), Int64(rows), 1)
    (shape.out_channels, shape.out_height, shape.out_width) = (Int64(channels), Int64(rows), 1)
    (shape.kernel_height, shape.kernel_width, shape.stride_height, shape.stride_width) = (1, 1, 1, 1)
    (shape.dilation_height, shape.dilation_width) = (1, 1)
    var plan = zoo_quantized_convolution_make(isa, &shape, 100, 1)
    var numbers = EntryNumbers(rows + depth)
    let weights = numbers.bytes(channels * depth).map { Int8(bitPattern: $0) }
    let (x, residual, lookup) = (numbers.bytes(rows * depth), numbers.bytes(rows * channels), numbers.bytes(256))
    var packed = [Int8](repeating: 0, count: Int(plan.packed_count))
    var bias = [Int32](repeating: 5, count: Int(plan.padded_channels))
    zoo_quantized_convolution_pack(&plan, weights, &packed, &bias)
    let multiplier = [Float](repeating: 0.003, count: Int(plan.padded_channels))
    var y = [UInt8](repeating: 0, count: rows * channels)
    var worker = [UInt8](repeating: 0, count: Int(plan.worker_count) + 64)
    multiplier.withUnsafeBufferPointer { multiplier in
      bias.withUnsafeBufferPointer { bias in
        residual.withUnsafeBufferPointer { residual in
          lookup.withUnsafeBufferPointer { lookup in
            var how = zoo_requantization()
            (how.multiplier, how.bias, how.residual) = (multiplier.baseAddress, bias.baseAddress, residual.baseAddress)
            (how.residual_multiplier, how.residual_zero, how.table) = (0.4, 33, lookup.baseAddress)
            (how.low, how.high, how.zero) = (-100, 155, 100)
            for task in 0..<plan.tasks { zoo_quantized_convolution_run(&plan, x, packed, &y, &how, task, &worker) }
          }
        }
      }
    }
    return y
  }
}
