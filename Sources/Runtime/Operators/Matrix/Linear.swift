import ZooKernels

extension MatrixOperators {
  /// activation(x · weights + bias + residual): what a compiler pass makes of several nodes.
  ///
  /// Inputs: x [size…, in], weights [in, out], optional bias [out], optional residual of the result's shape. Attributes:
  /// those of `FusedConv` for its activation.
  static let linear = Operator(
    "Linear", domain: "zoo", inputs: 2...4,
    types: { call in
      let weights = try call.input(1)
      let geometry = try matMulGeometry(call)
      _ = try call.activation()
      let x = try call.input(0)
      guard weights.rank == 2, x.rank >= 2 else {
        throw call.error("\(x) by \(weights)", expected: "matrices, and one matrix of weights")
      }
      for index in call.inputs.indices where call.hasInput(index) {
        guard try call.input(index).elementType == .float32 else { throw call.unsupported(index) }
      }
      let type = TensorType(.float32, x.shape.dropLast() + [geometry.b.columns])
      if let bias = call.optionalInput(2), bias.shape != [geometry.b.columns] {
        throw call.error("bias of shape \(bias.shape)", expected: "[\(geometry.b.columns)]")
      }
      if let residual = call.optionalInput(3), residual != type {
        throw call.error("residual is \(residual)", expected: "\(type), the result's type")
      }
      return [type]
    },
    cost: { call, _ in (try? matMulGeometry(call).operations) ?? 0 },
    kernel: { request in
      try MatrixProductKernel.make(
        request, try matMulGeometry(request.call), biasInput: request.call.hasInput(2) ? 2 : nil,
        residualInput: request.call.hasInput(3) ? 3 : nil, activation: try request.call.activation())
    })
}
