import Testing
import ZooKernels
import ZooRuntime

@Suite struct ConvolutionTests {
  /// Sizes that hit every border: primes, strides beyond the kernel, asymmetric pads, groups, single channels.
  static let shapes: [ConvolutionReference] = [
    ConvolutionReference(),
    ConvolutionReference(batch: 2, channels: 3, filters: 5, size: [7, 11], pads: [1, 1, 1, 1]),
    ConvolutionReference(
      batch: 2, channels: 5, filters: 64, size: [23, 19], kernel: [7, 7], strides: [2, 2], pads: [3, 3, 3, 3]),
    ConvolutionReference(batch: 1, channels: 17, filters: 33, size: [13, 13], pads: [1, 1, 1, 1]),
    ConvolutionReference(batch: 3, channels: 16, filters: 37, size: [9, 5], kernel: [1, 1]),
    ConvolutionReference(batch: 2, channels: 8, filters: 6, size: [9, 9], kernel: [1, 1], strides: [2, 2]),
    ConvolutionReference(batch: 2, channels: 19, filters: 23, size: [14, 14], strides: [2, 2], pads: [1, 1, 1, 1]),
    ConvolutionReference(
      channels: 4, filters: 6, groups: 2, size: [8, 9], kernel: [3, 2], strides: [3, 1], pads: [0, 1, 2, 0]),
    ConvolutionReference(
      channels: 2, filters: 3, size: [11, 12], kernel: [2, 3], strides: [5, 4], pads: [1, 0, 1, 2]),
    ConvolutionReference(
      batch: 2, channels: 3, filters: 4, size: [12, 13], strides: [2, 3], dilations: [2, 3], pads: [2, 3, 1, 4]),
    ConvolutionReference(
      channels: 2, filters: 2, size: [10, 10], strides: [2, 2], dilations: [2, 4], pads: [4, 4, 4, 4]),
    ConvolutionReference(batch: 2, channels: 13, filters: 13, groups: 13, size: [10, 7], pads: [1, 1, 1, 1]),
    ConvolutionReference(
      batch: 2, channels: 40, filters: 40, groups: 40, size: [9, 11], kernel: [5, 5], strides: [2, 2],
      pads: [2, 2, 2, 2]),
    ConvolutionReference(channels: 6, filters: 12, groups: 6, size: [6, 6], pads: [1, 1, 1, 1]),
    ConvolutionReference(channels: 1, filters: 1, size: [4, 4], kernel: [1, 1], pads: [3, 2, 1, 4]),
    ConvolutionReference(batch: 1, channels: 64, filters: 64, size: [14, 15], pads: [1, 1, 1, 1]),
    ConvolutionReference(batch: 2, channels: 96, filters: 36, size: [6, 8], pads: [1, 1, 1, 1]),
    ConvolutionReference(batch: 1, channels: 48, filters: 80, size: [17, 30], pads: [0, 2, 1, 1]),
    ConvolutionReference(batch: 1, channels: 130, filters: 10, size: [4, 5], kernel: [3, 3], pads: [1, 1, 1, 1]),
    ConvolutionReference(batch: 20, channels: 34, filters: 40, size: [2, 2], pads: [1, 1, 1, 1]),
    ConvolutionReference(batch: 3, channels: 6, filters: 33, size: [4, 3], strides: [2, 2], pads: [1, 1, 1, 1]),
    ConvolutionReference(batch: 2, channels: 400, filters: 8, size: [1, 2], pads: [2, 1, 2, 1]),
    ConvolutionReference(batch: 2, channels: 24, filters: 150, size: [9, 11], kernel: [1, 1]),
    ConvolutionReference(batch: 14, channels: 512, filters: 272, size: [2, 2], pads: [1, 1, 1, 1]),
    // Groups of few channels: several to a vector, one, more than one; a filter of several for each channel.
    ConvolutionReference(batch: 2, channels: 32, filters: 32, groups: 8, size: [9, 11], pads: [1, 1, 1, 1]),
    ConvolutionReference(
      channels: 48, filters: 48, groups: 3, size: [13, 10], strides: [2, 2], pads: [1, 1, 1, 1]),
    ConvolutionReference(channels: 80, filters: 96, groups: 2, size: [7, 7], pads: [1, 0, 1, 2]),
    ConvolutionReference(
      batch: 2, channels: 24, filters: 48, groups: 24, size: [12, 9], kernel: [7, 7], strides: [2, 2],
      pads: [3, 3, 3, 3]),
    ConvolutionReference(
      channels: 20, filters: 40, groups: 5, size: [11, 12], dilations: [2, 3], pads: [2, 3, 2, 3]),
    ConvolutionReference(channels: 12, filters: 6, groups: 3, size: [5, 6], kernel: [1, 1]),
    // Winograd's algorithm by groups: several to a block, blocks that share a panel, more tiles than one task has.
    ConvolutionReference(batch: 2, channels: 32, filters: 32, groups: 16, size: [6, 9], pads: [1, 1, 1, 1]),
    ConvolutionReference(channels: 48, filters: 48, groups: 6, size: [11, 8], pads: [0, 1, 2, 1]),
    ConvolutionReference(batch: 3, channels: 80, filters: 80, groups: 5, size: [9, 11], pads: [1, 1, 1, 1]),
    ConvolutionReference(channels: 64, filters: 64, groups: 2, size: [13, 7], pads: [1, 1, 1, 1]),
    ConvolutionReference(batch: 2, channels: 64, filters: 64, groups: 16, size: [26, 27], pads: [1, 1, 1, 1]),
    ConvolutionReference(batch: 2, channels: 16, filters: 16, size: [12, 10], pads: [1, 1, 1, 1]),
    // Depthwise kernels that are large, dilated, and channels that don't fill vectors.
    ConvolutionReference(
      batch: 2, channels: 40, filters: 40, groups: 40, size: [14, 9], kernel: [7, 7], pads: [3, 3, 3, 3]),
    ConvolutionReference(
      channels: 49, filters: 49, groups: 49, size: [15, 17], kernel: [9, 9], strides: [2, 2], pads: [4, 4, 4, 4]),
    ConvolutionReference(
      channels: 33, filters: 33, groups: 33, size: [12, 11], kernel: [5, 11], pads: [2, 5, 2, 5]),
    ConvolutionReference(
      channels: 18, filters: 18, groups: 18, size: [13, 12], kernel: [5, 5], dilations: [2, 2], pads: [4, 4, 4, 4]),
  ]

