import ZooFormat

/// How the gradient of a broadcast operand is summed back to the operand's shape.
extension GraphBuilder {
  /// `gradient` summed over the dimensions along which input `index` of the forward node was broadcast.
  mutating func sum(_ gradient: String, toInput index: Int, of call: GradientCall) throws -> String {
    let shape = try call.call.input(index).shape
    if try self.shape(of: gradient) == shape { return gradient }
    return try add("SumTo", domain: "zoo", [gradient], ["shape": .ints(shape)])
  }

  /// `gradient · factor`, summed over the dimensions along which input `index` of the forward node was broadcast.
  mutating func sum(_ gradient: String, times factor: String, toInput index: Int, of call: GradientCall) throws
    -> String
  {
    let shape = try call.call.input(index).shape
    if call.outputTypes[0].shape == shape { return try add("Mul", [gradient, factor]) }
    if try self.shape(of: factor) == self.shape(of: gradient) {
      return try add("MulSumTo", domain: "zoo", [gradient, factor], ["shape": .ints(shape)])
    }
    return try sum(add("Mul", [gradient, factor]), toInput: index, of: call)
  }
}
