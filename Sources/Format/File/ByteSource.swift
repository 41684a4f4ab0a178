#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Bytes that are read by position: a file or memory.
protocol ByteSource: AnyObject, Sendable {
  var byteCount: Int { get }

  /// Copies the bytes from `offset` on, which the caller has found to lie inside.
  /// - Throws: ``ZooError`` if they are no longer there or can't be read.
  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(ZooError)

  /// A tensor's elements, used where they are if the source allows it.
  func storage(at offset: Int, byteCount: Int) throws(ZooError) -> TensorStorage
}

extension ByteSource {
  func bytes(at offset: Int, count: Int) throws(ZooError) -> [UInt8] {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw ZooError(.badInput, problem: "the file ends at byte \(byteCount), before what should stand there")
    }
    try MemoryAccount.current.check(count, for: "what is read at once")
    var result: Result<Void, ZooError> = .success(())
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(ZooError) {
        try read(
          at: offset, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count]))
        initialized = count
      } catch { result = .failure(error) }
    }
    try result.get()
    return bytes
  }

  func copiedStorage(at offset: Int, byteCount: Int) throws(ZooError) -> TensorStorage {
    let storage = try TensorStorage(byteCount: byteCount)
    try read(at: offset, into: UnsafeMutableRawBufferPointer(start: storage.base, count: byteCount))
    return storage
  }
}

/// A file that is read by position; its bytes are mapped when a tensor is first asked for.
final class FileSource: ByteSource {
  let path: String
  let byteCount: Int
  private let descriptor: Int32
  private let memory: TensorMemory
  private let mapping: FileMapping?

  /// Up to this size, reading takes a few milliseconds, and nothing that happens to the file later matters.
  static let largestCopied = 16 << 20

  /// - Throws: ``ZooError`` of kind `badInput` if there is no such file, or it isn't a regular one.
  init(_ path: String, memory: TensorMemory) throws(ZooError) {
    self.path = path
    self.memory = memory
    // Without O_NONBLOCK, opening a named pipe would wait for someone to write to it.
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      throw ZooError(
        .badInput, file: path, problem: "can't be opened: \(String(cString: strerror(code)))",
        remedy: code == ENOENT ? "Check the name" : nil)
    }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw ZooError(.badInput, file: path, problem: "is not a regular file")
    }
    byteCount = Int(status.st_size)
    do {
      mapping =
        memory == .mapped && byteCount > Self.largestCopied ? try FileMapping(descriptor, byteCount: byteCount) : nil
    } catch {
      close(descriptor)
      throw error.at(file: path)
    }
  }

  deinit { close(descriptor) }

  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) throws(ZooError) {
    var done = 0
    while done < target.count, let base = target.baseAddress {
      let count = pread(descriptor, base + done, min(target.count - done, 1 << 30), off_t(offset + done))
      if count < 0 {
        if errno == EINTR { continue }
        throw ZooError(.failed, file: path, problem: "can't be read: \(String(cString: strerror(errno)))")
      }
      guard count > 0 else {
        throw ZooError(.badInput, file: path, problem: "became shorter while it was read")
      }
      done += count
    }
  }

  /// All bytes, valid while `body` runs; copied first unless the file is mapped.
  func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws(ZooError) -> R) throws(ZooError) -> R {
    guard let mapping else { return try bytes(at: 0, count: byteCount).withBytes(body) }
    return try withExtendedLifetime(mapping) { () throws(ZooError) in
      try body(UnsafeRawBufferPointer(start: mapping.base, count: byteCount))
    }
  }

  func identity() throws(ZooError) -> FileIdentity {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw ZooError(.failed, file: path, problem: "can't be examined") }
    return FileIdentity(status)
  }

  func storage(at offset: Int, byteCount: Int) throws(ZooError) -> TensorStorage {
    guard let mapping, byteCount > 0 else { return try copiedStorage(at: offset, byteCount: byteCount) }
    return TensorStorage(borrowing: mapping.base + offset, byteCount: byteCount, owner: mapping)
  }
}

/// Which file it is, whatever it is called.
struct FileIdentity: Hashable {
  private let device: UInt64
  private let number: UInt64

  init(_ status: stat) {
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }
}

/// A file in the address space. Pages are read from the disk when they are first touched.
// Unchecked for its pointer alone: the pages are mapped for reading, and nothing changes between `init` and `deinit`.
private final class FileMapping: @unchecked Sendable {
  let base: UnsafeRawPointer
  private let byteCount: Int

  init(_ descriptor: Int32, byteCount: Int) throws(ZooError) {
    guard let pointer = mmap(nil, byteCount, PROT_READ, MAP_PRIVATE, descriptor, 0), pointer != MAP_FAILED else {
      throw ZooError(.failed, problem: "can't be mapped: \(String(cString: strerror(errno)))")
    }
    base = UnsafeRawPointer(pointer)
    self.byteCount = byteCount
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }
}

/// Bytes in memory, from which tensors are copied.
final class MemorySource: ByteSource {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var byteCount: Int { bytes.count }

  func read(at offset: Int, into target: UnsafeMutableRawBufferPointer) {
    bytes.withUnsafeBytes {
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[offset..<offset + target.count]))
    }
  }

  func storage(at offset: Int, byteCount: Int) throws(ZooError) -> TensorStorage {
    try copiedStorage(at: offset, byteCount: byteCount)
  }
}

/// Where the elements of a file's tensors live.
public enum TensorMemory: Sendable, Hashable {
  /// In the mapped file, if it has more than 16 MiB (a smaller one is copied): loading touches nothing, and processes share
  /// the memory. The file must not be cut or written to while the model lives, or the process may be stopped by the system
  /// (SIGBUS). Replacing it by another, as ``Model/write(to:)`` does, is safe.
  case mapped
  /// In memory of the model's own: loading reads the whole file, and nothing that happens to it later matters.
  case copied
}
