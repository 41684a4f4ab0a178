import ZooFormat

/// The bytes of a TIFF file: in memory, or in a file of which only what is asked for is read.
final class TIFFBytes {
  let count: Int
  private let source: Source

  private enum Source {
    case memory([UInt8])
    case file(FileReader)
  }

  init(_ bytes: [UInt8]) {
    count = bytes.count
    source = .memory(bytes)
  }

  /// - Throws: ``ZooError`` if there is no such file.
  init(file path: String) throws(ZooError) {
    let reader = try FileReader(path)
    count = reader.byteCount
    source = .file(reader)
  }

  /// A copy of some bytes; `nil` if they aren't all there, or a file has become shorter.
  subscript(range: Range<Int>) -> [UInt8]? {
    guard range.lowerBound >= 0, range.upperBound <= count else { return nil }
    switch source {
    case .memory(let bytes): return Array(bytes[range])
    case .file(let reader): return try? reader.bytes(at: range.lowerBound, count: range.count)
    }
  }

  /// Copies bytes that lie inside; returns how many there were.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) -> Int {
    switch source {
    case .memory(let bytes):
      let end = min(bytes.count, offset + target.count)
      guard offset >= 0, offset < end else { return 0 }
      bytes.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<end])) }
      return end - offset
    case .file(let reader): return reader.read(at: offset, into: target)
    }
  }
}
