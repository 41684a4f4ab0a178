import Foundation
import ZooFormat

/// Appends records to `log.jsonl`, a line at a time, so that whoever reads it while training runs sees whole lines.
///
/// Not for use by several tasks at once.
public final class RunLog {
  private let writer: RunWriter
  private let path: String
  private let descriptor: Int32
  /// Of all bytes of the file.
  private var digest = SHA256()
  private var byteCount = 0

  /// Opens the log of a run, making it if needed. A last line that a crash cut short is removed, and with
  /// `resumingAfterEpoch` every record past that epoch too: they will be made again.
  /// - Throws: ``ZooError`` if the file can't be written, or holds lines that are no records.
  public init(_ writer: RunWriter, resumingAfterEpoch epoch: Int? = nil) throws {
    self.writer = writer
    path = writer.folder.path(.log)
    var bytes: [UInt8] = []
    if writer.folder.has(.log) {
      for record in try writer.folder.log() where epoch.map({ record.epoch <= $0 }) ?? true {
        bytes += try Self.line(record)
      }
    }
    // Written anew in any case: what is appended to is a file that this process made.
    try writer.write(bytes, to: .log)
    descriptor = try writer.appendingToLog()
    note(bytes)
  }

  deinit { close(descriptor) }

  /// Appends one line and flushes it to the disk.
  public func append(_ record: LogRecord) throws {
    let line = try Self.line(record)
    var done = 0
    while done < line.count {
      let count = line.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + done }, line.count - done) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      done += count
    }
    guard fsync(descriptor) == 0 else { throw failure() }
    note(line)
    writer.logGrew(to: RunDigests.State(byteCount: byteCount, digest: RunPart.hexadecimal(digest.finish())))
  }

  private func note(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { digest.update($0) }
    byteCount += bytes.count
  }

  private func failure() -> ZooError {
    let code = errno
    return ZooError(
      .failed, file: path, problem: "can't be written: \(String(cString: strerror(code)))",
      remedy: code == ENOSPC || code == EDQUOT ? "Free some space on the disk" : nil)
  }

  private static func line(_ record: LogRecord) throws(ZooError) -> [UInt8] {
    try Array(RunJSON.encode(record, lines: false)) + [10]
  }

  /// The records of a log. What follows the last line feed was cut short and is left out.
  static func parse(_ data: Data, file: String) throws(ZooError) -> [LogRecord] {
    guard let end = data.lastIndex(of: 10) else { return [] }
    var records: [LogRecord] = []
    for (index, line) in data[...end].split(separator: 10).enumerated() {
      do throws(ZooError) {
        records.append(try RunJSON.decode(Data(line), file: file))
      } catch {
        var located = error
        located.location.line = index + 1
        throw located
      }
    }
    return records
  }
}
