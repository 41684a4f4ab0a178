import Foundation
import ZooFormat

/// A CSV manifest: one row for each image, or for each frame of a sequence.
enum ManifestSource {
  static func open(_ spec: DataSpec, root: String, requiresLabels: Bool) throws(ZooError) -> ImageFilesSource {
    let file = spec.manifest.hasPrefix("/") ? spec.manifest : root + "/" + spec.manifest
    let table = try CSVTable(FileBytes.read(file), file: file)
    let columns = try ManifestColumns(spec, table: table, file: file, requiresLabels: requiresLabels)
    var problems = Problems()
    var entries: [SourceEntry] = []
    var files: [ImageFilesSource.Files] = []
    var seen: Set<String> = []
    for rows in samples(table, columns) {
      let first = table.rows[rows[0]]
      let line = table.lines[rows[0]]
      let id = columns.id.map { first[$0] } ?? first[columns.paths[0]]
      if !seen.insert(id).inserted {
        problems.add(
          ZooError(.badInput, file: file, line: line, problem: "the sample '\(id)' stands here a second time"))
      }
      for column in columns.constant {
        if let other = rows.first(where: { table.rows[$0][column] != first[column] }) {
          problems.add(
            ZooError(
              .badInput, file: file, line: table.lines[other],
              problem: "'\(table.columns[column])' differs from the sequence's first frame",
              expected: "'\(first[column])' in all frames of '\(id)'"))
        }
      }
      if columns.sequence != nil, rows.count != spec.frames {
        problems.add(
          ZooError(
            .badInput, file: file, line: line,
            problem: "the sequence '\(id)' has \(Figures.counted(rows.count, "frame"))",
            expected: "data.frames: \(spec.frames.map(String.init) ?? "null")"))
      }
      for row in rows {
        for column in columns.paths where table.rows[row][column].isEmpty {
          problems.add(
            ZooError(
              .badInput, file: file, line: table.lines[row], problem: "the column '\(table.columns[column])' is empty",
              expected: "the path of an image"))
        }
      }
      let name = columns.label.map { first[$0] }
      if name == "", requiresLabels {
        problems.add(ZooError(.badInput, file: file, line: line, problem: "the sample '\(id)' has no label"))
      }
      entries.append(
        SourceEntry(id: id, className: name == "" ? nil : name, groups: columns.groups.map { first[$0] }))
      files.append(
        rows.map { row in
          columns.paths.map {
            let path = table.rows[row][$0]
            return path.hasPrefix("/") ? path : root + "/" + path
          }
        })
    }
    try problems.check()
    let channelNames = spec.columns.channelPaths.isEmpty ? spec.imageChannels : columns.channelNames
    return try ImageFilesSource(
      entries: entries, files: files, channelNames: channelNames,
      hasFilePerChannel: !spec.columns.channelPaths.isEmpty, frames: spec.frames,
      groupColumns: columns.groups.map { table.columns[$0] }, range: spec.sampleRange,
      note: columns.note.flatMap { column in note(table.rows.map { $0[column] }) }, axes: spec.axes)
  }

  /// The note of the first row, unless a row elsewhere is a simulation's, which nothing may hide.
  private static func note(_ notes: [String]) -> String? {
    notes.contains(Simulation.note) ? Simulation.note : notes.first
  }

  /// The rows of each sample: one, or the frames of a sequence in their order.
  private static func samples(_ table: CSVTable, _ columns: ManifestColumns) -> [[Int]] {
    guard let sequence = columns.sequence else { return table.rows.indices.map { [$0] } }
    var order: [String] = []
    var rows: [String: [Int]] = [:]
    for (index, row) in table.rows.enumerated() {
      if rows[row[sequence]] == nil { order.append(row[sequence]) }
      rows[row[sequence], default: []].append(index)
    }
    return order.compactMap { name in
      guard let frame = columns.frame, let indices = rows[name] else { return rows[name] }
      let keys = indices.map { table.rows[$0][frame] }
      let numbers = keys.compactMap { Double($0) }
      let places = indices.indices.sorted {
        if numbers.count == keys.count { return (numbers[$0], $0) < (numbers[$1], $1) }
        return (keys[$0], $0) < (keys[$1], $1)
      }
      return places.map { indices[$0] }
    }
  }
}

/// Where the columns of a manifest stand.
private struct ManifestColumns {
  var id: Int?
  var label: Int?
  var sequence: Int?
  var frame: Int?
  /// One for each channel, or one for all.
  var paths: [Int] = []
  var channelNames: [String] = []
  var groups: [Int] = []
  /// Columns that must have one value in all frames of a sequence.
  var constant: [Int] = []
  /// The column with a remark on the data, as the simulation writes it.
  var note: Int?

  init(_ spec: DataSpec, table: CSVTable, file: String, requiresLabels: Bool) throws(ZooError) {
    var problems = Problems()
    func find(_ name: String, _ key: String) -> Int? {
      if let index = table.index(of: name) { return index }
      let nearest = NearestName.of(name, in: table.columns).map { "Did you mean '\($0)'?" }
      let other =
        key == "columns.path" ? "Set data.columns.path, or data.columns.channelPaths for one file a channel" : nil
      problems.add(
        ZooError(
          .badInput, file: file, line: 1, path: "data.\(key)", problem: "there is no column '\(name)'",
          expected: "one of \(table.columns.joined(separator: ", "))", remedy: nearest ?? other))
      return nil
    }
    let columns = spec.columns
    label =
      requiresLabels || table.index(of: columns.label) != nil ? find(columns.label, "columns.label") : nil
    if columns.channelPaths.isEmpty {
      paths = find(columns.path, "columns.path").map { [$0] } ?? []
    } else {
      channelNames = columns.channelPaths.keys.sorted { left, right in
        (spec.channels.firstIndex(of: left) ?? .max, left) < (spec.channels.firstIndex(of: right) ?? .max, right)
      }
      paths = channelNames.compactMap { channel in
        columns.channelPaths[channel].flatMap { find($0, "columns.channelPaths.\(channel)") }
      }
    }
    sequence = columns.sequence.flatMap { find($0, "columns.sequence") }
    frame = sequence == nil ? nil : columns.frame.flatMap { find($0, "columns.frame") }
    id = sequence ?? table.index(of: "id")
    note = table.index(of: "note")
    let used = Set(paths + [id, label, frame, note].compactMap { $0 })
    groups = table.columns.indices.filter { !used.contains($0) }
    for name in spec.split.by { _ = find(name, "split.by") }
    if sequence != nil {
      constant = groups.filter { spec.split.by.contains(table.columns[$0]) } + [label].compactMap { $0 }
      groups = groups.filter(constant.contains)
    }
    guard !table.rows.isEmpty else {
      throw ZooError(.badInput, file: file, problem: "the manifest has no rows", expected: "one row for each image")
    }
    try problems.check()
  }
}
