import ZooFormat
import ZooKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Softmax, LogSoftmax and Hardmax along an axis.
///
/// Up to opset 12 the tensor is seen as a matrix, cut before `axis`, and each of its rows is one distribution.
enum SoftmaxOperators {
  static let all: [Operator] =
    [
      softmax("Softmax", logarithm: false), softmax("LogSoftmax", logarithm: true),
      gradient("SoftmaxGradient", logarithm: false), gradient("LogSoftmaxGradient", logarithm: true),
    ] + [hardmax]

  /// The tensor as [outer, size, inner].
  private static func extent(_ call: OperatorCall) throws -> (outer: Int, size: Int, inner: Int) {
    let shape = try call.input(0).shape
    let isMatrix = call.opset < 13 && call.node.domain.isEmpty
    let stated = try call.int("axis", default: isMatrix ? 1 : -1)
    let axis = try call.axis(stated, rank: shape.count, inclusive: isMatrix && stated >= 0)
    let outer = shape[..<axis].reduce(1, *)
    if isMatrix { return (outer, shape[axis...].reduce(1, *), 1) }
    return (outer, shape[axis], shape[(axis + 1)...].reduce(1, *))
  }

  private static func softmax(_ name: String, logarithm: Bool) -> Operator {
    Operator(
      name, inputs: 1...1, types: types,
      gradient: { builder, call in
        guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] }
        let (outer, size, inner) = try extent(call.call)
        return [
          try builder.add(
            "\(name)Gradient", domain: "zoo", [call.output(), gradient], ["extent": .ints([outer, size, inner])])
        ]
      },
      cost: { _, outputs in 18 * outputs[0].elementCount },
      kernel: { request in
        let (outer, size, inner) = try extent(request.call)
        if request.outputTypes[0].elementType == .float64 {
          return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
            let x: UnsafePointer<Double> = arguments.unsafeInput(0)
            let y: UnsafeMutablePointer<Double> = arguments.unsafeOutput(0)
            for block in 0..<outer {
              for column in 0..<inner {
                let start = block * size * inner + column
                doubleRow(x + start, y + start, size, inner, logarithm)
              }
            }
          }
        }
        let isa = InstructionSet.current
        return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
          let x: UnsafePointer<Float> = arguments.unsafeInput(0)
          let y: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
          forEachBlock(outer, size * inner, arguments.threads) { start in
            zoo_softmax_f32(isa, x + start, y + start, size, inner, logarithm ? 1 : 0)
          }
        }
      })
  }

  /// Inputs: the result, the gradient by it. Attribute `extent`: outer, size, inner.
  private static func gradient(_ name: String, logarithm: Bool) -> Operator {
    Operator(
      name, domain: "zoo", inputs: 2...2,
      types: { call in
        let y = try call.input(0)
        guard y.elementType == .float32 else { throw call.unsupported() }
        guard try call.input(1) == y, let extent = try call.ints("extent"), extent.count == 3,
          extent.allSatisfy({ $0 >= 0 }),
          try TensorType(.float32, extent).validated("extent").elementCount == y.elementCount
        else { throw call.error("extent and gradient that don't fit \(y)") }
        return [y]
      },
      cost: { _, outputs in 4 * outputs[0].elementCount },
      kernel: { request in
        let extent = try request.call.ints("extent") ?? [0, 0, 0]
        let isa = InstructionSet.current
        return Kernel(inPlace: [(output: 0, input: 1)]) { arguments in
          let y: UnsafePointer<Float> = arguments.unsafeInput(0)
          let dy: UnsafePointer<Float> = arguments.unsafeInput(1)
          let dx: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
          forEachBlock(extent[0], extent[1] * extent[2], arguments.threads) { start in
            zoo_softmax_gradient_f32(isa, y + start, dy + start, dx + start, extent[1], extent[2], logarithm ? 1 : 0)
          }
        }
      })
  }

  /// 1 for the first largest element of each row, 0 for the others.
  private static let hardmax = Operator(
    "Hardmax", inputs: 1...1, types: types, gradient: { _, _ in [nil] },
    kernel: { request in
      let (outer, size, inner) = try extent(request.call)
      guard request.outputTypes[0].elementType == .float32 else { throw request.call.unsupported() }
      return Kernel { arguments in
        let x: UnsafePointer<Float> = arguments.unsafeInput(0)
        let y: UnsafeMutablePointer<Float> = arguments.unsafeOutput(0)
        y.update(repeating: 0, count: outer * size * inner)
        guard size > 0 else { return }
        for block in 0..<outer {
          for column in 0..<inner {
            let start = block * size * inner + column
            var best = 0
            for i in 1..<max(size, 1) where x[start + i * inner] > x[start + best * inner] { best = i }
            y[start + best * inner] = 1
          }
        }
      }
    })

  private static let types: Operator.TypeRule = { call in
    let x = try call.input(0)
    guard ElementType.floats.contains(x.elementType) else { throw call.unsupported() }
    _ = try extent(call)
    return [x]
  }

  private static func forEachBlock(_ outer: Int, _ size: Int, _ threads: ThreadPool, _ body: (_ start: Int) -> Void) {
    let grain = max(1, 8192 / max(1, size))
    threads.forEach((outer + grain - 1) / grain) { task, _ in
      for block in task * grain..<min(outer, (task + 1) * grain) { body(block * size) }
    }
  }

  private static func doubleRow(
    _ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>, _ size: Int, _ stride: Int, _ logarithm: Bool
  ) {
    var largest = -Double.infinity
    for i in 0..<size { largest = max(largest, x[i * stride]) }
    var sum = 0.0
    for i in 0..<size { sum += exp(x[i * stride] - largest) }
    for i in 0..<size {
      let shifted = x[i * stride] - largest
      y[i * stride] = logarithm ? shifted - log(sum) : exp(shifted) / sum
    }
  }
}
