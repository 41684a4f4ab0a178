import ZooFormat

extension CSV {
  /// What separates the fields of a table, and where its first record starts.
  struct Dialect: Sendable, Hashable {
    var separator: UInt8 = 0x2C
    /// The first byte after lines of comments, or after a line `sep=…`, as Excel takes it.
    var start = 0
    /// The line of the file that `start` stands on.
    var line = 1
    /// Lines of comments before `start`.
    var comments = 0

    private static let candidates: [UInt8] = [0x2C, 0x3B, 0x09, 0x7C]

    /// What `bytes` are written in: as a line `sep=…` says; otherwise the separator that gives the same number of fields
    /// (two or more) in each of the first records, the one with the most fields if there are several. O(the first records).
    init(_ bytes: [UInt8], file: String) {
      let mark = Array("sep=".utf8)
      if bytes.count > mark.count, zip(bytes, mark).allSatisfy({ $0 | 0x20 == $1 }) {
        var end = mark.count + 1
        if end == bytes.count || Reader.isLineBreak(bytes[end]) {
          separator = bytes[mark.count]
          if end < bytes.count {
            end += bytes[end] == 0x0D && end + 1 < bytes.count && bytes[end + 1] == 0x0A ? 2 : 1
          }
          start = end
          line = 2
          return
        }
      }
      skipComments(bytes)
      var best = (isEven: false, fields: 1)
      for candidate in Self.candidates {
        var reader = Reader(bytes: bytes, file: file, dialect: Dialect(separator: candidate, like: self))
        guard let header = try? reader.next(), header.count > 1 else { continue }
        var isEven = true
        for _ in 0..<50 where isEven {
          guard let row = try? reader.next() else { break }
          isEven = row.count == header.count
        }
        if (isEven ? 1 : 0, header.count) > (best.isEven ? 1 : 0, best.fields) {
          best = (isEven, header.count)
          separator = candidate
        }
      }
    }

    init(separator: UInt8) { self.separator = separator }

    private init(separator: UInt8, like other: Dialect) {
      self = other
      self.separator = separator
    }

    /// Passes over lines that start with `#`; not over the last of them if it has as many fields as what follows, for then
    /// it is the header.
    private mutating func skipComments(_ bytes: [UInt8]) {
      func end(of start: Int) -> Int { bytes[start...].firstIndex(where: Reader.isLineBreak) ?? bytes.count }
      func next(_ end: Int) -> Int {
        end + (end + 1 < bytes.count && bytes[end] == 0x0D && bytes[end + 1] == 0x0A ? 2 : 1)
      }
      while start < bytes.count, bytes[start] == 0x23 {
        let last = end(of: start)
        let following = next(last)
        guard following < bytes.count else { return }
        let after = bytes[following..<end(of: following)]
        let isHeader = Self.candidates.contains { candidate in
          let fields = bytes[start..<last].count { $0 == candidate }
          return fields > 0 && fields == after.count { $0 == candidate }
        }
        if isHeader { return }
        start = following
        line += 1
        comments += 1
      }
    }

    /// The separator in words, e.g. `';'`; `nil` for the comma, which needs none.
    var name: String? {
      switch separator {
      case 0x2C: nil
      case 0x09: "tabs"
      default: "'\(Character(Unicode.Scalar(separator)))'"
      }
    }
  }

  /// Goes through the records of a table. Lines end in LF, CR LF or CR; lines without any character are passed over.
  struct Reader {
    private let bytes: [UInt8]
    private let file: String
    private let separator: UInt8
    private var position: Int
    private var line: Int
    /// The line on which the last record started.
    private(set) var recordLine = 1

    init(bytes: [UInt8], file: String, dialect: Dialect) {
      self.bytes = bytes
      self.file = file
      separator = dialect.separator
      position = dialect.start
      line = dialect.line
    }

    static func isLineBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    mutating func next() throws(ZooError) -> [String]? {
      while position < bytes.count, Self.isLineBreak(bytes[position]) { skipLineBreak() }
      guard position < bytes.count else { return nil }
      recordLine = line
      var fields: [String] = []
      while true {
        fields.append(try field())
        guard position < bytes.count else { return fields }
        if bytes[position] == separator {
          position += 1
        } else {
          skipLineBreak()
          return fields
        }
      }
    }

    private mutating func skipLineBreak() {
      if bytes[position] == 0x0D, position + 1 < bytes.count, bytes[position + 1] == 0x0A { position += 1 }
      line += 1
      position += 1
    }

    private func endsField(_ byte: UInt8) -> Bool { byte == separator || Self.isLineBreak(byte) }

    /// Stops at a separator, a line break or the end. Blanks before a quote don't count.
    private mutating func field() throws(ZooError) -> String {
      var quote = position
      while quote < bytes.count, bytes[quote] == 0x20 { quote += 1 }
      guard quote < bytes.count, bytes[quote] == 0x22 else {
        let start = position
        while position < bytes.count, !endsField(bytes[position]) { position += 1 }
        return try text(bytes[start..<position])
      }
      let start = line
      position = quote + 1
      var content: [UInt8] = []
      while position < bytes.count {
        let byte = bytes[position]
        position += 1
        if byte == 0x0A || byte == 0x0D && (position == bytes.count || bytes[position] != 0x0A) { line += 1 }
        if byte != 0x22 {
          content.append(byte)
        } else if position < bytes.count, bytes[position] == 0x22 {
          content.append(byte)
          position += 1
        } else {
          while position < bytes.count, bytes[position] == 0x20 { position += 1 }
          guard position == bytes.count || endsField(bytes[position]) else {
            throw ZooError(.badInput, file: file, line: line, problem: "text after a closing quote")
          }
          return try text(content[...])
        }
      }
      throw ZooError(.badInput, file: file, line: start, problem: "a quote is never closed")
    }

    private func text(_ bytes: ArraySlice<UInt8>) throws(ZooError) -> String {
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw ZooError(
          .badInput, file: file, line: line, problem: "text that isn't UTF-8",
          expected: "a CSV file in UTF-8 or UTF-16",
          remedy: TextEncoding(self.bytes).remedy)
      }
      return text
    }
  }
}
