import ZooImages

/// Numbers with commas for points, as programs write them in most of Europe, in tables that aren't separated by commas.
enum DecimalCommas {
  /// Columns of numbers of which some have such a comma. None if every comma may part thousands, `1,234`. Columns that by
  /// their names hold classes, tracks or groups aren't looked at, nor are those of a few small numbers alone: `1,5` may be a
  /// list there. O(cells).
  static func columns(_ names: [String], _ rows: [[String]]) -> [Int] {
    var found: [Int] = []
    var isSure = false
    for (column, name) in names.enumerated() where !ColumnRoles.isName(name) {
      var commas = 0
      var isSureHere = false
      var areLists = true
      let areNumbers = rows.allSatisfy { row in
        guard let comma = Self.comma(row[column].trimmed) else { return Spelling.isNothing(row[column].trimmed) }
        if comma != .none {
          commas += 1
          let parts = row[column].trimmed.utf8.split(separator: 0x2C)
          if parts.first?.count ?? 0 > 1 && parts[0].first != 0x2D || parts.last?.count ?? 0 > 1 { areLists = false }
        }
        if comma == .decimal { isSureHere = true }
        return true
      }
      guard areNumbers, commas > 0, !areLists else { continue }
      found.append(column)
      if isSureHere { isSure = true }
    }
    return isSure ? found : []
  }

  private enum Comma { case none, decimal, either }

  /// What the comma of a number is; `nil` for what is no number, or one with a point.
  private static func comma(_ text: String) -> Comma? {
    let bytes = Array(text.utf8)
    let start = bytes.first == 0x2D || bytes.first == 0x2B ? 1 : 0
    let digits = bytes[start...].prefix(while: isDigit).count
    guard digits > 0 else { return nil }
    var end = start + digits
    guard end < bytes.count else { return Comma.none }
    var comma = Comma.none
    if bytes[end] == 0x2C {
      let fraction = bytes[(end + 1)...].prefix(while: isDigit).count
      guard fraction > 0 else { return nil }
      comma = fraction == 3 && digits <= 3 && bytes[start] != 0x30 ? .either : .decimal
      end += 1 + fraction
    }
    guard end < bytes.count else { return comma }
    guard bytes[end] | 0x20 == 0x65 else { return nil }
    end += 1
    if end < bytes.count, bytes[end] == 0x2D || bytes[end] == 0x2B { end += 1 }
    return end < bytes.count && bytes[end...].allSatisfy(isDigit) ? comma : nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
