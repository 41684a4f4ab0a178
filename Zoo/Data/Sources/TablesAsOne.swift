import Foundation
import ZooFormat
import ZooImages

/// Tables of one kind, below each other, with the parts of their paths as columns.
struct TablesAsOne {
  let table: CSVTable
  /// How they were put together, and how they are written.
  let remarks: [String]

  /// Whether a path stands for several tables: a file of that name is just that.
  static func areMeant(_ path: String, root: String) -> Bool {
    FieldPattern.isPattern(path) && FileKind(path.hasPrefix("/") ? path : "\(root)/\(path)") != .file
  }

  /// The paths, as they can be opened, that a pattern fits below a folder. O(names in the folders that fit).
  /// - Throws: ``ZooError`` if there is none.
  static func files(
    _ pattern: String, key: String, root: String, except others: Set<String> = []
  ) throws(ZooError) -> [(path: String, values: [String: String])] {
    let isAbsolute = pattern.hasPrefix("/")
    let base = isAbsolute ? "/" : root
    let search = try FieldPattern(isAbsolute ? String(pattern.dropFirst()) : pattern, key: key).search(base)
    let found = search.matches.map { path, values in
      (path: base == "." ? path : base == "/" ? "/" + path : "\(base)/\(path)", values: values)
    }.filter { !others.contains($0.path) }
    guard !found.isEmpty else {
      throw ZooError(
        .badInput, file: base, path: key, problem: "no table fits the pattern '\(pattern)'",
        expected: "files such as \(search.others.first { $0.hasSuffix(".csv") } ?? "plate1.csv")",
        remedy: "Change \(key)")
    }
    return found
  }

  /// O(bytes of the tables).
  /// - Parameters:
  ///   - prepared: What is made of each table, by its file.
  /// - Throws: ``ZooError`` if none fits, one can't be read, they have other columns than the first, or parts of paths
  ///   contradict columns.
  init(
    _ pattern: String, key: String, root: String, except others: Set<String> = [],
    prepared: (CSVTable, String) -> CSVTable = { table, _ in table }
  ) throws(ZooError) {
    let found = try Self.files(pattern, key: key, root: root, except: others)
    var columns: [String] = []
    var rows: [[String]] = []
    var lines: [Int] = []
    var origins: [(row: Int, file: String)] = []
    var problems = Problems()
    var ways: [String: [String]] = [:]
    for (file, values) in found {
      do throws(ZooError) {
        let part = try Self.withParts(values, CSVTable(FileBytes.read(file), file: file), file, key: key)
        if columns.isEmpty { columns = part.columns }
        guard Set(part.columns) == Set(columns) else {
          throw Self.unlike(part.columns, columns, file, origins[0].file, key: key)
        }
        let order = columns.compactMap(part.index(of:))
        origins.append((rows.count, file))
        rows += prepared(part, file).rows.map { row in order.map { row[$0] } }
        lines += part.lines
        if !part.remarks.isEmpty { ways[part.remarks.joined(separator: "; "), default: []].append(file) }
      } catch {
        problems.add(error.at(file: file))
      }
    }
    try problems.check()
    table = CSVTable(columns: columns, rows: rows, lines: lines, remarks: [], origins: origins)
    remarks =
      ["\(Figures.counted(found.count, "table")) fit '\(pattern)' and are taken as one"]
      + ways.sorted { $0.key < $1.key }.map { way, files in
        "\(files[0])\(files.count > 1 ? " and \(files.count - 1) more" : ""): \(way)"
      }
  }

  /// The table with the parts of its own path as columns.
  private static func withParts(
    _ values: [String: String], _ part: CSVTable, _ file: String, key: String
  ) throws(ZooError) -> CSVTable {
    let names = values.keys.sorted()
    for name in names {
      guard let column = part.index(of: name) else { continue }
      guard let row = part.rows.indices.first(where: { part.rows[$0][column].trimmed != values[name] }) else {
        continue
      }
      throw ZooError(
        .badInput, file: file, line: part.lines[row], path: key,
        problem:
          "the name of the table says that '\(name)' is '\(values[name] ?? "")', and the column of that name says '\(part.rows[row][column])'",
        expected: "one of them", remedy: "Give the part {\(name)} of \(key) another name, or write * for it")
    }
    let new = names.filter { part.index(of: $0) == nil }
    return part.adding(new, part.rows.map { _ in new.compactMap { values[$0] } })
  }

  private static func unlike(
    _ own: [String], _ first: [String], _ file: String, _ other: String, key: String
  ) -> ZooError {
    let missing = first.filter { !own.contains($0) }
    let further = own.filter { !first.contains($0) }
    let found = [
      missing.isEmpty ? "" : "lacks the columns \(missing.joined(separator: ", "))",
      further.isEmpty ? "" : "has the columns \(further.joined(separator: ", ")), which \(other) lacks",
    ].filter { !$0.isEmpty }
    return ZooError(
      .badInput, file: file, path: key, problem: found.joined(separator: ", and "),
      expected: "the columns of \(other): \(first.joined(separator: ", "))",
      remedy:
        "Name the columns alike, let \(key) fit tables of one kind alone, or join tables of another kind by data.join"
    )
  }
}
