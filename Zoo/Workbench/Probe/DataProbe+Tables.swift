import Foundation
import ZooData
import ZooFormat

/// Which table lists the images, and what its columns are.
extension DataProbe {
  /// The table that lists images, if there is no manifest.csv but one that does.
  mutating func findTable(_ root: String) throws(ZooError) {
    guard SourceInference.source(of: spec) == .folder, FileKind(root) == .folder else { return }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted().filter {
      !$0.hasPrefix(".") && ["csv", "tsv", "txt"].contains(($0 as NSString).pathExtension.lowercased())
    }
    var tables: [String] = []
    for name in names {
      do throws(ZooError) {
        let path = "\(root)/\(name)"
        let table = try CSVTable(FileBytes.read(path), file: path)
        let roles = ColumnRoles(table)
        guard !roles.paths.isEmpty, !TableSearch.areCellsOfOthers(table, roles, root: root) else { continue }
        guard !ColumnRoles.arePredictions(table.columns) else {
          say("manifest", "Not used: \(name), which says what a model predicted, and no labels.")
          continue
        }
        tables.append(name)
      } catch  where (name as NSString).pathExtension.lowercased() != "txt" {
        unreadable = unreadable ?? error
      } catch {}
    }
    if tables.isEmpty, let found = TableSearch.inFolders(root) { tables = found }
    if tables.count > 1 {
      try takeAsOne(tables, root)
    } else if let name = tables.first {
      spec.manifest = name
      say("manifest", "The only table in the folder that lists images.")
    }
  }

  /// Tables of the same columns are one.
  private mutating func takeAsOne(_ tables: [String], _ root: String) throws(ZooError) {
    guard let pattern = TableSearch.pattern(of: tables, root) else {
      throw ZooError(
        .badInput, file: root,
        problem: "there is no manifest.csv, but \(tables.count) tables list images: \(tables.joined(separator: ", "))",
        expected: "one, or several of the same columns",
        remedy:
          "Name it: --data \(root)/\(tables[0]); or take those of one kind by a pattern of their names, e.g. data.manifest='*.csv', or '{plate}.csv' to have it as a column, and join others by data.join"
      )
    }
    spec.manifest = pattern
    let shown = tables.prefix(4).joined(separator: ", ") + (tables.count > 4 ? " …" : "")
    say("manifest", "\(tables.count) tables of the same columns are taken as one: \(shown). Parts in {} are columns.")
  }

  /// Tables beside that say more of the images, by columns that both have.
  mutating func findJoins(_ table: CSVTable) {
    guard !given.has("data.join"), let root = spec.root, FileKind(root) == .folder else { return }
    let search = TableSearch.joins(of: table, spec, root: root)
    for (file, keys) in search.joins { spec.join[file] = keys }
    for line in search.findings { say("join", line) }
  }

  mutating func probeTable(_ label: String?) throws(ZooError) {
    let file = ManifestSource.file(spec)
    // Several columns that are the label together are one in the table that is read.
    if let label { spec.columns.label = label }
    let own = try ManifestTable.read(spec).table
    findJoins(own)
    let read = try ManifestTable.read(spec)
    let table = read.table
    if let label, table.index(of: label) == nil {
      throw ZooError(
        .usage, file: file, problem: "there is no column '\(label)'",
        expected: "one of \(table.columns.joined(separator: ", "))",
        remedy: NearestName.of(label, in: table.columns).map { "Did you mean '\($0)'?" })
    }
    let ways = table.remarks.isEmpty ? [] : ["The table is \(table.remarks.joined(separator: "; "))."]
    for way in ways { say("manifest", way) }
    let roles = ColumnRoles(table, label: label ?? ownLabel(own, joined: table))
    if label == nil { tellLabel(table, roles, own: own) }
    if let label = roles.label {
      spec.columns.label = label
    } else if table.index(of: spec.columns.label) == nil, !table.rows.isEmpty {
      let known = Set(roles.paths + roles.otherPaths + roles.groups + [roles.subset].compactMap(\.self))
      let answers = LabelColumns.ofClasses(table, but: known).joined(separator: String(LabelColumns.either))
      throw ZooError(
        .badInput, file: file, line: 1, problem: "no column is called label, class or the like",
        expected: "the column with the classes, one of \(table.columns.joined(separator: ", "))",
        remedy: answers.isEmpty
          ? "Name it: --label COLUMN"
          : "If columns of yes and no are the label, name them: --label '\(answers)'")
    }
    probePaths(table, roles)
    try probeSequences(table, roles)
    probeLabels(table)
    groups = roles.groups
    if let values = table.index(of: ParquetImport.valuesColumn), !table.rows.isEmpty {
      isNormalized = table.rows.allSatisfy { $0[values] == ParquetImport.normalizedWord }
    }
    if let sequence = spec.columns.sequence.flatMap(table.index(of:)), spec.frames != nil {
      // A column of a sequence counts only if it is named, and must not change within it.
      let names = spec.columns.within.compactMap(table.index(of:)) + [sequence]
      spec.split.by = groups.filter { name in
        guard let column = table.index(of: name) else { return false }
        var first: [[String]: String] = [:]
        return table.rows.allSatisfy { row in
          let value = row[column].trimmed
          let id = names.map { row[$0] }
          defer { first[id] = first[id] ?? value }
          return !Spelling.isNothing(value) && first[id] ?? value == value
        } && GroupAudit.problems(table.rows, columns: table.columns, by: [name]).isEmpty
      }
    }
    if let subset = roles.subset {
      spec.split.column = subset
      say("split", "The column '\(subset)' says who goes where.")
    } else if let name = SubsetWords.likelyColumn(table) {
      let found = SubsetWords.told(table, name, label: spec.columns.label)
      say("split", "Unsure: the column '\(name)' may say who is for training and test (\(found)). If so: split.column.")
    }
    guard
      let first = table.index(
        of: spec.columns.channelPaths.isEmpty
          ? spec.columns.path : spec.columns.channelPaths[spec.channels.first ?? ""] ?? "")
    else { return }
    var paths = ManifestPaths(root: ManifestSource.root(spec), prefixes: spec.columns.pathPrefixes)
    probe(images: table.rows.enumerated().map { paths.find($1[first].trimmed, row: $0) })
  }

