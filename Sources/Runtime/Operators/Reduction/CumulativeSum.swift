import ZooFormat

/// CumSum and CumProd: running sums and products along an axis, forwards or backwards, with or without the element
/// itself.
enum CumulativeSum {
  static let all: [Operator] = [sum, definition("CumProd", product: true, gradient: nil)]

  private static let sum = definition("CumSum", product: false) { builder, call in
    guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil, nil] }
    var attributes = call.node.attributes
    attributes["reverse"] = .int(try call.call.int("reverse", default: 0) != 0 ? 0 : 1)
    return [try builder.add("CumSum", [gradient, call.input(1)], attributes), nil]
  }

  private static func definition(
    _ name: String, product: Bool, gradient: Operator.GradientRule?
  ) -> Operator {
    Operator(
      name, inputs: 2...2,
      types: { call in
        let x = try call.input(0)
        guard x.elementType.number != nil else { throw call.unsupported() }
        _ = try axis(call)
        return [x]
      },
      gradient: gradient,
      cost: { _, outputs in outputs[0].elementCount },
      kernel: { request in
        let x = try request.call.input(0)
        guard let number = x.elementType.number else { throw request.call.unsupported() }
        return make(
          number, x.shape, axis: try axis(request.call), reverse: try request.call.int("reverse", default: 0) != 0,
          exclusive: try request.call.int("exclusive", default: 0) != 0, product: product)
      })
  }

  private static func axis(_ call: OperatorCall) throws -> Int {
    guard let axis = try call.constantIntegers(1)?.first else { throw call.error("no axis") }
    return try call.axis(axis, rank: call.input(0).rank)
  }

  private static func make<T: KernelNumber>(
    _: T.Type, _ shape: [Int], axis: Int, reverse: Bool, exclusive: Bool, product: Bool
  ) -> Kernel {
    let outer = shape[..<axis].reduce(1, *)
    let size = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    return Kernel(inputsRead: [0]) { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      for block in 0..<outer {
        for column in 0..<inner {
          let start = block * size * inner + column
          var sum: T = product ? 1 : 0
          for position in 0..<size {
            let at = start + (reverse ? size - 1 - position : position) * inner
            let next = product ? T.product(sum, x[at]) : T.sum(sum, x[at])
            y[at] = exclusive ? sum : next
            sum = next
          }
        }
      }
    }
  }
}
