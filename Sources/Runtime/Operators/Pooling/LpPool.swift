import ZooFormat
import ZooKernels

/// LpPool and GlobalLpPool: the p-norm of each window.
enum LpPool {
  static let all: [Operator] = [definition("LpPool", global: false), definition("GlobalLpPool", global: true)]

  private static func definition(_ name: String, global: Bool) -> Operator {
    Operator(
      name, inputs: 1...1,
      types: { call in
        let x = try call.input(0)
        guard x.elementType == .float32 else { throw call.unsupported() }
        guard try call.int("p", default: 2) >= 1 else { throw call.error("p below 1") }
        return [TensorType(x.elementType, try PoolGeometry(call, shape: x.shape, global: global).outputShape)]
      },
      cost: { call, _ in call.inputs[0]?.elementCount ?? 0 },
      kernel: { request in
        let geometry = try PoolGeometry(request.call, shape: request.call.input(0).shape, global: global)
        let p = Int32(clamping: try request.call.int("p", default: 2))
        return Kernel { arguments in
          let x: UnsafePointer<Float> = arguments.unsafeInput(0)
          let y: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
          arguments.threads.forEach(geometry.images) { image, _ in
            withUnsafePointer(to: geometry.pool) { pool in
              zoo_lp_pool_f32(pool, x + image * geometry.inputSize, y + image * geometry.outputSize, p)
            }
          }
        }
      })
  }
}
