import ZooFormat

/// Einsum: sums of products of elements that share letters, with diagonals and ellipses.
enum Einsum {
  static let definition = Operator(
    "Einsum", inputs: 1...64,
    types: { call in
      let first = try call.input(0)
      guard first.elementType.number != nil else { throw call.unsupported() }
      try call.checkOneElementType(1..<call.inputs.count)
      let equation = try EinsumEquation(call)
      guard equation.operations != nil else { throw call.error("more than 2^46 multiplications") }
      return [TensorType(first.elementType, equation.resultShape)]
    },
    cost: { call, _ in (try? EinsumEquation(call))?.operations ?? 0 },
    kernel: { request in
      let equation = try EinsumEquation(request.call)
      switch request.outputTypes[0].elementType {
      case .float32: return make(Float.self, equation)
      case .float64: return make(Double.self, equation)
      case .int32: return make(Int32.self, equation)
      case .int64: return make(Int64.self, equation)
      default: throw request.call.unsupported()
      }
    })

  private static func make<T: KernelNumber>(_: T.Type, _ equation: EinsumEquation) -> Kernel {
    let rank = equation.resultRank
    let results = StridedLoops(equation.resultShape, strides: equation.strides.map { Array($0[..<rank]) })
    let summed = StridedLoops(Array(equation.sizes[rank...]), strides: equation.strides.map { Array($0[rank...]) })
    let operands = equation.strides.count
    let last = summed.sizes.count - 1
    let grain = max(1, 16384 / max(1, summed.elementCount))
    return Kernel { arguments in
      let count = results.elementCount
      guard count > 0 else { return }
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      let sources = (0..<operands).map { arguments.unsafeInput($0, as: T.self) }
      arguments.threads.forEach((count + grain - 1) / grain) { task, _ in
        for index in task * grain..<min(count, (task + 1) * grain) {
          let starts = (0..<operands).map { sources[$0] + results.offset(of: $0, at: index, inner: 0) }
          var sum: T = 0
          for outer in 0..<(summed.elementCount == 0 ? 0 : summed.outerCount(inner: 1)) {
            let from = (0..<operands).map { starts[$0] + summed.offset(of: $0, at: outer, inner: 1) }
            for i in 0..<summed.sizes[last] {
              var product = from[0][i * summed.strides[0][last]]
              for operand in 1..<max(operands, 1) {
                product = T.product(product, from[operand][i * summed.strides[operand][last]])
              }
              sum = T.sum(sum, product)
            }
          }
          y[index] = sum
        }
      }
    }
  }
}
