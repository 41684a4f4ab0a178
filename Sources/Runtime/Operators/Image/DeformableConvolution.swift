import ZooFormat

/// DeformConv: a convolution whose taps are shifted by offsets of their own, read bilinearly with zeros outside.
///
/// Inputs: x [N, C, H, W], weights [M, C / group, kH, kW], offsets [N, groups · kH · kW · 2, oH, oW], bias [M] (optional),
/// mask [N, groups · kH · kW, oH, oW] (optional).
enum DeformableConvolution {
  static let definition = Operator(
    "DeformConv", inputs: 3...5,
    types: { call in
      let (geometry, _) = try check(call)
      return [TensorType(.float32, geometry.outputShape(channelsLast: false))]
    },
    cost: { call, _ in (try? check(call).geometry.operations) ?? 0 }, kernel: kernel)

  private static func check(_ call: OperatorCall) throws -> (geometry: ConvolutionGeometry, offsetGroups: Int) {
    let (x, weights) = (try call.input(0), try call.input(1))
    guard x.elementType == .float32 else { throw call.unsupported() }
    try call.checkOneElementType(1..<call.inputs.count)
    guard x.rank == 4 else { throw call.error("x \(x)", expected: "[N, C, H, W]") }
    var node = call.node
    node.attributes["offset_group"] = nil
    // Layout and fusion are matters of other convolutions.
    node.attributes["channels_last"] = nil
    let own = [call.inputs[0], call.inputs[1]] + (call.hasInput(3) ? [call.inputs[3]] : [])
    let geometry = try OperatorCall(
      node: node, opset: call.opset, inputs: own, constants: own.map { _ in nil }
    ).convolution()
    let groups = try call.int("offset_group", default: 1)
    let taps = weights.shape[2] * weights.shape[3]
    let output = geometry.axes.map(\.output)
    guard groups >= 1, groups <= x.shape[1], x.shape[1] % groups == 0 else {
      throw call.error("\(x.shape[1]) channels in \(groups) offset groups", expected: "a multiple")
    }
    guard try call.input(2).shape == [x.shape[0], groups * taps * 2] + output else {
      throw call.error("offsets \(try call.input(2))", expected: "\([x.shape[0], groups * taps * 2] + output)")
    }
    if let mask = call.optionalInput(4), mask.shape != [x.shape[0], groups * taps] + output {
      throw call.error("mask \(mask)", expected: "\([x.shape[0], groups * taps] + output)")
    }
    return (geometry, groups)
  }

  private static let kernel: Operator.KernelRule = { request in
    let (g, offsetGroups) = try check(request.call)
    let (height, width) = (g.axes[0], g.axes[1])
    let taps = height.kernel * width.kernel
    let (pixels, plane) = (height.output * width.output, height.input * width.input)
    let (channels, channelsEach) = (g.inputChannels, g.inputChannels / offsetGroups)
    let own = channels / g.groups
    let (hasBias, hasMask) = (request.call.hasInput(3), request.call.hasInput(4))
    // One column for each worker: the taps of all channels at a pixel.
    let column = KernelScratch.rounded(channels * taps)
    return Kernel(scratchByteCount: column * 4 * request.workers) { arguments in
      let x: UnsafePointer<Float> = arguments.unsafeInput(0)
      let weights: UnsafePointer<Float> = arguments.unsafeInput(1)
      let offsets: UnsafePointer<Float> = arguments.unsafeInput(2)
      let bias: UnsafePointer<Float>? = hasBias ? arguments.unsafeOptionalInput(3) : nil
      let mask: UnsafePointer<Float>? = hasMask ? arguments.unsafeOptionalInput(4) : nil
      let y: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
      let scratch = arguments.unsafeScratch.assumingMemoryBound(to: Float.self)
      arguments.threads.forEach(g.batch * pixels) { item, worker in
        let (sample, pixel) = (item / pixels, item % pixels)
        let (row, line) = (pixel / width.output, pixel % width.output)
        let columns = scratch + worker * column
        for group in 0..<offsetGroups {
          for tap in 0..<taps {
            let at = ((sample * offsetGroups + group) * taps + tap) * 2
            let v =
              Double(row * height.stride - height.padBegin + tap / width.kernel * height.dilation)
              + Double(offsets[at * pixels + pixel])
            let u =
              Double(line * width.stride - width.padBegin + tap % width.kernel * width.dilation)
              + Double(offsets[(at + 1) * pixels + pixel])
            let factor = mask.map { $0[((sample * offsetGroups + group) * taps + tap) * pixels + pixel] } ?? 1
            for channel in group * channelsEach..<(group + 1) * channelsEach {
              let image = x + (sample * channels + channel) * plane
              columns[channel * taps + tap] = factor * bilinear(image, v, u, height.input, width.input)
            }
          }
        }
        for output in 0..<g.outputChannels {
          let first = output / (g.outputChannels / g.groups) * own * taps
          var sum = bias?[output] ?? 0
          for i in 0..<own * taps { sum += weights[output * own * taps + i] * columns[first + i] }
          y[(sample * g.outputChannels + output) * pixels + pixel] = sum
        }
      }
    }
  }

  private static func bilinear(_ image: UnsafePointer<Float>, _ v: Double, _ u: Double, _ height: Int, _ width: Int)
    -> Float
  {
    guard v > -1, u > -1, v < Double(height), u < Double(width) else { return 0 }
    let (top, left) = (v.rounded(.down), u.rounded(.down))
    let (a, b) = (Float(v - top), Float(u - left))
    func pixel(_ row: Int, _ column: Int) -> Float {
      (0..<height).contains(row) && (0..<width).contains(column) ? image[row * width + column] : 0
    }
    let (r, c) = (Int(saturating: top), Int(saturating: left))
    return (1 - a) * ((1 - b) * pixel(r, c) + b * pixel(r, c + 1))
      + a * ((1 - b) * pixel(r + 1, c) + b * pixel(r + 1, c + 1))
  }
}
