import ZooFormat
import ZooKernels

/// A depthwise convolution of a normalised image that is never made: lines are normalised and activated as they are read, and
/// stay near the core until the kernel has passed over them (after Jung et al. 2018, "Restructuring batch normalization to
/// accelerate CNN training").
///
/// The statistics come from a ``BatchNormalizationTraining`` without its first output. Images have the channels innermost.
enum NormalizedConvolution {
  static let all: [Operator] = [forward, gradientByWeight]

  /// Inputs: x, weights, two that are absent, scale, bias, mean of the batch, 1 / standard deviation of the batch.
  /// Attributes: those of `Conv`, and `normalization`, the activation (relu, silu or none).
  private static let forward = Operator(
    "NormalizedConv", domain: "zoo", inputs: 8...8,
    types: { call in
      let type = try ConvolutionOperators.forwardType(call)
      guard !call.hasInput(2), !call.hasInput(3), !call.has("activation") else {
        throw call.error("a bias, residual or activation", expected: "none")
      }
      try check(call, call.convolution(), parameters: 4)
      return [type]
    },
    gradient: { builder, call in
      var gradients = [Value?](repeating: nil, count: 8)
      guard let gradient = call.outputGradients[0] else { return gradients }
      let attributes = try call.call.convolution().attributes(channelsLast: true)
      let activation = try NormalizationActivation(call.call, attribute: "normalization").rawValue
      let parameters = (4..<8).map { call.input($0) }
      if call.wanted[1] {
        gradients[1] = try builder.add(
          "NormalizedConvGradientWeight", domain: "zoo", [call.input(0), gradient] + parameters,
          attributes.merging(["normalization": .string(activation)]) { $1 })
      }
      let wanted = [call.wanted[0], call.wanted[4], call.wanted[5]]
      guard wanted.contains(true) else { return gradients }
      let inner = try builder.add("ConvGradientInput", domain: "zoo", [gradient, call.input(1)], attributes)
      let outer = try builder.batchNormalizationGradient(
        inner, [call.input(0)] + parameters, wanted: wanted,
        ["activation": .string(activation), "channels_last": .int(1)])
      (gradients[0], gradients[4], gradients[5]) = (outer[0], outer[1], outer[2])
      return gradients
    },
    cost: { call, _ in ((try? call.convolution().operations) ?? 0) + 2 * (call.inputs[0]?.elementCount ?? 0) },
    kernel: {
      try ConvolutionKernel.overData(
        $0, try $0.call.convolution(), ZOO_CONVOLUTION_FORWARD, source: .normalized)
    })

  /// The gradient by the weights. Inputs: x, the gradient by y, scale, bias, mean, 1 / standard deviation. Attributes: those
  /// of `ConvGradientWeight`, and `normalization`.
  private static let gradientByWeight = Operator(
    "NormalizedConvGradientWeight", domain: "zoo", inputs: 6...6,
    types: { call in
      let geometry = try ConvolutionOperators.weightGradientGeometry(call)
      // Parameters are float32 with bfloat16 images too.
      _ = try ConvolutionOperators.imageType(call, images: [0, 1])
      try check(call, geometry, parameters: 2)
      return [TensorType(.float32, geometry.weightShape)]
    },
    cost: { call, _ in (try? ConvolutionOperators.weightGradientGeometry(call).operations) ?? 0 },
    kernel: {
      try ConvolutionKernel.overWeights(
        $0, try ConvolutionOperators.weightGradientGeometry($0.call), source: .normalized)
    })

  /// Refuses what the kernels can't do.
  private static func check(_ call: OperatorCall, _ geometry: ConvolutionGeometry, parameters: Int) throws {
    let image = try call.input(0)
    guard try call.channelsLast, geometry.isDepthwise, geometry.axes.count == 2,
      image.elementType == .float32 || image.elementType == .bfloat16
    else {
      throw call.error("a convolution that isn't depthwise with the channels innermost, or has too large a kernel")
    }
    _ = try SourceNormalization(call, parameters: parameters)
    let expected = TensorType(.float32, [geometry.inputChannels])
    for index in parameters..<parameters + 4 where try call.input(index) != expected {
      throw call.error("input \(index) is \(try call.input(index))", expected: "\(expected)")
    }
  }
}

extension ConvolutionGeometry {
  /// Whether each channel is convolved by itself, with a kernel that the depthwise algorithm takes.
  var isDepthwise: Bool {
    groups > 1 && groups == inputChannels && groups == outputChannels && axes.allSatisfy { $0.kernel <= 16 }
  }
}

/// How a convolution normalises what it reads.
struct SourceNormalization: Sendable {
  private let geometry: ChannelGeometry
  private let activation: NormalizationActivation
  private let first: Int

  /// - Parameter parameters: the number of the first of the inputs scale, bias, mean and 1 / standard deviation.
  init(_ call: OperatorCall, parameters: Int) throws {
    geometry = ChannelGeometry(try call.input(0).shape, channelsLast: true)
    activation = try NormalizationActivation(call, attribute: "normalization")
    first = parameters
  }

  /// Floats of scratch memory.
  var scratchCount: Int { 3 * geometry.parameterCount }

  func prepare(_ arguments: borrowing KernelArguments, _ scratch: UnsafeMutablePointer<Float>)
    -> zoo_source_normalization
  {
    let (factors, offsets) = geometry.spread(
      scale: arguments.unsafeInput(first), bias: arguments.unsafeInput(first + 1),
      mean: arguments.unsafeInput(first + 2),
      inverse: arguments.unsafeInput(first + 3), to: scratch)
    return zoo_source_normalization(
      mean: scratch, factor: factors, offset: offsets, period: Int64(geometry.period), activation: activation.kind)
  }
}
