#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A hidden file that its process holds locked as long as it writes: whoever finds one that nobody holds knows that its
/// writer is dead, and removes it.
final class TemporaryFile {
  /// No other program names its files so.
  private static let ending = ".zoo-tmp"

  let name: String
  private(set) var descriptor: Int32 = -1
  private let folder: OpenFolder

  /// A new file beside the one that is called `name`.
  init(for name: String, in folder: OpenFolder, path: String) throws(ZooError) {
    self.folder = folder
    (self.name, descriptor) = try Self.make(for: name, in: folder, path: path)
  }

  private static func make(
    for name: String, in folder: OpenFolder, path: String
  ) throws(ZooError) -> (name: String, descriptor: Int32) {
    // Names have at most 255 bytes, and a character has up to four of them.
    let start = String(decoding: name.utf8.prefix(100), as: UTF8.self)
    while true {
      let name = ".\(start).\(String(UInt64.random(in: .min ... .max), radix: 36))\(ending)"
      let file = openat(folder.descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
      guard file >= 0 else { throw AtomicFile.failure("can't be created", path) }
      // Between the two calls another process may have taken it for abandoned, and have removed it.
      let isOurs = flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK
      var status = stat()
      if isOurs, fstat(file, &status) == 0, status.st_nlink > 0 { return (name, file) }
      closeDescriptor(file)
    }
  }

  /// Returns whether all went well; then nothing that was written was lost.
  func close() -> Bool {
    defer { descriptor = -1 }
    return closeDescriptor(descriptor) == 0
  }

  func discard() {
    folder.remove(name)
    if descriptor >= 0 { _ = close() }
  }

  /// Removes what processes left that are no more. O(entries of the folder).
  static func removeAbandoned(in folder: OpenFolder) {
    for name in folder.names() where name.hasPrefix(".") && name.hasSuffix(ending) {
      guard case .file = folder.entry(name) else { continue }
      let file = openat(folder.descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard file >= 0 else { continue }
      if flock(file, LOCK_EX | LOCK_NB) == 0 { folder.remove(name) }
      closeDescriptor(file)
    }
  }
}

@discardableResult
private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
