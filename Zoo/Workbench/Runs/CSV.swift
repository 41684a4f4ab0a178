/// Comma-separated values as RFC 4180 has them: fields with commas, quotes or line breaks stand in quotes, and a quote
/// inside is doubled.
package enum CSV {
  /// One line, with its line feed.
  package static func line(_ fields: [String]) -> String {
    fields.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ field: String) -> String {
    let special = field.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
    return special ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
  }

  /// The header and the rows of a file that ``line(_:)`` wrote, field by field as they were, each row as long as the
  /// header. Tables of others are read by ``CSVTable``, which knows more dialects and cleans names.
  /// - Throws: ``ZooError`` with the line of an unfinished quote or of a row with another number of fields.
  package static func parse(_ text: String, file: String) throws(ZooError) -> (header: [String], rows: [[String]]) {
    var records = Reader(
      bytes: try TableText.utf8(Array(text.utf8), file: file), file: file, dialect: Dialect(separator: 0x2C))
    guard let header = try records.next() else {
      throw ZooError(.badInput, file: file, problem: "is empty", expected: "a header line")
    }
    var rows: [[String]] = []
    while let row = try records.next() {
      guard row.count == header.count else {
        throw ZooError(
          .badInput, file: file, line: records.recordLine, problem: Figures.counted(row.count, "field"),
          expected: "\(header.count), as in the header")
      }
      rows.append(row)
    }
    return (header, rows)
  }
}
