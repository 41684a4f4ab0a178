#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A lock that ends with its process, however that ends: a file of a folder that one process at a time holds, and that
/// says who. The file is gone when nobody holds it, but for a process that was killed.
package final class FileLock {
  /// Whether the file system has locks at all; if not, nothing was locked.
  package let isEffective: Bool
  private let folder: OpenFolder
  private let name: String
  private var descriptor: Int32 = -1

  /// Another process has the lock.
  package struct Busy: Error {
    /// What it says of itself.
    package let holder: String
  }

  /// - Parameter holder: what others are told.
  /// - Throws: ``Busy``; ``ZooError`` of kind `failed` if the file can't be made.
  package init(_ name: String, in folder: OpenFolder, holder: String) throws {
    self.folder = folder
    self.name = name
    (descriptor, isEffective) = try Self.locked(name, in: folder)
    let words = Array("\(holder)\n".utf8)
    // Only words: the lock holds without them.
    if ftruncate(descriptor, 0) == 0 { _ = words.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) } }
  }

  private static func locked(
    _ name: String, in folder: OpenFolder
  ) throws -> (descriptor: Int32, isEffective: Bool) {
    while true {
      let file = openat(folder.descriptor, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o666)
      guard file >= 0 else { throw AtomicFile.failure("can't be made", "\(folder.path)/\(name)") }
      var status: Int32
      repeat { status = flock(file, LOCK_EX | LOCK_NB) } while status != 0 && errno == EINTR
      if status != 0, errno == EWOULDBLOCK {
        defer { close(file) }
        throw Busy(holder: Self.text(of: file))
      }
      // Whoever held it may have removed the file between the two calls; then it locks nobody out.
      var (own, found) = (stat(), stat())
      if fstat(file, &own) == 0, fstatat(folder.descriptor, name, &found, AT_SYMLINK_NOFOLLOW) == 0,
        own.st_ino == found.st_ino
      {
        // Its words would be written over what another name of it stands for.
        guard own.st_mode & S_IFMT == S_IFREG, own.st_nlink == 1 else {
          close(file)
          throw ZooError(
            .failed, file: "\(folder.path)/\(name)", problem: "is no file of its own",
            expected: "a regular file without links, or none", remedy: "Remove it")
        }
        return (file, status == 0)
      }
      close(file)
    }
  }

  /// Whether a process holds the lock at this moment. Makes nothing.
  package static func isHeld(_ name: String, in folder: OpenFolder) -> Bool {
    let file = openat(folder.descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return false }
    // Closing gives it back.
    defer { close(file) }
    return flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  package func release() {
    guard descriptor >= 0 else { return }
    // While it is held: so nobody's else is removed.
    folder.remove(name)
    close(descriptor)
    descriptor = -1
  }

  deinit { release() }

  private static func text(of descriptor: Int32) -> String {
    var bytes = [UInt8](repeating: 0, count: 400)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    return text.split(separator: "\n").first.map(String.init) ?? "another process"
  }
}
