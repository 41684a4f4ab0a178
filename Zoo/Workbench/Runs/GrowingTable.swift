import Foundation
import ZooFormat

/// A table of many rows that is written while it is made and, stopped by whatever, goes on where it was.
///
/// Until it is complete the rows stand in `FILE.part`, whose first line says what they belong to; what another key left
/// there is written over. Then the file itself appears whole. Two processes never write one table.
final class GrowingTable {
  /// Rows that an earlier attempt left.
  private(set) var rowCount = 0
  private let path: String
  private let part: String
  private var descriptor: Int32
  /// Bytes of the first line.
  private let start: Int

  /// - Parameters:
  ///   - key: Of all that the rows depend on.
  ///   - header: The first line of the table, with its line feed.
  ///   - isRow: Whether the line of a number, counted from 0, is what should stand there; the rest is made anew.
  /// - Throws: ``ZooError`` if the file can't be written, or another process is writing it.
  init(
    _ path: String, key: String, header: String, isRow: (_ number: Int, _ line: Substring.UTF8View) -> Bool
  ) throws(ZooError) {
    self.path = path
    part = path + ".part"
    guard FileKind(path) != .folder else {
      throw ZooError(.failed, file: path, problem: "is a folder", expected: "the name of a file")
    }
    descriptor = open(part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else { throw Self.failure(part, "can't be made") }
    let first = "zoo predict \(key)\n\(header)"
    start = first.utf8.count - header.utf8.count
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      throw ZooError(.failed, file: part, problem: "is no file of its own", expected: "a regular file, or none")
    }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      throw ZooError(
        .failed, file: path, problem: "is being written by another process", expected: "one at a time",
        remedy: "Wait for it, or write to another file")
    }
    var kept = 0
    if status.st_size > 0 { (rowCount, kept) = try Self.kept(part, first, isRow) }
    guard ftruncate(descriptor, off_t(kept)) == 0, lseek(descriptor, 0, SEEK_END) >= 0 else {
      throw Self.failure(part, "can't be written")
    }
    if kept == 0 { try write(Array(first.utf8)) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// How many rows of an earlier attempt are right, and the bytes up to their end.
  private static func kept(
    _ part: String, _ first: String, _ isRow: (Int, Substring.UTF8View) -> Bool
  ) throws(ZooError) -> (rows: Int, bytes: Int) {
    let bytes = try FileBytes.read(part)
    guard bytes.starts(with: first.utf8) else { return (0, 0) }
    var end = first.utf8.count
    var rows = 0
    while let feed = bytes[end...].firstIndex(of: 0x0A) {
      let line = String(decoding: bytes[end..<feed], as: UTF8.self)
      guard isRow(rows, line[...].utf8) else { break }
      rows += 1
      end = feed + 1
    }
    return (rows, end)
  }

  /// Adds whole lines. What is added is there even if the process is killed right after.
  func add(_ lines: String) throws(ZooError) { try write(Array(lines.utf8)) }

  /// Puts the complete table in place.
  func finish() throws(ZooError) {
    let file = try AtomicFile(path)
    var offset = start
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, off_t(offset)) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure(part, "can't be read") }
      if count == 0 { break }
      offset += count
      try file.write(Array(buffer[..<count]))
    }
    try file.commit()
    unlink(part)
  }

  private func write(_ bytes: [UInt8]) throws(ZooError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw Self.failure(part, "can't be written") }
      done += count
    }
  }

  private static func failure(_ path: String, _ what: String) -> ZooError {
    let number = errno
    return ZooError(
      .failed, file: path, problem: "\(what): \(String(cString: strerror(number)))",
      remedy: number == ENOSPC ? "Free some space and give the same command again: it goes on" : nil)
  }
}
