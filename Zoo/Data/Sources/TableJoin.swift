import Foundation
import ZooFormat
import ZooImages

/// Puts the columns of other tables beside the rows of one, by columns that both have: each row finds at most one.
package struct TableJoin {
  /// Path of a table → the columns that it is joined by, each `name`, or `name=its name there`.
  private let joins: [String: [String]]
  private let root: String

  private static let shown = 4

  package init(_ joins: [String: [String]], root: String) { (self.joins, self.root) = (joins, root) }

  static func path(_ file: String, root: String) -> String {
    StoredPath.found(file.hasPrefix("/") || root == "." ? file : "\(root)/\(file)")
  }

  /// The files that a path stands for, as they can be opened; none if a pattern fits none.
  static func files(_ path: String, root: String) -> [String] {
    TablesAsOne.areMeant(path, root: root)
      ? ((try? TablesAsOne.files(path, key: "data.join", root: root)) ?? []).map(\.path) : [Self.path(path, root: root)]
  }

  /// The tables that are joined, as paths below the root.
  static func names(_ joins: [String: [String]], root: String) -> Set<String> {
    Set(joins.keys).union(
      joins.keys.filter { TablesAsOne.areMeant($0, root: root) }.flatMap { files($0, root: root) }.map { file in
        file.hasPrefix(root + "/") ? String(file.dropFirst(root.count + 1)) : file
      })
  }

  /// The joined table that a column of the images comes from; `nil` if their own table has it, or none has. O(bytes).
  static func origin(of column: String, _ spec: DataSpec) -> String? {
    guard !spec.join.isEmpty, SourceInference.source(of: spec) == .csv else { return nil }
    var plain = spec
    plain.join = [:]
    if let own = try? ManifestTable.read(plain).table, own.index(of: column) != nil { return nil }
    let files = spec.join.keys.sorted().flatMap { Self.files($0, root: ManifestSource.root(spec)) }
    return files.first { file in
      (try? FileBytes.read(file)).flatMap { try? CSVTable($0, file: file) }?.index(of: column) != nil
    }
  }

  /// A column of both tables.
  private struct Key {
    var own: String
    var other: String

    init(_ text: String) {
      let names = text.split(separator: "=", maxSplits: 1).map { String($0).trimmed }
      own = names.first ?? ""
      other = names.last ?? ""
    }
  }

  /// The table with the columns of all that are joined; one may be joined by a column that another brings. O(rows).
  /// - Parameter remarks: Takes what was joined, and the keys that find nothing.
  /// - Throws: ``ZooError`` if a table lacks a column, has a key twice, fits no row, or contradicts a column.
  package func joined(to table: CSVTable, _ remarks: inout [String]) throws(ZooError) -> CSVTable {
    var table = table
    var open = joins.sorted { $0.key < $1.key }.map { (file: $0.key, keys: $0.value.map(Key.init)) }
    while !open.isEmpty {
      guard let next = open.firstIndex(where: { $0.keys.allSatisfy { table.index(of: $0.own) != nil } }) else {
        let (file, keys) = open[0]
        let name = keys.first { table.index(of: $0.own) == nil }?.own ?? ""
        throw ZooError(
          .badInput, file: table.file(of: 0), path: "data.join.\(file)", problem: "there is no column '\(name)'",
          expected: "a column of the images' table: \(table.columns.joined(separator: ", "))",
          remedy: NearestName.of(name, in: table.columns).map { "Did you mean '\($0)'?" }
            ?? "Write NAME=\(name) if the images' table calls it NAME")
      }
      let (file, keys) = open.remove(at: next)
      table = try join(table, file, keys, &remarks)
    }
    return table
  }

  private func join(
    _ table: CSVTable, _ name: String, _ keys: [Key], _ remarks: inout [String]
  ) throws(ZooError) -> CSVTable {
    let isPattern = TablesAsOne.areMeant(name, root: root)
    let file = isPattern ? name : Self.path(name, root: root)
    func refusal(
      _ problem: String, _ expected: String, _ remedy: String?, line: Int? = nil, in own: String? = nil
    ) -> ZooError {
      ZooError(
        .badInput, file: own ?? file, line: line, path: "data.join.\(name)", problem: problem, expected: expected,
        remedy: remedy)
    }
    guard !keys.isEmpty else {
      throw refusal("names no column to join by", "the columns that tell its rows apart, e.g. [plate, well]", nil)
    }
    let other: CSVTable
    if isPattern {
      let tables = try TablesAsOne(name, key: "data.join", root: root)
      (other, remarks) = (tables.table, remarks + tables.remarks)
    } else {
      other = try CSVTable(FileBytes.read(file), file: file)
    }
    var places: [Int] = []
    for key in keys {
      guard let place = other.index(of: key.other) else {
        throw refusal(
          "there is no column '\(key.other)'", "one of \(other.columns.joined(separator: ", "))",
          PlateMap.longForm(other) ?? NearestName.of(key.other, in: other.columns).map { "Did you mean '\($0)'?" }
            ?? "Write \(key.own)=NAME if it is called NAME there")
      }
      places.append(place)
    }
    let index = try Index(other, places) { row, first, count in
      let further = other.columns.filter { table.index(of: $0) != nil && !keys.map(\.other).contains($0) }
      return refusal(
        "\(places.map { "'\(other.rows[row][$0].trimmed)'" }.joined(separator: ", ")) in \(keys.map { "'\($0.other)'" }.joined(separator: " and ")) stands here a second time (also on line \(other.lines[first])\(other.file(of: first) == other.file(of: row) ? "" : " of \(other.file(of: first))")\(count > 1 ? "; \(count) rows do so" : ""))",
        "one row for each value",
        further.isEmpty
          ? "Remove the rows that are wrong, or join by a further column" : "Join by \(further[0]), too",
        line: other.lines[row], in: other.file(of: row))
    }
    let own = keys.compactMap { table.index(of: $0.own) }
    var (found, missing, spelled): ([Int?], [[String]: Int], (count: Int, example: String)) = ([], [:], (0, ""))
    for row in table.rows {
      let wanted = own.map { row[$0].trimmed }
      let (match, isExact) = index.row(wanted)
      found.append(match)
      if match == nil { missing[wanted, default: 0] += 1 }
      if let match, !isExact {
        let there = places.map { other.rows[match][$0].trimmed }
        spelled = (spelled.count + 1, "'\(wanted.joined(separator: " / "))' and '\(there.joined(separator: " / "))'")
      }
    }
    let lost = missing.values.reduce(0, +)
    let what = keys.map(\.own).joined(separator: " and ")
    let named = missing.keys.map { $0.joined(separator: " / ") }.sorted(by: NaturalOrder.precedes)
    guard lost < table.rows.count || table.rows.isEmpty else {
      let there = other.rows.first.map { row in places.map { row[$0].trimmed }.joined(separator: " / ") } ?? ""
      throw refusal(
        "no row is found by \(what): the images have e.g. '\(named.first ?? "")'", "values as there, e.g. '\(there)'",
        "Join by other columns, or write the values alike")
    }
    let (joined, names) = try merged(table, other, found, besides: Set(places)) {
      refusal($0, $1, $2, line: other.lines[$3], in: other.file(of: $3))
    }
    remarks.append("\(names.joined(separator: ", ")) of \(name) joined by \(what)")
    if let caution = SharedWells.caution(name, joinedBy: keys.map(\.own), rows: table.rows, columns: table.columns),
      !names.contains(where: { ColumnRoles.level($0).map { $0 < ColumnRoles.level("well") ?? 0 } ?? false })
    {
      remarks.append(caution)
    }
    if lost > 0 {
      let shown = named.prefix(Self.shown).map { "'\($0.onOneLine)'" }.joined(separator: ", ")
      remarks.append(
        "\(lost) of \(Figures.counted(table.rows.count, "row")) find nothing in \(name) (\(what) \(shown)\(named.count > Self.shown ? " and \(named.count - Self.shown) more" : "")): what it says is empty there"
      )
    }
    if spelled.count > 0 {
      remarks.append(
        "\(Figures.counted(spelled.count, "row")) joined to \(name) by \(what) in another spelling, e.g. \(spelled.example)"
      )
    }
    return joined
  }

  /// The rows with what the other table says of them. A column of both is one, if nothing in it contradicts.
  private func merged(
    _ table: CSVTable, _ other: CSVTable, _ found: [Int?], besides keys: Set<Int>,
    _ refusal: (String, String, String?, Int) -> ZooError
  ) throws(ZooError) -> (table: CSVTable, names: [String]) {
    let further = other.columns.indices.filter { !keys.contains($0) }
    var table = table
    for column in further {
      guard let own = table.index(of: other.columns[column]) else { continue }
      var wrong: [(row: Int, match: Int)] = []
      var values: [String] = []
      for (row, match) in found.enumerated() {
        let mine = table.rows[row][own]
        let theirs = match.map { other.rows[$0][column] } ?? ""
        values.append(Spelling.isNothing(mine.trimmed) && match != nil ? theirs : mine)
        if let match, !Spelling.isNothing(mine.trimmed), !Spelling.isNothing(theirs.trimmed),
          mine.trimmed != theirs.trimmed
        {
          wrong.append((row, match))
        }
      }
      if let (row, match) = wrong.first {
        throw refusal(
          "'\(other.columns[column])' is '\(other.rows[match][column].trimmed)' here and '\(table.rows[row][own].trimmed)' in \(table.file(of: row)), line \(table.lines[row])\(wrong.count > 1 ? "; \(wrong.count) rows contradict so" : "")",
          "one of them", "Remove or rename the column in one of the tables", match)
      }
      table = table.replacing(own, values)
    }
    let new = further.filter { table.index(of: other.columns[$0]) == nil }
    let empty = new.map { _ in "" }
    let names = new.map { other.columns[$0] }
    return (
      table.adding(names, found.map { match in match.map { row in new.map { other.rows[row][$0] } } ?? empty }),
      further.map { other.columns[$0] }
    )
  }

  /// The rows of a table by their keys, as they are written and as they are meant.
  private struct Index {
    private var rows: [[String]: Int] = [:]
    /// More than one row for a key that would fit several.
    private var spelled: [[String]: Set<Int>] = [:]

    /// - Parameter repeated: Makes the error of a key that stands twice: the row, the first one, and how many rows do so.
    init(_ table: CSVTable, _ columns: [Int], repeated: (Int, Int, Int) -> ZooError) throws(ZooError) {
      var twice: [(row: Int, first: Int)] = []
      for (row, cells) in table.rows.enumerated() {
        let key = columns.map { cells[$0].trimmed }
        if key.allSatisfy(Spelling.isNothing) { continue }
        if let first = rows[key] { twice.append((row, first)) } else { rows[key] = row }
        spelled[key.map(Spelling.key), default: []].insert(rows[key] ?? row)
      }
      if let (row, first) = twice.first { throw repeated(row, first, twice.count) }
    }

    func row(_ key: [String]) -> (row: Int?, isExact: Bool) {
      if let row = rows[key] { return (row, true) }
      guard !key.allSatisfy(Spelling.isNothing), let meant = spelled[key.map(Spelling.key)], meant.count == 1 else {
        return (nil, false)
      }
      return (meant.first, false)
    }
  }
}
