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
    /// Lines before `start` that say what the table is of and end in `[Data]`, as Harmony writes them.
    var preamble = 0

    private static let candidates: [UInt8] = [0x2C, 0x3B, 0x09, 0x7C]

    /// What `bytes` are written in: as a line `sep=…` says; otherwise the separator that gives the same number of fields
    /// (two or more) in each of the first records, the one with the most fields if there are several. Lines of one field
    /// before these are titles. O(the first records).
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
      skipPreamble(bytes)
      skipComments(bytes)
      var best = (0, 0, 1)
      for candidate in Self.candidates {
        var reader = Reader(bytes: bytes, file: file, dialect: Dialect(separator: candidate, like: self))
        guard var header = try? reader.next() else { continue }
        var titles: [String] = []
        while header.count == 1, titles.count < TableHeader.mostTitles, let next = try? reader.next() {
          titles.append(header[0])
          header = next
        }
        guard header.count > 1 else { continue }
        var (isEven, rows) = (true, 0)
        while isEven, rows < 50, let row = try? reader.next() {
          isEven = row.count == header.count
          rows += 1
        }
        let isPlain = titles.isEmpty
        guard isPlain || isEven && rows > 1 && TableHeader.areTitles(titles, before: header) else { continue }
        let rank = (isEven ? 1 : 0, isPlain ? 1 : 0, header.count)
        if rank > best {
          best = rank
          separator = candidate
        }
      }
    }

    init(separator: UInt8) { self.separator = separator }

    private init(separator: UInt8, like other: Dialect) {
      self = other
      self.separator = separator
    }

    /// Passes over what stands before a line `[Data]` among the first.
    private mutating func skipPreamble(_ bytes: [UInt8]) {
      let mark = Array("[data]".utf8)
      let end = min(bytes.count, 1 << 13)
      var (place, lines) = (start, 0)
      while place < end {
        let last = bytes[place..<end].firstIndex(where: Reader.isLineBreak) ?? end
        let text = bytes[place..<last]
        let isMark =
          text.count >= mark.count
          && zip(text, mark).allSatisfy { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 == $1 : $0 == $1 }
          && text.dropFirst(mark.count).allSatisfy { $0 == 0x20 || $0 == 0x09 }
        place = last + (last + 1 < bytes.count && bytes[last] == 0x0D && bytes[last + 1] == 0x0A ? 2 : 1)
        lines += 1
        if isMark, place < bytes.count {
          (start, line, preamble) = (place, line + lines, lines)
          return
        }
      }
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
          remedy: TextEncoding(self.bytes).remedy())
      }
      return text
    }
  }

  /// Records of which the first can be looked at before they are taken.
  struct Lookahead {
    private var reader: Reader
    private var ahead: [(fields: [String], line: Int)] = []
    private var taken = 0
    /// The line on which the last record that was taken started.
    private(set) var recordLine = 1

    init(_ reader: Reader) { self.reader = reader }

    /// The next records, up to `count`.
    mutating func peek(_ count: Int) throws(ZooError) -> [[String]] {
      while ahead.count - taken < count, let fields = try reader.next() { ahead.append((fields, reader.recordLine)) }
      return ahead[taken...].prefix(count).map(\.fields)
    }

    /// The line of a record that ``peek(_:)`` gave.
    func line(of place: Int) -> Int { ahead[taken + place].line }

    mutating func next() throws(ZooError) -> [String]? {
      guard taken < ahead.count else {
        let fields = try reader.next()
        recordLine = reader.recordLine
        return fields
      }
      taken += 1
      recordLine = ahead[taken - 1].line
      return ahead[taken - 1].fields
    }
  }
}
