import ZooFormat

/// LpNormalization: x divided by its 1-norm or 2-norm along an axis; where the norm is 0, so is the result.
enum LpNormalization {
  static let definition = Operator(
    "LpNormalization", inputs: 1...1,
    types: { call in
      _ = try rows(call)
      return [try call.real(0)]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] }
      let (axis, p) = try rows(call.call)
      let axes: [String: Attribute] = ["axes": .ints([axis])]
      let norm = try builder.add(p == 1 ? "ReduceL1" : "ReduceL2", [call.input(0)], axes)
      // d(x / n) = (g − d n · Σ g · y) / n with d n = sign x for the 1-norm and y for the 2-norm.
      let along = try builder.add(
        "ReduceSum", [builder.add("Mul", [gradient, call.output()]), builder.constant([axis])])
      let slope = p == 1 ? try builder.add("Sign", [call.input(0)]) : call.output()
      let difference = try builder.add("Sub", [gradient, builder.add("Mul", [slope, along])])
      return [try builder.add("Div", [difference, norm])]
    },
    cost: { _, outputs in 3 * outputs[0].elementCount },
    kernel: { request in
      request.outputTypes[0].elementType == .float64
        ? try make(Double.self, request.call) : try make(Float.self, request.call)
    })

  private static func rows(_ call: OperatorCall) throws -> (axis: Int, p: Int) {
    let p = try call.int("p", default: 2)
    guard p == 1 || p == 2 else { throw call.error("p is \(p)", expected: "1 or 2") }
    return (try call.axis(call.int("axis", default: -1), rank: call.input(0).rank), p)
  }

  private static func make<T: KernelReal>(_: T.Type, _ call: OperatorCall) throws -> Kernel {
    let shape = try call.input(0).shape
    let (axis, p) = try rows(call)
    let (size, inner) = (shape[axis], shape[(axis + 1)...].reduce(1, *))
    let outer = shape[..<axis].reduce(1, *)
    return Kernel { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      arguments.threads.forEach(outer) { block, _ in
        for column in 0..<inner {
          let start = block * size * inner + column
          var sum = 0.0
          for i in 0..<size {
            let value = Double(x[start + i * inner])
            sum += p == 1 ? value.magnitude : value * value
          }
          let norm = p == 1 ? sum : sum.squareRoot()
          for i in 0..<size {
            let at = start + i * inner
            y[at] = norm == 0 ? 0 : T(Double(x[at]) / norm)
          }
        }
      }
    }
  }
}
