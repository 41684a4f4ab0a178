import ZooKernels

extension EntryCheck {
  /// 8-bit numbers: the same in every instruction set, bit for bit.
  static let quantized: [String: EntryCheck] = [
    "quantize": EntryCheck(0) { isa in
      sizes.flatMap { count in
        var y = [UInt8](repeating: 0, count: count)
        var x = EntryNumbers(count).values(count, -40...40)
        x[count / 2] = .nan
        zoo_quantize(isa, Int64(count), x, 0.125, 77, &y)
        return y.map(Float.init)
      }
    },
    "quantize_planes": EntryCheck(0) { isa in
      [(1, 5), (3, 64), (35, 67)].flatMap { channels, pixels in
        var y = [UInt8](repeating: 0, count: channels * pixels)
        let x = EntryNumbers(channels).values(channels * (pixels + 3), -20...20)
        zoo_quantize_planes(isa, Int64(channels), Int64(pixels), x, pixels + 3, 0.1, 100, &y)
        return y.map(Float.init)
      }
    },
    "quantized_max_pool": EntryCheck(0) { isa in
      sizes.flatMap { channels in
        var shape = zoo_convolution()
        (shape.in_channels, shape.in_height, shape.in_width) = (Int64(channels), 7, 9)
        (shape.kernel_height, shape.kernel_width, shape.stride_height, shape.stride_width) = (3, 2, 2, 1)
        (shape.pad_top, shape.pad_left, shape.out_height, shape.out_width) = (1, 1, 4, 9)
        var (numbers, y) = (EntryNumbers(channels), [UInt8](repeating: 0, count: 36 * channels))
        zoo_quantized_max_pool(isa, &shape, numbers.bytes(63 * channels), &y, 0, 4)
        return y.map(Float.init)
      }
    },
    "quantized_average": EntryCheck(0) { isa in
      sizes.flatMap { channels in
        var (numbers, y) = (EntryNumbers(channels), [Float](repeating: 0, count: channels))
        var sums = [Int32](repeating: 0, count: channels)
        zoo_quantized_average(isa, 21, Int64(channels), numbers.bytes(21 * channels), 90, 0.03, &y, &sums)
        return y
      }
    },
    "quantized_scale": EntryCheck(0) { isa in
      sizes.flatMap { channels in
        var (numbers, y) = (EntryNumbers(channels), [UInt8](repeating: 0, count: 5 * channels))
        let (x, factor) = (numbers.bytes(5 * channels), numbers.floats(channels))
        zoo_quantized_scale(isa, 5, Int64(channels), x, 120, factor, 60, &y)
        return y.map(Float.init)
      }
    },
    "quantized_depthwise": EntryCheck(0) { isa in
      [1, 8, 13, 64, 100].flatMap { channels in
        [1, 9, 25].flatMap { taps in
          [false, true].flatMap { isWhole in depthwise(isa, channels: channels, taps: taps, isWhole: isWhole) }
        }
      }
    },
  ]

  /// - Parameter isWhole: with a residual and a table.
  private static func depthwise(_ isa: zoo_isa, channels: Int, taps: Int, isWhole: Bool) -> [Float] {
    let (count, padded) = (3, (channels + 63) / 64 * 64)
    var numbers = EntryNumbers(channels * taps)
    let x = numbers.bytes(count * taps * channels)
    let weights = numbers.bytes(taps * padded).map { Int8(bitPattern: $0) }
    let (residual, table) = (numbers.bytes(count * channels), numbers.bytes(256))
    let (multiplier, bias) = (numbers.floats(padded, 0.001...0.01), numbers.bytes(padded).map { Int32($0) * 40 })
    var y = [UInt8](repeating: 0, count: count * channels)
    x.withUnsafeBufferPointer { x in
      multiplier.withUnsafeBufferPointer { multiplier in
        bias.withUnsafeBufferPointer { bias in
          residual.withUnsafeBufferPointer { residual in
            table.withUnsafeBufferPointer { table in
              var how = zoo_requantization()
              (how.multiplier, how.bias) = (multiplier.baseAddress, bias.baseAddress)
              if isWhole { (how.residual, how.table) = (residual.baseAddress, table.baseAddress) }
              (how.residual_multiplier, how.residual_zero) = (0.4, 33)
              (how.low, how.high, how.zero) = (-100, 155, 100)
              let places = (0..<count * taps).map { index in x.baseAddress.map { $0 + index * channels } }
              zoo_quantized_depthwise(
                isa, Int64(channels), Int64(padded), Int64(taps), Int64(count), places, weights, &y, &how)
            }
          }
        }
      }
    }
    return y.map(Float.init)
  }
}
