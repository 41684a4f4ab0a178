import Testing
import ZooKernels
import ZooRuntime

/// One quantized convolution with everything that can follow it.
struct QuantizedCase: Sendable, CustomTestStringConvertible {
  var reference: ConvolutionReference
  var xZero = 7
  var yZero = 11
  var hasBias = true
  var hasResidual = false
  var isRelu = false
  var hasTable = false

  var testDescription: String {
    "\(reference) residual \(hasResidual) relu \(isRelu) table \(hasTable)"
  }

  static let all: [QuantizedCase] = [
    QuantizedCase(
      reference: ConvolutionReference(
        batch: 2, channels: 5, filters: 64, size: [13, 11], kernel: [7, 7], strides: [2, 2], pads: [3, 3, 3, 3]),
      isRelu: true),
    QuantizedCase(
      reference: ConvolutionReference(batch: 1, channels: 64, filters: 64, size: [9, 10], pads: [1, 1, 1, 1]), yZero: 0,
      hasResidual: true, isRelu: true),
    QuantizedCase(
      reference: ConvolutionReference(batch: 3, channels: 16, filters: 37, size: [9, 5], kernel: [1, 1]), hasTable: true
    ),
    QuantizedCase(
      reference: ConvolutionReference(
        batch: 2, channels: 8, filters: 6, size: [9, 9], kernel: [1, 1], strides: [2, 2]), hasBias: false),
    QuantizedCase(
      reference: ConvolutionReference(
        channels: 3, filters: 5, size: [12, 13], strides: [2, 3], dilations: [2, 3], pads: [2, 3, 1, 4]),
      hasResidual: true),
    QuantizedCase(
      reference: ConvolutionReference(
        batch: 2, channels: 13, filters: 13, groups: 13, size: [10, 7], pads: [1, 1, 1, 1]), hasTable: true),
    QuantizedCase(
      reference: ConvolutionReference(
        channels: 72, filters: 72, groups: 72, size: [9, 11], kernel: [5, 5], strides: [2, 2], pads: [2, 2, 2, 2]),
      hasResidual: true),
    QuantizedCase(
      reference: ConvolutionReference(channels: 1, filters: 1, size: [4, 4], kernel: [1, 1], pads: [3, 2, 1, 4])),
    QuantizedCase(
      reference: ConvolutionReference(batch: 7, channels: 40, filters: 33, size: [3, 2], pads: [1, 1, 1, 1]), xZero: 0,
      isRelu: true),
  ]

  let xScale: Float = 0.05
  let yScale: Float = 0.09
  let residualScale: Float = 0.07

  var attributes: [String: Attribute] {
    var attributes = reference.attributes
    attributes["channels_last"] = .int(1)
    attributes["x_scale"] = .float(xScale)
    attributes["x_zero_point"] = .int(xZero)
    attributes["y_scale"] = .float(yScale)
    attributes["y_zero_point"] = .int(yZero)
    attributes["w_scale"] = .floats(weightScales)
    if hasResidual {
      attributes["residual_scale"] = .float(residualScale)
      attributes["residual_zero_point"] = .int(3)
    }
    if isRelu { attributes["activation"] = .string("relu") }
    if hasTable, let table = try? Tensor(shape: [256], table) { attributes["table"] = .tensor(table) }
    return attributes
  }

  var weightScales: [Float] { (0..<reference.weightShape[0]).map { 0.001 + 0.0005 * Float($0 % 7) } }
  var table: [UInt8] { (0..<256).map { UInt8(255 - $0 / 2) } }

