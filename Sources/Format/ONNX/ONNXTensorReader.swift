/// Reads `TensorProto`. Memory is taken when the data in the file is known to fill it.
struct ONNXTensorReader {
  let budget: ONNXBudget
  let external: ONNXExternalData?

  func read(_ bytes: UnsafeRawBufferPointer) throws(ZooError) -> (name: String, tensor: Tensor) {
    var name = ""
    var code = 0
    var dims: [Int] = []
    var raw: UnsafeRawBufferPointer?
    var location: [String: String] = [:]
    var isExternal = false
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      switch field.number {
      case 1:
        try field.appendIntegers(to: &dims)
        guard dims.count <= 64 else {
          throw ZooError(
            .badInput, tensor: name, problem: "has more than 64 dimensions", expected: "a rank of at most 64")
        }
      case 2: code = try field.integer()
      case 3:
        throw ZooError(
          .badInput, problem: "is a sequence, an optional value or a piece of a tensor, which is not supported",
          expected: "a tensor")
      case 8: name = try field.string()
      case 9: raw = try field.bytes()
      case 13:
        let (key, value) = try ONNXModelReader.entry(field.bytes())
        location[key] = value
      case 14: isExternal = try field.integer() == 1
      default: break
      }
    }
    guard let elementType = Self.elementType(code) else {
      throw ZooError(
        .badInput, tensor: name, problem: "has elements of \(Self.typeName(code)), which is not supported")
    }
    let type = try TensorType(elementType, dims).validated(name)
    try budget.spend(tensor: type)
    if isExternal {
      guard let external else {
        throw ZooError(.badInput, tensor: name, problem: "has its data in another file", expected: "data in the file")
      }
      let packed = try Tensor(type.packed, storage: external.storage(location, type.packed, name))
      return (name, try packed.unpacked(as: type).checkingElements(name))
    }
    if let raw {
      guard raw.count == type.packed.byteCount else {
        throw ZooError(
          .badInput, tensor: name, problem: "has \(raw.count) bytes of data for \(type)",
          expected: "\(type.packed.byteCount)")
      }
      return (name, try Tensor(type.packed) { $0.copyMemory(from: raw) }.unpacked(as: type).checkingElements(name))
    }
    return (name, try typed(bytes, type.packed, name).unpacked(as: type).checkingElements(name))
  }

  /// Data in `float_data`, `int32_data` and so on, by the field that holds the type's elements.
  private func typed(_ bytes: UnsafeRawBufferPointer, _ type: TensorType, _ name: String) throws(ZooError) -> Tensor {
    let number: Int
    switch type.elementType {
    case .float32: number = 4
    case .int64: number = 7
    case .float64: number = 10
    case .uint32, .uint64: number = 11
    default: number = 5
    }
    var count = 0
    try forEachValue(of: number, in: bytes) { _ in count += 1 }
    guard count == type.elementCount else {
      throw ZooError(
        .badInput, tensor: name, problem: "has \(count) elements of data for \(type)", expected: "\(type.elementCount)")
    }
    return try Tensor(type) { target throws(ZooError) in
      let size = type.elementType.byteCount
      var offset = 0
      try forEachValue(of: number, in: bytes) { value in
        // Little-endian: the lowest bytes are the element, whatever its type.
        withUnsafeBytes(of: value.littleEndian) { source in
          UnsafeMutableRawBufferPointer(rebasing: target[offset..<offset + size])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<size]))
        }
        offset += size
      }
    }
  }

  private func forEachValue(
    of number: Int, in bytes: UnsafeRawBufferPointer, _ body: (UInt64) -> Void
  ) throws(ZooError) {
    var reader = WireReader(bytes)
    while let field = try reader.next() {
      guard field.number == number else { continue }
      switch field.value {
      case .varint(let value), .fixed64(let value): body(value)
      case .fixed32(let value): body(UInt64(value))
      case .bytes(let packed):
        var inner = WireReader(packed)
        while !inner.isAtEnd {
          switch number {
          case 4: body(UInt64(try inner.fixed32()))
          case 10: body(try inner.fixed64())
          default: body(try inner.varint())
          }
        }
      }
    }
  }

  static func elementType(_ code: Int) -> ElementType? { Int32(exactly: code).flatMap(ElementType.init) }

  /// The name of a type that we don't have, by `TensorProto.DataType`.
  static func typeName(_ code: Int) -> String {
    let names = [0: "no declared type", 8: "string", 14: "complex64", 15: "complex128"]
    return names[code] ?? "type \(code)"
  }
}
