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

  /// The header and the rows of a file, each row as long as the header. Empty lines are skipped.
  /// - Throws: ``ZooError`` with the line of an unfinished quote or of a row with another number of fields.
  package static func parse(_ text: String, file: String) throws(ZooError) -> (header: [String], rows: [[String]]) {
    let table = try CSVTable(Array(text.utf8), file: file)
    return (table.columns, table.rows)
  }

  struct Reader {
    let bytes: [UInt8]
    let file: String
    var position = 0
    var line = 1
    var recordLine = 1

    init(bytes: [UInt8], file: String) {
      self.bytes = bytes
      self.file = file
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func next() throws(ZooError) -> [String]? {
      while position < bytes.count, bytes[position] == 0x0A || bytes[position] == 0x0D { skipLineBreak() }
      guard position < bytes.count else { return nil }
      recordLine = line
      var fields: [String] = []
      while true {
        fields.append(try field())
        guard position < bytes.count else { return fields }
        if bytes[position] == 0x2C {
          position += 1
        } else {
          skipLineBreak()
          return fields
        }
      }
    }

    private mutating func skipLineBreak() {
      if bytes[position] == 0x0A { line += 1 }
      position += 1
    }

    private static func endsField(_ byte: UInt8) -> Bool { byte == 0x2C || byte == 0x0A || byte == 0x0D }

    /// Stops at a comma, a line break or the end.
    private mutating func field() throws(ZooError) -> String {
      var content: [UInt8] = []
      guard position < bytes.count, bytes[position] == 0x22 else {
        while position < bytes.count, !Self.endsField(bytes[position]) {
          content.append(bytes[position])
          position += 1
        }
        return try text(content)
      }
      let start = line
      position += 1
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        if byte == 0x0A { line += 1 }
        if byte != 0x22 {
          content.append(byte)
        } else if position < bytes.count, bytes[position] == 0x22 {
          content.append(byte)
          position += 1
        } else {
          guard position == bytes.count || Self.endsField(bytes[position]) else {
            throw ZooError(.badInput, file: file, line: line, problem: "text after a closing quote")
          }
          return try text(content)
        }
      }
      throw ZooError(.badInput, file: file, line: start, problem: "a quote is never closed")
    }

    private func text(_ bytes: [UInt8]) throws(ZooError) -> String {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ZooError(.badInput, file: file, line: line, problem: "text that isn't UTF-8", remedy: "Save it as UTF-8")
      }
      return text
    }
  }
}
