import ZooFormat

extension SampleType {
  /// Makes floats of stored elements.
  /// - Parameters:
  ///   - first: the element to begin with, and from one to the next `step` elements.
  ///   - start: where the first of them goes in `pixels`.
  package func unpack(
    _ bytes: [UInt8], from first: Int, step: Int, count: Int, isLittleEndian: Bool, into pixels: inout [Float],
    at start: Int
  ) {
    bytes.withUnsafeBytes { bytes in
      func convert<T: FixedWidthInteger>(_: T.Type, _ float: (T) -> Float) {
        for index in 0..<count {
          let stored = bytes.loadUnaligned(
            fromByteOffset: (first + index * step) * MemoryLayout<T>.size, as: T.self)
          pixels[start + index] = float(isLittleEndian ? T(littleEndian: stored) : T(bigEndian: stored))
        }
      }
      switch self {
      case .uint8: convert(UInt8.self) { Float($0) }
      case .int8: convert(Int8.self) { Float($0) }
      case .uint16: convert(UInt16.self) { Float($0) }
      case .int16: convert(Int16.self) { Float($0) }
      case .uint32: convert(UInt32.self) { Float($0) }
      case .int32: convert(Int32.self) { Float($0) }
      case .float32: convert(UInt32.self) { Float(bitPattern: $0) }
      }
    }
  }
}
