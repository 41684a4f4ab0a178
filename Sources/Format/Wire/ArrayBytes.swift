extension Array where Element == UInt8 {
  /// As `withUnsafeBytes(_:)`, which forgets the type of the error.
  package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
    try withUnsafeBytes { bytes in Result { () throws(E) in try body(bytes) } }.get()
  }
}
