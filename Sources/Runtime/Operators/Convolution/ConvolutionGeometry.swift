import ZooFormat
import ZooKernels

/// The sizes of a convolution with any number of spatial axes, seen from its forward direction.
struct ConvolutionGeometry: Sendable {
  struct Axis: Sendable {
    var input: Int
    var output: Int
    var kernel: Int
    var stride: Int
    var dilation: Int
    var padBegin: Int
    var padEnd: Int
  }

  var batch: Int
  var groups: Int
  var inputChannels: Int
  var outputChannels: Int
  var axes: [Axis]
  /// Whether images are bfloat16.
  var isNarrow = false
  /// Whether x is multiplied by a number for each channel of each sample first.
  var isGated = false
  /// Whether x is normalised where it is read.
  var isNormalized = false
  var batchBits = BatchBits.same
  /// Elements from a pixel of x to the next, and of y; 0 for as many as there are channels.
  var inputPixel = 0
  var outputPixel = 0

  /// Multiplications and additions of one direction.
  var operations: Int {
    let sizes = axes.map(\.output) + axes.map(\.kernel) + [outputChannels, inputChannels / groups, batch]
    return sizes.reduce(2, saturatingProduct)
  }

  /// Refuses images that no memory can hold with their padding and the reach of the kernel: the kernels copy lines of
  /// them, and multiply these sizes.
  /// - Returns: The geometry itself.
  func checked(_ call: OperatorCall) throws(ZooError) -> ConvolutionGeometry {
    let extents = axes.map { axis in
      max(axis.input + axis.padBegin + max(axis.padEnd, 0), (axis.kernel - 1) * axis.dilation + 1)
    }
    guard (try? TensorType(.float32, [max(inputChannels, outputChannels)] + extents).validated("")) != nil else {
      throw call.error(
        "an image of \(axes.map(\.input)) with padding and dilation to \(extents)",
        expected: "less padding, dilation or channels")
    }
    return self
  }

  /// For the kernels, which know one or two spatial axes; an axis that is missing has size 1.
  var shape: zoo_convolution {
    let unit = Axis(input: 1, output: 1, kernel: 1, stride: 1, dilation: 1, padBegin: 0, padEnd: 0)
    let height = axes.count > 1 ? axes[0] : unit
    let width = axes.last ?? unit
    return zoo_convolution(
      batch: Int64(batch), groups: Int64(groups), in_channels: Int64(inputChannels), in_height: Int64(height.input),
      in_width: Int64(width.input), out_channels: Int64(outputChannels), out_height: Int64(height.output),
      out_width: Int64(width.output), kernel_height: Int64(height.kernel), kernel_width: Int64(width.kernel),
      stride_height: Int64(height.stride), stride_width: Int64(width.stride),
      dilation_height: Int64(height.dilation), dilation_width: Int64(width.dilation),
      pad_top: Int64(height.padBegin), pad_left: Int64(width.padBegin), narrow: isNarrow,
      gated: isGated, normalized: isNormalized, any_bits: batchBits == .any, in_pixel: Int64(inputPixel),
      out_pixel: Int64(outputPixel))
  }

  /// The shape of weights: [out channels, in channels of a group, kernel…].
  var weightShape: [Int] { [outputChannels, inputChannels / groups] + axes.map(\.kernel) }
  func inputShape(channelsLast: Bool) -> [Int] {
    Self.shape(batch: batch, channels: inputChannels, sizes: axes.map(\.input), channelsLast: channelsLast)
  }
  func outputShape(channelsLast: Bool) -> [Int] {
    Self.shape(batch: batch, channels: outputChannels, sizes: axes.map(\.output), channelsLast: channelsLast)
  }

  private static func shape(batch: Int, channels: Int, sizes: [Int], channelsLast: Bool) -> [Int] {
    channelsLast ? [batch] + sizes + [channels] : [batch, channels] + sizes
  }

  /// The attributes of a gradient operator: everything explicit, so that it needs no other tensor's shape.
  func attributes(channelsLast: Bool) -> [String: Attribute] {
    var attributes: [String: Attribute] = [
      "strides": .ints(axes.map(\.stride)), "dilations": .ints(axes.map(\.dilation)),
      "pads": .ints(axes.map(\.padBegin) + axes.map(\.padEnd)), "kernel_shape": .ints(axes.map(\.kernel)),
      "group": .int(groups), "input_size": .ints(axes.map(\.input)),
    ]
    if channelsLast { attributes["channels_last"] = .int(1) }
    return attributes
  }
}

extension OperatorCall {
  /// Whether images are [batch, height, width, channels]; a compiler pass says so with the attribute `channels_last`.
  var channelsLast: Bool {
    get throws { try int("channels_last", default: 0) != 0 }
  }

  /// Batch, channels and spatial sizes of an image tensor.
  func image(_ index: Int) throws -> (batch: Int, channels: Int, sizes: [Int]) {
    let shape = try input(index).shape
    guard shape.count >= 3 else {
      throw error("input \(index) has rank \(shape.count)", expected: "[batch, channels, size…] with at least one size")
    }
    return try channelsLast
      ? (shape[0], shape[shape.count - 1], Array(shape[1..<(shape.count - 1)]))
      : (shape[0], shape[1], Array(shape[2...]))
  }

  /// Attribute `name`, one positive integer for each spatial axis.
  func positiveIntegers(_ name: String, count: Int) throws -> [Int] {
    let values = try ints(name) ?? Array(repeating: 1, count: count)
    guard values.count == count else {
      throw error("\(name) \(values)", expected: "\(count) numbers, one for each spatial axis")
    }
    guard values.allSatisfy({ (1...Self.largest).contains($0) }) else {
      throw error("\(name) \(values)", expected: "numbers in 1…\(Self.largest)")
    }
    return values
  }

  /// Beyond this, no stride, dilation, padding or kernel makes sense, and below it their products fit in 64 bits.
  static let largest = 1 << 30

  var group: Int {
    get throws {
      let group = try int("group", default: 1)
      guard group >= 1 else { throw error("group \(group)", expected: "at least 1") }
      return group
    }
  }

  /// The padding that is written out: begins, then ends.
  func explicitPads(count: Int) throws -> [Int] {
    let pads = try ints("pads") ?? Array(repeating: 0, count: 2 * count)
    guard pads.count == 2 * count else {
      throw error("pads \(pads)", expected: "\(2 * count) numbers: begin of each axis, then end of each axis")
    }
    guard pads.allSatisfy({ (0...Self.largest).contains($0) }) else {
      throw error("pads \(pads)", expected: "numbers in 0…\(Self.largest)")
    }
    return pads
  }

  /// The kernel's spatial shape, of a weight tensor that must agree with the attribute `kernel_shape`.
  func kernelShape(weight: [Int], count: Int) throws -> [Int] {
    guard weight.count == count + 2 else {
      throw error("weights have rank \(weight.count)", expected: "rank \(count + 2)")
    }
    let kernel = Array(weight[2...])
    if let declared = try ints("kernel_shape"), declared != kernel {
      throw error("kernel_shape \(declared)", expected: "\(kernel), the shape of the weights")
    }
    guard kernel.allSatisfy({ (1...Self.largest).contains($0) }) else {
      throw error("kernel of shape \(kernel)", expected: "positive sizes")
    }
    return kernel
  }
}
