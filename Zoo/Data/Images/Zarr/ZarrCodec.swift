import LibBlosc
import LibZstd
import ZLib
import ZooFormat
import ZooImages

/// What turns the stored bytes of a chunk into its elements' bytes.
enum ZarrCodec: Sendable, Hashable {
  case blosc, zstd, gzip
  /// Four bytes at the end that nothing is decoded by.
  case checksum

  /// By the name that Zarr 3 and numcodecs have for it; `nil` for one that isn't read.
  init?(_ name: String) {
    switch name {
    case "blosc": self = .blosc
    case "zstd": self = .zstd
    case "gzip", "zlib": self = .gzip
    case "crc32c": self = .checksum
    default: return nil
    }
  }

  static let names = "none, blosc, zstd, gzip, zlib"

  /// Bytes before the codec was applied, of which there are to be `size` if this codec is the last to be undone.
  func decoded(_ bytes: [UInt8], size: Int) throws(ZooError) -> [UInt8] {
    switch self {
    case .checksum:
      guard bytes.count >= 4 else { throw Self.broken }
      let content = Array(bytes.dropLast(4))
      let stored = bytes.suffix(4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      guard CRC32C.checksum(content) == stored else { throw Self.broken }
      return content
    case .gzip: return try Inflate.decompress([bytes[...]], size: size)
    case .zstd:
      return try Self.filled(size) { output in
        let count = ZSTD_decompress(output.baseAddress, output.count, bytes, bytes.count)
        return ZSTD_isError(count) != 0 ? nil : count
      }
    case .blosc:
      var stated = 0
      guard blosc_cbuffer_validate(bytes, bytes.count, &stated) == 0, stated == size else { throw Self.broken }
      return try Self.filled(size) { output in
        let count = blosc_decompress_ctx(bytes, output.baseAddress, output.count, 1)
        return count < 0 ? nil : Int(count)
      }
    }
  }

  static let broken = ZooError(
    .badInput, problem: "a chunk of the Zarr array is damaged or cut short", remedy: "Get the files again")

  private static func filled(
    _ size: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) -> Int?
  ) throws(ZooError) -> [UInt8] {
    try MemoryAccount.current.check(size, for: "a chunk")
    var count: Int?
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      count = body(UnsafeMutableBufferPointer(rebasing: buffer[..<size]))
      initialized = min(max(count ?? 0, 0), size)
    }
    guard count == size else { throw broken }
    return bytes
  }
}

/// The checksum CRC-32C (Castagnoli), as Zarr 3 stores it.
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
  }

  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { table[Int(truncatingIfNeeded: ($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
  }
}
