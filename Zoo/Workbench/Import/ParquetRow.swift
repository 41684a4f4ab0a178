import Foundation
import ZooFormat

/// What the script that reads Parquet says of a set: its first line.
struct ParquetSet: Decodable, Sendable {
  /// The version of the protocol.
  var parquet: Int
  var files: [String]
  var rows: Int
  /// The column of the images.
  var image: String
  /// All other columns.
  var columns: [String]
  /// All that the rows name; empty if they don't name any.
  var channels: [String]
  /// The names of classes that the files count; empty if labels are words.
  var classes: [String]
}

/// One row as the script says it, before its pixels.
struct ParquetRow: Decodable, Sendable {
  var file: String
  /// In its file, from 0.
  var row: Int
  /// `train`, `validation` or `test` by the name of the file; empty if it doesn't say.
  var subset: String
  /// Of the nested lists, outermost first.
  var shape: [Int]
  /// Of the pixels, 32-bit floats.
  var bytes: Int
  /// Channel → its place along the axis of channels.
  var channels: [String: Int]?
  var values: [String: String]
}

/// Reads what the script prints: lines of JSON, and pixels behind those of rows.
struct ParquetStream {
  private let descriptor: Int32
  private let isInterrupted: () -> Bool
  private var buffer: [UInt8] = []
  private var start = 0

  private static let longestLine = 4 << 20
  private static let mostPixels = 1 << 28

  /// - Parameters:
  ///   - descriptor: to read from; not closed.
  ///   - isInterrupted: asked while the program prints nothing.
  init(_ descriptor: Int32, isInterrupted: @escaping () -> Bool) {
    self.descriptor = descriptor
    self.isInterrupted = isInterrupted
  }

  enum Item {
    case row(ParquetRow, [Float])
    /// The last line: how many rows there were.
    case end(Int)
  }

  /// The first line.
  /// - Throws: ``ZooError`` if the program prints something else.
  mutating func set() throws(ZooError) -> ParquetSet {
    guard let set: ParquetSet = Self.decode(try line()), set.parquet == 1, set.rows >= 0 else { throw Self.strange }
    return set
  }

  /// - Throws: ``ZooError`` if the output ends early or isn't as agreed.
  mutating func next() throws(ZooError) -> Item {
    let line = try line()
    if let end: End = Self.decode(line) { return .end(end.end) }
    guard let row: ParquetRow = Self.decode(line) else { throw Self.strange }
    let count = row.shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).overflow ? .max : $0 * $1 }
    guard (2...4).contains(row.shape.count), row.shape.allSatisfy({ $0 > 0 }), count <= Self.mostPixels,
      row.bytes == 4 * count
    else {
      throw ZooError(
        .badInput, file: row.file,
        problem: "row \(row.row + 1) is an array of \(row.shape.map(String.init).joined(separator: "×"))",
        expected: "2 to 4 axes, at most \(Self.mostPixels) values")
    }
    let bytes = try take(row.bytes)
    let pixels = bytes.withUnsafeBytes { bytes in
      (0..<count).map {
        Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self)))
      }
    }
    return .row(row, pixels)
  }

  private struct End: Decodable { var end: Int }

  private static func decode<T: Decodable>(_ line: [UInt8]) -> T? {
    try? JSONDecoder().decode(T.self, from: Data(line))
  }

  private static let strange = ZooError(
    .badInput, problem: "the program that reads Parquet prints something else than it should",
    expected: "Python 3 with pyarrow", remedy: "Give it by --python")

  private mutating func line() throws(ZooError) -> [UInt8] {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: 10) {
        defer { start = end + 1 }
        return Array(buffer[start..<end])
      }
      guard buffer.count - start <= Self.longestLine else { throw Self.strange }
      let offset = buffer.count - start
      guard try fill() else { throw Self.cut }
      searched = start + offset
    }
  }

  private mutating func take(_ count: Int) throws(ZooError) -> [UInt8] {
    try MemoryAccount.current.check(2 * count, for: "a row")
    while buffer.count - start < count { guard try fill() else { throw Self.cut } }
    defer { start += count }
    return Array(buffer[start..<start + count])
  }

  private static let cut = ZooError(.badInput, problem: "the program that reads Parquet ended early")

  /// Reads some more; returns whether there was any.
  /// - Throws: ``ZooError`` of kind `interrupted`.
  private mutating func fill() throws(ZooError) -> Bool {
    if start > 0 {
      buffer.removeFirst(start)
      start = 0
    }
    var end = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    while poll(&end, 1, 100) <= 0 {
      if isInterrupted() { throw ZooError(.interrupted, problem: "stopped; nothing was written") }
    }
    var count = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, initialized in
      repeat { count = Foundation.read(descriptor, buffer.baseAddress, buffer.count) } while count < 0 && errno == EINTR
      initialized = max(count, 0)
    }
    buffer += bytes
    return count > 0
  }
}
