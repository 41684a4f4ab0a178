import ZooFormat

/// ConvInteger and QLinearConv: convolutions of 8-bit numbers, with exact sums.
enum IntegerConvolution {
  static let all: [Operator] = [convInteger, quantizedConv]

  /// Inputs: x, weights, and their zero points (optional). The result is int32.
  private static let convInteger = Operator(
    "ConvInteger", inputs: 2...4,
    types: { [TensorType(.int32, try Plan($0, x: (0, zero: 2), w: (1, zero: 3), bias: nil).shape)] },
    cost: { call, _ in (try? Plan(call, x: (0, zero: 2), w: (1, zero: 3), bias: nil))?.geometry.operations ?? 0 },
    kernel: { request in
      let plan = try Plan(request.call, x: (0, zero: 2), w: (1, zero: 3), bias: nil)
      return Kernel(scratchByteCount: plan.scratchByteCount(request.workers)) { arguments in
        let y: UnsafeMutablePointer<Int32> = arguments.unsafeOutput(0)
        plan.run(arguments) { at, sum, _ in y[at] = sum }
      }
    })

  /// Inputs: x, scale, zero point, weights, scales, zero points (one or one for each output channel), the result's scale and
  /// zero point, bias int32 (optional, of scale x · weights).
  private static let quantizedConv = Operator(
    "QLinearConv", inputs: 8...9,
    types: { call in
      let plan = try Plan(call, x: (0, zero: 2), w: (3, zero: 5), bias: 8)
      return [TensorType(try requantization(call, plan).type, plan.shape)]
    },
    cost: { call, _ in (try? Plan(call, x: (0, zero: 2), w: (3, zero: 5), bias: 8))?.geometry.operations ?? 0 },
    kernel: { request in
      let plan = try Plan(request.call, x: (0, zero: 2), w: (3, zero: 5), bias: 8)
      let requantization = try requantization(request.call, plan)
      return Kernel(scratchByteCount: plan.scratchByteCount(request.workers)) { arguments in
        let y: UnsafeMutablePointer<UInt8> = arguments.unsafeOutput(0)
        let values = requantization.values(arguments)
        plan.run(arguments) { at, sum, channel in y[at] = values.number(sum, row: 0, column: channel) }
      }
    })

  private static func requantization(_ call: OperatorCall, _ plan: Plan) throws -> Requantization {
    try Requantization(call, scales: (1, 4, 6), zero: 7, lines: (1, plan.geometry.outputChannels))
  }

  private struct Plan: Sendable {
    let x: IntegerOperand
    let weights: IntegerOperand
    let geometry: ConvolutionGeometry
    private let bias: Int?
    private let depth: Int

    init(_ call: OperatorCall, x: (input: Int, zero: Int), w: (input: Int, zero: Int), bias: Int?) throws {
      var node = call.node
      node.inputs = [call.node.inputs[x.input], call.node.inputs[w.input]]
      // Layout and fusion are matters of the floating-point form.
      node.attributes["channels_last"] = nil
      geometry = try OperatorCall(
        node: node, opset: call.opset, inputs: [call.inputs[x.input], call.inputs[w.input]], constants: [nil, nil]
      ).convolution()
      self.x = try IntegerOperand(call, x.input, zero: x.zero, lines: 1)
      weights = try IntegerOperand(call, w.input, zero: w.zero, lines: geometry.outputChannels)
      self.bias = bias.flatMap { call.hasInput($0) ? $0 : nil }
      if let bias = self.bias, try call.input(bias) != TensorType(.int32, [geometry.outputChannels]) {
        throw call.error("bias \(try call.input(bias))", expected: "int32[\(geometry.outputChannels)]")
      }
      depth = geometry.weightShape[1...].reduce(1, *)
    }

    var shape: [Int] { geometry.outputShape(channelsLast: false) }
    private var weightCount: Int { geometry.outputChannels * depth }

    /// The weights, and for each worker the taps of all channels at a pixel.
    func scratchByteCount(_ workers: Int) -> Int { (weightCount + workers * geometry.groups * depth) * 2 }

    /// Calls `body` with each place of the result, its sum and its channel.
    func run(_ arguments: borrowing KernelArguments, _ body: (_ at: Int, _ sum: Int32, _ channel: Int) -> Void) {
      let g = geometry
      let packed = arguments.unsafeScratch.assumingMemoryBound(to: Int16.self)
      let columns = packed + weightCount
      let (image, w) = (
        arguments.unsafeInput(x.input, as: UInt8.self), arguments.unsafeInput(weights.input, as: UInt8.self)
      )
      for channel in 0..<g.outputChannels {
        let zero = weights.zero(arguments, channel)
        for i in channel * depth..<(channel + 1) * depth { packed[i] = weights.value(w, i) - zero }
      }
      let start = bias.map { arguments.unsafeInput($0, as: Int32.self) }
      let zero = x.zero(arguments, 0)
      let pixels = g.axes.reduce(1) { $0 * $1.output }
      let own = g.outputChannels / g.groups
      arguments.threads.forEach(g.batch * pixels) { item, worker in
        let column = columns + worker * g.groups * depth
        gather(image, zero, sample: item / pixels, pixel: item % pixels, to: column)
        for channel in 0..<g.outputChannels {
          let sum = integerDot(column + channel / own * depth, packed + channel * depth, depth)
          body(
            (item / pixels * g.outputChannels + channel) * pixels + item % pixels, sum &+ (start?[channel] ?? 0),
            channel)
        }
      }
    }

    /// The elements that the taps of one pixel read, channel after channel; 0 outside the image.
    private func gather(
      _ image: UnsafePointer<UInt8>, _ zero: Int16, sample: Int, pixel: Int, to column: UnsafeMutablePointer<Int16>
    ) {
      let g = geometry
      let taps = g.axes.reduce(1) { $0 * $1.kernel }
      let plane = g.axes.reduce(1) { $0 * $1.input }
      for tap in 0..<taps {
        var (tapRest, rest, place, step, isInside) = (tap, pixel, 0, 1, true)
        for axis in g.axes.reversed() {
          let at = rest % axis.output * axis.stride - axis.padBegin + tapRest % axis.kernel * axis.dilation
          (tapRest, rest) = (tapRest / axis.kernel, rest / axis.output)
          isInside = isInside && (0..<axis.input).contains(at)
          place += at * step
          step *= axis.input
        }
        for channel in 0..<g.inputChannels {
          column[channel * taps + tap] =
            isInside ? x.value(image, (sample * g.inputChannels + channel) * plane + place) - zero : 0
        }
      }
    }
  }
}
