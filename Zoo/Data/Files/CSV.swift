import ZooFormat
import ZooImages

/// Comma-separated values as RFC 4180 has them: fields with commas, quotes or line breaks stand in quotes, and a quote
/// inside is doubled.
package enum CSV {
  /// One line of a table of ours, with its line feed; see ``Escape/csv(_:)``.
  package static func line(_ fields: [String]) -> String {
    fields.map(Escape.csv).joined(separator: ",") + "\n"
  }

  /// The header and the rows of a file that ``line(_:)`` wrote, field by field as they were, each row as long as the
  /// header. Tables of others are read by ``CSVTable``, which knows more dialects and cleans names.
  /// - Throws: ``ZooError`` with the line of an unfinished quote or of a row with another number of fields.
  package static func parse(_ text: String, file: String) throws(ZooError) -> (header: [String], rows: [[String]]) {
    var records = try Records(Array(text.utf8), file: file)
    var rows: [[String]] = []
    while let row = try records.next() { rows.append(row) }
    return (records.header, rows)
  }

  /// The same, one row after the other, for tables that are large.
  package struct Records {
    package let header: [String]
    private let file: String
    private var reader: Reader

    package init(_ bytes: [UInt8], file: String) throws(ZooError) {
      self.file = file
      reader = Reader(bytes: try TableText.utf8(bytes, file: file), file: file, dialect: Dialect(separator: 0x2C))
      guard let header = try reader.next() else {
        throw ZooError(.badInput, file: file, problem: "is empty", expected: "a header line")
      }
      self.header = header.map(Escape.csvText)
    }

    package mutating func next() throws(ZooError) -> [String]? {
      guard let row = try reader.next() else { return nil }
      guard row.count == header.count else {
        throw ZooError(
          .badInput, file: file, line: reader.recordLine, problem: Figures.counted(row.count, "field"),
          expected: "\(header.count), as in the header")
      }
      return row.map(Escape.csvText)
    }
  }
}
