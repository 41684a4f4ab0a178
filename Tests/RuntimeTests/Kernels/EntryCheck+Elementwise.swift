import ZooKernels

extension EntryCheck {
  /// Functions, reductions, softmax, random numbers, optimizers and pools.
  static let elementwise: [String: EntryCheck] = [
    "unary_f32": EntryCheck { isa in
      each(unaries) { code, count in
        let x = EntryNumbers(code).values(count, range(code))
        var y = x
        zoo_unary_f32(isa, Int32(code), x, &y, count, 0.3, 0.7)
        return y
      }
    },
    "unary_gradient_f32": EntryCheck { isa in
      each(unaries) { code, count in
        let (v, dy) = (EntryNumbers(code).values(count, range(code)), EntryNumbers(count).values(count))
        var dx = dy
        zoo_unary_gradient_f32(isa, Int32(code), v, dy, &dx, count, 0.3, 0.7)
        return dx
      }
    },
    "binary_f32": EntryCheck { isa in
      each(Array(Int(ZOO_ADD.rawValue)...Int(ZOO_MAX.rawValue))) { code, count in
        let (a, b) = (EntryNumbers(code).values(3 * count), EntryNumbers(count).values(3 * count, 0.5...2))
        return [(1, 1), (1, 0), (0, 1), (0, 0)].flatMap { aColumn, bColumn in
          var y = [Float](repeating: 0, count: 3 * count)
          zoo_binary_f32(
            isa, Int32(code), a, b, &y,
            zoo_rows(
              rows: 3, columns: count, a_row: count, a_column: aColumn, b_row: count, b_column: bColumn, y_row: count))
          return y
        }
      }
    },
    "softmax_f32": EntryCheck { isa in
      eachColumns { size, inner, logarithm in
        let x = EntryNumbers(size).values(size * inner, -9...9)
        var y = x
        zoo_softmax_f32(isa, x, &y, size, inner, logarithm)
        return y
      }
    },
    "softmax_gradient_f32": EntryCheck { isa in
      eachColumns { size, inner, logarithm in
        let (y, dy) = (EntryNumbers(size).values(size * inner, 0...1), EntryNumbers(inner).values(size * inner))
        var dx = dy
        zoo_softmax_gradient_f32(isa, y, dy, &dx, size, inner, logarithm)
        return dx
      }
    },
    // Sums of up to 700 numbers in different orders.
    "reduce_f32": EntryCheck(1e-4) { isa in
      each(Array(Int(ZOO_REDUCE_SUM.rawValue)...Int(ZOO_REDUCE_PRODUCT.rawValue))) { code, columns in
        [1, 5, 700].flatMap { rows in
          let (a, b) = (EntryNumbers(rows).values(rows * columns, 0.9...1.1), EntryNumbers(code).values(rows * columns))
          var y = [Float](repeating: 0, count: columns)
          zoo_reduce_f32(isa, Int32(code), a, b, rows, columns, columns, &y)
          return y
        }
      }
        + sizes.flatMap { count in
          let (a, b) = (EntryNumbers(count).values(count), EntryNumbers(2).values(count))
          return (ZOO_REDUCE_SUM.rawValue...ZOO_REDUCE_PRODUCT.rawValue).map { code in
            var y: Float = 0
            zoo_reduce_f32(isa, Int32(code), a, b, count, 1, 1, &y)
            return y
          }
        }
    },
    "dropout_f32": EntryCheck(0) { isa in
      sizes.flatMap { count in
        let x = EntryNumbers(count).values(count)
        var y = x
        zoo_dropout_f32(isa, x, &y, count, 128, 7, 3, 0x4000_0000, 1.5)
        return y
      }
    },
    "adamw_f32": EntryCheck { isa in
      sizes.flatMap { count in
        var (p, m, v) = (
          EntryNumbers(1).values(count), EntryNumbers(2).values(count), EntryNumbers(3).values(count, 0.1...1)
        )
        var step = zoo_adamw(
          keep: 0.99, beta1: 0.9, beta2: 0.99, new1: 0.1, new2: 0.01, step_size: 0.05, correction: 0.4, epsilon: 1e-8,
          scale: 0.5)
        zoo_adamw_f32(isa, p, EntryNumbers(4).values(count), m, v, &p, &m, &v, count, &step)
        return p + m + v
      }
    },
    "sgd_f32": EntryCheck { isa in
      [Int32(0), 1].flatMap { flag in
        sizes.flatMap { count in
          var (p, b) = (EntryNumbers(1).values(count), EntryNumbers(2).values(count))
          var step = zoo_sgd(keep: 0.99, learning_rate: 0.1, momentum: 0.9, scale: 0.5, nesterov: flag, first: 1 - flag)
          zoo_sgd_f32(isa, p, EntryNumbers(3).values(count), b, &p, &b, count, &step)
          return p + b
        }
      }
    },
    "max_pool_f32": EntryCheck(0) { isa in eachPool { pool($0, [Float](), isa, zoo_max_pool_f32) } },
    "max_pool_bf16": EntryCheck(0) { isa in eachPool { pool($0, [UInt16](), isa, zoo_max_pool_bf16) } },
    "average_pool_f32": EntryCheck { isa in eachPool { pool($0, [Float](), isa, zoo_average_pool_f32) } },
    "max_pool_gradient_f32": EntryCheck { isa in
      eachPool { pool in
        let (inputs, outputs) = counts(pool)
        // Few different numbers, so that a maximum has rivals.
        let x = EntryNumbers(5).values(inputs).map { ($0 * 2).rounded() }
        var (y, dx) = ([Float](repeating: 0, count: outputs), [Float](repeating: 9, count: inputs))
        var p = pool
        zoo_max_pool_f32(isa, &p, x, &y, 0, p.output.1 * p.output.2)
        zoo_max_pool_gradient_f32(isa, &p, x, y, EntryNumbers(6).values(outputs), &dx, 0, p.channels)
        return dx
      }
    },
    "max_pool_gradient_bf16": EntryCheck(0.01) { isa in
      eachPool { pool in
        let (inputs, outputs) = counts(pool)
        var numbers = EntryNumbers(5)
        let (x, dy) = (numbers.bfloats(inputs).map { $0 & 0xFFF0 }, numbers.bfloats(outputs))
        var (y, dx) = ([UInt16](repeating: 0, count: outputs), [UInt16](repeating: 9, count: inputs))
        var sums = [Float](repeating: 0, count: inputs)
        var p = pool
        zoo_max_pool_bf16(isa, &p, x, &y, 0, p.output.1 * p.output.2)
        zoo_max_pool_gradient_bf16(isa, &p, x, y, dy, &dx, &sums, 0, p.channels)
        return dx.map { Float(bitPattern: UInt32($0) << 16) }
      }
    },
    "average_pool_gradient_f32": EntryCheck { isa in
      eachPool { pool in
        let (inputs, outputs) = counts(pool)
        var dx = [Float](repeating: 9, count: inputs)
        var p = pool
        zoo_average_pool_gradient_f32(isa, &p, EntryNumbers(6).values(outputs), &dx, 0, p.channels)
        return dx
      }
    },
  ]

