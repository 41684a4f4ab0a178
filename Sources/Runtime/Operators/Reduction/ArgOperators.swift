import ZooFormat

/// ArgMax and ArgMin: where the extreme element along an axis is.
enum ArgOperators {
  static let all: [Operator] = [definition("ArgMax", largest: true), definition("ArgMin", largest: false)]

  private static func definition(_ name: String, largest: Bool) -> Operator {
    Operator(
      name, inputs: 1...1,
      types: { call in
        let x = try call.input(0)
        guard x.elementType.number != nil else { throw call.unsupported() }
        let axis = try call.axis(call.int("axis", default: 0), rank: x.rank)
        guard x.shape[axis] > 0 else { throw call.error("axis \(axis) of \(x) is empty") }
        var shape = x.shape
        if try call.int("keepdims", default: 1) != 0 { shape[axis] = 1 } else { shape.remove(at: axis) }
        return [TensorType(.int64, shape)]
      },
      gradient: { _, _ in [nil] },
      cost: { call, _ in call.inputs[0]?.elementCount ?? 0 },
      kernel: { request in
        let x = try request.call.input(0)
        guard let number = x.elementType.number else { throw request.call.unsupported() }
        let axis = try request.call.axis(request.call.int("axis", default: 0), rank: x.rank)
        return make(
          number, outer: x.shape[..<axis].reduce(1, *), size: x.shape[axis],
          inner: x.shape[(axis + 1)...].reduce(1, *), largest: largest,
          last: try request.call.int("select_last_index", default: 0) != 0)
      })
  }

  private static func make<T: KernelNumber>(
    _: T.Type, outer: Int, size: Int, inner: Int, largest: Bool, last: Bool
  ) -> Kernel {
    Kernel { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<Int64> = arguments.unsafeOutput(0)
      for block in 0..<outer {
        for column in 0..<inner {
          let row = x + block * size * inner + column
          var best = 0
          for i in 1..<max(size, 1) {
            let (candidate, current) = (row[i * inner], row[best * inner])
            let isBetter = largest ? candidate > current : candidate < current
            if isBetter || (last && candidate == current) { best = i }
          }
          y[block * inner + column] = Int64(best)
        }
      }
    }
  }
}