  /// x, weights, bias, residual with the channels innermost.
  func inputs() throws -> [Tensor?] {
    var numbers = TestNumbers(seed: 3)
    func bytes(_ shape: [Int]) throws -> Tensor {
      try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in UInt8(numbers.integer(0...255)) })
    }
    let x = try bytes(last(reference.inputShape))
    let weights = try Tensor(
      shape: reference.weightShape,
      (0..<reference.weightShape.reduce(1, *)).map { _ in Int8(numbers.integer(-127...127)) })
    let filters = reference.weightShape[0]
    let bias = try Tensor(shape: [filters], (0..<filters).map { _ in Int32(numbers.integer(-20000...20000)) })
    return [x, weights, hasBias ? bias : nil, hasResidual ? try bytes(last(reference.outputShape)) : nil]
  }

  private func last(_ shape: [Int]) -> [Int] { [shape[0]] + shape[2...] + [shape[1]] }

  func run(workers: Int = 1) throws -> [UInt8] {
    var inputs = try inputs()
    if !hasResidual { inputs.removeLast() }
    let y = try KernelRunner.run(
      "QuantizedConv", domain: "zoo", inputs, attributes, constants: [1, 2], workers: workers)
    return try #require(y.values(as: UInt8.self))
  }

  /// The definition: dequantize, convolve in floats, add, activate, quantize, look up.
  func expected() throws -> [UInt8] {
    let inputs = try inputs()
    func floats<T: BinaryInteger>(_ values: [T], _ zero: Int, _ scale: (Int) -> Float) -> [Float] {
      values.enumerated().map { Float(Int($1) - zero) * scale($0) }
    }
    let size = max(1, reference.weightShape[1...].reduce(1, *))
    let x = try Tensor(
      shape: last(reference.inputShape),
      floats(try #require(inputs[0]?.values(as: UInt8.self)), xZero) { _ in xScale })
    let weights = try Tensor(
      shape: reference.weightShape,
      floats(try #require(inputs[1]?.values(as: Int8.self)), 0) { weightScales[$0 / size] })
    let filters = reference.weightShape[0]
    let bias = try inputs[2].map { bias in
      try Tensor(
        shape: [filters],
        floats(try #require(bias.values(as: Int32.self)), 0) { weightScales[$0] * xScale })
    }
    let residual = try inputs[3].map { residual in
      floats(try #require(residual.values(as: UInt8.self)), 3) { _ in residualScale }
    }
    var layout = reference.attributes
    layout["channels_last"] = .int(1)
    let y = try KernelRunner.run("Conv", [x, weights, bias], layout)
    return try #require(y.values(as: Float.self)).enumerated().map { index, value in
      var value = value + (residual?[index] ?? 0)
      if isRelu { value = max(value, 0) }
      let number = min(max((value / yScale).rounded(.toNearestOrEven) + Float(yZero), 0), 255)
      return hasTable ? table[Int(saturating: number)] : UInt8(saturating: number)
    }
  }
}

@Suite("Quantized convolutions")
struct QuantizedProductTests {
  @Test("agree with the definition within one step", arguments: QuantizedCase.all)
  func definition(of convolution: QuantizedCase) throws {
    let (actual, expected) = (try convolution.run(), try convolution.expected())
    #expect(actual.count == expected.count)
    let worst = zip(actual, expected).map { abs(Int($0) - Int($1)) }.max() ?? 0
    #expect(worst <= 1)
    #expect(Set(actual).count > 4, "the case says nothing: hardly a number differs from another")
  }

  @Test("give the same integers on every instruction set and with any number of workers", arguments: QuantizedCase.all)
  func sameIntegers(of convolution: QuantizedCase) throws {
    let portable = try InstructionSet.$forced.withValue(ZOO_ISA_PORTABLE) { try convolution.run() }
    for isa in InstructionSet.supported {
      try InstructionSet.$forced.withValue(isa) {
        for workers in [1, 3] {
          let numbers = try convolution.run(workers: workers)
          #expect(numbers == portable, "\(InstructionSet.currentName), \(workers) workers")
        }
      }
    }
  }

  @Test("a matrix product is a convolution of single pixels")
  func matrix() throws {
    var convolution = QuantizedCase.all[2]
    convolution.hasTable = false
    convolution.isRelu = true
    let inputs = try convolution.inputs()
    let x = try #require(inputs[0])
    let weights = try #require(inputs[1])
    var attributes = convolution.attributes
    attributes["channels_last"] = nil
    let y = try KernelRunner.run(
      "QuantizedGemm", domain: "zoo",
      [x.reshaped([x.elementCount / 16, 16]), weights.reshaped([37, 16]), inputs[2]], attributes, constants: [1, 2])
    #expect(try #require(y.values(as: UInt8.self)) == convolution.run())
  }

  @Test("refuse what they can't compute, with words")
  func refusals() throws {
    let convolution = QuantizedCase.all[1]
    func problem(_ change: (inout [String: Attribute]) -> Void) -> String {
      var attributes = convolution.attributes
      change(&attributes)
      do {
        _ = try KernelRunner.run(
          "QuantizedConv", domain: "zoo", convolution.inputs(), attributes, constants: [1, 2])
        return ""
      } catch { return "\(error)" }
    }
    #expect(problem { $0["x_scale"] = .float(-1) }.contains("x_scale -1"))
    #expect(problem { $0["y_zero_point"] = .int(256) }.contains("y_zero_point 256"))
    #expect(problem { $0["w_scale"] = .floats([1]) }.contains("w_scale"))
    #expect(problem { $0["activation"] = .string("silu") }.contains("activation 'silu'"))
    #expect(problem { $0["channels_last"] = .int(0) } != "")
  }
}
