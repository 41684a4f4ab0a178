import ZooFormat
import ZooKernels

/// AveragePool and its gradient.
enum AveragePool {
  static let all: [Operator] = [averagePool, gradient]

  private static let averagePool = Operator(
    "AveragePool", inputs: 1...1,
    types: { call in
      let x = try call.input(0)
      guard x.elementType == .float32 else { throw call.unsupported() }
      return [TensorType(x.elementType, try PoolGeometry(call, shape: x.shape).outputShape)]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] }
      let geometry = try PoolGeometry(call.call, shape: call.call.input(0).shape)
      var attributes = call.node.attributes
      attributes["spatial"] = .ints(geometry.input)
      return [try builder.add("AveragePoolGradient", domain: "zoo", [gradient], attributes)]
    },
    cost: { call, outputs in PoolGeometry.cost(call, results: outputs[0].elementCount) },
    kernel: { request in
      try PoolGeometry(request.call, shape: request.call.input(0).shape).kernel(zoo_average_pool_f32)
    })

  /// Input: the gradient by the result. Attributes: as the forward node, and `spatial`, the sizes of its image.
  private static let gradient = Operator(
    "AveragePoolGradient", domain: "zoo", inputs: 1...1,
    types: { call in
      let (geometry, shape) = try forward(call)
      guard try call.input(0) == TensorType(.float32, geometry.outputShape) else {
        throw call.error("\(try call.input(0))", expected: "float32\(geometry.outputShape)")
      }
      return [TensorType(.float32, shape)]
    },
    cost: { call, _ in PoolGeometry.cost(call, results: call.inputs[0]?.elementCount ?? 0) },
    kernel: { request in
      let (geometry, _) = try forward(request.call)
      return Kernel { arguments in
        let dy: UnsafePointer<Float> = arguments.unsafeInput(0)
        let dx: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        geometry.forEachChannelPiece(arguments.threads) { image, channels, _ in
          withUnsafePointer(to: geometry.pool) { pool in
            zoo_average_pool_gradient_f32(
              geometry.isa, pool, dy + image * geometry.outputSize, dx + image * geometry.inputSize,
              Int64(channels.lowerBound),
              Int64(channels.upperBound))
          }
        }
      }
    })

  private static func forward(_ call: OperatorCall) throws -> (PoolGeometry, [Int]) {
    let dy = try call.input(0)
    guard let spatial = try call.ints("spatial"), dy.rank == spatial.count + 2, spatial.allSatisfy({ $0 >= 0 }) else {
      throw call.error("spatial sizes that don't fit \(dy)")
    }
    let shape =
      try call.int("channels_last", default: 0) != 0
      ? [dy.shape[0]] + spatial + [dy.shape[dy.rank - 1]] : Array(dy.shape[..<2]) + spatial
    _ = try TensorType(.float32, shape).validated(call.node.name)
    return (try PoolGeometry(call, shape: shape), shape)
  }
}
