/// dA = dY · Bᵀ and dB = Aᵀ · dY, summed over the axes that were broadcast.
enum MatMulGradient {
  static func add(_ builder: inout GraphBuilder, _ call: GradientCall, _ gradient: Value) throws -> [Value?] {
    let (a, b) = (try call.call.input(0).shape, try call.call.input(1).shape)
    let batch = try MatrixOperators.matMulGeometry(call.call).batch
    let (aMatrix, bMatrix) = (a.count == 1 ? [1] + a : a, b.count == 1 ? b + [1] : b)
    // Vectors become matrices, so that the gradient of the product has both of its axes.
    let y = batch + [aMatrix[aMatrix.count - 2], bMatrix[bMatrix.count - 1]]
    let outer = try reshaped(&builder, gradient, from: call.outputTypes[0].shape, to: y)
    var gradients: [Value?] = [nil, nil]
    if call.wanted[0] {
      let right = try reshaped(&builder, call.input(1), from: b, to: bMatrix)
      let product = try builder.add(
        "MatrixProduct", domain: "zoo", [outer, right],
        attributes(["transpose_b": .int(1)], batch: Array(aMatrix.dropLast(2)), of: batch))
      gradients[0] = try reshaped(&builder, product, from: try builder.shape(of: product), to: a)
    }
    if call.wanted[1] {
      let left = try reshaped(&builder, call.input(0), from: a, to: aMatrix)
      let product = try builder.add(
        "MatrixProduct", domain: "zoo", [left, outer],
        attributes(["transpose_a": .int(1)], batch: Array(bMatrix.dropLast(2)), of: batch))
      gradients[1] = try reshaped(&builder, product, from: try builder.shape(of: product), to: b)
    }
    return gradients
  }

  private static func attributes(
    _ base: [String: Attribute], batch: [Int], of all: [Int]
  ) -> [String: Attribute] {
    guard batch != all else { return base }
    return base.merging(["batch": .ints(batch)]) { old, _ in old }
  }

  private static func reshaped(
    _ builder: inout GraphBuilder, _ value: Value, from: [Int], to: [Int]
  ) throws -> Value {
    guard from != to else { return value }
    return try builder.add("Reshape", [value, try builder.constant(to)])
  }
}
