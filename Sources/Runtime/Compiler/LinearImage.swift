import ZooFormat

/// An image as a linear function of another: a convolution without dilation, with its weights known. A number for each
/// channel is a convolution of 1 × 1 pixel with as many groups as channels.
struct LinearImage {
  /// The image that it is a function of.
  let source: String
  var weights: [Float]
  var bias: [Float]
  var kernel: [Int]
  var strides: [Int]
  /// Before each axis, then behind each.
  var pads: [Int]
  var groups: Int
  var inputChannels: Int
  var outputChannels: Int { bias.count }

  /// The image itself.
  init(_ source: String, channels: Int) {
    self.source = source
    weights = Array(repeating: 1, count: channels)
    bias = Array(repeating: 0, count: channels)
    (kernel, strides, pads) = ([1, 1], [1, 1], [0, 0, 0, 0])
    (groups, inputChannels) = (channels, channels)
  }

  /// A convolution with constant weights, or `nil` for another node.
  init?(convolution node: Node, _ builder: GraphBuilder) throws {
    guard node.operatorKey == "Conv", let weights: [Float] = builder.constants[node.inputs[1]]?.values(),
      let geometry = try? builder.call(node).convolution(), geometry.axes.count == 2,
      geometry.axes.allSatisfy({ $0.dilation == 1 })
    else { return nil }
    let hasBias = node.inputs.count > 2 && !node.inputs[2].isEmpty
    let zeros = [Float](repeating: 0, count: geometry.outputChannels)
    guard let bias: [Float] = hasBias ? builder.constants[node.inputs[2]]?.values() : zeros else { return nil }
    source = node.inputs[0]
    self.weights = weights
    self.bias = bias
    kernel = geometry.axes.map(\.kernel)
    strides = geometry.axes.map(\.stride)
    pads = geometry.axes.map(\.padBegin) + geometry.axes.map(\.padEnd)
    (groups, inputChannels) = (geometry.groups, geometry.inputChannels)
  }

  var attributes: [String: Attribute] {
    [
      "kernel_shape": .ints(kernel), "strides": .ints(strides), "pads": .ints(pads), "group": .int(groups),
      "dilations": .ints([1, 1]),
    ]
  }

  var weightShape: [Int] { [outputChannels, inputChannels / groups] + kernel }

  /// Multiplies each channel by a number, then adds one to it.
  mutating func scale(_ factors: [Float], adding offsets: [Float]) {
    let size = weights.count / outputChannels
    for channel in factors.indices {
      for index in channel * size..<(channel + 1) * size { weights[index] *= factors[channel] }
      bias[channel] = bias[channel] * factors[channel] + offsets[channel]
    }
  }

  /// The sum of two functions of one image as one convolution, or `nil` if it isn't one.
  static func + (_ a: LinearImage, _ b: LinearImage) -> LinearImage? {
    guard a.source == b.source, a.outputChannels == b.outputChannels, a.strides == b.strides else { return nil }
    var (large, small) = (a, b)
    if zip(a.kernel, b.kernel).contains(where: { $0 < $1 }) || (a.groups > b.groups && a.kernel == b.kernel) {
      swap(&large, &small)
    }
    // The pixel of the large kernel on which the first pixel of the small one lies.
    let places = (0..<2).map { large.pads[$0] - small.pads[$0] }
    guard (0..<2).allSatisfy({ (0...max(0, large.kernel[$0] - small.kernel[$0])).contains(places[$0]) }),
      zip(large.kernel, small.kernel).allSatisfy({ $0 >= $1 }), large.takesGroups(of: small)
    else { return nil }
    large.add(small, at: places)
    return large
  }

  /// Whether each channel of `small` is a function of channels that the same channel here is a function of.
  private func takesGroups(of small: LinearImage) -> Bool {
    groups == small.groups || (small.isChannelByChannel && inputChannels == outputChannels)
  }

  var isChannelByChannel: Bool { groups == inputChannels && groups == outputChannels }

  private mutating func add(_ small: LinearImage, at places: [Int]) {
    let (inputs, smallInputs) = (inputChannels / groups, small.inputChannels / small.groups)
    for output in bias.indices {
      bias[output] += small.bias[output]
      for input in 0..<smallInputs {
        let target = groups == small.groups ? input : output % inputs
        for y in 0..<small.kernel[0] {
          for x in 0..<small.kernel[1] {
            let from = ((output * smallInputs + input) * small.kernel[0] + y) * small.kernel[1] + x
            let to = ((output * inputs + target) * kernel[0] + y + places[0]) * kernel[1] + x + places[1]
            weights[to] += small.weights[from]
          }
        }
      }
    }
  }
}
