import ZooKernels

extension EntryCheck {
  /// Winograd's transforms, depthwise convolution, rows and panels.
  static let convolution = joined(
    rows, ofBoth("winograd_source_tile") { transform($0, $1, pixels: 36, zoo_winograd_source_tile) },
    ofBoth("winograd_gradient_tile") { transform($0, $1, pixels: 16, zoo_winograd_gradient_tile) },
    ofBoth("winograd_result_tile", result), ofBoth("depthwise", depthwise),
    ofBoth("depthwise_weights", depthwiseWeights))

  private static let rows: [String: EntryCheck] = [
    "winograd_weights": EntryCheck { isa in
      [false, true].flatMap { flipped in
        sizes.flatMap { count in
          let stride = (count + 15) / 16 * 16
          var out = [Float](repeating: 0, count: 36 * stride)
          zoo_winograd_weights(isa, EntryNumbers(3).values(9 * count), 9, Int64(count), flipped, &out, Int64(stride))
          return (0..<36).flatMap { out[$0 * stride..<$0 * stride + count] }
        }
      }
    },
    "winograd_packed_weights": EntryCheck { isa in
      sizes.flatMap { count in
        let stride = (count + 15) / 16 * 16
        var out = [Float](repeating: 0, count: 36 * stride)
        zoo_winograd_packed_weights(
          isa, EntryNumbers(3).values(9 * stride), Int64(stride), Int64(count), &out, Int64(stride))
        return (0..<36).flatMap { out[$0 * stride..<$0 * stride + count] }
      }
    },
    "winograd_weight_gradient": EntryCheck { isa in
      sizes.flatMap { count in
        let stride = (count + 15) / 16 * 16
        var out = [Float](repeating: 0, count: 9 * count)
        zoo_winograd_weight_gradient(isa, EntryNumbers(3).values(36 * stride), Int64(stride), Int64(count), &out, 9)
        return out
      }
    },
    "widen": EntryCheck(0) { isa in
      sizes.flatMap { count in
        var (numbers, out) = (EntryNumbers(count), [Float](repeating: 0, count: count))
        zoo_widen(isa, numbers.bfloats(count), Int64(count), &out)
        return out
      }
    },
    "interleave": EntryCheck(0) { isa in
      sizes.flatMap { count in
        var (numbers, both) = (EntryNumbers(count), [Float](repeating: 0, count: count))
        let (low, high) = (numbers.bfloats(count), numbers.bfloats(count))
        var one = both
        zoo_interleave(isa, low, high, Int64(count), &both)
        zoo_interleave(isa, low, nil, Int64(count), &one)
        return halves(both) + halves(one)
      }
    },
    "gate_panel": EntryCheck(bfloat16) { isa in
      [3, 8, 17].flatMap { depth in
        [false, true].flatMap { byRow in
          [false, true].flatMap { pairs in
            let (columns, panel) = (32, EntryNumbers(depth).values(depth * 32))
            let (rows, gates) = (EntryNumbers(5).values(depth), EntryNumbers(6).values(columns))
            var out = [Float](repeating: 0, count: depth * columns)
            zoo_gate_panel(isa, panel, Int64(depth), Int64(columns), byRow ? rows : nil, gates, pairs, &out)
            return pairs ? halves(out) : out
          }
        }
      }
    },
    "gate_sums": EntryCheck(1e-4) { isa in
      [false, true].flatMap { accumulate in
        sizes.flatMap { columns in
          let rows = 3
          let (sums, weights) = (EntryNumbers(1).values(rows * columns), EntryNumbers(2).values(rows * columns))
          var (partial, gradient) = (EntryNumbers(4).values(rows * columns), [Float](repeating: 0, count: rows))
          zoo_gate_sums(
            isa, sums, weights, Int64(rows), Int64(columns), EntryNumbers(3).values(rows), accumulate, &partial,
            &gradient)
          return partial + gradient
        }
      }
    },
  ]

  /// Pairs of bfloat16 as numbers, the lower half first.
  private static func halves(_ pairs: [Float]) -> [Float] {
    pairs.flatMap { [Float(bitPattern: $0.bitPattern << 16), Float(bitPattern: $0.bitPattern & 0xFFFF_0000)] }
  }

  private typealias Transform = (
    zoo_isa, Bool, UnsafePointer<UnsafeRawPointer?>?, Int64, UnsafeMutablePointer<Float>?, Int64
  ) -> Void

  private static func transform(_ isa: zoo_isa, _ narrow: Bool, pixels: Int, _ function: Transform) -> [Float] {
    [16, 48].flatMap { channels in
      var numbers = EntryNumbers(channels)
      let image = EntryImage(narrow, pixels * channels, &numbers)
      var out = [Float](repeating: 0, count: 36 * channels)
      image.read { base in
        let places = (0..<pixels).map { UnsafeRawPointer?(base + $0 * channels * image.size) }
        function(isa, narrow, places, Int64(channels), &out, Int64(channels))
      }
      return out
    }
  }

