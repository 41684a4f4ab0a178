import Foundation
import ZooFormat
import ZooImages

/// The table of the images as the spec puts it together: tables of one kind below each other, what their images' paths
/// say, and the columns of other tables beside them.
package struct ManifestTable {
  package private(set) var table: CSVTable
  /// How the tables are written, and how they were put together.
  private(set) var remarks: [String] = []
  private let spec: DataSpec

  /// O(bytes of the tables).
  /// - Throws: ``ZooError`` if a table can't be read, tables of one kind have other columns than the first, parts of paths
  ///   contradict columns, or tables can't be joined.
  package static func read(_ spec: DataSpec) throws(ZooError) -> ManifestTable {
    var read = try ManifestTable(spec)
    // What paths say may be what tables are joined by, and paths may come from a table that is joined.
    let hasPaths = read.pathColumns.first.flatMap { read.table.index(of: $0) } != nil
    if hasPaths { try read.takePathParts() }
    let join = TableJoin(spec.join, root: ManifestSource.root(spec))
    read.table = try join.joined(to: read.table, &read.remarks)
    if !hasPaths { try read.takePathParts() }
    try read.takeLabels()
    return read
  }

  /// Several columns that are the label together, as one of the name that the spec has.
  private mutating func takeLabels() throws(ZooError) {
    let name = spec.columns.label
    guard LabelColumns.areThere(name, in: table) else { return }
    let columns = try LabelColumns(name, in: table, path: "data.columns.label")
    var labels: [[String]] = []
    labels.reserveCapacity(table.rows.count)
    for (index, row) in table.rows.enumerated() {
      labels.append([try columns.label(row, file: table.file(of: index), line: table.lines[index]) ?? ""])
    }
    table = table.adding([name], labels).without(columns.answered)
  }

  private var pathColumns: [String] {
    spec.columns.channelPaths.isEmpty ? [spec.columns.path] : spec.columns.channelPaths.values.sorted()
  }

  private init(_ spec: DataSpec) throws(ZooError) {
    self.spec = spec
    let file = ManifestSource.file(spec)
    guard FieldPattern.isPattern(spec.manifest), FileKind(file) != .file else {
      table = try CSVTable(FileBytes.read(file), file: file)
      if !table.remarks.isEmpty { remarks = ["\(file): \(table.remarks.joined(separator: "; "))"] }
      return
    }
    let root = ManifestSource.root(spec)
    table = CSVTable(columns: [], rows: [], lines: [], remarks: [], origins: [])
    let joined = Set(spec.join.keys.flatMap { TableJoin.files($0, root: root) })
    let tables = try TablesAsOne(spec.manifest, key: "data.manifest", root: spec.root ?? ".", except: joined) {
      withFolder($0, of: $1)
    }
    (table, remarks) = (tables.table, tables.remarks + remarks)
  }

  /// A table in a folder below the root may name files as they lie beside it: its paths are then made relative to the root.
  private mutating func withFolder(_ part: CSVTable, of file: String) -> CSVTable {
    let root = ManifestSource.root(spec)
    let folder = (file as NSString).deletingLastPathComponent
    let inner = folder.hasPrefix(root + "/") ? String(folder.dropFirst(root.count + 1)) : folder
    guard folder != root, !inner.isEmpty else { return part }
    var part = part
    var moved = false
    for column in pathColumns.compactMap(part.index(of:)) {
      guard let first = part.rows.lazy.map({ $0[column].trimmed }).first(where: { !Spelling.isNothing($0) }) else {
        continue
      }
      let plain = first.replacing("\\", with: "/")
      guard !plain.hasPrefix("/"), FileKind("\(root)/\(plain)") == .nothing, FileKind("\(folder)/\(plain)") != .nothing
      else { continue }
      part = part.replacing(
        column, part.rows.map { Spelling.isNothing($0[column].trimmed) ? $0[column] : "\(inner)/\($0[column].trimmed)" }
      )
      moved = true
    }
    let remark = "paths in tables of folders below the root are relative to these folders"
    if moved, !remarks.contains(remark) { remarks.append(remark) }
    return part
  }

  /// What `data.images` takes from the paths of the images, as columns.
  private mutating func takePathParts() throws(ZooError) {
    guard let text = spec.images, let column = pathColumns.first.flatMap({ table.index(of: $0) }) else { return }
    let pattern = try FieldPattern(text, key: "data.images")
    var (kept, values, strangers): ([Int], [[String]], [Int]) = ([], [], [])
    for (row, cells) in table.rows.enumerated() {
      let path = cells[column].trimmed.replacing("\\", with: "/")
      guard let found = pattern.match(path) else { strangers.append(row); continue }
      kept.append(row)
      values.append(pattern.names.map { found[$0] ?? "" })
    }
    if let first = strangers.first {
      let (remark, error) = NamePatternMisfit(
        text, count: strangers.count, of: table.rows.count, example: table.rows[first][column].trimmed
      ).told(spec, file: table.file(of: first), line: table.lines[first])
      if let error { throw error }
      remarks.append(remark)
      table = table.keeping(kept)
    }
    for (place, name) in pattern.names.enumerated() {
      guard let own = table.index(of: name) else { continue }
      guard let row = table.rows.indices.first(where: { table.rows[$0][own].trimmed != values[$0][place] }) else {
        continue
      }
      throw ZooError(
        .badInput, file: table.file(of: row), line: table.lines[row], path: "data.images",
        problem:
          "the path says that '\(name)' is '\(values[row][place])', and the column of that name says '\(table.rows[row][own])'",
        expected: "one of them", remedy: "Give the part {\(name)} of data.images another name, or write * for it")
    }
    let new = pattern.names.indices.filter { table.index(of: pattern.names[$0]) == nil }
    table = table.adding(new.map { pattern.names[$0] }, values.map { row in new.map { row[$0] } })
  }
}

/// Images whose names don't fit `data.images`: refused, or left out and counted.
struct NamePatternMisfit {
  private let text: String

  init(_ pattern: String, count: Int, of all: Int, example: String) {
    text =
      "\(count) of \(Figures.counted(all, "image")) \(count == 1 ? "doesn't" : "don't") fit '\(pattern)', e.g. '\(example)'"
  }

  func told(_ spec: DataSpec, file: String, line: Int? = nil) -> (remark: String, error: ZooError?) {
    guard !spec.accepts(.otherNames) else { return ("\(text.onOneLine): left out", nil) }
    return (
      "",
      ZooError(
        .badInput, file: file, line: line, path: "data.images", problem: text,
        expected: "names as data.images has them",
        remedy: "Change data.images, or set data.accept=[otherNames] to leave them out")
    )
  }
}
