import ZooFormat

/// Transpose: a permutation of the axes.
enum TransposeOperators {
  static let all: [Operator] = [
    Operator(
      "Transpose", inputs: 1...1,
      types: { call in
        let x = try call.input(0)
        return [TensorType(x.elementType, try permutation(call).map { x.shape[$0] })]
      },
      gradient: { builder, call in
        guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] }
        let order = try permutation(call.call)
        let inverse = order.indices.map { axis in order.firstIndex(of: axis) ?? axis }
        return [try builder.add("Transpose", [gradient], ["perm": .ints(inverse)])]
      },
      kernel: { request in
        let x = try request.call.input(0)
        let strides = denseStrides(x.shape)
        let y = request.outputTypes[0]
        let copy = StridedCopy(
          y.shape, source: try permutation(request.call).map { strides[$0] }, target: denseStrides(y.shape),
          elementSize: x.elementType.byteCount)
        return Kernel { arguments in
          copy.run(
            arguments.unsafeInput(0, as: UInt8.self), to: arguments.unsafeOutput(0, as: UInt8.self), arguments.threads)
        }
      })
  ]

  private static func permutation(_ call: OperatorCall) throws -> [Int] {
    let rank = try call.input(0).rank
    guard let order = try call.ints("perm") else { return (0..<rank).reversed() }
    guard order.sorted() == Array(0..<rank) else {
      throw call.error("perm \(order) for a tensor of rank \(rank)", expected: "each axis once")
    }
    return order
  }
}
