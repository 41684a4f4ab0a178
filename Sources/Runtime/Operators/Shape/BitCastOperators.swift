import ZooFormat

/// BitCast: the same bytes as elements of another type of the same size.
enum BitCastOperators {
  static let definition = Operator(
    "BitCast", inputs: 1...1,
    types: { call in
      let x = try call.input(0)
      let raw = try call.int("to")
      guard let type = Int32(exactly: raw).flatMap(ElementType.init(rawValue:)),
        type.byteCount == x.elementType.byteCount,
        type != .bool || x.elementType == .bool
      else {
        throw call.error("to = \(raw) for \(x)", expected: "the number of a type of \(x.elementType.byteCount) bytes")
      }
      return [TensorType(type, x.shape)]
    },
    isView: true,
    kernel: { request in
      let count = request.outputTypes[0].byteCount
      return Kernel(inPlace: [(output: 0, input: 0)]) { arguments in
        let x = UnsafeRawPointer(arguments.unsafeInput(0, as: UInt8.self))
        let y = UnsafeMutableRawPointer(arguments.unsafeOutput(0, as: UInt8.self))
        if UnsafeRawPointer(y) != x { y.copyMemory(from: x, byteCount: count) }
      }
    })
}
