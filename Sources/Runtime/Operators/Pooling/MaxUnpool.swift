import ZooFormat

/// MaxUnpool: puts what MaxPool kept back to where it was, with zeros elsewhere.
///
/// Inputs: x, places in the image as MaxPool gives them (with the batch and channels counted), the result's shape (optional).
enum MaxUnpool {
  static let definition = Operator(
    "MaxUnpool", inputs: 2...3,
    types: { call in
      let x = try call.real(0)
      return [TensorType(x.elementType, try shapes(call).result)]
    },
    kernel: { request in
      let (inferred, result) = try shapes(request.call)
      let count = try request.call.input(0).elementCount
      let reader = IndexReader(request.call, 1, limit: inferred.reduce(1, *))
      let (strides, width) = (denseStrides(result), request.outputTypes[0].elementType.byteCount)
      let bytes = request.outputTypes[0].byteCount
      return Kernel(inputsRead: [0, 1]) { arguments in
        let x = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        y.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        for position in 0..<count {
          var rest = try reader.index(arguments, position)
          var (place, isInside) = (0, true)
          for axis in inferred.indices.reversed() {
            let at = rest % inferred[axis]
            rest /= inferred[axis]
            isInside = isInside && at < result[axis]
            place += at * strides[axis]
          }
          if isInside { (y + place * width).copyMemory(from: x + position * width, byteCount: width) }
        }
      }
    })

  /// The shape in which places count, from the pool's attributes, and that of the result.
  private static func shapes(_ call: OperatorCall) throws -> (inferred: [Int], result: [Int]) {
    let x = try call.input(0)
    guard try call.input(1) == TensorType(.int64, x.shape), x.rank >= 3 else {
      throw call.error("x \(x) and places \(try call.input(1))", expected: "[N, C, …] and int64 of the same shape")
    }
    let count = x.rank - 2
    let kernel = try call.positiveIntegers("kernel_shape", count: count)
    let strides = try call.positiveIntegers("strides", count: count)
    let pads = try call.explicitPads(count: count)
    let sizes = try (0..<count).map { axis in
      let (reach, overflow) = max(x.shape[axis + 2] - 1, 0).multipliedReportingOverflow(by: strides[axis])
      let size = reach &- pads[axis] &- pads[count + axis] &+ kernel[axis]
      guard !overflow, size >= 1, size <= OperatorCall.largest else { throw call.error("a result of size \(size)") }
      return size
    }
    let inferred = try TensorType(x.elementType, x.shape[..<2] + sizes).validated(call.node.name).shape
    guard let stated = try call.constantIntegers(2) else { return (inferred, inferred) }
    guard stated.count == x.rank, stated.allSatisfy({ $0 >= 0 }) else { throw call.error("output shape \(stated)") }
    return (inferred, stated)
  }
}
