import ZooFormat

/// Expand (broadcast to a shape) and Tile (repeat).
enum ExpandOperators {
  static let all: [Operator] = [expand, tile]

  private static let expand = Operator(
    "Expand", inputs: 2...2,
    types: { call in
      let x = try call.input(0)
      let target = try call.constantIntegers(1) ?? []
      guard target.allSatisfy({ $0 >= 0 }) else { throw call.error("target shape \(target)") }
      return [TensorType(x.elementType, try Broadcasting.shape([x.shape, target], of: call))]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil, nil] }
      return [try builder.sum(gradient, toInput: 0, of: call), nil]
    },
    kernel: { request in
      let x = try request.call.input(0)
      let y = request.outputTypes[0]
      let copy = StridedCopy(
        y.shape, source: Broadcasting.strides(x.shape, to: y.shape), target: denseStrides(y.shape),
        elementSize: x.elementType.byteCount)
      return Kernel(inputsRead: [0]) { arguments in
        copy.run(
          arguments.unsafeInput(0, as: UInt8.self), to: arguments.unsafeOutput(0, as: UInt8.self), arguments.threads)
      }
    })

  private static let tile = Operator(
    "Tile", inputs: 2...2,
    types: { call in
      let x = try call.input(0)
      let repeats = try call.constantIntegers(1) ?? []
      guard repeats.count == x.rank, repeats.allSatisfy({ $0 >= 0 }) else {
        throw call.error("repeats \(repeats) for \(x)", expected: "\(x.rank) numbers of at least 0")
      }
      return [
        TensorType(
          x.elementType,
          try zip(x.shape, repeats).map { size, count in
            let (product, overflow) = size.multipliedReportingOverflow(by: count)
            guard !overflow else { throw call.error("the result is too large") }
            return product
          })
      ]
    },
    gradient: { builder, call in
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil, nil] }
      // Seen as [repeat, size] for each axis, the sum over the repeats.
      let shape = try call.call.input(0).shape
      let repeats = try call.call.constantIntegers(1) ?? []
      let pairs = zip(repeats, shape).flatMap { [$0, $1] }
      let split = try builder.reshape(gradient, to: pairs)
      let kept = try builder.add(
        "SumTo", domain: "zoo", [split], ["shape": .ints(shape.flatMap { [1, $0] })])
      return [try builder.reshape(kept, to: shape), nil]
    },
    kernel: { request in
      let x = try request.call.input(0)
      let y = request.outputTypes[0]
      guard y.elementCount > 0 else { return Kernel { _ in } }
      let repeats = try request.call.constantIntegers(1) ?? []
      let strides = denseStrides(x.shape)
      let pairs = zip(repeats, x.shape).flatMap { [$0, $1] }
      let copy = StridedCopy(
        pairs, source: strides.flatMap { [0, $0] }, target: denseStrides(pairs),
        elementSize: y.elementType.byteCount)
      return Kernel(inputsRead: [0]) { arguments in
        copy.run(
          arguments.unsafeInput(0, as: UInt8.self), to: arguments.unsafeOutput(0, as: UInt8.self), arguments.threads)
      }
    })
}
