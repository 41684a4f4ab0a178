#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A folder that was opened once: whatever is written in it stays in it, whoever renames it meanwhile and wherever links
/// inside it lead. Names are those of its own entries; none of its functions follows a link.
package final class OpenFolder: Sendable {
  /// As it was given, for messages.
  package let path: String
  let descriptor: Int32

  /// - Parameter followsLink: whether the path may be a link to a folder; what leads to it may always have links.
  /// - Throws: ``ZooError`` of kind `failed` if there is no such folder.
  package init(_ path: String, followsLink: Bool = true) throws(ZooError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | (followsLink ? 0 : O_NOFOLLOW))
    guard descriptor >= 0 else { throw AtomicFile.failure("can't be opened", path) }
  }

  deinit { close(descriptor) }

  /// Makes the folder and those above it, as far as they aren't there.
  /// - Throws: ``ZooError`` of kind `failed` if it can't be made, or something else stands there.
  package static func make(_ path: String) throws(ZooError) {
    var (made, status): (String, stat) = ("", stat())
    for part in path.split(separator: "/", omittingEmptySubsequences: false) {
      made += part.isEmpty ? "/" : made.isEmpty || made.hasSuffix("/") ? String(part) : "/\(part)"
      guard !part.isEmpty, stat(made, &status) != 0, mkdir(made, 0o777) != 0, errno != EEXIST else { continue }
      throw AtomicFile.failure("the folder can't be made", path)
    }
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw ZooError(
        .failed, file: path, problem: "the folder can't be made: something else stands there",
        remedy: "Choose another folder")
    }
  }

  /// Bytes of a name, on the file systems of Linux and macOS.
  private static let longestName = 255

  /// Looks whether the folder could be made, or is there and can be written to. Makes nothing.
  /// - Throws: ``ZooError`` of kind `failed` if it is certain that it can't.
  package static func checkCanBeMade(_ path: String) throws(ZooError) {
    guard !path.split(separator: "/").contains(where: { $0.utf8.count > longestName }) else {
      errno = ENAMETOOLONG
      throw AtomicFile.failure("the folder can't be made", path)
    }
    var (place, status) = (path.isEmpty ? "." : path, stat())
    while stat(place, &status) != 0 {
      // Names that are too long, or stand below a file, will be no better later.
      guard errno == ENOENT else { throw AtomicFile.failure("the folder can't be made", path) }
      // A link that leads nowhere is there, and keeps a folder from being made.
      guard lstat(place, &status) != 0 else {
        errno = EEXIST
        throw AtomicFile.failure("the folder can't be made", path)
      }
      var parts = place.split(separator: "/", omittingEmptySubsequences: true)
      parts.removeLast()
      place = (place.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
      if place.isEmpty { place = "." }
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      errno = ENOTDIR
      throw AtomicFile.failure("the folder can't be made", path)
    }
    guard access(place, W_OK | X_OK) == 0 else { throw AtomicFile.failure("the folder can't be made", path) }
  }

  /// What stands under a name.
  package enum Entry: Sendable, Hashable {
    case nothing
    /// A regular file; `number` tells it from any other file of its folder.
    case file(number: UInt64, byteCount: Int)
    case link, folder
    /// A device, a pipe or a socket.
    case special
  }

  package func entry(_ name: String) -> Entry {
    guard let status = status(name) else { return .nothing }
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      return .file(number: UInt64(truncatingIfNeeded: status.st_ino), byteCount: Int(status.st_size))
    case S_IFLNK: return .link
    case S_IFDIR: return .folder
    default: return .special
    }
  }

  /// Whether the path still leads here.
  package var isInPlace: Bool {
    var (here, there) = (stat(), stat())
    guard fstat(descriptor, &here) == 0, stat(path, &there) == 0 else { return false }
    return here.st_ino == there.st_ino && here.st_dev == there.st_dev
  }

  /// The names of all entries but `.` and `..`, in no order.
  package func names() -> [String] {
    // A descriptor of its own, whose position starts at the first entry.
    let own = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0 else { return [] }
    guard let stream = fdopendir(own) else {
      close(own)
      return []
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  package func remove(_ name: String) { unlinkat(descriptor, name, 0) }

  /// Opens an existing regular file of the folder to append to it.
  /// - Throws: ``ZooError`` if it isn't there, or isn't a regular file with this name alone.
  package func appending(_ name: String) throws(ZooError) -> Int32 {
    let file = openat(descriptor, name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw AtomicFile.failure("can't be opened", "\(path)/\(name)") }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      close(file)
      throw ZooError(
        .failed, file: "\(path)/\(name)", problem: "is no file of its own", expected: "a regular file without links")
    }
    return file
  }

  /// Flushes the names. Some file systems don't let a folder be flushed; then they are there all the same.
  func flush() { fsync(descriptor) }

  func status(_ name: String) -> stat? {
    var status = stat()
    return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
  }
}
