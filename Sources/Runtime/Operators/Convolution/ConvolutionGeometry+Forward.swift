extension OperatorCall {
  /// The geometry of a forward convolution with inputs x, weights and an optional bias.
  func convolution() throws -> ConvolutionGeometry {
    let (batch, channels, sizes) = try image(0)
    let weight = try input(1).shape
    let kernel = try kernelShape(weight: weight, count: sizes.count)
    let groups = try group
    guard channels > 0, weight[1] > 0, channels % groups == 0, channels / groups == weight[1] else {
      throw error(
        "x has \(channels) channels in \(groups) groups, weights take \(weight[1])",
        expected: "channels = groups · \(weight[1])")
    }
    guard weight[0] > 0, weight[0] % groups == 0 else {
      throw error("\(weight[0]) output channels in \(groups) groups", expected: "a multiple of \(groups)")
    }
    if let bias = optionalInput(2), bias.shape != [weight[0]] {
      throw error("bias of shape \(bias.shape)", expected: "[\(weight[0])]")
    }
    let strides = try positiveIntegers("strides", count: sizes.count)
    let dilations = try positiveIntegers("dilations", count: sizes.count)
    let pads = try resolvedPads(sizes: sizes, kernel: kernel, strides: strides, dilations: dilations)
    let axes = try sizes.indices.map { axis in
      let reach = dilations[axis] * (kernel[axis] - 1) + 1
      let padded = sizes[axis] + pads[axis] + pads[axis + sizes.count]
      guard sizes[axis] > 0, padded >= reach else {
        throw error(
          "spatial axis \(axis) of size \(sizes[axis]), \(padded) with padding",
          expected: "at least \(reach), the reach of the kernel")
      }
      return ConvolutionGeometry.Axis(
        input: sizes[axis], output: (padded - reach) / strides[axis] + 1, kernel: kernel[axis],
        stride: strides[axis], dilation: dilations[axis], padBegin: pads[axis], padEnd: pads[axis + sizes.count])
    }
    return try ConvolutionGeometry(
      batch: batch, groups: groups, inputChannels: channels, outputChannels: weight[0], axes: axes
    ).checked(self)
  }

  /// The geometry of a gradient operator, whose attributes are explicit; input `gradient` has the layout of y.
  func convolution(gradient: Int, inputChannels: Int) throws -> ConvolutionGeometry {
    let (batch, channels, sizes) = try image(gradient)
    let count = sizes.count
    let strides = try positiveIntegers("strides", count: count)
    let dilations = try positiveIntegers("dilations", count: count)
    let kernel = try positiveIntegers("kernel_shape", count: count)
    let inputs = try positiveIntegers("input_size", count: count)
    let pads = try explicitPads(count: count)
    let groups = try group
    guard channels > 0, channels % groups == 0, inputChannels > 0, inputChannels % groups == 0 else {
      throw error("\(inputChannels) and \(channels) channels in \(groups) groups", expected: "multiples of \(groups)")
    }
    let axes = try sizes.indices.map { axis in
      let room = inputs[axis] + pads[axis] + pads[axis + count] - dilations[axis] * (kernel[axis] - 1) - 1
      guard room >= 0, room / strides[axis] + 1 == sizes[axis] else {
        throw error("gradient of size \(sizes[axis]) on spatial axis \(axis)", expected: "the size of the output")
      }
      return ConvolutionGeometry.Axis(
        input: inputs[axis], output: sizes[axis], kernel: kernel[axis], stride: strides[axis],
        dilation: dilations[axis], padBegin: pads[axis], padEnd: pads[axis + count])
    }
    return try ConvolutionGeometry(
      batch: batch, groups: groups, inputChannels: inputChannels, outputChannels: channels, axes: axes
    ).checked(self)
  }

  /// Begins, then ends, after `auto_pad`.
  private func resolvedPads(sizes: [Int], kernel: [Int], strides: [Int], dilations: [Int]) throws -> [Int] {
    let mode = try string("auto_pad", default: "NOTSET")
    switch mode {
    case "NOTSET", "": return try explicitPads(count: sizes.count)
    case "VALID": return Array(repeating: 0, count: 2 * sizes.count)
    case "SAME_UPPER", "SAME_LOWER":
      let totals = sizes.indices.map { axis in
        let outputs = (sizes[axis] + strides[axis] - 1) / strides[axis]
        return max(0, (outputs - 1) * strides[axis] + dilations[axis] * (kernel[axis] - 1) + 1 - sizes[axis])
      }
      let small = totals.map { $0 / 2 }
      let large = totals.map { $0 - $0 / 2 }
      return mode == "SAME_UPPER" ? small + large : large + small
    default: throw error("auto_pad '\(mode)'", expected: "NOTSET, SAME_UPPER, SAME_LOWER or VALID")
    }
  }
}
