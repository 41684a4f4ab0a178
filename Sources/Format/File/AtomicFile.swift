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
/// after any error, whatever stood at the path before stands there still, and the temporary file is gone. A link that
/// stood there is replaced, never followed.
package final class AtomicFile {
  package let path: String
  private let folder: OpenFolder
  private let name: String
  private let temporary: TemporaryFile
  private var isCommitted = false
  package private(set) var byteCount = 0
  /// Where the bytes stand until they are committed, for programs that write them themselves.
  package var temporaryPath: String { (path.hasSuffix(name) ? String(path.dropLast(name.count)) : "") + temporary.name }

  /// - Throws: ``ZooError`` of kind `failed` if the folder can't be written to or the path is a folder or a device.
  package convenience init(_ path: String) throws(ZooError) {
    let (folder, name) = Self.split(path)
    let open: OpenFolder
    do { open = try OpenFolder(folder) } catch {
      var located = error
      located.location.file = path
      located.problem = located.problem.replacing("can't be opened", with: "can't be created")
      throw located
    }
    try self.init(name, in: open, path: path)
  }

  /// A file of a folder that is open.
  package convenience init(_ name: String, in folder: OpenFolder) throws(ZooError) {
    try self.init(name, in: folder, path: folder.path.hasSuffix("/") ? folder.path + name : "\(folder.path)/\(name)")
  }

  private init(_ name: String, in folder: OpenFolder, path: String) throws(ZooError) {
    self.path = path
    self.folder = folder
    self.name = name
    // What a link leads to isn't touched; but nobody who names /dev/stdout wants a file there.
    var status = stat()
    let isThere = fstatat(folder.descriptor, name.isEmpty ? "." : name, &status, 0) == 0
    // A name that is too long would be refused in the end, when all is written. A link may lead nowhere, or round.
    if !isThere, errno == ENAMETOOLONG { throw Self.failure("can't be created", path) }
    if isThere, status.st_mode & S_IFMT != S_IFREG {
      throw ZooError(
        .failed, file: path, problem: "is not a regular file and can't be replaced", expected: "the name of a file")
    }
    TemporaryFile.removeAbandoned(in: folder)
    temporary = try TemporaryFile(for: name, in: folder, path: path)
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
    guard fsync(temporary.descriptor) == 0 else { throw Self.failure("can't be flushed to the disk", path) }
    guard renameat(folder.descriptor, temporary.name, folder.descriptor, name) == 0 else {
      throw Self.failure("can't be put in place", path)
    }
    isCommitted = true
    guard temporary.close() else { throw Self.failure("can't be put in place", path) }
    // Without this, a power cut could undo the renaming.
    folder.flush()
  }

  deinit { if !isCommitted { temporary.discard() } }

  /// Returns 0 or `errno`.
  private func writeAll(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var done = 0
    while done < bytes.count, let base = bytes.baseAddress {
      let count = platformWrite(temporary.descriptor, base + done, min(bytes.count - done, 1 << 30))
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

  /// What `errno` says.
  static func failure(_ what: String, _ path: String) -> ZooError {
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

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = String(path[..<slash])
    return (folder.isEmpty ? "/" : folder, String(path[path.index(after: slash)...]))
  }
}

private func platformWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
