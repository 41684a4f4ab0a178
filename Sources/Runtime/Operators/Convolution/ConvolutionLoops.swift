import ZooKernels

/// Convolutions with three and more spatial axes: plain loops over channels-first images.
enum ConvolutionLoops {
  /// Calls `body` with the offsets of every pair of an input and an output position that a tap joins.
  ///
  /// Offsets are inside one channel; `tap` is the kernel's. The order depends on the sizes alone.
  private static func forEachPair(
    _ axes: [ConvolutionGeometry.Axis], _ body: (_ input: Int, _ output: Int, _ tap: Int) -> Void
  ) {
    func visit(_ axis: Int, _ input: Int, _ output: Int, _ tap: Int) {
      guard axis < axes.count else { return body(input, output, tap) }
      let current = axes[axis]
      for o in 0..<current.output {
        for r in 0..<current.kernel {
          let i = o * current.stride + r * current.dilation - current.padBegin
          guard i >= 0, i < current.input else { continue }
          visit(
            axis + 1, input * current.input + i, output * current.output + o, tap * current.kernel + r)
        }
      }
    }
    visit(0, 0, 0, 0)
  }

  static func overData(
    _ request: KernelCall, _ geometry: ConvolutionGeometry, _ direction: zoo_convolution_direction
  ) throws -> Kernel {
    let call = request.call
    guard try !call.channelsLast, try call.activation().kind == ZOO_ACTIVATION_NONE, !call.hasInput(3) else {
      throw call.error("\(geometry.axes.count) spatial axes", expected: "channels first and no fused activation")
    }
    let sizes = Sizes(geometry)
    let hasBias = call.hasInput(2)
    let forward = direction == ZOO_CONVOLUTION_FORWARD
    let results = forward ? geometry.outputChannels : geometry.inputChannels
    let count = forward ? sizes.output : sizes.input
    return Kernel { arguments in
      let source = arguments.unsafeInput(0, as: Float.self)
      let weights = arguments.unsafeInput(1, as: Float.self)
      let result = arguments.unsafeOutput(0, as: Float.self)
      let bias = hasBias ? arguments.unsafeInput(2, as: Float.self) : nil
      arguments.threads.forEach(geometry.batch * results) { index, _ in
        let image = index / results
        let channel = index % results
        let plane = result + index * count
        plane.update(repeating: bias?[channel] ?? 0, count: count)
        let group = channel / (results / geometry.groups)
        let others = (forward ? geometry.inputChannels : geometry.outputChannels) / geometry.groups
        for other in 0..<others {
          let from = group * others + other
          let total = forward ? geometry.inputChannels : geometry.outputChannels
          let plane2 = source + (image * total + from) * (forward ? sizes.input : sizes.output)
          let kernel = weights + sizes.weight(output: forward ? channel : from, input: forward ? from : channel)
          forEachPair(geometry.axes) { i, o, tap in
            if forward { plane[o] += plane2[i] * kernel[tap] } else { plane[i] += plane2[o] * kernel[tap] }
          }
        }
      }
    }
  }

  static func overWeights(_ request: KernelCall, _ geometry: ConvolutionGeometry) throws -> Kernel {
    guard try !request.call.channelsLast else {
      throw request.call.error("\(geometry.axes.count) spatial axes", expected: "channels first")
    }
    let sizes = Sizes(geometry)
    let inputs = geometry.inputChannels / geometry.groups
    return Kernel { arguments in
      let x = arguments.unsafeInput(0, as: Float.self)
      let gradient = arguments.unsafeInput(1, as: Float.self)
      let result = arguments.unsafeOutput(0, as: Float.self)
      arguments.threads.forEach(geometry.outputChannels * inputs) { index, _ in
        let output = index / inputs
        let input = output / (geometry.outputChannels / geometry.groups) * inputs + index % inputs
        let kernel = result + index * sizes.taps
        kernel.update(repeating: 0, count: sizes.taps)
        for image in 0..<geometry.batch {
          let from = x + (image * geometry.inputChannels + input) * sizes.input
          let by = gradient + (image * geometry.outputChannels + output) * sizes.output
          forEachPair(geometry.axes) { i, o, tap in kernel[tap] += from[i] * by[o] }
        }
      }
    }
  }

  /// Elements of one channel of each tensor.
  private struct Sizes {
    let input: Int
    let output: Int
    let taps: Int
    private let inputs: Int

    init(_ geometry: ConvolutionGeometry) {
      input = geometry.axes.reduce(1) { $0 * $1.input }
      output = geometry.axes.reduce(1) { $0 * $1.output }
      taps = geometry.axes.reduce(1) { $0 * $1.kernel }
      inputs = geometry.inputChannels / geometry.groups
    }

    func weight(output: Int, input: Int) -> Int { (output * inputs + input % inputs) * taps }
  }
}
