import Foundation
import ZooFormat

/// A file of a run that is appended to while training goes on. Not for use by several tasks at once.
final class GrowingFile {
  private let writer: RunWriter
  private let file: RunFolder.File
  private let descriptor: Int32
  /// Of all bytes of the file.
  private var digest = SHA256()
  private var byteCount = 0

  /// Writes the file anew with `bytes`, so that what is appended to is a file that this process made.
  /// - Throws: ``ZooError`` if it can't be written.
  init(_ writer: RunWriter, _ file: RunFolder.File, startingWith bytes: [UInt8]) throws {
    self.writer = writer
    self.file = file
    try writer.write(bytes, to: file)
    descriptor = try writer.appending(to: file)
    note(bytes)
  }

  deinit { close(descriptor) }

  /// Appends bytes and flushes them to the disk.
  func append(_ bytes: [UInt8]) throws {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + done }, bytes.count - done) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      done += count
    }
    guard fsync(descriptor) == 0 else { throw failure() }
    note(bytes)
    writer.grew(
      file, to: RunDigests.State(byteCount: byteCount, digest: RunPart.hexadecimal(digest.finish())))
  }

  private func note(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { digest.update($0) }
    byteCount += bytes.count
  }

  private func failure() -> ZooError {
    let code = errno
    return ZooError(
      .failed, file: writer.folder.path(file), problem: "can't be written: \(String(cString: strerror(code)))",
      remedy: code == ENOSPC || code == EDQUOT ? "Free some space on the disk" : nil)
  }
}
