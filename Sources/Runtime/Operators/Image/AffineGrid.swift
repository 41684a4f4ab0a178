import ZooFormat

/// AffineGrid: the grid of places that an affine map sends a regular grid to, for GridSample.
///
/// Inputs: maps [N, 2, 3] or [N, 3, 4], the size [N, C, (D,) H, W] of the image to be.
enum AffineGrid {
  static let definition = Operator(
    "AffineGrid", inputs: 2...2,
    types: { call in
      let (theta, sizes) = (try call.real(0), try sizes(call))
      return [TensorType(theta.elementType, [theta.shape[0]] + sizes + [sizes.count])]
    },
    kernel: { request in
      let sizes = try sizes(request.call)
      let batch = try request.call.input(0).shape[0]
      let corners = try request.call.int("align_corners", default: 0) != 0
      return request.outputTypes[0].elementType == .float64
        ? make(Double.self, batch, sizes, corners) : make(Float.self, batch, sizes, corners)
    })

  private static func sizes(_ call: OperatorCall) throws -> [Int] {
    let theta = try call.input(0)
    guard let size = try call.constantIntegers(1), size.count == 4 || size.count == 5,
      theta.shape == [size[0], size.count - 2, size.count - 1], size.allSatisfy({ $0 >= 0 })
    else { throw call.error("maps \(theta)", expected: "[N, 2, 3] with a size of 4 numbers or [N, 3, 4] with 5") }
    return Array(size[2...])
  }

  private static func make<T: KernelReal>(_: T.Type, _ batch: Int, _ sizes: [Int], _ corners: Bool) -> Kernel {
    let dimensions = sizes.count
    let points = sizes.reduce(1, *)
    /// The coordinate of a position along an axis, from −1 to 1.
    @Sendable func coordinate(_ position: Int, _ size: Int) -> Double {
      if corners { return size == 1 ? -1 : 2 * Double(position) / Double(size - 1) - 1 }
      return (2 * Double(position) + 1) / Double(size) - 1
    }
    return Kernel { arguments in
      let theta: UnsafePointer<T> = arguments.unsafeInput(0)
      let y: UnsafeMutablePointer<T> = arguments.unsafeOutput(0)
      for index in 0..<batch * points {
        let map = theta + index / points * dimensions * (dimensions + 1)
        for row in 0..<dimensions {
          var sum = Double(map[row * (dimensions + 1) + dimensions])
          var rest = index % points
          for axis in sizes.indices.reversed() {
            let place = coordinate(rest % sizes[axis], sizes[axis])
            rest /= sizes[axis]
            sum += Double(map[row * (dimensions + 1) + dimensions - 1 - axis]) * place
          }
          y[index * dimensions + row] = T(sum)
        }
      }
    }
  }
}
