import ZooKernels

extension EntryCheck {
  /// Normalisation, and images times numbers for each channel.
  static let images = joined(
    ofBoth("affine", affine), ofBoth("product_sums", productSums), ofBoth("moments", moments),
    ofBoth("normalize", normalize), ofBoth("normalize_sums", normalizeSums),
    ofBoth("normalize_gradient", normalizeGradient), ["layer_normalize_f32": EntryCheck(5e-5, layerNormalize)])

  /// The two bodies of an image entry.
  static func ofBoth(
    _ name: String, _ run: @escaping @Sendable (_ isa: zoo_isa, _ isNarrow: Bool) -> [Float]
  ) -> [String: EntryCheck] {
    [
      "\(name)_f32": EntryCheck(5e-5) { run($0, false) },
      "\(name)_bf16": EntryCheck(bfloat16) { run($0, true) },
    ]
  }

  private static func rows(_ body: (_ count: Int, _ period: Int) -> [Float]) -> [Float] {
    sizes.flatMap { period in body(5 * period, period) + body(3 * period + period / 2, period) }
  }

  private static func activations(_ body: (Int32) -> [Float]) -> [Float] {
    [ZOO_ACTIVATION_NONE, ZOO_ACTIVATION_RELU, ZOO_ACTIVATION_SILU].flatMap { body(Int32($0.rawValue)) }
  }

  @Sendable private static func affine(_ isa: zoo_isa, _ narrow: Bool) -> [Float] {
    rows { count, period in
      var numbers = EntryNumbers(count)
      let (x, added) = (EntryImage(narrow, count, &numbers), EntryImage(narrow, count, &numbers))
      let (factor, offset) = (numbers.floats(period), numbers.floats(period))
      return [false, true].flatMap { isAdded in
        var y = EntryImage(narrow, zeros: count)
        y.write { y in
          x.read { x in
            added.read { zoo_affine(isa, narrow, x, isAdded ? $0 : nil, y, count, period, factor, offset, !isAdded) }
          }
        }
        return y.values
      }
    }
  }

  @Sendable private static func productSums(_ isa: zoo_isa, _ narrow: Bool) -> [Float] {
    rows { count, period in
      var numbers = EntryNumbers(count)
      let (a, b) = (EntryImage(narrow, count, &numbers), EntryImage(narrow, count, &numbers))
      var sums = [Float](repeating: 9, count: period)
      a.read { a in b.read { zoo_product_sums(isa, narrow, a, $0, count, period, &sums) } }
      return sums
    }
  }

  @Sendable private static func moments(_ isa: zoo_isa, _ narrow: Bool) -> [Float] {
    rows { count, period in
      var numbers = EntryNumbers(count)
      let x = EntryImage(narrow, count, &numbers)
      var (mean, deviation) = ([Float](repeating: 9, count: period), [Float](repeating: 9, count: period))
      x.read { zoo_moments(isa, narrow, $0, count, period, &mean, &deviation) }
      return mean + deviation
    }
  }

  @Sendable private static func normalize(_ isa: zoo_isa, _ narrow: Bool) -> [Float] {
    rows { count, period in
      activations { activation in
        var numbers = EntryNumbers(count)
        let (x, residual) = (EntryImage(narrow, count, &numbers), EntryImage(narrow, count, &numbers))
        let (mean, factor, offset) = (numbers.floats(period), numbers.floats(period), numbers.floats(period))
        return [false, true].flatMap { isAdded in
          var y = EntryImage(narrow, zeros: count)
          y.write { y in
            x.read { x in
              residual.read {
                zoo_normalize(
                  isa, narrow, x, isAdded ? $0 : nil, y, count, period, mean, factor, offset, activation, !isAdded)
              }
            }
          }
          return y.values
        }
      }
    }
  }

  @Sendable private static func layerNormalize(_ isa: zoo_isa) -> [Float] {
    sizes.flatMap { size in
      [false, true].flatMap { isWhole in
        var numbers = EntryNumbers(size)
        let x = numbers.floats(3 * size)
        let (scale, bias) = (numbers.floats(size), numbers.floats(size))
        var y = [Float](repeating: 9, count: 3 * size)
        zoo_layer_normalize_f32(isa, x, &y, 3, size, scale, isWhole ? bias : nil, 1e-2, isWhole)
        return y
      }
    }
  }

  @Sendable private static func normalizeSums(_ isa: zoo_isa, _ narrow: Bool) -> [Float] {
    rows { count, period in
      activations { activation in
        var numbers = EntryNumbers(count)
        let (dy, x) = (EntryImage(narrow, count, &numbers), EntryImage(narrow, count, &numbers))
        let y = EntryImage(narrow, count, &numbers)
        let (mean, factor, offset) = (numbers.floats(period), numbers.floats(period), numbers.floats(period))
        return [false, true].flatMap { hasResult in
          var (sum, product) = ([Float](repeating: 9, count: period), [Float](repeating: 9, count: period))
          dy.read { dy in
            x.read { x in
              y.read {
                zoo_normalize_sums(
                  isa, narrow, dy, x, hasResult ? $0 : nil, count, period, mean, factor, offset, activation, &sum,
                  &product)
              }
            }
          }
          return sum + product
        }
      }
    }
  }

  @Sendable private static func normalizeGradient(_ isa: zoo_isa, _ narrow: Bool) -> [Float] {
    rows { count, period in
      activations { activation in
        var numbers = EntryNumbers(count)
        let (dy, x) = (EntryImage(narrow, count, &numbers), EntryImage(narrow, count, &numbers))
        let y = EntryImage(narrow, count, &numbers)
        let vectors = (0..<5).map { _ in numbers.floats(period) }
        return [false, true].flatMap { isWhole in
          var (dx, residual) = (EntryImage(narrow, zeros: count), EntryImage(narrow, zeros: count))
          dx.write { dx in
            residual.write { residual in
              dy.read { dy in
                x.read { x in
                  y.read {
                    zoo_normalize_gradient(
                      isa, narrow, dy, x, isWhole ? $0 : nil, dx, isWhole ? residual : nil, count, period, vectors[0],
                      vectors[1], vectors[2], vectors[3], vectors[4], activation)
                  }
                }
              }
            }
          }
          return dx.values + residual.values
        }
      }
    }
  }
}
