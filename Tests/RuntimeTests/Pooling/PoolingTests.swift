import Testing
import ZooRuntime

@Suite struct PoolingTests {
  struct Setup: Sendable, CustomTestStringConvertible {
    var op: String
    var shape: [Int]
    var attributes: [String: [Int]] = [:]
    var flags: [String: Int] = [:]
    var testDescription: String { "\(op) \(shape) \(attributes) \(flags)" }

    func call(channelsLast: Bool, _ numbers: inout GradientCheckNumbers) throws -> SingleCall {
      var attributes = self.attributes.mapValues { Attribute.ints($0) }
      for (name, flag) in flags { attributes[name] = .int(flag) }
      if channelsLast { attributes["channels_last"] = .int(1) }
      let shape = channelsLast ? [self.shape[0]] + self.shape[2...] + [self.shape[1]] : self.shape
      return SingleCall(op: op, inputs: [try numbers.distinct(shape)], attributes: attributes)
    }
  }

  static let setups: [Setup] = [
    Setup(
      op: "MaxPool", shape: [1, 2, 7, 6],
      attributes: ["kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]]),
    Setup(
      op: "MaxPool", shape: [2, 1, 5, 5], attributes: ["kernel_shape": [2, 2], "strides": [2, 2]],
      flags: ["ceil_mode": 1]),
    Setup(op: "MaxPool", shape: [1, 2, 7, 7], attributes: ["kernel_shape": [2, 3], "dilations": [2, 2]]),
    Setup(
      op: "AveragePool", shape: [1, 3, 7, 6],
      attributes: ["kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]]),
    Setup(
      op: "AveragePool", shape: [2, 2, 5, 6],
      attributes: ["kernel_shape": [3, 2], "strides": [2, 1], "pads": [1, 0, 1, 1]],
      flags: ["count_include_pad": 1, "ceil_mode": 1]),
    Setup(op: "GlobalAveragePool", shape: [2, 3, 5, 4]), Setup(op: "GlobalMaxPool", shape: [2, 3, 4, 3]),
  ]

  @Test(arguments: setups, [false, true])
  func gradientsAgreeWithFiniteDifferences(_ setup: Setup, channelsLast: Bool) throws {
    var numbers = GradientCheckNumbers(state: 31)
    try GradientCheck().check(setup.call(channelsLast: channelsLast, &numbers))
  }

  @Test(arguments: setups)
  func bothLayoutsGiveTheSameNumbers(_ setup: Setup) throws {
    var numbers = GradientCheckNumbers(state: 32)
    let planes = try setup.call(channelsLast: false, &numbers)
    var rows = planes
    rows.attributes["channels_last"] = .int(1)
    rows.inputs = [try transpose(planes.inputs[0], [0, 2, 3, 1])]
    let expected: [Float] = try planes.run()[0].values() ?? []
    let actual: [Float] = try transpose(rows.run()[0], [0, 3, 1, 2]).values() ?? []
    #expect(!expected.isEmpty)
    for (a, e) in zip(actual, expected) { #expect(abs(a - e) <= 1e-6) }
  }

  /// Narrow images give what float32 ones give, rounded at the end; small integers make for many equal values.
  @Test(arguments: [1, 3, 70])
  func narrowMaximaAgreeWithWideOnes(channels: Int) throws {
    var numbers = TestNumbers(seed: UInt64(channels))
    func integers(_ shape: [Int]) throws -> Tensor {
      try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in Float(numbers.integer(-4...4)) })
    }
    func cast(_ tensor: Tensor?, to type: ElementType) throws -> Tensor? {
      try SingleCall(op: "Cast", inputs: [tensor], attributes: ["to": .int(Int(type.rawValue))]).run()[0]
    }
    func bits(_ tensor: Tensor?) throws -> [UInt8] {
      let tensor = try #require(tensor)
      return Array(UnsafeRawBufferPointer(start: tensor.storage.base, count: tensor.type.byteCount))
    }
    let attributes: [String: Attribute] = [
      "kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "pads": .ints([1, 1, 1, 1]), "channels_last": .int(1),
    ]
    let x = try integers([2, 9, 8, channels])
    let gradient = try integers([2, 5, 4, channels])
    let wide = SingleCall(op: "MaxPool", inputs: [x], attributes: attributes)
    var narrow = wide
    narrow.inputs = [try cast(x, to: .bfloat16)]
    let (largest, narrowLargest) = (try wide.run()[0], try narrow.run()[0])
    #expect(narrowLargest.elementType == .bfloat16)
    #expect(try bits(narrowLargest) == bits(cast(largest, to: .bfloat16)))

    var wideGradient = SingleCall(op: "MaxPoolGradient", inputs: [x, largest, gradient], attributes: attributes)
    wideGradient.domain = "zoo"
    var narrowGradient = wideGradient
    narrowGradient.inputs = try wideGradient.inputs.map { try cast($0, to: .bfloat16) }
    let sums = try narrowGradient.run()[0]
    #expect(sums.elementType == .bfloat16)
    #expect(try bits(sums) == bits(cast(wideGradient.run()[0], to: .bfloat16)))
  }

  @Test func oneAndThreeSpatialDimensionsWork() throws {
    var numbers = GradientCheckNumbers(state: 33)
    for (shape, kernel) in [([2, 3, 9], [3]), ([1, 2, 4, 5, 3], [2, 2, 2])] {
      let call = SingleCall(
        op: "MaxPool", inputs: [try numbers.distinct(shape)], attributes: ["kernel_shape": .ints(kernel)])
      try GradientCheck().check(call)
    }
  }

  @Test func aWindowLargerThanTheImageIsRefused() throws {
    var numbers = GradientCheckNumbers(state: 34)
    let call = SingleCall(
      op: "MaxPool", inputs: [try numbers.tensor([1, 1, 2, 2])], attributes: ["kernel_shape": .ints([3, 3])])
    #expect(throws: ZooError.self) { try call.run() }
  }

  private func transpose(_ tensor: Tensor?, _ order: [Int]) throws -> Tensor {
    try SingleCall(op: "Transpose", inputs: [tensor], attributes: ["perm": .ints(order)]).run()[0]
  }
}
