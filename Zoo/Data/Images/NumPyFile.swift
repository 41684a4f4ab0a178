import ZooFormat
import ZooImages

/// NumPy's `.npy` files (format 1.0 to 3.0), the form in which tensors come from and go to other programs.
package enum NumPyFile {
  private static let types: [(code: String, type: ElementType)] = [
    ("f4", .float32), ("f8", .float64), ("f2", .float16), ("i1", .int8), ("i2", .int16), ("i4", .int32),
    ("i8", .int64), ("u1", .uint8), ("u2", .uint16), ("u4", .uint32), ("u8", .uint64), ("b1", .bool),
  ]
  private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

  /// Reads a file. Big-endian numbers and Fortran order become what a tensor holds: O(elements).
  /// - Throws: ``ZooError`` naming the file if it isn't a `.npy` file of numbers or is cut short.
  package static func read(_ path: String) throws -> Tensor {
    do { return try decode(FileBytes.read(path)) } catch let error as ZooError { throw error.at(file: path) }
  }

  /// Decodes the bytes of a file.
  package static func decode(_ bytes: [UInt8]) throws -> Tensor {
    guard bytes.count >= 12, bytes.starts(with: magic), (1...3).contains(bytes[6]) else {
      throw ZooError(.badInput, problem: "isn't a .npy file", expected: "an array that numpy.save wrote")
    }
    let lengthBytes = bytes[6] == 1 ? 2 : 4
    let length = bytes[8..<8 + lengthBytes].reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = 8 + lengthBytes + length
    guard start <= bytes.count else { throw ZooError(.badInput, problem: "the .npy file is cut short in its header") }
    let header = try NumPyHeader(String(decoding: bytes[(8 + lengthBytes)..<start], as: UTF8.self))
    guard let type = types.first(where: { $0.code == header.code })?.type else {
      throw ZooError(
        .badInput, problem: "the .npy file holds elements of type '\(header.code)'",
        expected: "one of \(types.map(\.code).joined(separator: ", "))")
    }
    let tensorType = try TensorType(type, header.shape).validated("array")
    guard bytes.count - start == tensorType.byteCount else {
      throw ZooError(
        .badInput, problem: "the .npy file has \(bytes.count - start) bytes of data",
        expected: "\(tensorType.byteCount) for \(tensorType)")
    }
    if header.isFortran { try MemoryAccount.current.check(tensorType.elementCount, of: 16, for: "its Fortran order") }
    let order = header.isFortran && tensorType.elementCount > 0 ? fortranOrder(header.shape) : nil
    let size = type.byteCount
    return try Tensor(tensorType) { (output: UnsafeMutableRawBufferPointer) in
      for element in 0..<tensorType.elementCount {
        let from = start + (order?[element] ?? element) * size
        for byte in 0..<size {
          output[element * size + byte] = bytes[from + (header.isBigEndian ? size - 1 - byte : byte)]
        }
      }
      if type == .bool { for i in output.indices where output[i] > 1 { output[i] = 1 } }
    }
  }

  /// The bytes of a file in format 1.0.
  /// - Throws: ``ZooError`` for bfloat16, which NumPy lacks.
  package static func encode(_ tensor: Tensor) throws(ZooError) -> [UInt8] {
    guard let code = types.first(where: { $0.type == tensor.elementType })?.code else {
      throw ZooError(
        .usage, problem: "a .npy file can't hold \(tensor.elementType)", remedy: "Convert to float32 first")
    }
    let order = tensor.elementType.byteCount == 1 ? "|" : "<"
    let shape = tensor.shape.map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '\(order)\(code)', 'fortran_order': False, 'shape': (\(shape)), }"
    header += String(repeating: " ", count: (64 - (11 + header.utf8.count) % 64) % 64) + "\n"
    let length = header.utf8.count
    return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8 & 255)] + Array(header.utf8)
      + tensor.withUnsafeBytes { Array($0) }
  }

  /// For each element in row-major order, its place in column-major order.
  private static func fortranOrder(_ shape: [Int]) -> [Int] {
    var places = [0]
    var stride = 1
    for size in shape {
      places = places.flatMap { place in (0..<size).map { place + $0 * stride } }
      stride *= size
    }
    return places
  }
}

/// The dictionary at the start of a `.npy` file.
private struct NumPyHeader {
  let code: String
  let isBigEndian: Bool
  let isFortran: Bool
  let shape: [Int]

  /// - Parameter text: Python's notation, e.g. `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
  init(_ text: String) throws(ZooError) {
    let broken = ZooError(
      .badInput, problem: "the .npy file's header isn't valid", expected: "descr, fortran_order, shape")
    func value(_ key: String) -> Substring? {
      guard let name = text.firstRange(of: "'\(key)'") else { return nil }
      return text[name.upperBound...].drop { $0 == " " || $0 == ":" }
    }
    guard let type = value("descr"), type.hasPrefix("'"), let order = value("fortran_order"),
      let sizes = value("shape"),
      sizes.hasPrefix("("), let end = sizes.firstIndex(of: ")")
    else { throw broken }
    let name = type.dropFirst().prefix { $0 != "'" }
    guard let mark = name.first, "<>|=".contains(mark) else { throw broken }
    code = String(name.dropFirst())
    isBigEndian = mark == ">"
    isFortran = order.hasPrefix("True")
    guard isFortran || order.hasPrefix("False") else { throw broken }
    var shape: [Int] = []
    for size in sizes[sizes.index(after: sizes.startIndex)..<end].split(separator: ",") {
      let digits = size.filter { $0 != " " }
      if digits.isEmpty { continue }
      guard let number = Int(digits), number >= 0, shape.count < 64 else { throw broken }
      shape.append(number)
    }
    self.shape = shape
  }
}
