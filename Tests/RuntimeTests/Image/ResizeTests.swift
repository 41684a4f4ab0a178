import Testing
import ZooRuntime

@Suite struct ResizeTests {
  private func call(_ x: Tensor, scales: [Float], _ attributes: [String: Attribute]) throws -> SingleCall {
    SingleCall(op: "Resize", inputs: [x, nil, try Tensor(shape: [scales.count], scales)], attributes: attributes)
  }

  @Test(arguments: ["nearest", "linear", "cubic"], ["half_pixel", "align_corners", "asymmetric"])
  func gradients(_ mode: String, _ coordinates: String) throws {
    var numbers = GradientCheckNumbers(state: 81)
    for scales: [Float] in [[1, 1, 2, 1.6], [1, 1, 0.6, 0.8], [1, 2, 1, 1]] {
      let attributes: [String: Attribute] = [
        "mode": .string(mode), "coordinate_transformation_mode": .string(coordinates),
      ]
      try GradientCheck().check(call(numbers.tensor([1, 2, 5, 6]), scales: scales, attributes), by: [0])
    }
  }

  @Test func antialiasingKeepsTheMean() throws {
    var numbers = GradientCheckNumbers(state: 82)
    let x = try numbers.tensor([1, 1, 12, 12])
    for mode in ["linear", "cubic"] {
      let y = try call(
        x, scales: [1, 1, 0.25, 0.25], ["mode": .string(mode), "antialias": .int(1), "exclude_outside": .int(1)]
      ).run()[0]
      #expect(y.shape == [1, 1, 3, 3])
      let constant = try call(
        Tensor(shape: [1, 1, 12, 12], [Float](repeating: 3, count: 144)), scales: [1, 1, 0.25, 0.25],
        ["mode": .string(mode), "antialias": .int(1)]
      ).run()[0]
      for value: Float in constant.values() ?? [] { #expect(abs(value - 3) < 1e-5) }
    }
  }

  @Test func sizesThatNoImageHasAreRefused() throws {
    let x = try Tensor(shape: [1, 1, 2, 2], [Float](repeating: 1, count: 4))
    for scale in [Float(0), -1, .infinity, .nan, 1e30] {
      #expect(throws: ZooError.self) { try call(x, scales: [1, 1, scale, 1], [:]).run() }
    }
    #expect(throws: ZooError.self) { try call(x, scales: [1, 1], [:]).run() }
    let sizes = SingleCall(
      op: "Resize", inputs: [x, nil, nil, try Tensor(shape: [4], [Int64(1), 1, Int64.max, 2])])
    #expect(throws: ZooError.self) { try sizes.run() }
  }
}