  private static let unaries = Array(Int(ZOO_RELU.rawValue)...Int(ZOO_CLIP.rawValue))

  /// Where a function is defined and smooth enough to compare.
  private static func range(_ code: Int) -> ClosedRange<Float> {
    switch zoo_unary(UInt32(code)) {
    case ZOO_SQRT, ZOO_LOG, ZOO_RECIPROCAL: 0.1...4
    case ZOO_ASIN, ZOO_ACOS, ZOO_ATANH, ZOO_TAN: -0.9...0.9
    case ZOO_ACOSH: 1.1...4
    case ZOO_EXP, ZOO_SINH, ZOO_COSH: -3...3
    default: -12...12
    }
  }

  private static func each(_ codes: [Int], _ body: (_ code: Int, _ count: Int) -> [Float]) -> [Float] {
    codes.flatMap { code in sizes.flatMap { body(code, $0) } }
  }

  private static func eachColumns(_ body: (_ size: Int, _ inner: Int, _ logarithm: Int32) -> [Float]) -> [Float] {
    sizes.flatMap { size in
      [1, 3, 70].flatMap { inner in body(size, inner, 0) + body(size, inner, 1) }
    }
  }

  /// Windows with pads, strides and dilations on images of several channels.
  private static func eachPool(_ body: (zoo_pool) -> [Float]) -> [Float] {
    [1, 5, 16, 19, 64].flatMap { channels -> [Float] in
      [(3, 1, 1), (3, 2, 1), (2, 2, 1), (2, 1, 2)].flatMap { kernel, stride, dilation -> [Float] in
        let size = (9 + 2 - (kernel - 1) * dilation - 1) / stride + 1
        var pool = zoo_pool()
        pool.channels = Int64(channels)
        pool.input = (1, 9, 9)
        pool.output = (1, Int64(size), Int64(size))
        pool.kernel = (1, Int64(kernel), Int64(kernel))
        pool.stride = (1, Int64(stride), Int64(stride))
        pool.dilation = (1, Int64(dilation), Int64(dilation))
        pool.pad = (0, 1, 1)
        pool.padded = (1, 10, 10)
        return body(pool)
      }
    }
  }

  private static func counts(_ pool: zoo_pool) -> (inputs: Int, outputs: Int) {
    (81 * Int(pool.channels), Int(pool.output.1 * pool.output.2 * pool.channels))
  }

  private typealias Pool<Element> = (
    zoo_isa, UnsafePointer<zoo_pool>?, UnsafePointer<Element>?, UnsafeMutablePointer<Element>?, Int64, Int64
  ) -> Void

  private static func pool(_ pool: zoo_pool, _ kind: [Float], _ isa: zoo_isa, _ function: Pool<Float>) -> [Float] {
    var (y, pool) = ([Float](repeating: 0, count: counts(pool).outputs), pool)
    function(isa, &pool, EntryNumbers(5).values(counts(pool).inputs), &y, 0, pool.output.1 * pool.output.2)
    return y
  }

  private static func pool(_ pool: zoo_pool, _ kind: [UInt16], _ isa: zoo_isa, _ function: Pool<UInt16>) -> [Float] {
    var (y, pool, numbers) = ([UInt16](repeating: 0, count: counts(pool).outputs), pool, EntryNumbers(5))
    function(isa, &pool, numbers.bfloats(counts(pool).inputs), &y, 0, pool.output.1 * pool.output.2)
    return y.map { Float(bitPattern: UInt32($0) << 16) }
  }
}

extension EntryNumbers {
  /// The first `count` numbers of a generator.
  func values(_ count: Int, _ range: ClosedRange<Float> = -2...2) -> [Float] {
    var copy = self
    return copy.floats(count, range)
  }
}
