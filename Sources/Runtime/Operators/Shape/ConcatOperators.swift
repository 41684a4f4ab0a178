import ZooFormat

/// Concat and Split, each the gradient of the other.
enum ConcatOperators {
  static let all: [Operator] = [concat, split]

  /// The most inputs or outputs that a node of these operators may have.
  private static let limit = 65536

  private static let concat = Operator(
    "Concat", inputs: 1...limit,
    types: { call in
      let first = try call.input(0)
      let axis = try call.axis(call.int("axis", default: 1), rank: first.rank)
      var shape = first.shape
      for index in 1..<max(1, call.inputs.count) {
        let type = try call.input(index)
        guard type.elementType == first.elementType, type.rank == first.rank,
          first.shape.indices.allSatisfy({ $0 == axis || type.shape[$0] == first.shape[$0] })
        else { throw call.error("\(first) with \(type)", expected: "types that differ along axis \(axis) alone") }
        let (sum, overflow) = shape[axis].addingReportingOverflow(type.shape[axis])
        guard !overflow else { throw call.error("the result is too large") }
        shape[axis] = sum
      }
      return [TensorType(first.elementType, shape)]
    },
    gradient: { builder, call in
      guard let gradient = call.outputGradients[0] else { return call.node.inputs.map { _ in nil } }
      let axis = try call.call.axis(call.call.int("axis", default: 1), rank: call.outputTypes[0].rank)
      var start = 0
      var result: [Value?] = []
      for index in call.node.inputs.indices {
        let size = try call.call.input(index).shape[axis]
        result.append(
          call.wanted[index]
            ? try builder.slice(gradient, axis: axis, from: start, to: start + size) : nil)
        start += size
      }
      return result
    },
    kernel: { request in
      let y = request.outputTypes[0]
      let axis = try request.call.axis(request.call.int("axis", default: 1), rank: y.rank)
      let strides = denseStrides(y.shape)
      var start = 0
      var copies: [StridedCopy] = []
      for index in request.call.inputs.indices {
        let shape = try request.call.input(index).shape
        copies.append(
          StridedCopy(
            shape, source: denseStrides(shape, last: request.inputPixels[index]), target: strides,
            to: start * strides[axis], elementSize: y.elementType.byteCount))
        start += shape[axis]
      }
      let inPlace = request.operandsInPlace
      return Kernel { [copies] arguments in
        for (index, copy) in copies.enumerated() where !inPlace.contains(index) {
          copy.run(
            arguments.unsafeInput(index, as: UInt8.self), to: arguments.unsafeOutput(0, as: UInt8.self),
            arguments.threads)
        }
      }
    })

  private static let split = Operator(
    "Split", inputs: 1...2, outputs: 1...limit,
    types: { call in
      let x = try call.input(0)
      let axis = try call.axis(call.int("axis", default: 0), rank: x.rank)
      return try sizes(call, x.shape[axis]).map { size in
        var shape = x.shape
        shape[axis] = size
        return TensorType(x.elementType, shape)
      }
    },
    gradient: { builder, call in
      let rest = call.node.inputs.dropFirst().map { _ -> Value? in nil }
      guard call.wanted[0] else { return [nil] + rest }
      let axis = try call.call.axis(call.call.int("axis", default: 0), rank: call.outputTypes[0].rank)
      let parts = try call.outputTypes.indices.map { index in
        try call.outputGradients.indices.contains(index) && call.outputGradients[index] != nil
          ? call.outputGradients[index] ?? .absent : builder.constant(Tensor(zeros: call.outputTypes[index]))
      }
      return [try builder.add("Concat", parts, ["axis": .int(axis)])] + rest
    },
    kernel: { request in
      let x = try request.call.input(0)
      let axis = try request.call.axis(request.call.int("axis", default: 0), rank: x.rank)
      let strides = denseStrides(x.shape)
      var start = 0
      var copies: [StridedCopy] = []
      for type in request.outputTypes {
        copies.append(
          StridedCopy(
            type.shape, source: strides, from: start * strides[axis], target: denseStrides(type.shape),
            elementSize: x.elementType.byteCount))
        start += type.shape[axis]
      }
      let inPlace = request.operandsInPlace
      return Kernel(inputsRead: [0]) { [copies] arguments in
        for (index, copy) in copies.enumerated() where !inPlace.contains(index) {
          guard let y = arguments.unsafeOptionalOutput(index, as: UInt8.self) else { continue }
          copy.run(arguments.unsafeInput(0, as: UInt8.self), to: y, arguments.threads)
        }
      }
    })

  /// The sizes of the pieces: given, or equal with the last one taking what is left.
  private static func sizes(_ call: OperatorCall, _ total: Int) throws -> [Int] {
    if let sizes = try call.ints("split") ?? call.constantIntegers(1) {
      guard sizes.allSatisfy({ $0 >= 0 && $0 <= total }), sizes.reduce(0, +) == total,
        sizes.count == call.node.outputs.count
      else {
        throw call.error(
          "pieces of \(sizes)", expected: "\(call.node.outputs.count) sizes that add up to \(total)")
      }
      return sizes
    }
    let count = try call.int("num_outputs", default: call.node.outputs.count)
    guard count == call.node.outputs.count, count >= 1 else {
      throw call.error("num_outputs \(count)", expected: "\(call.node.outputs.count)")
    }
    let size = (total + count - 1) / count
    return (0..<count).map { max(0, min(size, total - $0 * size)) }
  }
}

extension GraphBuilder {
  /// Elements `start..<end` of `value` along one axis.
  mutating func slice(_ value: Value, axis: Int, from start: Int, to end: Int) throws -> Value {
    try add("Slice", [value, constant([start]), constant([end]), constant([axis])])
  }
}
