/// Builds one protobuf message in memory. Values that are protobuf's defaults are left out, as canonical encoders do.
package struct WireWriter {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func varint(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(value & 0x7f) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
  }

  package mutating func tag(_ number: Int, _ type: WireType) { varint(UInt64(number) << 3 | UInt64(type.rawValue)) }

  /// A field of type `int64`, `int32`, `bool` or of an enumeration.
  package mutating func integer(_ number: Int, _ value: Int) {
    if value != 0 { presentInteger(number, value) }
  }

  /// The same, written even if it is 0: for a member of a `oneof`.
  package mutating func presentInteger(_ number: Int, _ value: Int) {
    tag(number, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  package mutating func unsigned(_ number: Int, _ value: UInt64) {
    guard value != 0 else { return }
    tag(number, .varint)
    varint(value)
  }

  package mutating func fixed64(_ number: Int, _ value: UInt64) {
    guard value != 0 else { return }
    tag(number, .fixed64)
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func double(_ number: Int, _ value: Double) { fixed64(number, value.bitPattern) }

  package mutating func float(_ number: Int, _ value: Float) {
    if value.bitPattern != 0 { presentFloat(number, value) }
  }

  package mutating func presentFloat(_ number: Int, _ value: Float) {
    tag(number, .fixed32)
    append(value)
  }

  package mutating func string(_ number: Int, _ value: String) {
    if !value.isEmpty { presentString(number, value) }
  }

  /// A string that is written even if it is empty: a member of a `oneof` or of a repeated field.
  package mutating func presentString(_ number: Int, _ value: String) {
    tag(number, .lengthDelimited)
    varint(UInt64(value.utf8.count))
    bytes.append(contentsOf: value.utf8)
  }

  package mutating func strings(_ number: Int, _ values: [String]) {
    for value in values { presentString(number, value) }
  }

  /// Bytes or an embedded message; written even if empty.
  package mutating func data(_ number: Int, _ value: some Collection<UInt8>) {
    tag(number, .lengthDelimited)
    varint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// An embedded message; written even if empty.
  package mutating func message<E: Error>(_ number: Int, _ build: (inout WireWriter) throws(E) -> Void) throws(E) {
    var inner = WireWriter()
    try build(&inner)
    data(number, inner.bytes)
  }

  package mutating func packedIntegers(_ number: Int, _ values: [Int]) {
    guard !values.isEmpty else { return }
    message(number) { inner in
      for value in values { inner.varint(UInt64(bitPattern: Int64(value))) }
    }
  }

  package mutating func packedFloats(_ number: Int, _ values: [Float]) {
    guard !values.isEmpty else { return }
    message(number) { inner in
      for value in values { inner.append(value) }
    }
  }

  /// Fields that are encoded already.
  package mutating func raw(_ encoded: some Sequence<UInt8>) { bytes.append(contentsOf: encoded) }

  private mutating func append(_ value: Float) {
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
