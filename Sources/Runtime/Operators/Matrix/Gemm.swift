import ZooKernels

extension MatrixOperators {
  /// ONNX `Gemm`: alpha · A′ · B′ + beta · C, where ′ transposes if `transA` or `transB` is 1 and C is broadcast.
  static let gemm = Operator(
    "Gemm", inputs: 2...3,
    types: { call in
      let geometry = try gemmGeometry(call)
      let type = TensorType(try call.input(0).elementType, [geometry.a.rows, geometry.b.columns])
      _ = try gemmAddend(call, type.shape)
      for index in call.inputs.indices where call.hasInput(index) {
        guard try call.input(index).elementType == type.elementType else {
          throw call.error("input \(index) is \(try call.input(index))", expected: "\(type.elementType)")
        }
      }
      return [type]
    },
    gradient: { builder, call in try gemmGradient(&builder, call) },
    cost: { call, _ in (try? gemmGeometry(call).operations) ?? 0 },
    kernel: { try gemmKernel($0) })

  /// How C is laid over the result: steps per row and per column, 0 where it is broadcast.
  private struct Addend {
    var rowStride: Int
    var columnStride: Int
  }

  private static func gemmAddend(_ call: OperatorCall, _ shape: [Int]) throws -> Addend? {
    guard let c = call.optionalInput(2)?.shape else { return nil }
    let full = Array(repeating: 1, count: max(0, 2 - c.count)) + c
    guard full.count == 2, full[0] == 1 || full[0] == shape[0], full[1] == 1 || full[1] == shape[1] else {
      throw call.error("C of shape \(c)", expected: "a shape that broadcasts to \(shape)")
    }
    return Addend(rowStride: full[0] == 1 ? 0 : full[1], columnStride: full[1] == 1 ? 0 : 1)
  }

  private static func gemmGeometry(_ call: OperatorCall) throws -> MatrixProductGeometry {
    let (a, b) = (try call.input(0).shape, try call.input(1).shape)
    guard a.count == 2, b.count == 2,
      let geometry = MatrixProductGeometry(
        aShape: a, bShape: b, transposeA: try call.int("transA", default: 0) != 0,
        transposeB: try call.int("transB", default: 0) != 0)
    else {
      throw call.error("A and B of shapes \(a) and \(b)", expected: "two matrices that can be multiplied")
    }
    return geometry
  }

  private static func gemmKernel(_ request: KernelCall) throws -> Kernel {
    let call = request.call
    let geometry = try gemmGeometry(call)
    let (alpha, beta) = (try call.float("alpha", default: 1), try call.float("beta", default: 1))
    let shape = request.outputTypes[0].shape
    let addend = beta == 0 ? nil : try gemmAddend(call, shape)
    if let addend, alpha == 1, beta == 1, addend.rowStride == 0, addend.columnStride == 1 {
      return try MatrixProductKernel.make(request, geometry, biasInput: 2)
    }
    var kernel = try MatrixProductKernel.make(request, geometry)
    guard addend != nil || alpha != 1 else { return kernel }
    let multiply = kernel.run
    kernel.run = { arguments in
      try multiply(arguments)
      let result = arguments.unsafeOutput(0, as: Float.self)
      let c = addend == nil ? nil : arguments.unsafeInput(2, as: Float.self)
      arguments.threads.forEach(shape[0]) { row, _ in
        let line = result + row * shape[1]
        for column in 0..<shape[1] {
          line[column] *= alpha
          guard let c, let addend else { continue }
          line[column] += beta * c[row * addend.rowStride + column * addend.columnStride]
        }
      }
    }
    return kernel
  }

  private static func gemmGradient(_ builder: inout GraphBuilder, _ call: GradientCall) throws -> [Value?] {
    guard let gradient = call.outputGradients[0] else { return [nil, nil, nil] }
    let transA = try call.call.int("transA", default: 0) != 0
    let transB = try call.call.int("transB", default: 0) != 0
    let alpha = try call.call.float("alpha", default: 1)
    let (a, b) = (call.input(0), call.input(1))
    func product(_ builder: inout GraphBuilder, _ x: Value, _ y: Value, _ first: Bool, _ second: Bool) throws
      -> Value
    {
      try builder.add(
        "MatrixProduct", domain: "zoo", [x, y],
        ["transpose_a": .int(first ? 1 : 0), "transpose_b": .int(second ? 1 : 0), "alpha": .float(alpha)])
    }
    var gradients: [Value?] = [nil, nil, nil]
    if call.wanted[0] {
      gradients[0] =
        transA ? try product(&builder, b, gradient, transB, true) : try product(&builder, gradient, b, false, !transB)
    }
    if call.wanted[1] {
      gradients[1] =
        transB ? try product(&builder, gradient, a, true, transA) : try product(&builder, a, gradient, !transA, false)
    }
    if call.call.hasInput(2), call.wanted[2] {
      gradients[2] = try addendGradient(&builder, call, gradient)
    }
    return Array(gradients.prefix(call.wanted.count))
  }

  /// beta · dY, summed over the axes along which C was broadcast.
  private static func addendGradient(
    _ builder: inout GraphBuilder, _ call: GradientCall, _ gradient: Value
  ) throws -> Value {
    let c = try call.call.input(2).shape
    let y = call.outputTypes[0].shape
    let full = Array(repeating: 1, count: 2 - c.count) + c
    var value = gradient
    if full[0] == 1, full[1] == y[1], y[0] != 1 {
      value = try builder.add("ChannelSum", domain: "zoo", [value], ["axis": .int(1)])
    } else {
      let axes = (0..<2).filter { full[$0] != y[$0] }
      if !axes.isEmpty { value = try builder.add("ReduceSum", [value, try builder.constant(axes)]) }
    }
    if try builder.shape(of: value) != c { value = try builder.add("Reshape", [value, try builder.constant(c)]) }
    let beta = try call.call.float("beta", default: 1)
    return beta == 1 ? value : try builder.add("Mul", [value, try builder.constant(beta)])
  }
}
