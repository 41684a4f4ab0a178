import Foundation

/// Appends records to `log.jsonl`, a line at a time, so that whoever reads it while training runs sees whole lines.
///
/// Not for use by several tasks at once.
public final class RunLog {
  private let path: String
  private let descriptor: Int32

  /// Opens the log of `folder`, making it if needed. A last line that a crash cut short is removed, and with
  /// `resumingAtStep` every record past that step too: they will be made again.
  /// - Throws: ``ZooError`` if the file can't be written, or holds lines that are no records.
  public init(_ folder: RunFolder, resumingAtStep step: Int? = nil) throws(ZooError) {
    path = folder.path(.log)
    if folder.has(.log) {
      let kept = try folder.log().filter { record in step.map { record.step <= $0 } ?? true }
      var data = Data()
      for record in kept { data.append(try Self.line(record)) }
      try AtomicFile.write(data, to: path)
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw AtomicFile.failure(path) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Appends one line and flushes it to the disk.
  public func append(_ record: LogRecord) throws(ZooError) {
    try AtomicFile.writeAll(Self.line(record), to: descriptor, path: path)
    fsync(descriptor)
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
