/// A table of named columns, read from a CSV file.
package struct CSVTable: Sendable {
  package let columns: [String]
  /// Each row has as many fields as there are columns.
  package private(set) var rows: [[String]] = []
  /// The line of the file on which each row starts.
  package private(set) var lines: [Int] = []
  private let places: [String: Int]

  /// Parses the bytes of a file; empty lines are skipped.
  /// - Throws: ``ZooError`` with the line of an unfinished quote, of a row with another number of fields than the header,
  ///   of two columns with the same name, or of text that isn't UTF-8; or that it is separated by semicolons or tabs.
  package init(_ bytes: [UInt8], file: String) throws(ZooError) {
    var records = CSV.Reader(bytes: bytes, file: file)
    guard let header = try records.next() else {
      throw ZooError(.badInput, file: file, problem: "is empty", expected: "a header line")
    }
    if header.count == 1, let separator = [";", "\t"].first(where: header[0].contains) {
      throw ZooError(
        .badInput, file: file, line: 1, problem: "is separated by \(separator == ";" ? "';'" : "tabs")",
        expected: "commas", remedy: "Save it with commas")
    }
    columns = header
    places = Dictionary(zip(header, header.indices)) { first, _ in first }
    if let name = header.indices.first(where: { places[header[$0]] != $0 }).map({ header[$0] }) {
      throw ZooError(
        .badInput, file: file, line: 1, problem: "two columns are called '\(name)'", expected: "different names")
    }
    while let row = try records.next() {
      guard row.count == header.count else {
        throw ZooError(
          .badInput, file: file, line: records.recordLine, problem: Figures.counted(row.count, "field"),
          expected: "\(header.count), as in the header")
      }
      rows.append(row)
      lines.append(records.recordLine)
    }
  }

  package func index(of column: String) -> Int? { places[column] }
}
