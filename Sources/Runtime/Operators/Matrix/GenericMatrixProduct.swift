import ZooFormat

/// Matrix products of double precision and of integers: plain loops, integers wrap around.
enum GenericMatrixProduct {
  static let types: Set<ElementType> = [.float64, .int32, .int64, .uint32, .uint64]

  static func make(_ request: KernelCall, _ geometry: MatrixProductGeometry) throws -> Kernel {
    switch try request.call.input(0).elementType {
    case .float64: return make(Double.self, geometry)
    case .int32, .uint32: return make(Int32.self, geometry)
    case .int64, .uint64: return make(Int64.self, geometry)
    default: throw request.call.unsupported()
    }
  }

  private static func make<T: KernelNumber>(_: T.Type, _ geometry: MatrixProductGeometry) -> Kernel {
    let (a, b) = (geometry.a, geometry.b)
    return Kernel { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let w: UnsafePointer<T> = arguments.unsafeInput(1)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      arguments.threads.forEach(geometry.terms.count * a.rows) { task, _ in
        let (matrix, row) = (task / a.rows, task % a.rows)
        let line = y + task * b.columns
        line.update(repeating: 0, count: b.columns)
        for term in geometry.terms[matrix] {
          let left = x + term.a * a.rows * a.columns + row * a.rowStride
          let right = w + term.b * b.rows * b.columns
          for k in 0..<a.columns {
            let factor = left[k * a.columnStride]
            for column in 0..<b.columns {
              line[column] = T.sum(line[column], T.product(factor, right[k * b.rowStride + column * b.columnStride]))
            }
          }
        }
      }
    }
  }
}
