/// The safetensors format: the size of a header, the header in JSON, the elements.
enum Safetensors {
  private static let types: [(name: String, type: ElementType)] = [
    ("F64", .float64), ("F32", .float32), ("F16", .float16), ("BF16", .bfloat16), ("I64", .int64), ("I32", .int32),
    ("I16", .int16), ("I8", .int8), ("U64", .uint64), ("U32", .uint32), ("U16", .uint16), ("U8", .uint8),
    ("BOOL", .bool),
  ]

  static func read(_ bytes: UnsafeRawBufferPointer, limits: LoadLimits) throws(ZooError) -> WeightsFile {
    guard bytes.count >= 8 else { throw ZooError(.badInput, problem: "the file is cut short") }
    let size = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard size <= UInt64(bytes.count - 8) else {
      throw ZooError(
        .badInput, problem: "a header of \(size) bytes in a file of \(bytes.count)", remedy: "Get the file again")
    }
    // A parsed header takes some thirty times the memory of its text.
    guard size <= UInt64(limits.structureBytes / 4), size <= UInt64(limits.structureMemory / 32) else {
      throw limits.exceeded("bytes of header", found: "\(size)", limit: "\(limits.structureBytes / 4)")
    }
    let end = 8 + Int(size)
    guard case .object(let header) = try JSONText(UnsafeRawBufferPointer(rebasing: bytes[8..<end])) else {
      throw ZooError(.badInput, problem: "the header is no JSON object")
    }
    guard header.count <= limits.tensors else {
      throw limits.exceeded("tensors", found: "\(header.count)", limit: "\(limits.tensors)")
    }
    let data = UnsafeRawBufferPointer(rebasing: bytes[end...])
    var file = WeightsFile(tensors: [:])
    var places: [(range: Range<Int>, name: String)] = []
    for (name, entry) in header {
      guard case .object(let fields) = entry else { throw malformed(name, "its entry is no object") }
      if name == "__metadata__" {
        for (key, value) in fields {
          guard case .string(let text) = value else { throw malformed(name, "a value is no text") }
          file.metadata[key] = text
        }
        continue
      }
      let (type, range) = try place(name, fields, byteCount: data.count)
      places.append((range, name))
      let tensor = try Tensor(type) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: data[range])) }
      file.tensors[name] = try tensor.checkingElements(name)
    }
    try check(places, byteCount: data.count)
    return file
  }

  private static func place(
    _ name: String, _ fields: [String: JSONText], byteCount: Int
  ) throws(ZooError) -> (type: TensorType, range: Range<Int>) {
    guard case .string(let typeName)? = fields["dtype"], case .array(let shape)? = fields["shape"],
      case .array(let offsets)? = fields["data_offsets"], offsets.count == 2
    else { throw malformed(name, "dtype, shape or data_offsets are missing") }
    guard let elementType = types.first(where: { $0.name == typeName })?.type else {
      throw malformed(name, "the element type '\(typeName)' is not supported")
    }
    let type = try TensorType(elementType, shape.map { size throws(ZooError) in try integer(size, name) }).validated(
      name)
    let (start, end) = (try integer(offsets[0], name), try integer(offsets[1], name))
    guard start >= 0, start <= end, end <= byteCount else {
      throw malformed(name, "bytes \(start) to \(end) of \(byteCount)")
    }
    guard end - start == type.byteCount else {
      throw ZooError(
        .badInput, tensor: name, problem: "has \(end - start) bytes of data for \(type)", expected: "\(type.byteCount)")
    }
    return (type, start..<end)
  }

  /// Tensors follow each other without gap or overlap.
  private static func check(_ places: [(range: Range<Int>, name: String)], byteCount: Int) throws(ZooError) {
    var position = 0
    let sorted = places.sorted { a, b in
      (a.range.lowerBound, a.range.upperBound) < (b.range.lowerBound, b.range.upperBound)
    }
    for (range, name) in sorted {
      guard range.lowerBound == position else {
        throw malformed(
          name, "starts at byte \(range.lowerBound) of the data, \(position) was the end of the one before")
      }
      position = range.upperBound
    }
    guard position == byteCount else {
      throw ZooError(.badInput, problem: "\(byteCount - position) bytes after the last tensor", expected: "none")
    }
  }

  private static func integer(_ value: JSONText, _ name: String) throws(ZooError) -> Int {
    guard case .number(let text) = value, let integer = Int(text) else {
      throw malformed(name, "a size is no whole number")
    }
    return integer
  }

  private static func malformed(_ name: String, _ problem: String) -> ZooError {
    ZooError(.badInput, tensor: name, problem: problem)
  }

  // MARK: Writing

  /// Calls `body` with the pieces of the file, one after the other.
  static func forEachPiece(_ file: WeightsFile, _ body: (UnsafeRawBufferPointer) throws(ZooError) -> Void)
    throws(ZooError)
  {
    // Large elements first, so that all are aligned to their size.
    let tensors = file.tensors.sortedByName().enumerated()
      .sorted { a, b in
        (-a.element.value.elementType.byteCount, a.offset) < (-b.element.value.elementType.byteCount, b.offset)
      }.map(\.element)
    var entries: [String] = []
    if !file.metadata.isEmpty {
      let texts = file.metadata.sortedByName().map { "\(JSONText.quoted($0.key)):\(JSONText.quoted($0.value))" }
      entries.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
    }
    var offset = 0
    for (name, tensor) in tensors {
      guard let type = types.first(where: { $0.type == tensor.elementType })?.name else {
        throw ZooError(
          .badInput, tensor: name,
          problem: "has elements of the type \(tensor.elementType), which safetensors files don't have here",
          expected: types.map { "\($0.type)" }.joined(separator: ", "))
      }
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      let end = offset + tensor.type.byteCount
      entries.append(
        "\(JSONText.quoted(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
      offset = end
    }
    var header = Array("{\(entries.joined(separator: ","))}".utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    try withUnsafeBytes(of: UInt64(header.count).littleEndian, body)
    try header.withBytes(body)
    for (_, tensor) in tensors { try tensor.withUnsafeBytes(body) }
  }
}