  @Test("Every instruction set agrees with the definition in all directions and both layouts", arguments: shapes)
  func matchesDefinition(shape: ConvolutionReference) throws {
    var numbers = TestNumbers(seed: 7)
    let x = try numbers.tensor(shape.inputShape)
    let w = try numbers.tensor(shape.weightShape)
    let dy = try numbers.tensor(shape.outputShape)
    let y = try shape.forward(x, w)
    let dx = try shape.byData(dy, w)
    let dw = try shape.byWeights(x, dy)
    for isa in InstructionSet.supported {
      try InstructionSet.$forced.withValue(isa) {
        let name = String(cString: zoo_isa_name(isa))
        for last in [false, true] {
          let layout: [String: Attribute] = last ? ["channels_last": .int(1)] : [:]
          func image(_ tensor: Tensor) throws -> Tensor { last ? try channelsLast(tensor) : tensor }
          let attributes = shape.attributes.merging(layout) { old, _ in old }
          let gradients = shape.gradientAttributes.merging(layout) { old, _ in old }
          let forward = try KernelRunner.run("Conv", [image(x), w], attributes)
          #expect(relativeDifference(forward, try image(y)) < 1e-4, "forward, \(name), channels last \(last), \(shape)")
          let packed = try KernelRunner.run("Conv", [image(x), w], attributes, constants: [1])
          #expect(relativeDifference(packed, try image(y)) < 1e-4, "packed, \(name), channels last \(last), \(shape)")
          let byData = try KernelRunner.run("ConvGradientInput", domain: "zoo", [image(dy), w], gradients)
          #expect(relativeDifference(byData, try image(dx)) < 1e-4, "by data, \(name), channels last \(last), \(shape)")
          let byWeights = try KernelRunner.run(
            "ConvGradientWeight", domain: "zoo", [image(x), image(dy)], gradients)
          #expect(relativeDifference(byWeights, dw) < 1e-4, "by weights, \(name), channels last \(last), \(shape)")
        }
      }
    }
  }

