import Foundation
import ZooFormat

/// A file of packed samples while it is made: what was packed before the process ended, however it ended, is kept.
///
/// Beside the records, which stand in `FILE.part` as they will, `FILE.marks` says of each whether it is one and its checksum;
/// records that don't fit their marks, as a power cut may leave them, are packed again. One process at a time.
final class PackingFile {
  /// Records that stand there already.
  private(set) var count = 0
  private let path: String
  private let form: PackedSamples.Form
  private let records: Int32
  private let journal: Int32

  /// What the names of unfinished files end in.
  static let endings = [".part", ".marks"]

  /// - Returns: `nil` if another process is making the file.
  /// - Throws: ``ZooError`` if it can't be written.
  init?(_ path: String, _ form: PackedSamples.Form) throws(ZooError) {
    self.path = path
    self.form = form
    records = try Self.open(path + Self.endings[0])
    do throws(ZooError) { journal = try Self.open(path + Self.endings[1]) } catch {
      close(records)
      throw error
    }
    guard flock(records, LOCK_EX | LOCK_NB) == 0 else { return nil }
    count = kept()
    guard ftruncate(records, off_t(form.offset(count))) == 0, ftruncate(journal, off_t(count * 8)) == 0 else {
      throw Self.failure(path)
    }
    if count == 0 { try Self.write(form.header, to: records, at: 0, path) }
  }

  deinit {
    close(records)
    close(journal)
  }

  private static func open(_ path: String) throws(ZooError) -> Int32 {
    let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else { throw failure(path) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
      close(descriptor)
      throw ZooError(.failed, file: path, problem: "is no file of its own", expected: "a regular file, or none")
    }
    return descriptor
  }

  /// How many records from the first on are as their marks say.
  private func kept() -> Int {
    guard Self.read(records, at: 0, count: PackedSamples.Form.headerSize) == form.header else { return 0 }
    var number = 0
    while number < form.count, let mark = Self.read(journal, at: number * 8, count: 8),
      let record = Self.read(records, at: form.offset(number), count: form.recordSize), mark[0] == 1,
      record.withUnsafeBytes({ PackedSamples.checksum($0) })
        == mark[4...].reversed().reduce(0, { $0 << 8 | UInt32($1) })
    { number += 1 }
    return number
  }

  /// Adds a record; `nil` for a sample that can't be decoded, which is decoded again when it is asked for.
  func add(_ bytes: [UInt8]?) throws(ZooError) {
    let record = bytes ?? [UInt8](repeating: 0, count: form.recordSize)
    let checksum = bytes?.withUnsafeBytes { PackedSamples.checksum($0) } ?? 0
    try Self.write(record, to: records, at: form.offset(count), path)
    let mark = [bytes == nil ? 0 : 1, checksum].map(\.littleEndian).withUnsafeBytes { Array($0) }
    try Self.write(mark, to: journal, at: count * 8, path)
    count += 1
  }

  /// Puts the complete file in place.
  func finish() throws(ZooError) {
    guard let marks = Self.read(journal, at: 0, count: form.count * 8) else { throw Self.failure(path) }
    try Self.write(marks, to: records, at: form.offset(form.count), path)
    guard fsync(records) == 0, rename(path + Self.endings[0], path) == 0 else { throw Self.failure(path) }
    unlink(path + Self.endings[1])
  }

  private static func read(_ descriptor: Int32, at offset: Int, count: Int) -> [UInt8]? {
    var done = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      while done < count, let base = buffer.baseAddress {
        let got = pread(descriptor, base + done, count - done, off_t(offset + done))
        if got < 0, errno == EINTR { continue }
        guard got > 0 else { break }
        done += got
      }
      initialized = done
    }
    return bytes.count == count ? bytes : nil
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, at offset: Int, _ path: String) throws(ZooError) {
    var done = 0
    while done < bytes.count {
      let put = bytes.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress.map { $0 + done }, $0.count - done, off_t(offset + done))
      }
      if put < 0, errno == EINTR { continue }
      guard put > 0 else { throw failure(path) }
      done += put
    }
  }

  private static func failure(_ path: String) -> ZooError {
    let number = errno
    return ZooError(
      .failed, file: path, problem: "can't be written: \(String(cString: strerror(number)))",
      remedy: number == ENOSPC ? "Set data.cache to a folder on another disk, or to none" : nil)
  }
}
