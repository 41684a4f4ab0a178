import ZooKernels

extension ConvolutionOperators {
  /// ONNX `ConvTranspose`: x, weights [in channels, out channels / group, kernel…], optional bias.
  ///
  /// It is the gradient of the convolution with the same weights by its input: seen from that convolution, x has the
  /// layout of its output.
  static let transposedConvolution = Operator(
    "ConvTranspose", inputs: 2...3,
    types: { call in
      let geometry = try call.transposedConvolution()
      let x = try call.input(0).elementType
      guard x.isFloatingPoint, try call.input(1).elementType == x, (call.optionalInput(2)?.elementType ?? x) == x else {
        throw call.error("inputs of different types", expected: "one floating-point type")
      }
      return [TensorType(x, geometry.inputShape(channelsLast: try call.channelsLast))]
    },
    gradient: { builder, call in
      guard let gradient = call.outputGradients[0] else { return [nil, nil, nil] }
      let geometry = try call.call.transposedConvolution()
      let channelsLast = try call.call.channelsLast
      var attributes = geometry.attributes(channelsLast: channelsLast)
      var gradients: [Value?] = [nil, nil, nil]
      if call.wanted[1] {
        gradients[1] = try builder.add("ConvGradientWeight", domain: "zoo", [gradient, call.input(0)], attributes)
      }
      if call.call.hasInput(2), call.wanted[2] {
        let axis = channelsLast ? call.outputTypes[0].rank - 1 : 1
        gradients[2] = try builder.add("ChannelSum", domain: "zoo", [gradient], ["axis": .int(axis)])
      }
      if call.wanted[0] {
        attributes["input_size"] = nil
        gradients[0] = try builder.add("Conv", [gradient, call.input(1)], attributes)
      }
      return Array(gradients.prefix(call.wanted.count))
    },
    cost: { call, _ in (try? call.transposedConvolution().operations) ?? 0 },
    kernel: { try ConvolutionKernel.overData($0, try $0.call.transposedConvolution(), ZOO_CONVOLUTION_BY_DATA) })
}

extension OperatorCall {
  /// The geometry of the convolution whose gradient by x a transposed convolution computes.
  func transposedConvolution() throws -> ConvolutionGeometry {
    let (batch, channels, sizes) = try image(0)
    let weight = try input(1).shape
    let count = sizes.count
    let kernel = try kernelShape(weight: weight, count: count)
    let groups = try group
    let (results, overflow) = weight[1].multipliedReportingOverflow(by: groups)
    guard channels > 0, weight[0] == channels, channels % groups == 0, weight[1] > 0, !overflow else {
      throw error(
        "x has \(channels) channels in \(groups) groups, weights have the shape \(weight)",
        expected: "weights [\(channels), …] and a multiple of the groups")
    }
    if let bias = optionalInput(2), bias.shape != [results] {
      throw error("bias of shape \(bias.shape)", expected: "[\(results)]")
    }
    let strides = try positiveIntegers("strides", count: count)
    let dilations = try positiveIntegers("dilations", count: count)
    let extra = try ints("output_padding") ?? Array(repeating: 0, count: count)
    guard extra.count == count, extra.allSatisfy({ (0...Self.largest).contains($0) }) else {
      throw error("output_padding \(extra)", expected: "\(count) numbers of at least 0")
    }
    guard sizes.allSatisfy({ (1...Self.largest).contains($0) }) else {
      throw error("spatial sizes \(sizes)", expected: "sizes in 1…\(Self.largest)")
    }
    // Without padding, the output would be as long as the places that the taps of all inputs reach.
    var full = sizes.indices.map { axis in
      (sizes[axis] - 1) * strides[axis] + dilations[axis] * (kernel[axis] - 1) + 1 + extra[axis]
    }
    let (pads, beyond) = try transposedPads(full: full, sizes: sizes, strides: strides)
    for axis in sizes.indices { full[axis] += beyond[axis] }
    let axes = try sizes.indices.map { axis in
      let output = full[axis] - pads[axis] - pads[axis + count]
      guard output > 0 else {
        throw error("output of size \(output) on spatial axis \(axis)", expected: "less padding")
      }
      return ConvolutionGeometry.Axis(
        input: output, output: sizes[axis], kernel: kernel[axis], stride: strides[axis],
        dilation: dilations[axis], padBegin: pads[axis],
        padEnd: extra[axis] + beyond[axis] < strides[axis]
          ? pads[axis + count] : pads[axis + count] - extra[axis] - beyond[axis])
    }
    return try ConvolutionGeometry(
      batch: batch, groups: groups, inputChannels: results, outputChannels: channels, axes: axes
    ).checked(self)
  }

  /// The pads, and how far the output that is asked for goes beyond what the taps reach.
  private func transposedPads(
    full: [Int], sizes: [Int], strides: [Int]
  ) throws -> (pads: [Int], beyond: [Int]) {
    let none = Array(repeating: 0, count: sizes.count)
    let mode = try string("auto_pad", default: "NOTSET")
    var wanted = try ints("output_shape")
    if wanted?.count == sizes.count + 2 { wanted = wanted.map { Array($0[2...]) } }
    if wanted == nil {
      switch mode {
      case "NOTSET", "": return (try explicitPads(count: sizes.count), none)
      case "VALID": return (none + none, none)
      case "SAME_UPPER", "SAME_LOWER": wanted = zip(sizes, strides).map { $0 * $1 }
      default: throw error("auto_pad '\(mode)'", expected: "NOTSET, SAME_UPPER, SAME_LOWER or VALID")
      }
    }
    guard let wanted, wanted.count == sizes.count, wanted.allSatisfy({ (1...Self.largest).contains($0) }) else {
      throw error("output_shape \(wanted ?? [])", expected: "\(sizes.count) positive sizes")
    }
    let totals = zip(full, wanted).map { max(0, $0 - $1) }
    let small = totals.map { $0 / 2 }
    let large = totals.map { $0 - $0 / 2 }
    return (mode == "SAME_UPPER" ? small + large : large + small, zip(full, wanted).map { max(0, $1 - $0) })
  }
}