  @Test("Any number of workers gives the same bits", arguments: shapes)
  func workersDoNotMatter(shape: ConvolutionReference) throws {
    var numbers = TestNumbers(seed: 11)
    let x = try numbers.tensor(shape.inputShape)
    let w = try numbers.tensor(shape.weightShape)
    let dy = try numbers.tensor(shape.outputShape)
    func all(_ workers: Int) throws -> [[Float]] {
      let results = [
        try KernelRunner.run("Conv", [x, w], shape.attributes, workers: workers),
        try KernelRunner.run("Conv", [x, w], shape.attributes, constants: [1], workers: workers),
        try KernelRunner.run("ConvGradientInput", domain: "zoo", [dy, w], shape.gradientAttributes, workers: workers),
        try KernelRunner.run("ConvGradientWeight", domain: "zoo", [x, dy], shape.gradientAttributes, workers: workers),
      ]
      return results.map { $0.values(as: Float.self) ?? [] }
    }
    let one = try all(1)
    for workers in [2, 3, 5] {
      let several = try all(workers)
      #expect(several == one, "\(workers) workers, \(shape)")
    }
  }

  @Test(
    "A sample alone has the bits that it has in a batch", arguments: shapes.filter { $0.batch > 1 && $0.groups > 1 })
  func batchDoesNotMatter(shape: ConvolutionReference) throws {
    var single = shape
    single.batch = 1
    var numbers = TestNumbers(seed: 13)
    let x = try numbers.tensor(shape.inputShape)
    let w = try numbers.tensor(shape.weightShape)
    let all = try KernelRunner.run("Conv", [x, w], shape.attributes, constants: [1]).values(as: Float.self) ?? []
    let values = x.values(as: Float.self) ?? []
    let size = values.count / shape.batch
    for index in 0..<shape.batch {
      let sample = try Tensor(shape: single.inputShape, Array(values[index * size..<(index + 1) * size]))
      let alone =
        try KernelRunner.run("Conv", [sample, w], single.attributes, constants: [1]).values(as: Float.self) ?? []
      #expect(!alone.isEmpty && alone == Array(all[index * alone.count..<(index + 1) * alone.count]), "\(shape)")
    }
  }

  /// So many tiles that they are worked on in rounds; those of one image are one round.
  @Test func weightGradientsOfManyTilesAreTheSumsOfThoseOfEachImage() throws {
    func shape(_ batch: Int) -> ConvolutionReference {
      ConvolutionReference(batch: batch, channels: 32, filters: 32, size: [149, 150], pads: [1, 1, 1, 1])
    }
    var numbers = TestNumbers(seed: 5)
    let x = try numbers.tensor(shape(2).inputShape)
    let dy = try numbers.tensor(shape(2).outputShape)
    func gradient(_ x: Tensor, _ dy: Tensor, _ shape: ConvolutionReference, workers: Int = 2) throws -> [Float] {
      try KernelRunner.run("ConvGradientWeight", domain: "zoo", [x, dy], shape.gradientAttributes, workers: workers)
        .values(as: Float.self) ?? []
    }
    let whole = try gradient(x, dy, shape(2))
    var sum = [Float](repeating: 0, count: whole.count)
    for index in 0..<2 {
      func image(_ tensor: Tensor) throws -> Tensor {
        let values = tensor.values(as: Float.self) ?? []
        let size = values.count / 2
        return try Tensor(shape: [1] + tensor.shape[1...], Array(values[index * size..<(index + 1) * size]))
      }
      for (at, value) in try gradient(image(x), image(dy), shape(1)).enumerated() { sum[at] += value }
    }
    #expect(relativeDifference(try Tensor(shape: [whole.count], whole), try Tensor(shape: [whole.count], sum)) < 1e-4)
    #expect(try gradient(x, dy, shape(2), workers: 5) == whole)
  }
}
