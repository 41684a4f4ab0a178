import Foundation
import LibTIFF
import ZooFormat

/// A TIFF file, in memory or read by position, opened by libtiff.
///
/// Its variadic functions can't be called from Swift, so the ones with a `va_list` are used.
final class TIFFFile {
  let handle: OpaquePointer
  private let memory: Memory

  private final class Memory {
    let bytes: TIFFBytes
    var position = 0

    init(_ bytes: TIFFBytes) { self.bytes = bytes }
  }

  /// libtiff prints errors and warnings unless it is told not to; ours say what is needed.
  private static let silenced: Void = {
    TIFFSetErrorHandler(nil)
    TIFFSetWarningHandler(nil)
  }()

  init(_ bytes: TIFFBytes) throws(ZooError) {
    Self.silenced
    memory = Memory(bytes)
    let client = Unmanaged.passUnretained(memory).toOpaque()
    let opened = TIFFClientOpen(
      "image", "rm", client,
      { client, buffer, size in
        guard let memory = TIFFFile.memory(client), let buffer, size >= 0 else { return -1 }
        let room = min(Int(size), memory.bytes.count - memory.position)
        guard room > 0 else { return 0 }
        let count = memory.bytes.read(
          at: memory.position, into: UnsafeMutableRawBufferPointer(start: buffer, count: room))
        memory.position += count
        return tmsize_t(count)
      },
      { _, _, _ in -1 },
      { client, offset, origin in
        guard let memory = TIFFFile.memory(client) else { return .max }
        let base = [SEEK_CUR: memory.position, SEEK_END: memory.bytes.count][origin] ?? 0
        let (position, overflow) = base.addingReportingOverflow(Int(truncatingIfNeeded: offset))
        guard !overflow, (0...memory.bytes.count).contains(position) else { return .max }
        memory.position = position
        return UInt64(position)
      },
      { _ in 0 },
      { client in UInt64(TIFFFile.memory(client)?.bytes.count ?? 0) },
      nil, nil)
    guard let opened else { throw ZooError(.badInput, problem: "the TIFF file is broken") }
    handle = opened
  }

  deinit { TIFFClose(handle) }

  private static func memory(_ client: thandle_t?) -> Memory? {
    client.map { Unmanaged<Memory>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Goes to the next directory; false after the last.
  /// - Throws: ``ZooError`` if there is to be another one and it can't be read, as in a file that is cut short. libtiff
  ///   itself refuses circles.
  func advance() throws(ZooError) -> Bool {
    if TIFFLastDirectory(handle) != 0 { return false }
    guard TIFFReadDirectory(handle) != 0 else {
      throw ZooError(
        .badInput, problem: "a page of the TIFF file can't be read: the file is broken or cut short",
        remedy: "Get the file again")
    }
    return true
  }

  func select(_ directory: Int) throws(ZooError) {
    guard TIFFSetDirectory(handle, tdir_t(truncatingIfNeeded: directory)) != 0 else {
      throw ZooError(.badInput, problem: "page \(directory + 1) of the TIFF file is broken")
    }
  }

  /// The value of a tag of 16 bits, or its default; 0 without one.
  func short(_ tag: Int32) -> Int {
    var value: UInt16 = 0
    let found = withUnsafeMutablePointer(to: &value) { pointer in
      withVaList([pointer]) { TIFFVGetFieldDefaulted(handle, UInt32(tag), $0) }
    }
    return found != 0 ? Int(value) : 0
  }

  /// The value of a tag of 32 bits, or its default; 0 without one.
  func long(_ tag: Int32) -> Int {
    var value: UInt32 = 0
    let found = withUnsafeMutablePointer(to: &value) { pointer in
      withVaList([pointer]) { TIFFVGetFieldDefaulted(handle, UInt32(tag), $0) }
    }
    return found != 0 ? Int(value) : 0
  }

  /// - Throws: ``ZooError`` if it is longer than `limit`, before it is copied.
  func text(_ tag: Int32, limit: Int) throws(ZooError) -> String? {
    var value: UnsafeMutablePointer<CChar>?
    let found = withUnsafeMutablePointer(to: &value) { pointer in
      withVaList([pointer]) { TIFFVGetField(handle, UInt32(tag), $0) }
    }
    guard found != 0, let value else { return nil }
    guard strlen(value) <= limit else {
      throw ZooError(.badInput, problem: "the descriptions and names of the TIFF file's pages are too long")
    }
    return String(cString: value)
  }
}