  private mutating func probePaths(_ table: CSVTable, _ roles: ColumnRoles) {
    if !roles.otherPaths.isEmpty {
      say("columns", "Not taken as images: \(roles.otherPaths.joined(separator: ", ")).")
    }
    // What somebody says is taken as it is.
    if given.has("data.columns.channelPaths"), !spec.columns.channelPaths.isEmpty {
      let channels = spec.columns.channelPaths.keys.sorted()
      return takeChannels(channels.map { ($0, spec.columns.channelPaths[$0] ?? $0) }, table)
    }
    if given.has("data.columns.path") { return }
    if let only = roles.paths.first, roles.paths.count == 1 {
      spec.columns.path = only
      mentionSiblings(table, only)
    }
    guard roles.paths.count > 1 else { return }
    spec.columns.channelPaths = Dictionary(uniqueKeysWithValues: roles.paths.map { ($0, $0) })
    say("columns", "One file for each channel: channel → column of the table with its path.")
    if roles.paths.allSatisfy({ $0.wholeMatch(of: /(?i)(t|time|frame|temps|zeit)?[ _-]?\d+.*/) != nil }) {
      say(
        "columns",
        "Unsure: the names look like times. If these are frames of one cell, write a row for each, with its frame.")
    }
    takeChannels(roles.paths.map { ($0, $0) }, table)
  }

  /// Channels that all rows have are used, and so are those that a few rows lack, which are left out then.
  private mutating func takeChannels(_ channels: [(name: String, column: String)], _ table: CSVTable) {
    let isChosen = given.has("data.channels") && !spec.channels.isEmpty
    let lacking = channels.compactMap { channel -> (name: String, count: Int)? in
      guard !isChosen || spec.channels.contains(channel.name), let column = table.index(of: channel.column) else {
        return nil
      }
      return (channel.name, table.rows.count { Spelling.isNothing($0[column].trimmed) })
    }
    takeChannels(lacking, of: table.rows.count, "row")
  }

  /// - Parameter lacking: Channel → how many of `count` samples lack it.
  mutating func takeChannels(_ lacking: [(name: String, count: Int)], of count: Int, _ noun: String) {
    let isChosen = given.has("data.channels") && !spec.channels.isEmpty
    for (name, blank) in lacking {
      // A tenth at most: a channel that many lack was another experiment.
      let isUsed = blank * 10 <= count || isChosen || given.has("data.columns.missingChannel")
      if isUsed, !isChosen { spec.channels.append(name) }
      if !isUsed { say("channels", "Left out: \(name), which \(blank) of \(count) \(noun)s lack.") }
      guard isUsed, blank > 0, !given.has("data.columns.missingChannel") else { continue }
      spec.columns.missingChannel = .drop
      say(
        "columns",
        "Unsure: \(blank) of \(count) \(noun)s lack \(name), and are left out (missingChannel: \"drop\"). \"zero\" keeps them, with a channel that says where it is; or take \(name) out of channels."
      )
    }
  }

  /// Files beside those of the table whose names differ in the end alone, as programs write the channels of one image.
  private mutating func mentionSiblings(_ table: CSVTable, _ name: String) {
    guard let column = table.index(of: name) else { return }
    var paths = ManifestPaths(root: ManifestSource.root(spec), prefixes: spec.columns.pathPrefixes)
    let listed = Set(table.rows.map { ($0[column].trimmed.replacing("\\", with: "/") as NSString).lastPathComponent })
    var names: [String: [String]] = [:]
    var ends: [String: Int] = [:]
    var (looked, found) = (0, 0)
    for row in stride(from: 0, to: table.rows.count, by: max(1, table.rows.count / 100)) {
      let path = paths.find(table.rows[row][column].trimmed, row: row)
      let folder = (path as NSString).deletingLastPathComponent
      let plain = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
      guard FileKind(path) == .file, let cut = plain.lastIndex(where: { "_- .".contains($0) }) else { continue }
      looked += 1
      if names[folder] == nil {
        names[folder] = ((try? FolderSource.contents(folder)) ?? []).filter(ImageFile.isNamedAsImage)
      }
      let beside = (names[folder] ?? []).filter { $0.hasPrefix(plain[...cut]) && !listed.contains($0) }.compactMap {
        other in
        let end = (other as NSString).deletingPathExtension.dropFirst(plain[...cut].count)
        return end.contains { "_- .".contains($0) } || end == plain[plain.index(after: cut)...] ? nil : String(end)
      }
      if !beside.isEmpty { found += 1 }
      for end in Set(beside) { ends[end, default: 0] += 1 }
    }
    guard found > 0, found * 2 >= looked else { return }
    let shown = ends.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(6).map(\.key)
    say(
      "columns",
      "Unsure: beside the files of '\(name)' lie others whose names differ in their ends alone (\(shown.joined(separator: ", "))), which the table doesn't name. If they are channels of the same images, give the table a column with the path of each, and name these in channelPaths: {CHANNEL: \"COLUMN\"}."
    )
  }
}
