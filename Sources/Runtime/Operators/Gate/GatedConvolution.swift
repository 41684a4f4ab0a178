import ZooFormat
import ZooKernels

/// A 1 × 1 convolution of an image that is multiplied by a number for each channel of each sample first (squeeze and
/// excitation, Hu et al. 2018), in one operator: the weights of each sample are multiplied instead of its image.
///
/// With G = xᵀ · dy for each sample, the gradient by the weights is the sum of gate · G over the samples, and the gradient
/// by the gate is the sum of weights · G over the channels of y: neither needs the gated image. Images have the channels
/// innermost.
enum GatedConvolution {
  static let all: [Operator] = [forward, gradientByInput, gradientByWeight]

  /// From this number of pixels on, multiplying weights is less work than multiplying images.
  static let fewestPixels = 128

  /// Inputs: x [N, …, C], weights [M, C, 1…], bias [M] (optional), residual [N, …, M] (optional), gate [N, 1…, C].
  /// Attributes: those of `FusedConv`.
  private static let forward = Operator(
    "GatedConv", domain: "zoo", inputs: 5...5,
    types: { call in
      let type = try ConvolutionOperators.forwardType(call)
      try check(call, call.convolution(), image: call.input(0), gate: 4)
      _ = try call.activation()
      if let residual = call.optionalInput(3), residual != type {
        throw call.error("residual is \(residual)", expected: "\(type), the output's type")
      }
      return [type]
    },
    gradient: { builder, call in
      guard let gradient = call.outputGradients[0] else { return call.wanted.map { _ in nil } }
      guard !call.call.hasInput(3), !call.call.has("activation") else {
        throw call.call.error("a residual or activation", expected: "none, to be differentiated")
      }
      let attributes = try call.call.convolution().attributes(channelsLast: true)
      let (x, weights, gate) = (call.input(0), call.input(1), call.input(4))
      var gradients = [Value?](repeating: nil, count: 5)
      if call.wanted[0] {
        gradients[0] = try builder.add(
          "GatedConvGradientInput", domain: "zoo", [gradient, weights, .absent, .absent, gate], attributes)
      }
      if call.wanted[2] {
        gradients[2] = try builder.add(
          "ChannelSum", domain: "zoo", [gradient],
          try ConvolutionOperators.channelAxis(call.call, output: call.outputTypes[0]))
      }
      if call.wanted[1] || call.wanted[4] {
        let name = builder.fresh("GatedConvGradientWeight")
        let outputs = ["\(name).weights", "\(name).gate"]
        try builder.append(
          Node(
            name: name, op: "GatedConvGradientWeight", domain: "zoo", inputs: [x, gradient, weights, gate].map(\.name),
            outputs: outputs, attributes: attributes, part: builder.part))
        (gradients[1], gradients[4]) = (Value(outputs[0]), Value(outputs[1]))
      }
      return gradients
    },
    cost: { call, _ in (try? call.convolution().operations) ?? 0 },
    kernel: { try ConvolutionKernel.overData($0, try $0.call.convolution(), ZOO_CONVOLUTION_FORWARD, source: .gated) })

  /// The gradient by x. Inputs: the gradient by y, weights, two that are absent, gate, and (optional) the gradient by the
  /// averages of x, which is spread over the pixels and added. Attributes: those of `ConvGradientInput`.
  private static let gradientByInput = Operator(
    "GatedConvGradientInput", domain: "zoo", inputs: 5...6,
    types: { call in
      let geometry = try ConvolutionOperators.inputGradientGeometry(call)
      let element = try ConvolutionOperators.imageType(call, images: [0])
      let result = TensorType(element, geometry.inputShape(channelsLast: try call.channelsLast))
      guard !call.hasInput(2), !call.hasInput(3) else { throw call.error("a bias or residual", expected: "none") }
      try check(call, geometry, image: result, gate: 4)
      if call.hasInput(5) { try check(call, geometry, image: result, gate: 5) }
      return [result]
    },
    cost: { call, _ in (try? ConvolutionOperators.inputGradientGeometry(call).operations) ?? 0 },
    kernel: {
      try ConvolutionKernel.overData(
        $0, try ConvolutionOperators.inputGradientGeometry($0.call), ZOO_CONVOLUTION_BY_DATA, source: .gated)
    })

  /// The gradients by the weights and by the gate. Inputs: x, the gradient by y, weights, gate. Attributes: those of
  /// `ConvGradientWeight`.
  private static let gradientByWeight = Operator(
    "GatedConvGradientWeight", domain: "zoo", inputs: 4...4, outputs: 2...2,
    types: { call in
      let geometry = try ConvolutionOperators.weightGradientGeometry(call)
      _ = try ConvolutionOperators.imageType(call, images: [0, 1])
      try check(call, geometry, image: call.input(0), gate: 3)
      let weights = TensorType(.float32, geometry.weightShape)
      guard try call.input(2) == weights else {
        throw call.error("weights \(try call.input(2))", expected: "\(weights)")
      }
      return [weights, try call.input(3)]
    },
    cost: { call, _ in (try? ConvolutionOperators.weightGradientGeometry(call).operations) ?? 0 },
    kernel: {
      try ConvolutionKernel.overWeights($0, try ConvolutionOperators.weightGradientGeometry($0.call), source: .gated)
    })

  /// Refuses what the kernels can't do. `gate` is the number of an input with the type of a gate of `image`.
  private static func check(
    _ call: OperatorCall, _ geometry: ConvolutionGeometry, image: TensorType, gate: Int
  ) throws {
    guard try call.channelsLast, geometry.isPixelByPixel, geometry.axes.count <= 2,
      image.elementType == .float32 || image.elementType == .bfloat16
    else {
      throw call.error("a convolution that isn't 1 × 1 with the channels innermost")
    }
    let expected = GateGeometry.gateType(image)
    guard try call.input(gate) == expected else {
      throw call.error("input \(gate) is \(try call.input(gate))", expected: "\(expected)")
    }
  }
}

extension ConvolutionGeometry {
  /// Whether each pixel of the result comes from the pixel at the same place, by all channels.
  var isPixelByPixel: Bool {
    groups == 1 && axes.allSatisfy { $0.kernel == 1 && $0.stride == 1 && $0.padBegin == 0 && $0.padEnd == 0 }
  }
}
