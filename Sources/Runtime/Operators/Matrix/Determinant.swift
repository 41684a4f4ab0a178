import ZooFormat

/// Det: the determinant of each matrix of a batch, by elimination with row exchange, in double precision.
enum Determinant {
  static let definition = Operator(
    "Det", inputs: 1...1,
    types: { call in
      let x = try call.real(0)
      guard x.rank >= 2, x.shape[x.rank - 1] == x.shape[x.rank - 2] else {
        throw call.error("\(x)", expected: "square matrices")
      }
      return [TensorType(x.elementType, Array(x.shape.dropLast(2)))]
    },
    cost: { call, outputs in
      let size = call.inputs[0]?.shape.last ?? 0
      return outputs[0].elementCount &* size &* size &* size
    },
    kernel: { request in
      let size = try request.call.input(0).shape.last ?? 0
      let count = request.outputTypes[0].elementCount
      return request.outputTypes[0].elementType == .float64
        ? make(Double.self, size, count, request.workers) : make(Float.self, size, count, request.workers)
    })

  private static func make<T: KernelReal>(_: T.Type, _ size: Int, _ count: Int, _ workers: Int) -> Kernel {
    Kernel(scratchByteCount: size * size * 8 * workers) { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      let scratch = arguments.unsafeScratch.assumingMemoryBound(to: Double.self)
      arguments.threads.forEach(count) { matrix, worker in
        let a = scratch + worker * size * size
        for i in 0..<size * size { a[i] = Double(x[matrix * size * size + i]) }
        y[matrix] = T(eliminate(a, size))
      }
    }
  }

  private static func eliminate(_ a: UnsafeMutablePointer<Double>, _ size: Int) -> Double {
    var result = 1.0
    for column in 0..<size {
      let pivot = (column..<size).max { a[$0 * size + column].magnitude < a[$1 * size + column].magnitude } ?? column
      let value = a[pivot * size + column]
      if value == 0 { return 0 }
      if pivot != column {
        for i in column..<size {
          (a[pivot * size + i], a[column * size + i]) = (a[column * size + i], a[pivot * size + i])
        }
        result = -result
      }
      result *= value
      for row in (column + 1)..<max(size, column + 1) {
        let factor = a[row * size + column] / value
        for i in column..<size { a[row * size + i] -= factor * a[column * size + i] }
      }
    }
    return result
  }
}
