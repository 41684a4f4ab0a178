import Foundation
import ZooFormat

/// Whole files in and out of memory, with errors that name the file.
package enum FileBytes {
  /// The largest file that is read whole: 4 GiB.
  package static let largest = 1 << 32

  /// Reads a file, or its first `prefix` bytes.
  ///
  /// The size of the whole file is checked before memory is taken; folders, devices and pipes are refused.
  /// - Throws: ``ZooError`` of kind `badInput`.
  package static func read(_ path: String, prefix: Int = largest) throws(ZooError) -> [UInt8] {
    // Without `O_NONBLOCK`, opening a pipe would wait for its writer for ever.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw failure(path, "can't be opened") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure(path, "can't be examined") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw ZooError(.badInput, file: path, problem: "is not a file", expected: "a regular file")
    }
    guard status.st_size <= largest else {
      throw ZooError(
        .badInput, file: path, problem: "has \(status.st_size) bytes", expected: "at most \(largest) bytes")
    }
    let size = min(Int(status.st_size), prefix)
    do { try MemoryAccount.current.check(size, for: "the file") } catch { throw error.at(file: path) }
    var errorNumber: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size, let base = buffer.baseAddress {
        let got = Foundation.read(descriptor, base + count, size - count)
        if got < 0, errno == EINTR { continue }
        if got < 0 { errorNumber = errno }
        if got <= 0 { return }
        count += got
      }
    }
    guard errorNumber == 0 else {
      errno = errorNumber
      throw failure(path, "can't be read")
    }
    return bytes
  }

  /// What `errno` says.
  package static func failure(_ path: String, _ what: String) -> ZooError {
    let number = errno
    if number == ENOENT { return ZooError(.badInput, file: path, problem: "there is no such file") }
    return ZooError(.badInput, file: path, problem: "\(what): \(String(cString: strerror(number)))")
  }
}
