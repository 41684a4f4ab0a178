import Foundation

/// Writes files whole or not at all: a temporary file beside the target, flushed to the disk and renamed over it.
public enum AtomicFile {
  /// - Throws: ``ZooError`` of kind `failed` with the system's reason (a full disk, no permission); the old file, if
  ///   there was one, is then untouched and the temporary file is gone.
  public static func write(_ data: Data, to path: String) throws(ZooError) {
    let temporary = "\(path).\(getpid()).tmp"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    do throws(ZooError) {
      try writeAll(data, to: descriptor, path: path)
      guard fsync(descriptor) == 0 else { throw failure(path) }
    } catch {
      close(descriptor)
      unlink(temporary)
      throw error
    }
    guard close(descriptor) == 0, rename(temporary, path) == 0 else {
      let error = failure(path)
      unlink(temporary)
      throw error
    }
    syncFolder(of: path)
  }

  public static func write(_ text: String, to path: String) throws(ZooError) { try write(Data(text.utf8), to: path) }

  /// Writes all of `data` at the descriptor's position.
  static func writeAll(_ data: Data, to descriptor: Int32, path: String) throws(ZooError) {
    var offset = 0
    let bytes = [UInt8](data)
    while offset < bytes.count {
      let written = bytes[offset...].withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw failure(path) }
      offset += written
    }
  }

  /// The error of the system call that has just failed on `path`.
  static func failure(_ path: String, _ problem: String = "can't be written") -> ZooError {
    ZooError(.failed, file: path, problem: "\(problem): \(String(cString: strerror(errno)))")
  }

  /// Makes the rename itself last; a file system that can't do that is no error.
  private static func syncFolder(of path: String) {
    let folder = (path as NSString).deletingLastPathComponent
    let descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func systemWrite(_ descriptor: Int32, _ base: UnsafeRawPointer?, _ count: Int) -> Int {
    guard let base else { return 0 }
    return Foundation.write(descriptor, base, count)
  }
}
