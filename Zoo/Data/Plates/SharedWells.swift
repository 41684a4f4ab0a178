import ZooFormat
import ZooImages

/// Tables that are joined by wells alone where there are several plates: what they say of B02 then holds for B02 of each.
enum SharedWells {
  private static let shown = 2

  /// - Parameters:
  ///   - table: What the table is called.
  ///   - keys: Columns that it is joined by.
  ///   - rows: What it is joined to.
  ///   - columns: Of these rows.
  /// - Returns: What is said; `nil` if wells aren't all that is joined by, or each is on one plate.
  static func caution(_ table: String, joinedBy keys: [String], rows: [[String]], columns: [String]) -> String? {
    guard let well = ColumnRoles.level("well") else { return nil }
    let places = keys.compactMap { key in columns.firstIndex { Spelling.key($0) == Spelling.key(key) } }
    let levels = keys.map(ColumnRoles.level)
    guard !places.isEmpty, levels.contains(where: { $0.map { $0 >= well } ?? false }),
      !levels.contains(where: { $0.map { $0 < well } ?? false })
    else { return nil }
    for name in ColumnRoles.groups(columns) {
      guard let level = ColumnRoles.level(name), level < well, let place = columns.firstIndex(of: name) else {
        continue
      }
      let all = Set(rows.map { $0[place] })
      guard all.count > 1 else { continue }
      var plates: [String: Set<String>] = [:]
      for row in rows { plates[places.map { row[$0] }.joined(separator: " / "), default: []].insert(row[place]) }
      let shared = plates.filter { $0.value.count > 1 && !Spelling.isNothing($0.key) }
      guard let most = shared.values.map(\.count).max() else { continue }
      let names = shared.keys.sorted(by: NaturalOrder.precedes)
      let listed = names.prefix(shown).map(\.onOneLine).joined(separator: ", ") + (names.count > shown ? " …" : "")
      return
        "what \(table) says of \(listed) is taken for all \(most == all.count ? "\(all.count)" : "up to \(most) of \(all.count)") values of '\(name)': it is joined by \(keys.joined(separator: " and ")) alone, and has no column '\(name)'"
    }
    return nil
  }
}
