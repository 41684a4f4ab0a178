/// Classes that have an order, such as stages of dying: the proportional odds model (McCullagh, 1980). One score is
/// learned, and thresholds that rise: P(class ≤ k) = σ(thresholdₖ − score). The logits are the logarithms of the classes'
/// probabilities, so that cross entropy and softmax need nothing new.
enum OrdinalHead {
  /// Keeps logarithms finite.
  private static let smallest: Float = 1e-6

  static func plugin() -> Plugin {
    Plugin(.head, "ordinal", summary: "classes in the order of the spec: one score and rising thresholds") {
      builder, input in
      let steps = builder.classes - 1
      guard steps >= 1 else {
        throw ZooError(.badInput, path: "model.head", problem: "an order of \(builder.classes) classes is none")
      }
      let score = try builder.linear(input, "fc", features: 1)
      // The first threshold, and what each adds to the one before, kept positive by softplus.
      let first = try builder.parameter("threshold", [1, 1], .constant(-Float(steps - 1) / 2))
      let rises = try builder.parameter("rises", [1, steps], .constant(0.5413))
      let positive = try builder.add("Softplus", [rises])
      let sums = try builder.add("MatMul", [positive, builder.constant(Self.sums(steps))])
      let thresholds = try builder.add("Add", [first, sums])
      let below = try builder.add("Sigmoid", [builder.add("Sub", [thresholds, score])])
      // P(class = k) = P(class ≤ k) − P(class ≤ k − 1).
      let padded = try builder.add(
        "Pad", [below, builder.constant([0, 0, 0, 1]), builder.constant(1)])
      let shifted = try builder.add("Pad", [below, builder.constant([0, 1, 0, 0])])
      let share = try builder.add("Sub", [padded, shifted])
      return try builder.add(
        "Log", [builder.add("Add", [share, builder.constant(smallest)])])
    }
  }

  /// [steps, steps]: column k adds up the rises 1…k, none for the first threshold.
  private static func sums(_ steps: Int) throws -> Tensor {
    var values = [Float](repeating: 0, count: steps * steps)
    for column in 0..<steps {
      for row in 0..<steps where row >= 1 && row <= column { values[row * steps + column] = 1 }
    }
    return try Tensor(shape: [steps, steps], values)
  }
}
