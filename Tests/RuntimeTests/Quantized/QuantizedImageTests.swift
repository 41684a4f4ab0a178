import Testing
import ZooKernels
import ZooRuntime

@Suite("Operators on 8-bit numbers")
struct QuantizedImageTests {
  private func bytes(_ shape: [Int]) throws -> Tensor {
    var numbers = TestNumbers(seed: 5)
    return try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in UInt8(numbers.integer(0...255)) })
  }

  private func everywhere(_ body: () throws -> Tensor) throws -> [[UInt8]] {
    try InstructionSet.supported.map { isa in
      try InstructionSet.$forced.withValue(isa) {
        let result = try body()
        return result.withUnsafeBytes { Array($0) }
      }
    }
  }

  @Test("QuantizeLinear rounds to even, saturates and takes scales by axis, as ONNX says")
  func quantizeLinear() throws {
    let x = try Tensor(shape: [2, 4], [-1, 0.5, 1.5, 300, -300, 0.25, .nan, 2.5] as [Float])
    let single = try SingleCall(
      op: "QuantizeLinear", inputs: [x, Tensor(Float(1)), Tensor(UInt8(3))]
    ).run()[0]
    #expect(single.values(as: UInt8.self) == [2, 3, 5, 255, 0, 3, 3, 5])
    let signed = try SingleCall(
      op: "QuantizeLinear",
      inputs: [x, Tensor(shape: [2], [1, 0.5] as [Float]), Tensor(shape: [2], [0, 1] as [Int8])],
      attributes: ["axis": .int(0)]
    ).run()[0]
    #expect(signed.values(as: Int8.self) == [-1, 0, 2, 127, -128, 1, 1, 6])
  }

  @Test("DequantizeLinear subtracts the zero and scales, by axis too")
  func dequantizeLinear() throws {
    let x = try Tensor(shape: [2, 2], [0, 255, 10, 20] as [UInt8])
    let y = try SingleCall(
      op: "DequantizeLinear",
      inputs: [x, Tensor(shape: [2], [0.5, 2] as [Float]), Tensor(shape: [2], [10, 20] as [UInt8])]
    ).run()[0]
    #expect(y.values(as: Float.self) == [-5, 470, 0, 0])
    let bias = try SingleCall(
      op: "DequantizeLinear", inputs: [Tensor(shape: [2], [100_000, -7] as [Int32]), Tensor(Float(0.5))]
    ).run()[0]
    #expect(bias.values(as: Float.self) == [50000, -3.5])
  }

  @Test("an image is quantized and turned as QuantizeLinear and Transpose do it, on every instruction set")
  func image() throws {
    var numbers = TestNumbers(seed: 9)
    let x = try numbers.tensor([2, 37, 9, 15])
    let plain = try SingleCall(
      op: "QuantizeLinear", inputs: [x, Tensor(Float(0.006)), Tensor(UInt8(120))]
    ).run()[0]
    let turned = try SingleCall(op: "Transpose", inputs: [plain], attributes: ["perm": .ints([0, 2, 3, 1])]).run()[0]
    let attributes: [String: Attribute] = ["y_scale": .float(0.006), "y_zero_point": .int(120)]
    let results = try everywhere { try KernelRunner.run("QuantizeImage", domain: "zoo", [x], attributes, workers: 2) }
    for result in results { #expect(result == turned.values(as: UInt8.self)) }
  }

  @Test("the largest of a window is what MaxPool finds", arguments: [[3, 3, 2, 1], [2, 2, 2, 0], [3, 2, 1, 1]])
  func pool(window: [Int]) throws {
    let x = try bytes([2, 9, 12, 19])
    let attributes: [String: Attribute] = [
      "kernel_shape": .ints([window[0], window[1]]), "strides": .ints([window[2], window[2]]),
      "pads": .ints([window[3], window[3], window[3], window[3]]),
    ]
    let first = try SingleCall(op: "Transpose", inputs: [x], attributes: ["perm": .ints([0, 3, 1, 2])]).run()[0]
    let pooled = try SingleCall(op: "MaxPool", inputs: [first], attributes: attributes).run()[0]
    let expected = try SingleCall(op: "Transpose", inputs: [pooled], attributes: ["perm": .ints([0, 2, 3, 1])]).run()[0]
    let last = attributes.merging(["channels_last": .int(1)]) { $1 }
    for result in try everywhere({ try KernelRunner.run("QuantizedMaxPool", domain: "zoo", [x], last, workers: 2) }) {
      #expect(result == expected.values(as: UInt8.self))
    }
  }

  @Test("means and scaled channels are those of the dequantized image")
  func averageAndScale() throws {
    let x = try bytes([3, 6, 7, 21])
    let attributes: [String: Attribute] = [
      "channels_last": .int(1), "x_scale": .float(0.5), "x_zero_point": .int(20), "y_scale": .float(0.25),
      "y_zero_point": .int(40),
    ]
    let floats = try SingleCall(
      op: "DequantizeLinear", inputs: [x, Tensor(Float(0.5)), Tensor(UInt8(20))]
    ).run()[0]
    let mean = try SingleCall(
      op: "GlobalAveragePool", inputs: [floats], attributes: ["channels_last": .int(1)]
    ).run()[0]
    var numbers = TestNumbers(seed: 4)
    let factor = try numbers.tensor([3, 1, 1, 21])
    let product = try SingleCall(op: "Mul", inputs: [floats, factor]).run()[0]
    let scaled = try #require(
      try SingleCall(op: "QuantizeLinear", inputs: [product, Tensor(Float(0.25)), Tensor(UInt8(40))]).run()[0]
        .values(as: UInt8.self))
    for isa in InstructionSet.supported {
      try InstructionSet.$forced.withValue(isa) {
        let actual = try KernelRunner.run("QuantizedGlobalAveragePool", domain: "zoo", [x], attributes, workers: 2)
        #expect(relativeDifference(actual, mean) < 1e-6)
        let numbers = try KernelRunner.run("QuantizedScale", domain: "zoo", [x, factor], attributes, workers: 2)
        let values = try #require(numbers.values(as: UInt8.self))
        #expect(zip(values, scaled).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
      }
    }
  }
}
