import Testing
import ZooRuntime

@Suite struct BatchNormalizationTests {
  struct Setup: Sendable, CustomTestStringConvertible {
    var shape: [Int]
    var channelsLast = false
    var activation = ""
    var residual = false
    var testDescription: String {
      "\(shape)\(channelsLast ? " channels last" : "") \(activation)\(residual ? " with residual" : "")"
    }

    var channels: Int { channelsLast ? shape[shape.count - 1] : shape[1] }

    func call(_ numbers: inout GradientCheckNumbers, shift: Float = 0) throws -> SingleCall {
      var inputs: [Tensor?] = [
        try numbers.tensor(shape, scale: 2, shift: shift), try numbers.tensor([channels], shift: 1.5),
        try numbers.tensor([channels]), try numbers.tensor([channels]),
        try numbers.tensor([channels], scale: 0.4, shift: 1),
      ]
      if residual { inputs.append(try numbers.tensor(shape)) }
      return SingleCall(
        op: "BatchNormalizationTraining", domain: "zoo", inputs: inputs,
        attributes: ["channels_last": .int(channelsLast ? 1 : 0), "activation": .string(activation)], outputs: 5)
    }
  }

  static let setups: [Setup] = [
    Setup(shape: [2, 3, 4, 5]), Setup(shape: [2, 4, 5, 3], channelsLast: true), Setup(shape: [7, 5]),
    Setup(shape: [3, 2, 9]), Setup(shape: [2, 5, 3, 17], channelsLast: true, activation: "silu"),
    Setup(shape: [2, 3, 3, 70], channelsLast: true), Setup(shape: [3, 4, 3, 3], activation: "silu"),
    Setup(shape: [2, 3, 3, 3], channelsLast: true, residual: true),
  ]

  @Test(arguments: setups)
  func gradientsAgreeWithFiniteDifferences(_ setup: Setup) throws {
    var numbers = GradientCheckNumbers(state: 21)
    let call = try setup.call(&numbers)
    try GradientCheck(step: 1e-2, tolerance: 2e-2).check(call, by: [0, 1, 2] + (setup.residual ? [5] : []))
  }

  @Test func frozenStatisticsHaveTheirOwnGradient() throws {
    var numbers = GradientCheckNumbers(state: 22)
    let call = SingleCall(
      op: "BatchNormalization",
      inputs: [
        try numbers.tensor([2, 3, 4, 5]), try numbers.tensor([3], shift: 1), try numbers.tensor([3]),
        try numbers.tensor([3]), try numbers.tensor([3], scale: 0.4, shift: 1),
      ])
    try GradientCheck().check(call, by: [0, 1, 2])
  }

  /// Images of bfloat16 are widened as they are read: only their own rounding shows.
  @Test(arguments: ["", "relu", "silu"], [16, 24, 70])
  func narrowImagesGiveWhatTheirWideFormsGive(_ activation: String, _ channels: Int) throws {
    var numbers = TestNumbers(seed: 24)
    func cast(_ tensor: Tensor, _ type: ElementType) throws -> Tensor {
      try KernelRunner.run("Cast", [tensor], ["to": .int(Int(type.rawValue))])
    }
    func image() throws -> Tensor { try cast(cast(numbers.tensor([3, 5, 7, channels]), .bfloat16), .float32) }
    func vector() throws -> Tensor { try numbers.tensor([channels]) }
    let attributes: [String: Attribute] = ["channels_last": .int(1), "activation": .string(activation)]
    let x = try image(), dy = try image(), y = try image(), scale = try vector(), bias = try vector()
    let mean = try vector(), deviation = try Tensor(shape: [channels], [Float](repeating: 1.5, count: channels))
    for (op, images, vectors) in [
      ("BatchNormalizationTraining", [x], [scale, bias, mean, deviation]),
      ("BatchNormalizationGradient", [dy, x], [scale, bias, mean, deviation, y]),
    ] {
      func inputs(_ narrow: Bool) throws -> [Tensor] {
        try (images + vectors).map { $0.shape.count == 4 && narrow ? try cast($0, .bfloat16) : $0 }
      }
      let wide = try KernelRunner.run(op, domain: "zoo", inputs(false), attributes)
      let narrow = try KernelRunner.run(op, domain: "zoo", inputs(true), attributes)
      #expect(narrow.elementType == .bfloat16)
      #expect(relativeDifference(try cast(narrow, .float32), wide) < 5e-3, "\(op)")
    }
  }

  /// Fusing must not change what is computed.
  @Test(arguments: [("relu", "Relu", ""), ("silu", "Silu", "zoo")], [false, true])
  func theFusedFormEqualsItsParts(_ activation: (String, String, String), channelsLast: Bool) throws {
    var numbers = GradientCheckNumbers(state: 23)
    let residual = activation.0 == "relu"
    let shape = channelsLast ? [2, 5, 7, 24] : [2, 24, 5, 7]
    let fused = try Setup(shape: shape, channelsLast: channelsLast, activation: activation.0, residual: residual)
      .call(&numbers)
    var plain = fused
    plain.attributes["activation"] = nil
    plain.inputs = Array(fused.inputs[..<5])
    let gradient = try numbers.tensor(shape)
    let none: [Tensor?] = [nil, nil, nil, nil]

    var value = try plain.run()[0]
    if residual { value = try SingleCall(op: "Add", inputs: [value, fused.inputs[5]]).run()[0] }
    let last = SingleCall(op: activation.1, domain: activation.2, inputs: [value])
    #expect(try close(fused.run()[0], last.run()[0]))

    let inner = try last.gradients([gradient], wanted: [true])[0]
    let expected = try plain.gradients([inner] + none, wanted: [true, true, true, false, false])
    let wanted = [true, true, true, false, false] + (residual ? [true] : [])
    let actual = try fused.gradients([gradient] + none, wanted: wanted)
    for index in 0..<3 { #expect(close(actual[index], expected[index]), "input \(index)") }
    if residual { #expect(close(actual[5], inner)) }
  }

  @Test(arguments: [false, true])
  func aLargeMeanDoesNotSpoilTheVariance(channelsLast: Bool) throws {
    var numbers = GradientCheckNumbers(state: 24)
    let setup = Setup(shape: channelsLast ? [4, 9, 9, 16] : [4, 16, 9, 9], channelsLast: channelsLast)
    let outputs = try setup.call(&numbers, shift: 1000).run()
    let deviations: [Float] = outputs[4].values() ?? []
    // Uniform numbers in −2…2 have the standard deviation 4/√12.
    for deviation in deviations { #expect(abs(1 / deviation - 1.1547) < 0.1, "\(1 / deviation)") }
  }

  @Test func resultsDontDependOnTheWorkers() throws {
    var numbers = GradientCheckNumbers(state: 25)
    var call = try Setup(shape: [8, 40, 40, 24], channelsLast: true).call(&numbers)
    let one = try call.run()
    call.threads = 4
    for (a, b) in zip(one, try call.run()) {
      #expect(a.values(as: Float.self) == b.values(as: Float.self))
    }
  }

  private func close(_ a: Tensor?, _ b: Tensor?) -> Bool {
    guard let a: [Float] = a?.values(), let b: [Float] = b?.values(), a.count == b.count else { return false }
    return zip(a, b).allSatisfy { abs($0 - $1) <= 1e-5 + 1e-4 * abs($1) }
  }
}
