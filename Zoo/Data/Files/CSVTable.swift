import Foundation
import ZooFormat
import ZooImages

/// A table of named columns, read from a CSV file of any of the usual dialects: commas, semicolons, tabs or bars; lines
/// that end in LF, CR LF or CR; UTF-8 or UTF-16; a first line `sep=…`; lines of comments (`#`), titles or Harmony's
/// preamble before the header; names in two lines; TrackMate's three further header lines; a line of units below the header;
/// decimal commas; a map as the plate looks.
package struct CSVTable: Sendable {
  /// Without blanks at their ends. Columns without a name, such as the index that pandas writes, are left out.
  package let columns: [String]
  /// Each row has as many fields as there are columns. Rows of nothing but separators are left out.
  package private(set) var rows: [[String]] = []
  /// The line of the file on which each row starts.
  package private(set) var lines: [Int] = []
  /// What isn't as plain CSV has it, a clause each, e.g. `separated by ';'`.
  package private(set) var remarks: [String] = []
  /// What a line of units below the header says of columns, without brackets.
  private var unitLine: [String] = []
  private let places: [String: Int]
  /// The files that rows are from, each with its first row; in the order of the rows.
  private let origins: [(row: Int, file: String)]

  /// Parses the bytes of a file. O(bytes).
  /// - Throws: ``ZooError`` with the line of an unfinished quote, of a row with another number of fields than the header,
  ///   of two columns with the same name, of names with line breaks, or of text that isn't Unicode; or that it is a
  ///   spreadsheet, or has no header.
  package init(_ bytes: [UInt8], file: String) throws(ZooError) {
    // A string for each field, a list for each row, and the text.
    let (marks, breaks) = bytes.reduce(into: (0, 0)) { counts, byte in
      if [0x2C, 0x3B, 0x09, 0x7C, 0x0A].contains(byte) { counts.0 += 1 }
      if byte == 0x0A { counts.1 += 1 }
    }
    do {
      try MemoryAccount.current.check(16 * marks + 64 * breaks + 3 * bytes.count, for: "the table")
    } catch { throw error.at(file: file) }
    let text = try TableText.utf8(bytes, file: file)
    let dialect = CSV.Dialect(text, file: file)
    if dialect.comments > 0 {
      remarks.append("begun by \(Figures.counted(dialect.comments, "line")) of comments, left out")
    }
    if let name = dialect.name { remarks.append("separated by \(name)") }
    if dialect.preamble > 0 {
      remarks.append("begun by \(Figures.counted(dialect.preamble, "line")) up to [Data], left out")
    }
    var records = CSV.Lookahead(CSV.Reader(bytes: text, file: file, dialect: dialect))
    if let grid = try Self.grid(&records, file) {
      columns = grid.columns
      origins = [(0, file)]
      places = Dictionary(zip(columns, columns.indices)) { first, _ in first }
      (rows, lines) = (grid.rows, grid.origins.map { [records] in records.line(of: $0) })
      remarks.append("a map as the plate looks, read as a row for each well")
      return
    }
    let shape = TableHeader(try records.peek(TableHeader.mostTitles + 8))
    for _ in 0..<shape.titles { _ = try records.next() }
    guard try records.next() != nil else {
      throw ZooError(.badInput, file: file, problem: "is empty", expected: "a header line")
    }
    if shape.titles > 0 {
      remarks.append("begun by \(Figures.counted(shape.titles, "line")) of titles, left out")
    }
    let headerLine = records.recordLine
    if shape.isDouble {
      _ = try records.next()
      remarks.append("the names of columns stand in two lines")
    }
    let header = shape.names
    let separation = dialect.name.map { ", separated by \($0)," } ?? ""
    for name in header {
      guard let fault = name.faultAsName else { continue }
      throw ZooError(
        .badInput, file: file, line: headerLine, problem: "the name of the column '\(name)' \(fault)",
        expected: "a name on one line", remedy: "Give the column another name")
    }
    let named = header.indices.filter { !header[$0].isEmpty }
    columns = named.map { header[$0] }
    origins = [(0, file)]
    let allAreNamed = named.count == header.count
    places = Dictionary(zip(columns, columns.indices)) { first, _ in first }
    if let name = columns.indices.first(where: { places[columns[$0]] != $0 }).map({ columns[$0] }) {
      let isNumber = Double(name) != nil
      throw ZooError(
        .badInput, file: file, line: headerLine,
        problem: "two columns\(separation) are called '\(name)'\(isNumber ? ", so this is no header" : "")",
        expected: isNumber ? "a line with the names of the columns, e.g. path,label" : "different names",
        remedy: isNumber ? "Add a header line" : nil)
    }
    while var row = try records.next() {
      guard row.contains(where: { !$0.isEmpty }) else { continue }
      while row.count > header.count, row.last == "" { row.removeLast() }
      guard row.count == header.count else {
        throw ZooError(
          .badInput, file: file, line: records.recordLine, problem: Figures.counted(row.count, "field"),
          expected: "\(header.count), as in the header\(separation.isEmpty ? "" : separation.dropLast())",
          remedy: row.count > header.count
            ? "Put fields that hold the separator (decimal commas, commas in names) in quotes" : nil)
      }
      rows.append(allAreNamed ? row : named.map { row[$0] })
      lines.append(records.recordLine)
    }
    if !allAreNamed {
      remarks.append("\(Figures.counted(header.count - named.count, "column")) without a name left out")
    }
    dropUnitLines()
    guard dialect.separator != 0x2C, text.contains(0x2C) else { return }
    let decimal = DecimalCommas.columns(columns, rows)
    for column in decimal {
      for row in rows.indices { rows[row][column] = rows[row][column].replacing(",", with: ".") }
    }
    if !decimal.isEmpty {
      remarks.append("decimal commas in \(Figures.names(decimal.map { columns[$0] }))")
    }
  }

  /// What a map as the plate looks says; `nil` for any other table, of which nothing is taken then.
  private static func grid(_ records: inout CSV.Lookahead, _ file: String) throws(ZooError) -> PlateGrid? {
    guard try records.peek(TableHeader.mostTitles).contains(where: PlateGrid.isHeader) else { return nil }
    let all = try records.peek(PlateGrid.mostRecords + 1)
    return all.count <= PlateGrid.mostRecords ? PlateGrid(all, name: "condition") : nil
  }

  /// A table that isn't UTF-8, with some letter for each byte, so that the names of its columns can be looked at; `nil` for
  /// any other.
  static func inLatin(_ bytes: [UInt8], file: String) -> CSVTable? {
    guard !bytes.contains(0), String(validating: bytes, as: UTF8.self) == nil else { return nil }
    if case .japanese = TextEncoding(bytes), let text = String(bytes: bytes, encoding: .shiftJIS) {
      return try? CSVTable(Array(text.utf8), file: file)
    }
    return try? CSVTable(Array(String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) })).utf8), file: file)
  }

  /// What to do about cells that would be numbers with points in place of commas; `nil` for others.
  package static func commaRemedy(_ cells: [String]) -> String? {
    let commas = cells.filter { cell in
      cell.contains(",") && Double(cell) == nil && Double(cell.trimmed.replacing(",", with: ".")) != nil
    }
    return commas.isEmpty
      ? nil
      : "The comma is what is wrong: save the table with decimal points, as \(commas[0].trimmed.replacing(",", with: "."))"
  }

  /// A table that is put together of others.
  /// - Parameters:
  ///   - rows: As long as `columns`, which are different names.
  ///   - lines: Of each row, in the file that it is from.
  ///   - origins: The files that rows are from, each with its first row.
  package init(
    columns: [String], rows: [[String]], lines: [Int], remarks: [String], origins: [(row: Int, file: String)]
  ) {
    self.columns = columns
    self.rows = rows
    self.lines = lines
    self.remarks = remarks
    self.origins = origins
    places = Dictionary(zip(columns, columns.indices)) { first, _ in first }
  }

  /// The same rows with further columns.
  /// - Parameter values: For each row one value for each of `names`, which the table doesn't have.
  func adding(_ names: [String], _ values: [[String]], remarks further: [String] = []) -> CSVTable {
    CSVTable(
      columns: columns + names, rows: zip(rows, values).map { $0 + $1 }, lines: lines, remarks: remarks + further,
      origins: origins)
  }

  /// The same without some columns.
  func without(_ dropped: [Int]) -> CSVTable {
    guard !dropped.isEmpty else { return self }
    let kept = columns.indices.filter { !dropped.contains($0) }
    return CSVTable(
      columns: kept.map { columns[$0] }, rows: rows.map { row in kept.map { row[$0] } }, lines: lines, remarks: remarks,
      origins: origins)
  }

  /// The same with a column changed.
  func replacing(_ column: Int, _ values: [String]) -> CSVTable {
    var table = self
    for (row, value) in zip(rows.indices, values) { table.rows[row][column] = value }
    return table
  }

  /// The rows that are wanted, in their order.
  func keeping(_ wanted: [Int]) -> CSVTable {
    var kept: [(row: Int, file: String)] = []
    for (place, row) in wanted.enumerated() where kept.last?.file != file(of: row) {
      kept.append((place, file(of: row)))
    }
    return CSVTable(
      columns: columns, rows: wanted.map { rows[$0] }, lines: wanted.map { lines[$0] }, remarks: remarks,
      origins: kept.isEmpty ? origins : kept)
  }

  /// The file that a row is from. O(log(files)).
  func file(of row: Int) -> String {
    var (low, high) = (0, origins.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if origins[middle].row <= row { low = middle } else { high = middle }
    }
    return origins.isEmpty ? "" : origins[low].file
  }

  package func index(of column: String) -> Int? {
    // A header that begins as comments do, `# track fate`, has a name behind the sign.
    places[column]
      ?? (columns.first.map { $0.hasPrefix("#") && String($0.dropFirst()).trimmed == column } == true ? 0 : nil)
  }

  /// What a line of units below the header says of a column; `nil` without one.
  func unit(of column: Int) -> String? {
    unitLine.indices.contains(column) && !unitLine[column].isEmpty ? unitLine[column] : nil
  }

  /// The column of this name, or the only one that differs from it in case, blanks and the like alone.
  func index(like name: String) -> Int? {
    if let place = places[name] { return place }
    let alike = columns.indices.filter { ColumnRoles.plain(columns[$0]) == ColumnRoles.plain(name) }
    return alike.count == 1 ? alike[0] : nil
  }

  /// - Throws: ``ZooError`` with the line of the first name in one of these columns that can't be one:
  ///   ``Swift/String/faultAsName``.
  package func checkNames(in columns: [Int], file: String) throws(ZooError) {
    for (row, line) in zip(rows, lines) {
      for column in columns {
        guard let fault = row[column].faultAsName else { continue }
        throw ZooError(
          .badInput, file: file, line: line, problem: "'\(row[column])' in '\(self.columns[column])' \(fault)",
          expected: "a name on one line", remedy: "Mend the table")
      }
    }
  }

  /// TrackMate's tables repeat the header in long and in short names, and say the units, before the first spot; other tables
  /// have a line of units alone.
  private mutating func dropUnitLines() {
    if let first = rows.first, Self.areUnits(first, before: rows.dropFirst().prefix(20)) {
      unitLine = first.map { $0.trimmed.trimmingCharacters(in: CharacterSet(charactersIn: "()[]")) }
      rows.removeFirst()
      lines.removeFirst()
      remarks.append("a line of units left out")
      return
    }
    let numeric = ["ID", "TRACK_ID", "FRAME", "POSITION_X", "POSITION_Y", "POSITION_T"].compactMap { places[$0] }
    guard numeric.count >= 2 else { return }
    let count = rows.prefix(3).prefix { row in
      numeric.allSatisfy { Double(row[$0].trimmed) == nil } && row.contains { !$0.isEmpty }
    }.count
    guard count > 0, count < rows.count, numeric.contains(where: { Double(rows[count][$0].trimmed) != nil }) else {
      return
    }
    rows.removeFirst(count)
    lines.removeFirst(count)
    remarks.append("\(Figures.counted(count, "further header line")), as TrackMate writes them, left out")
  }

  /// Whether a row has nothing but units, one of them above numbers: `;;(µm);(µm)`.
  static func areUnits(_ row: [String], before rows: ArraySlice<[String]>) -> Bool {
    guard !rows.isEmpty else { return false }
    var count = 0
    for (column, cell) in row.enumerated() where !cell.trimmed.isEmpty {
      let text = cell.trimmed
      let isBracketed = text.wholeMatch(of: /[(\[][^()\[\]]{0,16}[)\]]/) != nil
      guard isBracketed || units.contains(text.lowercased()) else { return false }
      let below = rows.map { $0[column].trimmed }.filter { !Spelling.isNothing($0) }
      if !below.isEmpty, below.allSatisfy({ Double($0.replacing(",", with: ".")) != nil }) { count += 1 }
    }
    return count > 0
  }

  private static let units: Set<String> = [
    "µm", "μm", "um", "micron", "microns", "px", "pixel", "pixels", "nm", "mm", "µm²", "um2", "µm^2", "h", "hours",
    "min", "minutes",
    "s", "sec", "seconds", "frame", "frames", "a.u.", "au", "%",
  ]
}
