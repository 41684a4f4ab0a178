import ZooImages

/// Where the names of columns stand in a table that doesn't have them on its first line alone.
struct TableHeader {
  /// Lines before the names that have one cell: titles, dates, names of people.
  var titles = 0
  /// The names, trimmed.
  var names: [String]
  /// Whether they are put together of two lines, as cells that span columns are saved.
  var isDouble = false

  /// Titles are looked for on so many lines.
  static let mostTitles = 20

  /// O(fields).
  /// - Parameter records: The first of a table; one at least.
  init(_ records: [[String]]) {
    let records = records.map { $0.map(\.trimmed) }
    names = records.first ?? []
    let lone = records.prefix { $0.dropFirst().allSatisfy(\.isEmpty) }.count
    if lone > 0, names.first?.isEmpty == false, lone <= Self.mostTitles, lone < records.count,
      Self.areTitles(records.prefix(lone).compactMap(\.first), before: records[lone]),
      Self.areNames(records[lone], before: records[(lone + 1)...])
    {
      titles = lone
      names = records[lone]
    }
    let rest = records.dropFirst(titles)
    if let second = rest.dropFirst().first, let both = Self.joined(names, second, before: rest.dropFirst(2)) {
      names = both
      isDouble = true
    }
  }

  /// Whether lines of one cell each say what a table is of, rather than being a table of one column: `Plate 3, second day`.
  static func areTitles(_ texts: [String], before header: [String]) -> Bool {
    guard let first = texts.first?.trimmed, header.count > 1 else { return false }
    return first.contains { $0.isWhitespace || $0 == ":" || $0.isNumber }
  }

  /// Whether a record can be the names of columns: two at least, different, none of them a number, of as many fields as what
  /// follows.
  private static func areNames(_ record: [String], before rows: ArraySlice<[String]>) -> Bool {
    let named = record.filter { !$0.isEmpty }
    return named.count > 1 && Set(named).count == named.count && named.allSatisfy { !isNumber($0) } && rows.count > 1
      && rows.allSatisfy { $0.count == record.count }
  }

  /// `Position`, nothing and `X`, `Y` below them are `Position X` and `Position Y`; `nil` if the second line is no part of the
  /// header.
  private static func joined(_ first: [String], _ second: [String], before rows: ArraySlice<[String]>) -> [String]? {
    guard first.count == second.count, first.contains(where: { !$0.isEmpty }), !rows.isEmpty,
      rows.allSatisfy({ $0.count == first.count }), second.allSatisfy({ !isNumber($0) }),
      !CSVTable.areUnits(second, before: rows)
    else { return nil }
    // A cell that spans columns has its name in the first of them, and a word below each.
    let start = first.firstIndex { !$0.isEmpty } ?? first.count
    let spanned = first.indices.filter { $0 > start && first[$0].isEmpty && !Spelling.isNothing(second[$0]) }
    guard !spanned.isEmpty, first.indices.allSatisfy({ !first[$0].isEmpty || !second[$0].isEmpty }),
      spanned.contains(where: { column in
        let cells = rows.map { $0[column] }.filter { !Spelling.isNothing($0) }
        return !cells.isEmpty && cells.allSatisfy(isNumber)
      })
    else { return nil }
    var name = ""
    let names = first.indices.map { place in
      if !first[place].isEmpty { name = first[place] }
      // What stands above nothing else, or below nothing, is a name by itself.
      return [first[place].isEmpty && second[place].isEmpty ? "" : name, second[place]].filter { !$0.isEmpty }
        .joined(separator: " ")
    }
    return Set(names).count == names.count ? names : nil
  }

  private static func isNumber(_ text: String) -> Bool { Double(text.replacing(",", with: ".")) != nil }
}
