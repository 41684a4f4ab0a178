/// The fields of a whole file: where the structure and each tensor's elements stand. No element is read.
struct FileOutline {
  private(set) var formatVersion = 0
  private(set) var minimumReader = 0
  private(set) var structureDigest: [UInt8] = []
  private(set) var structure: Range<Int> = 0..<0
  /// Where the elements of each tensor stand, in the order of the tensor table.
  private(set) var tensors: [Range<Int>] = []
  /// Where padding stands.
  private(set) var paddings: [Range<Int>] = []
  /// Fields of the file that this version doesn't know, as they are encoded.
  private(set) var unknown: [UInt8] = []

  /// Walks over the headers of the fields. O(tensors).
  init(_ source: some ByteSource, limits: LoadLimits) throws(ZooError) {
    var window = Window(source)
    let start = try window.bytes(at: 0, atMost: 5)
    guard start == [0x0a, 0x03] + Array(FileFormat.magic.utf8) else {
      throw ZooError(
        .badInput, problem: source.byteCount == 0 ? "the file is empty" : "is not a .zoo file",
        expected: "a file that starts with the bytes 0A 03 7A 6F 6F")
    }
    var seen: Set<Int> = [FileField.magic.rawValue]
    var position = start.count
    while position < source.byteCount {
      let field = try FieldHeader(window.bytes(at: position, atMost: 24), position: position, end: source.byteCount)
      let known = FileField(rawValue: field.number)
      if let known, known != .padding, known != .tensorData, !seen.insert(field.number).inserted {
        throw ZooError(.badInput, path: "\(known)", problem: "the field stands in the file twice")
      }
      switch known {
      case .formatVersion: formatVersion = try field.version("format_version")
      case .minimumReader:
        minimumReader = try field.version("minimum_reader")
        guard minimumReader <= FileFormat.version else {
          throw ZooError(
            .badInput, problem: "needs a reader of version \(minimumReader) of the format",
            expected: "at most version \(FileFormat.version)", remedy: "Update this program")
        }
      case .structureDigest:
        let range = try field.payload("structure_digest")
        guard range.count == 32 else {
          throw ZooError(.badInput, path: "structure_digest", problem: "has \(range.count) bytes", expected: "32")
        }
        structureDigest = try source.bytes(at: range.lowerBound, count: range.count)
      case .structure:
        structure = try field.payload("structure")
        guard structure.count <= limits.structureBytes else {
          throw limits.exceeded(
            "bytes of structure", found: "\(structure.count)", limit: "\(limits.structureBytes)")
        }
      case .padding:
        let range = try field.payload("padding")
        guard range.count < 128 else {
          throw ZooError(.badInput, path: "padding", problem: "has \(range.count) bytes", expected: "less than 128")
        }
        guard paddings.count <= limits.tensors else {
          throw limits.exceeded("pieces of padding", found: "more than \(limits.tensors)", limit: "\(limits.tensors)")
        }
        paddings.append(range)
      case .tensorData:
        guard tensors.count < limits.tensors else {
          throw limits.exceeded("tensors", found: "more than \(limits.tensors)", limit: "\(limits.tensors)")
        }
        tensors.append(try field.payload("tensor_data"))
      case .magic, nil:
        let byteCount = field.end - position
        guard byteCount <= limits.structureBytes - unknown.count - structure.count else {
          throw limits.exceeded(
            "bytes of structure", found: "more than \(limits.structureBytes)", limit: "\(limits.structureBytes)")
        }
        unknown += try source.bytes(at: position, count: byteCount)
      }
      position = field.end
    }
    for required in [FileField.formatVersion, .minimumReader, .structureDigest, .structure]
    where !seen.contains(required.rawValue) {
      throw ZooError(.badInput, path: "\(required)", problem: "the field is missing: the file is damaged")
    }
  }
}

/// The tag and the length of a field of the file.
private struct FieldHeader {
  let number: Int
  let end: Int
  private let varint: UInt64?
  private let payload: Range<Int>?

  init(_ bytes: [UInt8], position: Int, end fileEnd: Int) throws(ZooError) {
    let parsed = bytes.withUnsafeBytes { buffer -> Result<FieldHeader, ZooError> in
      do throws(ZooError) { return .success(try FieldHeader(buffer, position, fileEnd)) } catch {
        return .failure(error)
      }
    }
    do { self = try parsed.get() } catch {
      throw ZooError(
        .badInput, problem: "the file is cut short or damaged at byte \(position)", remedy: "Get the file again")
    }
  }

  private init(_ bytes: UnsafeRawBufferPointer, _ position: Int, _ fileEnd: Int) throws(ZooError) {
    var reader = WireReader(bytes)
    let tag = try reader.tag()
    number = tag.number
    var varint: UInt64?
    var payload: Range<Int>?
    switch tag.type {
    case .varint:
      varint = try reader.varint()
      end = position + reader.position
    case .fixed64: end = position + reader.position + 8
    case .fixed32: end = position + reader.position + 4
    case .lengthDelimited:
      let length = try reader.varint()
      let start = position + reader.position
      guard length <= UInt64(fileEnd - start) else {
        throw ZooError(.badInput, problem: "a field is longer than the file")
      }
      end = start + Int(length)
      payload = start..<end
    }
    guard end <= fileEnd else { throw ZooError(.badInput, problem: "a field is longer than the file") }
    self.varint = varint
    self.payload = payload
  }

  func payload(_ name: String) throws(ZooError) -> Range<Int> {
    guard let payload else { throw ZooError(.badInput, path: name, problem: "is not stored as bytes") }
    return payload
  }

  func version(_ name: String) throws(ZooError) -> Int {
    guard let varint, varint >= 1, varint <= UInt64(UInt32.max) else {
      throw ZooError(.badInput, path: name, problem: "is no version", expected: "a whole number from 1")
    }
    return Int(varint)
  }
}

/// A few kilobytes of the source at a time, so that small fields don't cost a system call each.
private struct Window<Source: ByteSource> {
  private let source: Source
  private var start = 0
  private var content: [UInt8] = []

  init(_ source: Source) { self.source = source }

  /// Up to `count` bytes from `position` on, fewer at the end of the source.
  mutating func bytes(at position: Int, atMost count: Int) throws(ZooError) -> [UInt8] {
    let count = min(count, source.byteCount - position)
    guard count > 0 else { return [] }
    if position < start || position + count > start + content.count {
      content = try source.bytes(at: position, count: min(4096, source.byteCount - position))
      start = position
    }
    return Array(content[(position - start)..<(position - start + count)])
  }
}
