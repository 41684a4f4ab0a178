/// Products of matrices.
enum MatrixOperators {
  static let all: [Operator] = [matMul, matrixProduct, linear, gemm, Einsum.definition, Determinant.definition]

  /// ONNX `MatMul`: numpy's `matmul`, with batches broadcast and vectors taken as a row (left) or a column (right).
  static let matMul = Operator(
    "MatMul", inputs: 2...2,
    types: { call in
      let (a, b) = (try call.input(0), try call.input(1))
      guard a.elementType == b.elementType else {
        throw call.error("inputs \(a) and \(b)", expected: "one element type")
      }
      guard a.elementType == .float32 || GenericMatrixProduct.types.contains(a.elementType) else {
        throw call.unsupported()
      }
      let geometry = try matMulGeometry(call)
      var shape = geometry.batch
      if a.rank > 1 { shape.append(a.shape[a.rank - 2]) }
      if b.rank > 1 { shape.append(b.shape[b.rank - 1]) }
      return [TensorType(a.elementType, shape)]
    },
    gradient: { builder, call in
      guard let gradient = call.outputGradients[0] else { return [nil, nil] }
      return try MatMulGradient.add(&builder, call, gradient)
    },
    cost: { call, _ in (try? matMulGeometry(call).operations) ?? 0 },
    kernel: { request in
      let geometry = try matMulGeometry(request.call)
      return try request.call.input(0).elementType == .float32
        ? MatrixProductKernel.make(request, geometry) : GenericMatrixProduct.make(request, geometry)
    })

  /// a · b over the last two axes, either of them transposed, times `alpha`; the batch is broadcast, then summed down to
  /// the batch axes of `shape`.
  ///
  /// Attributes: `transpose_a`, `transpose_b` (0 or 1), `alpha`, `batch` (the result's batch axes; all if absent).
  static let matrixProduct = Operator(
    "MatrixProduct", domain: "zoo", inputs: 2...2,
    types: { call in
      let geometry = try productGeometry(call)
      let batch = try call.ints("batch") ?? geometry.batch
      return [TensorType(try call.input(0).elementType, batch + [try productRows(call), geometry.b.columns])]
    },
    cost: { call, _ in (try? productGeometry(call).operations) ?? 0 },
    kernel: { request in
      var kernel = try MatrixProductKernel.make(request, try productGeometry(request.call))
      let alpha = try request.call.float("alpha", default: 1)
      guard alpha != 1 else { return kernel }
      let count = request.outputTypes[0].elementCount
      let multiply = kernel.run
      kernel.run = { arguments in
        try multiply(arguments)
        let result = arguments.unsafeOutput(0, as: Float.self)
        arguments.threads.forEachChunk(of: count) { range in for i in range { result[i] *= alpha } }
      }
      return kernel
    })

  static func matMulGeometry(_ call: OperatorCall) throws -> MatrixProductGeometry {
    let (a, b) = (try call.input(0).shape, try call.input(1).shape)
    guard !a.isEmpty, !b.isEmpty else { throw call.error("a scalar", expected: "vectors, matrices or batches of them") }
    guard
      let geometry = MatrixProductGeometry(
        aShape: a.count == 1 ? [1] + a : a, bShape: b.count == 1 ? b + [1] : b)
    else {
      throw call.error("shapes \(a) and \(b)", expected: "as many columns as rows, and batches that broadcast")
    }
    return geometry
  }

  private static func productGeometry(_ call: OperatorCall) throws -> MatrixProductGeometry {
    let (a, b) = (try call.input(0), try call.input(1))
    guard a.elementType == b.elementType,
      let geometry = MatrixProductGeometry(
        aShape: a.shape, bShape: b.shape, transposeA: try call.int("transpose_a", default: 0) != 0,
        transposeB: try call.int("transpose_b", default: 0) != 0, summed: try call.ints("batch"))
    else {
      throw call.error("inputs \(a) and \(b)", expected: "matrices that can be multiplied, of one element type")
    }
    return geometry
  }

  /// The rows of one matrix of the result; the geometry may hold several matrices as one.
  private static func productRows(_ call: OperatorCall) throws -> Int {
    let shape = try call.input(0).shape
    return shape[shape.count - (try call.int("transpose_a", default: 0) != 0 ? 1 : 2)]
  }
}
