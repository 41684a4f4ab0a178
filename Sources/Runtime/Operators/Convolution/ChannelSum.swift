import ZooKernels

extension ConvolutionOperators {
  /// The sum over all axes but `axis`: the gradient of a bias.
  ///
  /// Rows are added in chunks of a fixed size, then the chunks in their order.
  static let channelSum = Operator(
    "ChannelSum", domain: "zoo", inputs: 1...1,
    types: { call in
      let x = try call.input(0)
      let axis = try call.axis(try call.int("axis"), rank: x.rank)
      return [TensorType(x.elementType, [x.shape[axis]])]
    },
    cost: { call, _ in call.inputs.first??.elementCount ?? 0 },
    kernel: { request in
      let x = try request.call.input(0)
      guard x.elementType == .float32 else { throw request.call.unsupported() }
      let axis = try request.call.axis(try request.call.int("axis"), rank: x.rank)
      let outer = x.shape[..<axis].reduce(1, *)
      let channels = x.shape[axis]
      let inner = x.shape[(axis + 1)...].reduce(1, *)
      return inner == 1 ? columnSums(rows: outer, channels: channels) : planeSums(outer, channels, inner)
    })

  private static func columnSums(rows: Int, channels: Int) -> Kernel {
    let chunk = 256
    let chunks = (rows + chunk - 1) / chunk
    return Kernel(scratchByteCount: chunks * channels * 4) { arguments in
      let x = arguments.unsafeInput(0, as: Float.self)
      let sums = arguments.unsafeOutput(0, as: Float.self)
      let partial = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
      arguments.threads.forEach(chunks) { index, _ in
        let first = index * chunk
        zoo_column_sums(
          Int64(min(chunk, rows - first)), Int64(channels), x + first * channels, channels,
          partial + index * channels)
      }
      zoo_column_sums(Int64(chunks), Int64(channels), partial, channels, sums)
    }
  }

  private static func planeSums(_ outer: Int, _ channels: Int, _ inner: Int) -> Kernel {
    Kernel { arguments in
      let x = arguments.unsafeInput(0, as: Float.self)
      let sums = arguments.unsafeOutput(0, as: Float.self)
      arguments.threads.forEach(channels) { channel, _ in
        var total: Double = 0
        for image in 0..<outer {
          let plane = x + (image * channels + channel) * inner
          var sum: Float = 0
          for i in 0..<inner { sum += plane[i] }
          total += Double(sum)
        }
        sums[channel] = Float(total)
      }
    }
  }
}
