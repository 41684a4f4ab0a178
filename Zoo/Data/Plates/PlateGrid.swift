import ZooImages

/// A table as the plate looks: a line with the numbers of columns, and below it a line for each row, `A` to `H`. Several
/// stand below each other, each with a title: what is said of the wells, or which plate it is.
struct PlateGrid {
  /// `plate` if the grids are of several, `well`, and what is said of it.
  let columns: [String]
  let rows: [[String]]
  /// Of each row, from 0: which of the records it is from.
  let origins: [Int]

  private static let mostGrids = 64
  /// Larger files are no maps.
  static let mostRecords = 10_000
  /// Fewer may be anything.
  private static let fewestColumns = 3
  private static let mostColumns = 48
  private static let mostRows = 32
  /// What stands in the corner and names nothing.
  private static let corners: Set<String> = [
    "", "row", "rows", "well", "wells", "plate", "zeile", "reihe", "ligne", "row/col", "row/column", "rc", "r/c",
  ]

  private struct Grid {
    /// What stands above it and is called as plates are; empty for none.
    var plate: String
    /// What is said of the wells.
    var property: String
    var columnCount: Int
    /// The place of the first row among the records.
    var start: Int
    var rows: [[String]]
  }

  /// Whether a record has the numbers of columns. O(fields).
  static func isHeader(_ record: [String]) -> Bool { columnCount(record) != nil }

  private static func columnCount(_ record: [String]) -> Int? {
    let numbers = record.dropFirst().map(\.trimmed)
    let count = numbers.prefix { !$0.isEmpty }.count
    guard (fewestColumns...mostColumns).contains(count), numbers.dropFirst(count).allSatisfy(\.isEmpty) else {
      return nil
    }
    return numbers.prefix(count).enumerated().allSatisfy { Int($0.element) == $0.offset + 1 } ? count : nil
  }

  /// `nil` if the records hold anything else. O(fields).
  /// - Parameter name: What is said of the wells where neither a title nor the corner says it.
  init?(_ records: [[String]], name: String) {
    var grids: [Grid] = []
    var title = ""
    var place = 0
    while place < records.count {
      let record = records[place].map(\.trimmed)
      place += 1
      guard let count = Self.columnCount(record) else {
        // A title has a line of its own.
        guard record.dropFirst().allSatisfy(\.isEmpty) else { return nil }
        if let text = record.first, !text.isEmpty { title = text }
        continue
      }
      guard grids.count < Self.mostGrids, title.faultAsName == nil, record[0].faultAsName == nil else { return nil }
      let isPlate =
        title.wholeMatch(of: /(\p{L}+)[\s_#-]*(\d+|[A-Z])/).map { NameParts.meanings[$0.1.lowercased()] == "plate" }
        ?? false
      let corner =
        Self.corners.contains(record[0].lowercased()) || !record[0].contains(where: \.isLetter) ? "" : record[0]
      let property = corner.isEmpty ? (title.isEmpty || isPlate ? name : title) : corner
      var grid = Grid(
        plate: isPlate ? title : grids.last?.plate ?? "", property: property, columnCount: count, start: place, rows: []
      )
      while place < records.count, grid.rows.count < Self.mostRows, let letter = records[place].first?.trimmed,
        letter.uppercased() == Self.letters(grid.rows.count)
      {
        let cells = records[place].dropFirst().map(\.trimmed)
        guard cells.dropFirst(count).allSatisfy(\.isEmpty) else { return nil }
        grid.rows.append(Array(cells.prefix(count)) + Array(repeating: "", count: max(0, count - cells.count)))
        place += 1
      }
      guard grid.rows.count > 1 else { return nil }
      grids.append(grid)
      title = ""
    }
    // One of several plates without a name is of none.
    let hasPlates = grids.contains { !$0.plate.isEmpty }
    guard !grids.isEmpty, title.isEmpty, !hasPlates || grids.allSatisfy({ !$0.plate.isEmpty }),
      Set(grids.map { [$0.plate, $0.property] }).count == grids.count
    else { return nil }
    var names: [String] = []
    var plates: [String] = []
    for grid in grids {
      if !names.contains(grid.property) { names.append(grid.property) }
      if !plates.contains(grid.plate) { plates.append(grid.plate) }
    }
    guard !names.contains("well"), !hasPlates || !names.contains("plate") else { return nil }
    columns = (hasPlates ? ["plate"] : []) + ["well"] + names
    var rows: [[String]] = []
    var origins: [Int] = []
    for plate in plates {
      let own = names.map { name in grids.first { $0.plate == plate && $0.property == name } }
      let there = own.compactMap(\.self)
      for row in 0..<(there.map(\.rows.count).max() ?? 0) {
        for column in 0..<(there.map(\.columnCount).max() ?? 0) {
          let values = own.map { grid in
            grid.map { row < $0.rows.count && column < $0.columnCount ? $0.rows[row][column] : "" } ?? ""
          }
          // Wells of which nothing is said aren't used.
          guard values.contains(where: { !$0.isEmpty }) else { continue }
          let number = column < 9 ? "0\(column + 1)" : "\(column + 1)"
          rows.append((hasPlates ? [plate] : []) + ["\(Self.letters(row))\(number)"] + values)
          origins.append((there.first { row < $0.rows.count } ?? there[0]).start + row)
        }
      }
    }
    guard !rows.isEmpty else { return nil }
    (self.rows, self.origins) = (rows, origins)
  }

  /// `A` to `Z`, then `AA` to `AF`.
  private static func letters(_ row: Int) -> String {
    let letter = { (place: Int) in String(Character(Unicode.Scalar(UInt8(0x41 + place)))) }
    return row < 26 ? letter(row) : "A" + letter(row - 26)
  }
}
