import ZooKernels

/// Convolutions and what differentiating them needs.
enum ConvolutionOperators {
  static let all: [Operator] = [
    convolution, fusedConvolution, gradientByInput, gradientByWeight, transposedConvolution, channelSum,
  ]

  /// ONNX `Conv`: x, weights [out channels, in channels / group, kernel…], optional bias.
  ///
  /// With the attribute `channels_last` = 1, which only compiler passes set, images are [batch, size…, channels].
  static let convolution = Operator(
    "Conv", inputs: 2...3,
    types: { call in [try forwardType(call)] },
    gradient: { builder, call in
      guard let gradient = call.outputGradients[0] else { return [nil, nil, nil] }
      let geometry = try call.call.convolution()
      let attributes = geometry.attributes(channelsLast: try call.call.channelsLast)
      var gradients: [Value?] = [nil, nil, nil]
      if call.wanted[0] {
        gradients[0] = try builder.add(
          "ConvGradientInput", domain: "zoo", [gradient, call.input(1)], attributes)
      }
      if call.wanted[1] {
        gradients[1] = try builder.add(
          "ConvGradientWeight", domain: "zoo", [call.input(0), gradient], attributes)
      }
      if call.call.hasInput(2), call.wanted[2] {
        gradients[2] = try builder.add(
          "ChannelSum", domain: "zoo", [gradient], try channelAxis(call.call, output: call.outputTypes[0]))
      }
      return Array(gradients.prefix(call.wanted.count))
    },
    cost: { call, _ in (try? call.convolution().operations) ?? 0 },
    kernel: { try ConvolutionKernel.overData($0, try $0.call.convolution(), ZOO_CONVOLUTION_FORWARD) })

  /// activation(conv(x, weights) + bias + residual): what the fusion pass makes of several nodes.
  ///
  /// Inputs: x, weights, optional bias, optional residual of the output's shape. Attributes: those of `Conv`, and
  /// `activation` (empty, relu, leaky_relu, clip, sigmoid, silu, hard_sigmoid, hard_swish, gelu) with its numbers
  /// `activation_alpha` (slope, smallest value) and `activation_beta` (offset, largest value).
  static let fusedConvolution = Operator(
    "FusedConv", domain: "zoo", inputs: 2...4,
    types: { call in
      let type = try forwardType(call)
      _ = try call.activation()
      if let residual = call.optionalInput(3), residual != type {
        throw call.error("residual is \(residual)", expected: "\(type), the output's type")
      }
      return [type]
    },
    cost: { call, _ in (try? call.convolution().operations) ?? 0 },
    kernel: { try ConvolutionKernel.overData($0, try $0.call.convolution(), ZOO_CONVOLUTION_FORWARD) })

  /// The gradient by x. Inputs: the gradient by y, weights. Attributes: those of `Conv`, explicit, and `input_size`.
  static let gradientByInput = Operator(
    "ConvGradientInput", domain: "zoo", inputs: 2...2,
    types: { call in
      let geometry = try inputGradientGeometry(call)
      let element = try imageType(call, images: [0])
      return [TensorType(element, geometry.inputShape(channelsLast: try call.channelsLast))]
    },
    cost: { call, _ in (try? inputGradientGeometry(call).operations) ?? 0 },
    kernel: { try ConvolutionKernel.overData($0, try inputGradientGeometry($0.call), ZOO_CONVOLUTION_BY_DATA) })

  /// The gradient by the weights. Inputs: x, the gradient by y. Attributes: those of `Conv`, explicit, and `input_size`.
  static let gradientByWeight = Operator(
    "ConvGradientWeight", domain: "zoo", inputs: 2...2,
    types: { call in
      let geometry = try weightGradientGeometry(call)
      let element = try imageType(call, images: [0, 1])
      return [TensorType(element == .bfloat16 ? .float32 : element, geometry.weightShape)]
    },
    cost: { call, _ in (try? weightGradientGeometry(call).operations) ?? 0 },
    kernel: { try ConvolutionKernel.overWeights($0, try weightGradientGeometry($0.call)) })

  static func forwardType(_ call: OperatorCall) throws -> TensorType {
    let geometry = try call.convolution()
    let element = try imageType(call, images: [0, 3])
    return TensorType(element, geometry.outputShape(channelsLast: try call.channelsLast))
  }

  /// The type of the elements of images: that of all inputs, or bfloat16 besides weights in float32.
  static func imageType(_ call: OperatorCall, images: Set<Int>) throws -> ElementType {
    let element = try call.input(0).elementType
    let others = call.isNarrowImage(0) ? ElementType.float32 : element
    for index in call.inputs.indices where call.hasInput(index) {
      let found = try call.input(index).elementType
      guard found == (images.contains(index) ? element : others), found.isFloatingPoint else {
        throw call.error("input \(index) of type \(found)", expected: "one floating-point type for all inputs")
      }
    }
    return element
  }

  /// The attribute that tells `ChannelSum` where the channels are.
  static func channelAxis(_ call: OperatorCall, output: TensorType) throws -> [String: Attribute] {
    ["axis": .int(try call.channelsLast ? output.rank - 1 : 1)]
  }

  static func inputGradientGeometry(_ call: OperatorCall) throws -> ConvolutionGeometry {
    let weight = try call.input(1).shape
    let spatial = try call.image(0).sizes.count
    _ = try call.kernelShape(weight: weight, count: spatial)
    let (inputChannels, overflow) = weight[1].multipliedReportingOverflow(by: try call.group)
    let geometry = try call.convolution(gradient: 0, inputChannels: overflow ? 0 : inputChannels)
    guard geometry.weightShape == weight else {
      throw call.error("weights of shape \(weight)", expected: "\(geometry.weightShape)")
    }
    return geometry
  }

  static func weightGradientGeometry(_ call: OperatorCall) throws -> ConvolutionGeometry {
    let (batch, channels, sizes) = try call.image(0)
    let geometry = try call.convolution(gradient: 1, inputChannels: channels)
    guard geometry.batch == batch, geometry.axes.map(\.input) == sizes else {
      throw call.error("x of shape \(try call.input(0).shape)", expected: "batch and sizes that fit the gradient")
    }
    return geometry
  }
}
