import ZooFormat

/// TopK: the k largest or smallest elements along an axis, best first, and where they are. Equal elements keep their order.
enum TopK {
  static let definition = Operator(
    "TopK", inputs: 1...2, outputs: 1...2,
    types: { call in
      let x = try call.input(0)
      guard x.elementType.number != nil else { throw call.unsupported() }
      let axis = try axis(call)
      let count = try call.has("k") ? call.int("k") : call.constantIntegers(1)?.first ?? -1
      guard (0...x.shape[axis]).contains(count) else {
        throw call.error("k is \(count)", expected: "0…\(x.shape[axis])")
      }
      var shape = x.shape
      shape[axis] = count
      return [TensorType(x.elementType, shape), TensorType(.int64, shape)]
    },
    gradient: { builder, call in
      let rest = call.node.inputs.dropFirst().map { _ -> Value? in nil }
      guard call.wanted[0], let gradient = call.outputGradients[0] else { return [nil] + rest }
      guard call.node.outputs.count > 1, call.output(1) != .absent else {
        throw call.call.error("the indices are not among the outputs", expected: "both outputs")
      }
      return [
        try builder.add(
          "GatherElementsGradient", domain: "zoo", [call.output(1), gradient],
          ["shape": .ints(call.call.input(0).shape), "axis": .int(axis(call.call))])
      ] + rest
    },
    cost: { call, _ in call.inputs[0]?.elementCount ?? 0 },
    kernel: { request in
      let x = try request.call.input(0)
      guard let number = x.elementType.number else { throw request.call.unsupported() }
      return make(
        number, x.shape, axis: try axis(request.call), count: request.outputTypes[0].shape[try axis(request.call)],
        largest: try request.call.int("largest", default: 1) != 0, request.call)
    })

  private static func axis(_ call: OperatorCall) throws -> Int {
    try call.axis(call.int("axis", default: -1), rank: call.input(0).rank)
  }

  private static func make<T: KernelNumber>(
    _: T.Type, _ shape: [Int], axis: Int, count: Int, largest: Bool, _ call: OperatorCall
  ) -> Kernel {
    let outer = shape[..<axis].reduce(1, *)
    let size = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    let (hasValues, hasIndices) = (call.hasOutput(0), call.hasOutput(1))
    return Kernel(inputsRead: [0]) { arguments in
      let x: UnsafePointer<T> = arguments.unsafeInput(0)
      let values: UnsafeMutablePointer<T>? = hasValues ? arguments.unsafeOptionalOutput(0) : nil
      let indices: UnsafeMutablePointer<Int64>? = hasIndices ? arguments.unsafeOptionalOutput(1) : nil
      for block in 0..<outer {
        for column in 0..<inner {
          let row = x + block * size * inner + column
          let order = (0..<size).sorted { a, b in
            let (u, v) = (row[a * inner], row[b * inner])
            return u == v ? a < b : (largest ? u > v : u < v)
          }
          for position in 0..<count {
            let at = (block * count + position) * inner + column
            values?[at] = row[order[position] * inner]
            indices?[at] = Int64(order[position])
          }
        }
      }
    }
  }
}
