#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that appears whole or not at all.
///
/// Bytes go to a temporary file in the same folder, which ``commit()`` flushes to the disk and renames. Until then, and
/// after any error, whatever stood at the path before stands there still, and the temporary file is gone.
package final class AtomicFile {
  package let path: String
  /// Where the file really lies: symbolic links are followed, so that they stay.
  private let target: String
  private let temporary: String
  private var descriptor: Int32
  package private(set) var byteCount = 0

  /// - Throws: ``ZooError`` of kind `failed` if the folder can't be written to or the path is a folder or a device.
  package init(_ path: String) throws(ZooError) {
    self.path = path
    target = Self.resolved(path)
    var status = stat()
    if stat(target, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
      throw ZooError(
        .failed, file: path, problem: "is not a regular file and can't be replaced", expected: "the name of a file")
    }
    let suffix = String(UInt64.random(in: .min ... .max), radix: 36)
    let (folder, name) = Self.split(target)
    temporary = "\(folder)/.\(name.prefix(100)).\(suffix).tmp"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    if descriptor < 0 { throw Self.failure("can't be created", path) }
  }

  /// Writes a whole file at once.
  package static func write(_ bytes: [UInt8], to path: String) throws(ZooError) {
    let file = try AtomicFile(path)
    try file.write(bytes)
    try file.commit()
  }

  package func write(_ bytes: [UInt8]) throws(ZooError) {
    let status = bytes.withUnsafeBytes { buffer -> Int32 in writeAll(buffer) }
    try check(status)
  }

  package func write(_ bytes: UnsafeRawBufferPointer) throws(ZooError) { try check(writeAll(bytes)) }

  /// Makes the file appear.
  package func commit() throws(ZooError) {
    guard fsync(descriptor) == 0 else { throw Self.failure("can't be flushed to the disk", path) }
    let closed = close(descriptor)
    descriptor = -1
    guard closed == 0, rename(temporary, target) == 0 else {
      let error = Self.failure("can't be put in place", path)
      unlink(temporary)
      throw error
    }
    // Without this, a power cut could undo the renaming. Some file systems don't let a folder be flushed; then the
    // file is there all the same.
    let folder = open(Self.split(target).folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  deinit {
    if descriptor >= 0 {
      close(descriptor)
      unlink(temporary)
    }
  }

  /// Returns 0 or `errno`.
  private func writeAll(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let count = platformWrite(descriptor, base + done, min(bytes.count - done, 1 << 30))
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      done += count
    }
    byteCount += done
    return 0
  }

  private func check(_ status: Int32) throws(ZooError) {
    guard status != 0 else { return }
    errno = status
    throw Self.failure("can't be written", path)
  }

  private static func failure(_ what: String, _ path: String) -> ZooError {
    let code = errno
    let remedy: String? =
      switch code {
      case ENOSPC, EDQUOT: "Free some space on the disk or write to another one"
      case EACCES, EPERM, EROFS: "Write to a folder that you may write to"
      case ENOENT, ENOTDIR: "Make the folder first"
      default: nil
      }
    return ZooError(.failed, file: path, problem: "\(what): \(String(cString: strerror(code)))", remedy: remedy)
  }

  private static func resolved(_ path: String) -> String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }
}

private func platformWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
