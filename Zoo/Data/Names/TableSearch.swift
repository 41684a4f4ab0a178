import Foundation
import ZooFormat
import ZooImages

/// Finds tables that belong together: of the same columns, or with columns by which one says more of the other's rows.
package struct TableSearch {
  /// Table → the columns by which it is joined, as `data.join` has them.
  package private(set) var joins: [String: [String]] = [:]
  /// What was found, and what isn't sure.
  package private(set) var findings: [String] = []

  private static let endings: Set<String> = ["csv", "tsv"]
  /// Tables that are looked at.
  private static let most = 200
  /// The most columns that two tables are joined by.
  private static let mostKeys = 3

  private static func tables(in folder: String) -> [String] {
    ((try? FolderSource.contents(folder)) ?? []).filter {
      endings.contains(($0 as NSString).pathExtension.lowercased()) && FileKind("\(folder)/\($0)") == .file
    }
  }

  private static func read(_ path: String) -> CSVTable? {
    (try? FileBytes.read(path)).flatMap { try? CSVTable($0, file: path) }
  }

  /// Tables one folder below the root that list images and have a column with their classes: at least two.
  package static func inFolders(_ root: String) -> [String]? {
    var found: [String] = []
    for folder in (try? FolderSource.contents(root)) ?? [] where FileKind("\(root)/\(folder)") == .folder {
      for name in tables(in: "\(root)/\(folder)") where found.count < most {
        guard let table = read("\(root)/\(folder)/\(name)") else { continue }
        let roles = ColumnRoles(table)
        guard let paths = roles.paths.first.flatMap(table.index(of:)), roles.label != nil else { continue }
        if !areCells(table, paths: paths) { found.append("\(folder)/\(name)") }
      }
    }
    return found.count > 1 ? found : nil
  }

  /// Whether rows are many cells of one image, each at its place, which then is a whole field.
  private static func areCells(_ table: CSVTable, paths: Int) -> Bool {
    ColumnRoles.positions(table) != nil && Set(table.rows.map { $0[paths] }).count * 2 <= table.rows.count
  }

  /// Whether a table of the root says where cells are in images that lie elsewhere: no list of images. O(rows).
  package static func areCellsOfOthers(_ table: CSVTable, _ roles: ColumnRoles, root: String) -> Bool {
    guard let paths = roles.paths.first.flatMap(table.index(of:)), areCells(table, paths: paths) else { return false }
    return !table.rows.prefix(20).contains { FileKind(StoredPath.found("\(root)/\($0[paths].trimmed)")) == .file }
  }

  /// A pattern that fits these tables of the root and no other table, if they have the same columns. What their names
  /// differ in is a part of it.
  package static func pattern(of tables: [String], _ root: String) -> String? {
    guard let first = tables.first.flatMap({ read("\(root)/\($0)") }) else { return nil }
    let columns = Set(first.columns)
    for name in tables.dropFirst() {
      guard let table = read("\(root)/\(name)"), Set(table.columns) == columns else { return nil }
    }
    let ending = (tables[0] as NSString).pathExtension
    guard tables.allSatisfy({ ($0 as NSString).pathExtension == ending }) else { return nil }
    let texts = [named(tables, columns, ending), whole(tables, columns, ending), whole(tables, nil, ending)]
    return texts.lazy.compactMap { $0 }.first { text in
      guard let pattern = try? FieldPattern(text, key: "data.manifest"), let found = try? pattern.search(root) else {
        return false
      }
      return Set(found.matches.map(\.path)) == Set(tables)
    }
  }

  /// `plate{plate}.csv`, if names differ in one word.
  private static func named(_ tables: [String], _ columns: Set<String>, _ ending: String) -> String? {
    let names = tables.map { NameParts(($0 as NSString).deletingPathExtension) }
    guard let first = names.first, names.allSatisfy({ $0.delimiters == first.delimiters }) else { return nil }
    let varying = first.words.indices.filter { word in Set(names.map { $0.words[word] }).count > 1 }
    guard varying.count == 1, let place = varying.first else { return nil }
    let before = place > 0 ? first.words[place - 1] : nil
    let (name, prefix) = NameParts.meaning(Set(names.map { $0.words[place] }), after: before)
    guard let name, !columns.contains(where: { ColumnRoles.plain($0) == name }) else { return nil }
    var text = ""
    for (word, delimiter) in zip(first.words.indices, first.delimiters) {
      text += delimiter + (word == place ? "\(prefix){\(name)}" : first.words[word])
    }
    return "\(text)\(first.delimiters.last ?? "").\(ending)"
  }

  /// `{table}.csv` or `{folder}/labels.csv`; `*` if there is a column of that name.
  private static func whole(_ tables: [String], _ columns: Set<String>?, _ ending: String) -> String? {
    let levels = tables.map { ($0 as NSString).deletingPathExtension.split(separator: "/").map(String.init) }
    guard let depth = levels.first?.count, levels.allSatisfy({ $0.count == depth }) else { return nil }
    let parts = (0..<depth).map { level -> String in
      let names = Set(levels.map { $0[level] })
      if names.count == 1 { return names.first ?? "" }
      let name = level < depth - 1 ? names.lazy.compactMap(NameParts.group).first ?? "folder" : "table"
      guard let columns, !columns.contains(where: { ColumnRoles.plain($0) == name }) else { return "*" }
      return "{\(name)}"
    }
    return parts.joined(separator: "/") + "." + ending
  }

  /// Tables in the root that say more of the rows of `table`.
  package static func joins(of table: CSVTable, _ spec: DataSpec, root: String) -> TableSearch {
    var search = TableSearch()
    let used = (try? FieldPattern(spec.manifest, key: "data.manifest")).map { pattern in
      Set(tables(in: root).filter { pattern.match($0) != nil })
    }
    var table = table
    var open = tables(in: root).filter { used?.contains($0) != true }.prefix(most).map { $0 }
    // What one table brings may be what the next is joined by.
    var isDone = false
    while !isDone {
      isDone = true
      for name in open {
        guard let other = read("\(root)/\(name)"), !other.rows.isEmpty,
          !ColumnRoles.arePredictions(other.columns)
        else { continue }
        guard let keys = search.keys(table, other, name, root) else { continue }
        var remarks: [String] = []
        guard let joined = try? TableJoin([name: keys], root: root).joined(to: table, &remarks) else { continue }
        table = joined
        search.joins[name] = keys
        open.removeAll { $0 == name }
        isDone = false
      }
    }
    for name in open { search.tell(name, table, root) }
    return search
  }

  /// The columns of both tables, the names of theirs behind an equals sign if they are others.
  private static func shared(_ table: CSVTable, _ other: CSVTable) -> [(own: String, other: String, key: String)] {
    other.columns.compactMap { column in
      let plain = ColumnRoles.plain(column)
      return table.columns.first { ColumnRoles.plain($0) == plain && !plain.isEmpty }.map { own in
        (own, column, own == column ? own : "\(own)=\(column)")
      }
    }
  }

  /// The fewest columns that tell the other table's rows apart and find one for nearly all rows.
  private func keys(_ table: CSVTable, _ other: CSVTable, _ name: String, _ root: String) -> [String]? {
    let shared = Array(Self.shared(table, other).prefix(6))
    guard !shared.isEmpty, other.columns.count > shared.count || !ColumnRoles(other).paths.isEmpty else { return nil }
    let step = max(1, table.rows.count / 5000)
    let looked = stride(from: 0, to: table.rows.count, by: step).map { table.rows[$0] }
    var best: (keys: [String], share: Double)?
    for count in 1...min(Self.mostKeys, shared.count) {
      for chosen in Self.combinations(shared.indices.map { $0 }, count) {
        let own = chosen.compactMap { table.index(of: shared[$0].own) }
        let theirs = chosen.compactMap { other.index(of: shared[$0].other) }
        let keys = other.rows.map { row in theirs.map { Spelling.key(row[$0]) } }
        let known = Set(keys)
        guard known.count == keys.count else { continue }
        let found = looked.count { row in known.contains(own.map { Spelling.key(row[$0]) }) }
        let share = Double(found) / Double(max(looked.count, 1))
        var remarks: [String] = []
        let names = chosen.map { shared[$0].key }
        guard share > max(best?.share ?? 0, 0.5),
          (try? TableJoin([name: names], root: root).joined(to: table, &remarks)) != nil
        else { continue }
        best = (names, share)
      }
      if best?.share == 1 { break }
    }
    return best?.keys
  }

  private static func combinations(_ items: [Int], _ count: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    return items.indices.flatMap { place in
      combinations(Array(items[(place + 1)...]), count - 1).map { [items[place]] + $0 }
    }
  }

  /// A table that isn't joined, and why.
  private mutating func tell(_ name: String, _ table: CSVTable, _ root: String) {
    guard let other = Self.read("\(root)/\(name)"), !other.rows.isEmpty,
      ColumnRoles(other).paths.isEmpty || ColumnRoles.arePredictions(other.columns)
    else { return }
    guard !ColumnRoles.arePredictions(other.columns) else {
      findings.append("Not used: \(name), which says what a model predicted, and no labels.")
      return
    }
    let shared = Self.shared(table, other).map(\.key)
    guard !shared.isEmpty else {
      findings.append(
        "Not used: \(name), which has no column of the images' table (\(other.columns.prefix(8).joined(separator: ", "))); to join it, write join: {\"\(name)\": [\"NAME=its name there\"]}."
      )
      return
    }
    var remarks: [String] = []
    do throws(ZooError) { _ = try TableJoin([name: shared], root: root).joined(to: table, &remarks) } catch {
      findings.append(
        "Unsure: \(name) has \(shared.joined(separator: ", ")), too, but isn't joined: \(error.problem). \(error.remedy ?? "")"
      )
      return
    }
    findings.append(
      "Unsure: \(name) has \(shared.joined(separator: ", ")), too, but finds few of the images' rows: not joined.")
  }
}
