import Foundation

/// Appends records to `log.jsonl`, a line at a time, so that whoever reads it while training runs sees whole lines.
///
/// Not for use by several tasks at once.
public final class RunLog {
  private let path: String
  private let descriptor: Int32

  /// Opens the log of `folder`, making it if needed. A last line that a crash cut short is removed, and with
  /// `resumingAfterEpoch` every record past that epoch too: they will be made again.
  /// - Throws: ``ZooError`` if the file can't be written, or holds lines that are no records.
  public init(_ folder: RunFolder, resumingAfterEpoch epoch: Int? = nil) throws(ZooError) {
    path = folder.path(.log)
    if folder.has(.log) {
      let kept = try folder.log().filter { record in epoch.map { record.epoch <= $0 } ?? true }
      var data = Data()
      for record in kept { data.append(try Self.line(record)) }
      try AtomicFile.write([UInt8](data), to: path)
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure(path) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends one line and flushes it to the disk.
  public func append(_ record: LogRecord) throws(ZooError) {
    let line = [UInt8](try Self.line(record))
    var done = 0
    while done < line.count {
      let count = line.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + done }, line.count - done) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Self.failure(path) }
      done += count
    }
    fsync(descriptor)
  }

  private static func failure(_ path: String) -> ZooError {
    ZooError(.failed, file: path, problem: "can't be written: \(String(cString: strerror(errno)))")
  }

  private static func line(_ record: LogRecord) throws(ZooError) -> Data {
    var data = try RunJSON.encode(record, lines: false)
    data.append(10)
    return data
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
