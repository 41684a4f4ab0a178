/// A tensor shifted and scaled to mean 0 and variance 1 along some axes, as nodes of a graph, and the gradient of that.
struct Standardization {
  /// (x − mean) · factor.
  let value: Value
  /// 1 / √(variance + ε), one for each of the other axes.
  let factor: Value
  let axes: [Int]
  let centred: Bool

  /// The gradient by x from the gradient g by `value`: factor · (g − mean(g) − value · mean(g · value)).
  func gradient(_ builder: inout GraphBuilder, _ gradient: Value) throws -> Value {
    let attributes: [String: Attribute] = ["axes": .ints(axes)]
    let along = try builder.add("ReduceMean", [builder.add("Mul", [gradient, value])], attributes)
    var result = try builder.add("Sub", [gradient, builder.add("Mul", [value, along])])
    if centred { result = try builder.add("Sub", [result, builder.add("ReduceMean", [gradient], attributes)]) }
    return try builder.add("Mul", [result, factor])
  }
}

extension GraphBuilder {
  /// Adds the nodes that standardize `x` along `axes`; without `centred` the mean is taken to be 0.
  mutating func standardized(_ x: Value, axes: [Int], epsilon: Float, centred: Bool) throws -> Standardization {
    let attributes: [String: Attribute] = ["axes": .ints(axes)]
    let centre = centred ? try add("Sub", [x, add("ReduceMean", [x], attributes)]) : x
    let variance = try add("ReduceMean", [add("Mul", [centre, centre])], attributes)
    let deviation = try add("Sqrt", [add("Add", [variance, constant(epsilon)])])
    let factor = try add("Reciprocal", [deviation])
    return Standardization(
      value: try add("Mul", [centre, factor]), factor: factor, axes: axes, centred: centred)
  }
}