  @Sendable private static func result(_ isa: zoo_isa, _ narrow: Bool) -> [Float] {
    epilogues { epilogue, hasResidual in
      [16, 48].flatMap { channels in
        var numbers = EntryNumbers(channels)
        let (products, bias) = (numbers.floats(36 * channels), numbers.floats(channels))
        let residual = EntryImage(narrow, 16 * channels, &numbers)
        var out = EntryImage(narrow, zeros: 16 * channels)
        out.write { out in
          residual.read { residual in
            bias.withUnsafeBufferPointer { bias in
              var epilogue = epilogue
              epilogue.bias = bias.baseAddress
              let size = narrow ? 2 : 4
              // Pixel 5 lies outside.
              let places = (0..<16).map { $0 == 5 ? nil : out + $0 * channels * size }
              let residuals = (0..<16).map { UnsafeRawPointer?(residual + $0 * channels * size) }
              zoo_winograd_result_tile(
                isa, narrow, products, Int64(channels), Int64(channels), places, hasResidual ? residuals : nil,
                &epilogue)
            }
          }
        }
        return out.values
      }
    }
  }

  /// All activations of an epilogue, with and without a residual.
  private static func epilogues(_ body: (zoo_epilogue, _ hasResidual: Bool) -> [Float]) -> [Float] {
    (ZOO_ACTIVATION_NONE.rawValue...ZOO_ACTIVATION_GELU.rawValue).flatMap { activation in
      [false, true].flatMap { hasResidual in
        var epilogue = zoo_epilogue()
        epilogue.activation = zoo_activation(activation)
        (epilogue.alpha, epilogue.beta) = (0.2, 0.7)
        return body(epilogue, hasResidual)
      }
    }
  }

  /// Every number of taps that has a loop of its own, and some that don't; channels that fill vectors and that don't.
  @Sendable private static func depthwise(_ isa: zoo_isa, _ narrow: Bool) -> [Float] {
    epilogues { epilogue, hasResidual in
      [(1, 1), (2, 1), (3, 1), (3, 2), (4, 1), (5, 1), (5, 2), (7, 1), (7, 2), (8, 1), (9, 2), (11, 1)].flatMap {
        taps, stride in
        [1, 2, 3, 4].flatMap { results in
          [5, 16, 37].flatMap { channels in
            depthwise(isa, narrow, epilogue, hasResidual, taps, stride, results, channels)
          }
        }
      }
    }
  }

  private static func depthwise(
    _ isa: zoo_isa, _ narrow: Bool, _ epilogue: zoo_epilogue, _ hasResidual: Bool, _ taps: Int, _ stride: Int,
    _ results: Int, _ channels: Int
  ) -> [Float] {
    let (rows, span) = (3, (results - 1) * stride + taps)
    var numbers = EntryNumbers(channels + taps)
    let padded = (channels + 15) / 16 * 16
    let weights = numbers.floats(rows * taps * padded, -0.5...0.5)
    let bias = numbers.floats(channels)
    let image = EntryImage(narrow, rows * span * channels, &numbers)
    let residual = EntryImage(narrow, results * channels, &numbers)
    var out = EntryImage(narrow, zeros: results * channels)
    let size = image.size
    out.write { out in
      image.read { image in
        residual.read { residual in
          bias.withUnsafeBufferPointer { bias in
            var epilogue = epilogue
            epilogue.bias = bias.baseAddress
            let pixels = (0..<rows * span).map { UnsafeRawPointer?(image + $0 * channels * size) }
            let places = (0..<results).map { UnsafeMutableRawPointer?(out + $0 * channels * size) }
            let residuals = (0..<results).map { UnsafeRawPointer?(residual + $0 * channels * size) }
            withUnsafePointer(to: epilogue) { epilogue in
              pixels.withUnsafeBufferPointer { pixels in
                places.withUnsafeBufferPointer { places in
                  residuals.withUnsafeBufferPointer { residuals in
                    weights.withUnsafeBufferPointer { weights in
                      var tile = zoo_depthwise_tile()
                      tile.channels = Int64(channels)
                      (tile.tap_rows, tile.tap_columns) = (Int64(rows), Int64(taps))
                      (tile.results, tile.stride) = (Int64(results), Int64(stride))
                      tile.pixels = pixels.baseAddress
                      (tile.weights, tile.weight_stride) = (weights.baseAddress, Int64(padded))
                      tile.out = places.baseAddress
                      tile.residual = hasResidual ? residuals.baseAddress : nil
                      tile.epilogue = epilogue
                      zoo_depthwise(isa, narrow, &tile)
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
    return out.values
  }

  @Sendable private static func depthwiseWeights(_ isa: zoo_isa, _ narrow: Bool) -> [Float] {
    [(1, 1, 1), (3, 1, 1), (3, 2, 1), (5, 1, 1), (5, 2, 1), (3, 1, 2), (7, 1, 1)].flatMap { taps, stride, dilation in
      [5, 16, 37].flatMap { channels in
        let width = 17
        let pad = (taps - 1) * dilation / 2
        let results = (width + 2 * pad - (taps - 1) * dilation - 1) / stride + 1
        var numbers = EntryNumbers(channels + taps)
        let image = EntryImage(narrow, 2 * width * channels, &numbers)
        let gradient = EntryImage(narrow, 2 * results * channels, &numbers)
        var sums = numbers.floats(taps * channels)
        image.read { image in
          gradient.read { gradient in
            let lines = (0..<2).map { line in
              zoo_depthwise_lines(
                source: image + line * width * channels * (narrow ? 2 : 4),
                gradient: gradient + line * results * channels * (narrow ? 2 : 4), channels: Int64(channels),
                in_width: Int64(width), taps: Int64(taps), stride: Int64(stride), dilation: Int64(dilation),
                pad: Int64(pad), first: 0, last: Int64(results))
            }
            zoo_depthwise_weights(isa, narrow, lines, 2, &sums)
          }
        }
        return sums
      }
    }
  }
}
