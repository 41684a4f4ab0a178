import Foundation
import ZooFormat

/// A regular file that is open and read by position: of large files only what is asked for is in memory. Safe to use
/// from several threads.
package final class FileReader: Sendable {
  package let path: String
  /// When it was opened.
  package let byteCount: Int
  private let descriptor: Int32

  /// - Throws: ``ZooError`` of kind `badInput` if there is no such file, or it isn't a regular one.
  package init(_ path: String) throws(ZooError) {
    self.path = path
    // Without `O_NONBLOCK`, opening a pipe would wait for its writer for ever.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileBytes.failure(path, "can't be opened") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw ZooError(.badInput, file: path, problem: "is not a file", expected: "a regular file")
    }
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Copies bytes from `offset` on; returns how many there are, less than `target` has room for only at the end of the
  /// file or if it can't be read.
  package func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) -> Int {
    var done = 0
    while offset >= 0, done < target.count, let base = target.baseAddress {
      let count = pread(descriptor, base + done, min(target.count - done, 1 << 30), off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      done += count
    }
    return done
  }

  /// - Throws: ``ZooError`` if the file has fewer bytes, or there is no memory for them.
  package func bytes(at offset: Int, count: Int) throws(ZooError) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw ZooError(.badInput, file: path, problem: "is cut short", expected: "\(count) bytes from \(offset) on")
    }
    do { try MemoryAccount.current.check(count, for: "the file") } catch { throw error.at(file: path) }
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      initialized = read(at: offset, into: UnsafeMutableRawBufferPointer(buffer))
    }
    guard bytes.count >= count else {
      throw ZooError(.badInput, file: path, problem: "became shorter or can't be read")
    }
    return bytes.count == count ? bytes : Array(bytes.prefix(count))
  }

  /// The SHA-256 of the file, in pieces of a few megabytes.
  /// - Throws: ``ZooError`` if it can't be read to the end that it had.
  package func digest() throws(ZooError) -> [UInt8] {
    var hash = SHA256()
    var offset = 0
    while offset < byteCount {
      let piece = try bytes(at: offset, count: min(4 << 20, byteCount - offset))
      piece.withUnsafeBytes { hash.update($0) }
      offset += piece.count
    }
    return hash.finish()
  }
}
