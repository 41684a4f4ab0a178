import ZooFormat

/// Rules of multidirectional (NumPy-style) broadcasting.
enum Broadcasting {
  /// The shape that all of `shapes` broadcast to.
  static func shape(_ shapes: [[Int]], of call: OperatorCall) throws -> [Int] {
    var result = [Int](repeating: 1, count: shapes.map(\.count).max() ?? 0)
    for shape in shapes {
      let offset = result.count - shape.count
      for (axis, size) in shape.enumerated() where size != 1 {
        guard result[offset + axis] == 1 || result[offset + axis] == size else {
          throw call.error(
            "shapes \(shapes.map(\.description).joined(separator: " and ")) don't broadcast",
            expected: "sizes that are equal or 1, counted from the last dimension")
        }
        result[offset + axis] = size
      }
    }
    return result
  }

  /// The stride of each dimension of `output` in an operand of shape `operand`, in elements; 0 where it broadcasts.
  static func strides(_ operand: [Int], to output: [Int]) -> [Int] {
    var strides = [Int](repeating: 0, count: output.count)
    var stride = 1
    let offset = output.count - operand.count
    for axis in operand.indices.reversed() {
      if operand[axis] != 1 { strides[offset + axis] = stride }
      stride *= operand[axis]
    }
    return strides
  }
}

/// Nested loops over several tensors at once, with neighbouring dimensions merged where every tensor allows it.
struct StridedLoops: Sendable {
  /// Sizes, outermost first. Never empty; no size is 1 unless it is the only one.
  private(set) var sizes: [Int]
  /// `strides[tensor][dimension]` in elements.
  private(set) var strides: [[Int]]
  let elementCount: Int

  init(_ shape: [Int], strides operands: [[Int]]) {
    var sizes: [Int] = []
    var strides = [[Int]](repeating: [], count: operands.count)
    for axis in shape.indices where shape[axis] != 1 {
      let merges =
        !sizes.isEmpty
        && operands.indices.allSatisfy { strides[$0][sizes.count - 1] == operands[$0][axis] * shape[axis] }
      if merges {
        sizes[sizes.count - 1] *= shape[axis]
        for tensor in operands.indices { strides[tensor][sizes.count - 1] = operands[tensor][axis] }
      } else {
        sizes.append(shape[axis])
        for tensor in operands.indices { strides[tensor].append(operands[tensor][axis]) }
      }
    }
    if sizes.isEmpty {
      sizes = [1]
      strides = operands.map { _ in [0] }
    }
    self.sizes = sizes
    self.strides = strides
    self.elementCount = shape.reduce(1, *)
  }

  /// The offsets of all tensors at position `index` of the loops outside the innermost `inner` dimensions.
  @inline(__always)
  func offset(of tensor: Int, at index: Int, inner: Int) -> Int {
    var rest = index
    var offset = 0
    var axis = sizes.count - inner - 1
    while axis >= 0 {
      let size = sizes[axis]
      let quotient = rest / size
      offset += (rest - quotient * size) * strides[tensor][axis]
      rest = quotient
      axis -= 1
    }
    return offset
  }

  /// The number of positions outside the innermost `inner` dimensions.
  func outerCount(inner: Int) -> Int { sizes.dropLast(inner).reduce(1, *) }
}
