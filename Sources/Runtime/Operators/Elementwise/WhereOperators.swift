import ZooFormat

/// Where: elements of one tensor or another, by a condition; all three broadcast.
enum WhereOperators {
  static let all: [Operator] = [
    Operator(
      "Where", inputs: 3...3,
      types: { call in
        guard try call.input(0).elementType == .bool else { throw call.unsupported() }
        let (a, b) = (try call.input(1), try call.input(2))
        guard a.elementType == b.elementType else {
          throw call.error("choices of types \(a.elementType) and \(b.elementType)", expected: "one type")
        }
        let shapes = [try call.input(0).shape, a.shape, b.shape]
        return [TensorType(a.elementType, try Broadcasting.shape(shapes, of: call))]
      },
      gradient: { builder, call in
        guard let gradient = call.outputGradients[0] else { return [nil, nil, nil] }
        let zero = try builder.constant(Tensor(0, as: call.outputTypes[0].elementType))
        var result: [Value?] = [nil, nil, nil]
        for index in 1...2 where call.wanted[index] {
          let choices = index == 1 ? [gradient, zero] : [zero, gradient]
          let part = try builder.add("Where", [call.input(0)] + choices)
          result[index] = try builder.sum(part, toInput: index, of: call)
        }
        return result
      },
      cost: { _, outputs in outputs[0].elementCount },
      kernel: { request in
        let shapes = try (0..<3).map { try request.call.input($0).shape }
        let y = request.outputTypes[0]
        let loops = StridedLoops(
          y.shape, strides: shapes.map { Broadcasting.strides($0, to: y.shape) } + [denseStrides(y.shape)])
        let width = y.elementType.byteCount
        return Kernel { arguments in
          let condition: UnsafePointer<Bool> = arguments.unsafeInput(0)
          let a = UnsafeRawPointer(arguments.unsafeInput(1, as: UInt8.self))
          let b = UnsafeRawPointer(arguments.unsafeInput(2, as: UInt8.self))
          let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
          switch width {
          case 1: choose(loops, condition, a, b, y, as: UInt8.self, arguments.threads)
          case 2: choose(loops, condition, a, b, y, as: UInt16.self, arguments.threads)
          case 4: choose(loops, condition, a, b, y, as: UInt32.self, arguments.threads)
          default: choose(loops, condition, a, b, y, as: UInt64.self, arguments.threads)
          }
        }
      })
  ]

  private static func choose<T>(
    _ loops: StridedLoops, _ condition: UnsafePointer<Bool>, _ a: UnsafeRawPointer, _ b: UnsafeRawPointer,
    _ y: UnsafeMutableRawPointer, as _: T.Type, _ threads: ThreadPool
  ) {
    guard loops.elementCount > 0 else { return }
    let (a, b) = (a.assumingMemoryBound(to: T.self), b.assumingMemoryBound(to: T.self))
    let y = y.assumingMemoryBound(to: T.self)
    let last = loops.sizes.count - 1
    let count = loops.sizes[last]
    let strides = loops.strides.map { $0[last] }
    let (s0, s1, s2) = (strides[0], strides[1], strides[2])
    for outer in 0..<loops.outerCount(inner: 1) {
      let c = condition + loops.offset(of: 0, at: outer, inner: 1)
      let p = a + loops.offset(of: 1, at: outer, inner: 1)
      let q = b + loops.offset(of: 2, at: outer, inner: 1)
      let out = y + outer * count
      for i in 0..<count { out[i] = c[i * s0] ? p[i * s1] : q[i * s2] }
    }
  }
}
