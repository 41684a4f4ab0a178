import ZooFormat

/// How the gradient of a broadcast operand is summed back to the operand's shape.
extension GraphBuilder {
  /// `gradient` summed over the dimensions along which input `index` of the forward node was broadcast.
  mutating func sum(_ gradient: Value, toInput index: Int, of call: GradientCall) throws -> Value {
    let shape = try call.call.input(index).shape
    if try self.shape(of: gradient) == shape { return gradient }
    let padded = try paddedShape(shape, like: gradient)
    let sum = try add("SumTo", domain: "zoo", [gradient], ["shape": .ints(padded)])
    return try reshape(sum, to: shape)
  }

  /// `gradient · factor`, summed over the dimensions along which input `index` of the forward node was broadcast.
  mutating func sum(_ gradient: Value, times factor: Value, toInput index: Int, of call: GradientCall) throws
    -> Value
  {
    let shape = try call.call.input(index).shape
    if call.outputTypes[0].shape == shape { return try add("Mul", [gradient, factor]) }
    guard try self.shape(of: factor) == self.shape(of: gradient) else {
      return try sum(add("Mul", [gradient, factor]), toInput: index, of: call)
    }
    let padded = try paddedShape(shape, like: gradient)
    let sum = try add("MulSumTo", domain: "zoo", [gradient, factor], ["shape": .ints(padded)])
    return try reshape(sum, to: shape)
  }

  /// `shape` with ones before it up to the rank of `value`: images stay images, whatever layout they are stored in.
  private func paddedShape(_ shape: [Int], like value: Value) throws -> [Int] {
    [Int](repeating: 1, count: max(0, try self.shape(of: value).count - shape.count)) + shape
  }
}
