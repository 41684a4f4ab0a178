import ZLib
import ZooFormat

/// Decompression of zlib and gzip data whose size is known beforehand.
package enum Inflate {
  /// DEFLATE can't expand by more than this, so a size beyond it is a lie and no memory is taken for it.
  package static let largestRatio = 1032

  /// The first `size` bytes of gzip or zlib data; fewer if it holds no more.
  package static func prefix(_ stored: [UInt8], size: Int) throws(ZooError) -> [UInt8] {
    try inflated([stored[...]], room: size)
  }

  /// Decompresses `parts`, which follow each other, to exactly `size` bytes.
  /// - Throws: ``ZooError`` if the data is broken, too short or too long.
  package static func decompress(_ parts: [ArraySlice<UInt8>], size: Int) throws(ZooError) -> [UInt8] {
    let given = parts.reduce(0) { $0 + $1.count }
    guard size / largestRatio <= given + 64 else {
      throw ZooError(
        .badInput, problem: "\(given) compressed bytes are said to hold \(size)",
        expected: "at most \(largestRatio) times as much as is stored")
    }
    // One byte more than wanted, to notice surplus.
    let bytes = try inflated(parts, room: size + 1)
    guard bytes.count == size else {
      throw ZooError(
        .badInput,
        problem: "the compressed data holds \(bytes.count > size ? "more than \(size)" : "\(bytes.count)") bytes",
        expected: "\(size) bytes")
    }
    return bytes
  }

  /// Decompresses until the end of the data or until `capacity` bytes are there.
  private static func inflated(_ parts: [ArraySlice<UInt8>], room capacity: Int) throws(ZooError) -> [UInt8] {
    try MemoryAccount.current.check(capacity, for: "what is decompressed")
    var stream = z_stream()
    // 32 above the window size: the header tells whether it is zlib or gzip.
    guard inflateInit2_(&stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw ZooError(.failed, problem: "no memory to decompress")
    }
    defer { inflateEnd(&stream) }
    var status = Z_OK
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
      stream.next_out = output.baseAddress
      var room = capacity
      for part in parts where status == Z_OK && room > 0 {
        part.withUnsafeBufferPointer { input in
          guard let base = input.baseAddress else { return }
          var offset = 0
          while status == Z_OK, offset < input.count, room > 0 {
            let inputNow = min(input.count - offset, 1 << 30)
            let outputNow = min(room, 1 << 30)
            stream.next_in = UnsafeMutablePointer(mutating: base + offset)
            stream.avail_in = UInt32(inputNow)
            stream.avail_out = UInt32(outputNow)
            status = inflate(&stream, Z_NO_FLUSH)
            offset += inputNow - Int(stream.avail_in)
            room -= outputNow - Int(stream.avail_out)
            if status == Z_BUF_ERROR, offset < input.count || room > 0 { status = Z_OK }
            if inputNow == Int(stream.avail_in), outputNow == Int(stream.avail_out) { break }
          }
        }
      }
      count = capacity - room
    }
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      throw ZooError(.badInput, problem: "the compressed data is broken")
    }
    return bytes
  }
}

/// Compression in zlib's format.
package enum Deflate {
  /// Compresses `bytes` at `level` (0 to 9).
  package static func compress(_ bytes: [UInt8], level: Int32 = 6) throws(ZooError) -> [UInt8] {
    var size = compressBound(uLong(bytes.count))
    var status = Z_OK
    let result = [UInt8](unsafeUninitializedCapacity: Int(size)) { output, count in
      status = compress2(output.baseAddress, &size, bytes, uLong(bytes.count), level)
      count = status == Z_OK ? Int(size) : 0
    }
    guard status == Z_OK else { throw ZooError(.failed, problem: "no memory to compress \(bytes.count) bytes") }
    return result
  }
}
