import Foundation
import ZooData
import ZooFormat

/// Appends records to `log.jsonl`, a line at a time, so that whoever reads it while training runs sees whole lines.
///
/// Not for use by several tasks at once.
package final class RunLog {
  private let file: GrowingFile
  /// What the log holds.
  private(set) var records: [LogRecord]

  /// Opens the log of a run, making it if needed. A last line that a crash cut short is removed, and with
  /// `resumingAfterEpoch` every record past that epoch too: they will be made again.
  /// - Throws: ``ZooError`` if the file can't be written, or holds lines that are no records.
  package init(_ writer: RunWriter, resumingAfterEpoch epoch: Int? = nil) throws {
    let known = writer.folder.has(.log) ? try writer.folder.log() : []
    records = known.filter { record in epoch.map { record.epoch <= $0 } ?? true }
    file = try GrowingFile(writer, .log, startingWith: records.flatMap(Self.line))
  }

  /// Appends one line and flushes it to the disk.
  package func append(_ record: LogRecord) throws {
    try file.append(Self.line(record))
    records.append(record)
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
