/// How a field's value is stored on protobuf's wire.
package enum WireType: UInt8, Sendable {
  case varint = 0
  case fixed64 = 1
  case lengthDelimited = 2
  case fixed32 = 5
}

/// One field of a message: its number and its value as it stands on the wire.
package struct WireField {
  package enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(UnsafeRawBufferPointer)
  }

  package let number: Int
  package let value: Value
}

/// Reads the fields of one protobuf message from memory, trusting nothing. Copies nothing; O(1) for each field.
package struct WireReader {
  private let bytes: UnsafeRawBufferPointer
  package private(set) var position = 0

  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  package var isAtEnd: Bool { position >= bytes.count }
  package var remaining: Int { bytes.count - position }

  /// The next field, or `nil` at the end of the message.
  /// - Throws: ``ZooError`` if what follows isn't a field: cut short, of a wire type that is no longer in use.
  package mutating func next() throws(ZooError) -> WireField? {
    guard !isAtEnd else { return nil }
    let (number, type) = try tag()
    switch type {
    case .varint: return WireField(number: number, value: .varint(try varint()))
    case .fixed64: return WireField(number: number, value: .fixed64(try fixed64()))
    case .fixed32: return WireField(number: number, value: .fixed32(try fixed32()))
    case .lengthDelimited: return WireField(number: number, value: .bytes(try lengthDelimited()))
    }
  }

  package mutating func tag() throws(ZooError) -> (number: Int, type: WireType) {
    let tag = try varint()
    let number = tag >> 3
    guard number >= 1, number < 1 << 29 else { throw malformed("a field has the number \(number)") }
    guard let type = WireType(rawValue: UInt8(tag & 7)) else {
      throw malformed("field \(number) has the wire type \(tag & 7)")
    }
    return (Int(number), type)
  }

  package mutating func varint() throws(ZooError) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard position < bytes.count else { throw malformed("a number is cut short") }
      let byte = bytes[position]
      position += 1
      guard shift < 63 || byte <= 1 else { throw malformed("a number has more than 64 bits") }
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
  }

  package mutating func fixed64() throws(ZooError) -> UInt64 {
    guard remaining >= 8 else { throw malformed("a number is cut short") }
    defer { position += 8 }
    return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  package mutating func fixed32() throws(ZooError) -> UInt32 {
    guard remaining >= 4 else { throw malformed("a number is cut short") }
    defer { position += 4 }
    return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
  }

  package mutating func lengthDelimited() throws(ZooError) -> UnsafeRawBufferPointer {
    let length = try varint()
    guard length <= UInt64(remaining) else {
      throw malformed("a field of \(length) bytes where \(remaining) are left")
    }
    let start = position
    position += Int(length)
    return UnsafeRawBufferPointer(rebasing: bytes[start..<position])
  }

  private func malformed(_ problem: String) -> ZooError {
    ZooError(.badInput, problem: "the file is damaged or no protobuf: \(problem) (byte \(position) of a message)")
  }
}

extension WireField {
  package func bytes() throws(ZooError) -> UnsafeRawBufferPointer {
    if case .bytes(let bytes) = value { return bytes }
    throw unexpected("bytes")
  }

  /// The text, checked to be UTF-8 without NUL. O(length).
  package func string() throws(ZooError) -> String { try String(wire: bytes()) }

  /// The varint as an integer, as `int64`, `int32`, `bool` and enumerations are stored.
  package func integer() throws(ZooError) -> Int {
    if case .varint(let value) = value { return Int(truncatingIfNeeded: value) }
    throw unexpected("a whole number")
  }

  package func float() throws(ZooError) -> Float {
    if case .fixed32(let bits) = value { return Float(bitPattern: bits) }
    throw unexpected("a float")
  }

  private func unexpected(_ kind: String) -> ZooError {
    ZooError(.badInput, problem: "field \(number) of a message is stored in another way", expected: kind)
  }
}

extension String {
  /// Text from outside: UTF-8, and without NUL, at which C would cut it.
  package init(wire bytes: UnsafeRawBufferPointer) throws(ZooError) {
    guard !bytes.contains(0) else {
      throw ZooError(.badInput, problem: "a text contains the character NUL", expected: "text without NUL")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ZooError(.badInput, problem: "a text is not UTF-8", expected: "text in UTF-8")
    }
    self = text
  }
}
