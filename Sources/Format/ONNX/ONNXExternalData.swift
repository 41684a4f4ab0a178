#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Tensors whose elements lie in files beside the model.
final class ONNXExternalData {
  private let folder: String
  private let model: FileIdentity
  /// What was read already: a region that two tensors name is read once.
  private var regions: [Region: TensorStorage] = [:]
  /// How many bytes were read of each file. Tensors don't overlap, so it can't be more than there are.
  private var bytesRead: [FileIdentity: Int] = [:]

  private struct Region: Hashable {
    var path: String
    var offset: Int
    var length: Int
  }

  init(model path: String, identity: FileIdentity) {
    folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "./"
    model = identity
  }

  /// The elements that the entries of `external_data` name. O(bytes): they are copied.
  func storage(_ entries: [String: String], _ type: TensorType, _ name: String) throws(ZooError) -> TensorStorage {
    func problem(_ problem: String, _ expected: String? = nil) -> ZooError {
      ZooError(.badInput, tensor: name, problem: "external data: \(problem)", expected: expected)
    }
    guard let location = entries["location"], !location.isEmpty else { throw problem("no location is given") }
    let offset = entries["offset"].map { Int($0) } ?? 0
    let length = entries["length"].map { Int($0) } ?? type.byteCount
    guard let offset, let length, offset >= 0, length == type.byteCount else {
      throw problem(
        "offset '\(entries["offset"] ?? "0")', length '\(entries["length"] ?? "")' for \(type)",
        "an offset of at least 0 and the length \(type.byteCount)")
    }
    let region = Region(path: location, offset: offset, length: length)
    if let storage = regions[region] { return storage }

    let descriptor = try open(location, problem)
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw problem("'\(location)' is not a regular file")
    }
    let identity = FileIdentity(status)
    guard identity != model else { throw problem("'\(location)' is the model itself") }
    guard status.st_nlink == 1 else { throw problem("'\(location)' is a hard link", "a file of its own") }
    let size = Int(status.st_size)
    guard offset <= size, length <= size - offset else {
      throw problem("bytes \(offset) to \(offset)+\(length) of '\(location)', which has \(size)")
    }
    let total = bytesRead[identity, default: 0] + length
    guard total <= size else { throw problem("tensors overlap in '\(location)'") }
    bytesRead[identity] = total

    let storage = try TensorStorage(byteCount: length)
    var done = 0
    while done < length {
      let count = pread(descriptor, storage.base + done, min(length - done, 1 << 30), off_t(offset + done))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw problem("'\(location)' can't be read") }
      done += count
    }
    regions[region] = storage
    return storage
  }

  /// Opens a file in the model's folder or below, folder by folder, so that no link leads elsewhere.
  private func open(_ location: String, _ problem: (String, String?) -> ZooError) throws(ZooError) -> Int32 {
    let parts = location.split(separator: "/", omittingEmptySubsequences: false).filter { $0 != "." }
    guard !location.hasPrefix("/"), !location.contains("\\"), !parts.isEmpty,
      parts.allSatisfy({ !$0.isEmpty && $0 != ".." })
    else { throw problem("'\(location)' leads out of the model's folder", "a path inside it, without '..'") }
    var descriptor = openFile(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    for (index, part) in parts.enumerated() where descriptor >= 0 {
      let kind = index == parts.count - 1 ? O_NONBLOCK : O_DIRECTORY
      let next = openat(descriptor, String(part), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind)
      let code = errno
      close(descriptor)
      errno = code
      descriptor = next
    }
    guard descriptor >= 0 else {
      let code = errno
      guard code != ELOOP, code != ENOTDIR else {
        throw problem("'\(location)' is a symbolic link or passes one", "a file")
      }
      throw problem("'\(location)' can't be opened: \(String(cString: strerror(code)))", nil)
    }
    return descriptor
  }
}

private func openFile(_ path: String, _ flags: Int32) -> Int32 { open(path, flags) }
