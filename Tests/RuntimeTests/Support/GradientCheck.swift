import Testing
import ZooRuntime

/// Holds an operator's gradient rule against finite differences.
///
/// The outputs are projected on one number by random weights: L = Σ wᵢ·yᵢ. Each element of each differentiated input is
/// moved up and down by `step`, and (L₊ − L₋) / 2·step is compared with the rule's result.
struct GradientCheck {
  /// Central differences with this step; float32 results limit it from below, curvature from above.
  var step: Float = 5e-3
  /// Largest difference in relation to the largest gradient (at least 1).
  var tolerance: Float = 1e-2
  /// At most this many elements of each input are moved.
  var elements = 60

  /// - Parameters:
  ///   - by: the inputs to differentiate by; all floating-point inputs if `nil`.
  ///   - outputs: the outputs that take part in the projection; the first alone by default.
  func check(
    _ call: SingleCall, by: [Int]? = nil, outputs projected: Set<Int> = [0],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let wanted = call.inputs.indices.map { index in
      by?.contains(index) ?? (call.inputs[index]?.elementType == .float32)
    }
    let outputs = try call.run()
    var numbers = GradientCheckNumbers(state: 11)
    var weights: [Tensor?] = []
    for (index, output) in outputs.enumerated() {
      weights.append(projected.contains(index) ? try numbers.tensor(output.shape) : nil)
    }
    let gradients = try call.gradients(weights, wanted: wanted)
    // The same bits on any number of workers.
    var parallel = call
    parallel.threads = 3
    for (one, several) in zip(gradients, try parallel.gradients(weights, wanted: wanted)) {
      #expect(bytes(one) == bytes(several), "gradients depend on the workers", sourceLocation: sourceLocation)
    }
    for index in call.inputs.indices where wanted[index] {
      guard let input = call.inputs[index], let values: [Float] = input.values() else { continue }
      let gradient = try #require(gradients[index], "input \(index) has no gradient", sourceLocation: sourceLocation)
      #expect(gradient.type == input.type, sourceLocation: sourceLocation)
      let actual: [Float] = try #require(gradient.values(), sourceLocation: sourceLocation)
      #expect(actual.count == values.count, sourceLocation: sourceLocation)
      let scale = actual.reduce(Float(1)) { max($0, abs($1)) }
      for element in sample(values.count) {
        func loss(_ delta: Float) throws -> Double {
          var moved = values
          moved[element] += delta
          var shifted = call
          shifted.inputs[index] = try Tensor(shape: input.shape, moved)
          return try project(shifted.run(), weights)
        }
        let slope = Float(try (loss(step) - loss(-step)) / Double(2 * step))
        #expect(
          abs(actual[element] - slope) <= tolerance * scale,
          "\(call.op): d/dx\(index)[\(element)] is \(actual[element]), finite differences give \(slope)",
          sourceLocation: sourceLocation)
      }
    }
  }

  private func project(_ outputs: [Tensor], _ weights: [Tensor?]) -> Double {
    var sum = 0.0
    for (output, weight) in zip(outputs, weights) {
      guard let values: [Float] = output.values(), let weights: [Float] = weight?.values() else { continue }
      for (value, weight) in zip(values, weights) { sum += Double(value) * Double(weight) }
    }
    return sum
  }

  private func sample(_ count: Int) -> [Int] {
    guard count > elements else { return Array(0..<count) }
    return (0..<elements).map { $0 * count / elements }
  }

  private func bytes(_ tensor: Tensor?) -> [UInt8] { tensor?.withUnsafeBytes { Array($0) } ?? [] }
}

/// Reproducible numbers for tests.
struct GradientCheckNumbers {
  var state: UInt64

  /// In −1…1.
  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(state >> 40) / Float(1 << 23) - 1
  }

  mutating func tensor(_ shape: [Int], scale: Float = 1, shift: Float = 0) throws -> Tensor {
    try Tensor(shape: shape, (0..<shape.reduce(1, *)).map { _ in next() * scale + shift })
  }

  /// Numbers in −range…range of which no two are closer than the step of a check, nor is one near 0: for functions with
  /// corners.
  mutating func distinct(_ shape: [Int], range: Float = 1.93) throws -> Tensor {
    let count = shape.reduce(1, *)
    var values = (0..<count).map { (Float($0) + 0.81 - Float(count) / 2) * 2 * range / Float(max(count, 1)) }
    for index in values.indices.reversed() where index > 0 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      values.swapAt(index, Int(state >> 33) % (index + 1))
    }
    return try Tensor(shape: shape, values)
  }
}
