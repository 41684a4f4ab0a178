import Testing
import ZooKernels
import ZooRuntime

/// Convolutions of bfloat16 images with the channels innermost, weights being float32.
@Suite struct NarrowConvolutionTests {
  @Test(
    "bfloat16 images give what rounded images and weights give, in all directions", arguments: ConvolutionTests.shapes)
  func agreesWithRoundedInputs(shape: ConvolutionReference) throws {
    var numbers = TestNumbers(seed: 13)
    let x = try rounded(numbers.tensor(shape.inputShape))
    let w = try rounded(numbers.tensor(shape.weightShape))
    let dy = try rounded(numbers.tensor(shape.outputShape))
    let attributes = shape.attributes.merging(["channels_last": .int(1)]) { old, _ in old }
    let gradients = shape.gradientAttributes.merging(["channels_last": .int(1)]) { old, _ in old }
    let y = try channelsLast(shape.forward(x, w))
    let dx = try channelsLast(shape.byData(dy, w))
    let dw = try shape.byWeights(x, dy)
    let narrowX = try cast(channelsLast(x), to: .bfloat16)
    let narrowGradient = try cast(channelsLast(dy), to: .bfloat16)
    for isa in InstructionSet.supported {
      try InstructionSet.$forced.withValue(isa) {
        let name = String(cString: zoo_isa_name(isa))
        let forward = try KernelRunner.run("Conv", [narrowX, w], attributes)
        #expect(forward.elementType == .bfloat16)
        #expect(relativeDifference(try cast(forward, to: .float32), y) < 5e-3, "forward, \(name), \(shape)")
        let byData = try KernelRunner.run("ConvGradientInput", domain: "zoo", [narrowGradient, w], gradients)
        #expect(relativeDifference(try cast(byData, to: .float32), dx) < 5e-3, "by data, \(name), \(shape)")
        let byWeights = try KernelRunner.run(
          "ConvGradientWeight", domain: "zoo", [narrowX, narrowGradient], gradients)
        #expect(byWeights.elementType == .float32)
        #expect(relativeDifference(byWeights, dw) < 1e-4, "by weights, \(name), \(shape)")
      }
    }
    let one = try KernelRunner.run("ConvGradientWeight", domain: "zoo", [narrowX, narrowGradient], gradients)
    let three = try KernelRunner.run(
      "ConvGradientWeight", domain: "zoo", [narrowX, narrowGradient], gradients, workers: 3)
    #expect(one.values(as: Float.self) == three.values(as: Float.self), "workers change bits, \(shape)")
  }

  @Test func biasResidualAndActivationComeBeforeRounding() throws {
    let shape = ConvolutionReference(batch: 2, channels: 24, filters: 40, size: [7, 9], pads: [1, 1, 1, 1])
    var numbers = TestNumbers(seed: 17)
    let x = try rounded(numbers.tensor(shape.inputShape)), w = try rounded(numbers.tensor(shape.weightShape))
    let bias = try numbers.tensor([40]), residual = try rounded(numbers.tensor(shape.outputShape))
    var attributes = shape.attributes.merging(["channels_last": .int(1)]) { old, _ in old }
    for activation in ["", "relu", "silu", "hard_swish"] {
      attributes["activation"] = .string(activation)
      let wide = try KernelRunner.run(
        "FusedConv", domain: "zoo", [channelsLast(x), w, bias, channelsLast(residual)], attributes)
      let narrow = try KernelRunner.run(
        "FusedConv", domain: "zoo",
        [cast(channelsLast(x), to: .bfloat16), w, bias, cast(channelsLast(residual), to: .bfloat16)], attributes)
      #expect(relativeDifference(try cast(narrow, to: .float32), wide) < 5e-3, "\(activation)")
    }
  }
}
