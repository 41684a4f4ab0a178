import Foundation
import ZooFormat
import ZooImages

/// A CSV manifest: one row for each image, or for each frame of a sequence.
package struct ManifestSource {
  /// Where the manifest of `spec` stands: relative to the root, or to the working folder if only the manifest is named.
  package static func file(_ spec: DataSpec) -> String {
    guard !spec.manifest.hasPrefix("/"), let root = spec.root else { return StoredPath.found(spec.manifest) }
    return StoredPath.found(root + "/" + spec.manifest)
  }

  /// What the paths in the manifest are relative to: the root, or the manifest's own folder if only that is named.
  package static func root(_ spec: DataSpec) -> String {
    if let root = spec.root { return root }
    let folder = (spec.manifest as NSString).deletingLastPathComponent
    let isOne = !FieldPattern.isPattern(folder)
    return folder.isEmpty ? "." : isOne ? folder : FieldPattern.plainFolder(folder)
  }

  /// The source, what a user must know of it, and what is wrong with the table, so that all that is wrong with the data
  /// can be told at once. O(rows · log(rows)), and one look at each file.
  static func open(
    _ spec: DataSpec, purpose: Dataset.Purpose
  ) throws(ZooError) -> (source: ImageFilesSource, remarks: [String], problems: Problems) {
    let file = file(spec)
    let read = try ManifestTable.read(spec)
    let columns = try ManifestColumns(spec, table: read.table, file: file, purpose: purpose)
    var manifest = ManifestSource(read, columns, spec, file: file)
    do throws(ZooError) {
      let source = try manifest.source(for: purpose)
      return (source, manifest.remarks + source.remarks, manifest.problems)
    } catch {
      // What is wrong with the table comes first; the images may only follow from it.
      try manifest.problems.check()
      throw error
    }
  }

  private let spec: DataSpec
  private let file: String
  private let table: CSVTable
  private let columns: ManifestColumns
  private var samples: [SequenceRows.Sample]
  private var problems: Problems
  private var remarks: [String]
  /// Column → how many of its cells had line breaks.
  private var joinedLines: [Int: Int] = [:]
  /// Channels that some rows lack, which is accepted.
  private var lacking: [String] = []

  private init(_ read: ManifestTable, _ columns: ManifestColumns, _ spec: DataSpec, file: String) {
    (table, self.columns, self.spec, self.file) = (read.table, columns, spec, file)
    let sequences = SequenceRows(table, columns, spec, file: file)
    samples = sequences.samples
    problems = sequences.problems
    remarks = read.remarks + sequences.remarks
    let others = SourceInference.otherManifests(spec)
    if !others.isEmpty {
      remarks.append(
        "beside the table \(others.count == 1 ? "is another one" : "are others") that \(others.count == 1 ? "lists" : "list") images and \(others.count == 1 ? "isn't" : "aren't") used: \(others.map(\.onOneLine).joined(separator: ", "))"
      )
    }
  }

  private mutating func source(for purpose: Dataset.Purpose) throws(ZooError) -> ImageFilesSource {
    leaveOutExcluded()
    settleMissing()
    checkRows()
    let files = try files()
    var subsets = SubsetWords()
    var weights = SampleWeights(column: spec.columns.weight ?? "")
    let facets = facets()
    var entries: [SourceEntry] = []
    entries.reserveCapacity(samples.count)
    for sample in samples {
      let first = table.rows[sample.rows[0]]
      let label = columns.label.map { first[$0].trimmed.precomposedStringWithCanonicalMapping }
      let subset = columns.subset.flatMap { subsets.subset(first[$0], line: table.lines[sample.rows[0]]) }
      var weight: Float = 1
      if let column = columns.weight, purpose == .training {
        do throws(ZooError) {
          weight = try weights.weight(
            first[column], file: table.file(of: sample.rows[0]), line: table.lines[sample.rows[0]])
        } catch {
          problems.add(error)
        }
      }
      var entry = SourceEntry(
        id: sample.id, className: label, groups: columns.groups.map { group(first[$0].trimmed, $0) }, subset: subset,
        unit: sample.unit, weight: weight, facets: facets.map { group(first[$0].trimmed, $0) })
      takeEvent(of: sample.rows[0], &entry)
      entries.append(entry)
    }
    for (column, count) in joinedLines.sorted(by: { $0.key < $1.key }) {
      remarks.append(
        "line breaks and tabs in the column '\(table.columns[column])' are read as blanks in \(Figures.counted(count, "row"))"
      )
    }
    if let remark = weights.remark { remarks.append(remark) }
    if let error = subsets.problem(file: file, column: spec.split.column ?? "") { problems.add(error) }
    if let remark = subsets.remark(column: spec.split.column ?? "") { remarks.append(remark) }
    mentionSubsets()
    if columns.paths.count == 1 {
      let paths = samples.map { table.rows[$0.rows[0]][columns.paths[0]].trimmed }
      if let remark = MaskNames.remark(paths, remedy: { _ in "leave their rows out of the table if they are none" }) {
        remarks.append(remark)
      }
    }
    let isSimulated = columns.note.map { note in table.rows.contains { $0[note] == Simulation.note } } ?? false
    return try ImageFilesSource(
      entries: entries, files: files,
      channelNames: spec.columns.channelPaths.isEmpty ? spec.imageChannels : columns.channelNames,
      hasFilePerChannel: !spec.columns.channelPaths.isEmpty, frames: spec.frames,
      groupColumns: columns.groups.map { table.columns[$0] }, facetColumns: facets.map { table.columns[$0] },
      range: spec.sampleRange,
      note: isSimulated ? Simulation.note : nil, given: spec, masked: lacking, isTable: true)
  }

  /// The event that a row states. Without one, the film has the class before it all along.
  private mutating func takeEvent(of row: Int, _ entry: inout SourceEntry) {
    guard let column = columns.event else { return }
    do throws(ZooError) {
      let event = try FilmEvent(
        time: table.rows[row][column], start: columns.eventStart.map { table.rows[row][$0] })
      entry.event = event
      if event.time == nil {
        entry.className = spec.events.before
      } else if entry.className.map(Spelling.isNothing) ?? true {
        refuse(row, "states the time of an event, but no label", "the class from the event on")
      }
    } catch {
      refuse(row, error.problem, error.expected ?? "a number")
    }
  }

  /// The columns of a table of sequences that have one value in all frames of each. O(rows · columns).
  private func facets() -> [Int] {
    columns.others.filter { column in
      samples.allSatisfy { sample in
        let value = table.rows[sample.rows[0]][column].trimmed
        return sample.rows.dropFirst().allSatisfy { table.rows[$0][column].trimmed == value }
      }
    }
  }

  /// Names that stand twice or break lines, and sequences whose facts change from frame to frame.
  private mutating func checkRows() {
    var seen: [String: Int] = [:]
    var kept: [SequenceRows.Sample] = []
    var repeated = 0
    var contradicting: Set<String> = []
    var blank: [Int: (count: Int, row: Int)] = [:]
    for sample in samples {
      let first = table.rows[sample.rows[0]]
      if let other = seen.updateValue(sample.rows[0], forKey: sample.id) {
        if spec.accepts(.copies), columns.paths.allSatisfy({ table.rows[other][$0] == first[$0] }) {
          seen[sample.id] = other
          repeated += 1
          if let label = columns.label, table.rows[other][label].trimmed != first[label].trimmed {
            contradicting.insert(sample.id)
          }
          continue
        }
        let column = table.columns[columns.id ?? columns.paths[0]]
        refuse(
          sample.rows[0],
          "the sample '\(sample.id)' stands here a second time (column '\(column)'; also on line \(table.lines[other]))",
          "a name of its own for each sample",
          repeatedRemedy(first, table.rows[other], column))
      }
      kept.append(sample)
      if sample.id.isEmpty {
        refuse(sample.rows[0], "the name of the sample is empty", "a name of its own for each sample")
      }
      for column in columns.constant {
        let value = first[column].trimmed
        if let other = sample.rows.first(where: { table.rows[$0][column].trimmed != value }) {
          refuse(
            other, "'\(table.columns[column])' differs from the sequence's first frame",
            "'\(value)' in all frames of '\(sample.id)'",
            "If names of sequences begin anew in each experiment or movie, name its column in data.columns.within")
        }
      }
      for row in sample.rows {
        for column in columns.neededPaths where isBlank(row, column) && !isAccepted(row, column) {
          blank[column, default: (0, row)].count += 1
        }
      }
    }
    for (column, rows) in blank.sorted(by: { $0.key < $1.key }) {
      refuse(
        rows.row, "the column '\(table.columns[column])' is empty in \(Figures.counted(rows.count, "row"))",
        "the path of an image",
        columns.paths.count > 1
          ? "Leave its channel out of data.channels, or the rows out of the table, or set data.columns.missingChannel to zero or drop"
          : nil)
    }
    if !contradicting.isEmpty {
      kept.removeAll { contradicting.contains($0.id) }
      remarks.append(
        "\(Figures.counted(contradicting.count, "image")) left out: rows give \(contradicting.count == 1 ? "it" : "them") different labels, e.g. '\(contradicting.min()?.onOneLine ?? "")'"
      )
    }
    if repeated > 0 { remarks.append("\(Figures.counted(repeated, "row")) that stood there already left out") }
    samples = kept
  }

  private func isBlank(_ row: Int, _ column: Int) -> Bool { Spelling.isNothing(table.rows[row][column].trimmed) }

  /// Whether zeros stand for a channel that a row lacks. A row without any channel is no image.
  private func isAccepted(_ row: Int, _ column: Int) -> Bool {
    spec.columns.missingChannel == .zero && !spec.columns.channelPaths.isEmpty
      && !columns.paths.allSatisfy { isBlank(row, $0) || !columns.neededPaths.contains($0) }
  }

  /// Rows that lack a channel: left out, or noted.
  private mutating func settleMissing() {
    guard spec.columns.missingChannel != .refuse, !spec.columns.channelPaths.isEmpty else { return }
    for (name, column) in zip(columns.channelNames, columns.paths) where columns.neededPaths.contains(column) {
      let without = samples.indices.filter { index in samples[index].rows.contains { isBlank($0, column) } }
      guard !without.isEmpty else { continue }
      remarks.append(
        "\(without.count) of \(Figures.counted(samples.count, "sample")) lack '\(name)': \(spec.columns.missingChannel == .zero ? "zeros, and a channel '\(ImageFilesSource.mask(name))'" : "left out") (data.columns.missingChannel)"
      )
      if spec.columns.missingChannel == .zero {
        lacking.append(name)
      } else {
        let gone = Set(without)
        samples = samples.indices.filter { !gone.contains($0) }.map { samples[$0] }
      }
    }
  }

  /// A cell that tells something of a sample: on one line, unless it is a name that samples are split by.
  private mutating func group(_ text: String, _ column: Int) -> String {
    guard text.hasControls, !spec.split.by.contains(table.columns[column]) else { return text }
    joinedLines[column, default: 0] += 1
    let words = text.split { $0.isWhitespace || String($0).hasControls }
    return words.joined(separator: " ")
  }

  /// What to do about a sample that has two rows: they say the same, or not.
  private func repeatedRemedy(_ row: [String], _ other: [String], _ column: String) -> String {
    let differing = table.columns.indices.filter { row[$0].trimmed != other[$0].trimmed }
    let names = differing.prefix(4).map { "'\(table.columns[$0])'" }.joined(separator: ", ")
    let what = differing.isEmpty ? "They say the same: " : "The rows differ in \(names): "
    guard differing.allSatisfy({ !columns.paths.contains($0) }) else {
      let path = table.columns[columns.paths[0]]
      return columns.id == nil
        ? "\(what)remove one" : "If the column '\(column)' doesn't name samples, set data.columns.id=\(path)"
    }
    let isContradicting = columns.label.map(differing.contains) ?? false
    return what
      + (isContradicting
        ? "remove the one that is wrong, or set data.accept=[copies] to use neither"
        : "remove one, or set data.accept=[copies] to use the first")
  }

  private mutating func refuse(_ row: Int, _ problem: String, _ expected: String, _ remedy: String? = nil) {
    problems.add(
      ZooError(
        .badInput, file: table.file(of: row), line: table.lines[row], problem: problem, expected: expected,
        remedy: remedy))
  }

  /// The files of each sample. Samples whose files aren't there are left out if that is accepted.
  private mutating func files() throws(ZooError) -> [ImageFilesSource.Files] {
    let root = Self.root(spec)
    var paths = ManifestPaths(root: root, prefixes: spec.columns.pathPrefixes)
    var files: [ImageFilesSource.Files] = []
    var kept: [SequenceRows.Sample] = []
    files.reserveCapacity(samples.count)
    var twins: [String: (count: Int, row: Int)] = [:]
    var lost = 0
    for sample in samples {
      let before = paths.missing.count
      var rows: ImageFilesSource.Files = []
      for row in sample.rows {
        let names = columns.paths.map { column in
          let isNeeded = columns.neededPaths.contains(column) && !(isBlank(row, column) && isAccepted(row, column))
          return isNeeded ? table.rows[row][column].trimmed : ""
        }
        let found = names.map { $0.isEmpty ? "" : paths.find($0, row: row) }
        if found.count > 1,
          let twin = found.indices.first(where: { !found[$0].isEmpty && found[..<$0].contains(found[$0]) }),
          let other = found.firstIndex(of: found[twin])
        {
          twins["\(columns.channelNames[other]) and \(columns.channelNames[twin])", default: (0, row)].count += 1
        }
        rows.append(found)
      }
      if paths.missing.count > before, spec.accepts(.missingFiles) {
        lost += 1
        continue
      }
      files.append(rows)
      kept.append(sample)
    }
    for (names, twin) in twins.sorted(by: { $0.key < $1.key }) {
      problems.add(
        ZooError(
          .badInput, file: table.file(of: twin.row), line: table.lines[twin.row], path: "data.columns.channelPaths",
          problem: "the channels \(names) are the same file in \(Figures.counted(twin.count, "row"))",
          expected: "a file for each channel", remedy: "Name the right columns, or leave a channel out"))
    }
    if let drive = paths.drives.first {
      problems.add(
        ZooError(
          .badInput, file: table.file(of: drive.row), line: table.lines[drive.row],
          problem: "\(Figures.counted(paths.drives.count, "path")) on a drive of Windows, e.g. '\(drive.path)'",
          expected: "paths relative to data.root, with / or \\",
          remedy: paths.strangePrefix(of: drive.path).map(ManifestPaths.remedy)
            ?? "Say by data.columns.pathPrefixes what stands in place of the drive and its folders, e.g. "
            + "data.columns.pathPrefixes={\(Escape.json(String(drive.path.prefix(2)))): \"images\"}"))
    }
    remarks += paths.remarks
    if spec.accepts(.missingFiles) {
      if lost > 0 { remarks.append("\(Figures.counted(lost, "sample")) left out: their files aren't there") }
    } else if let first = paths.missing.first, paths.missing.count > 1 {
      let error = ZooError(
        .badInput, file: table.file(of: first.row), line: table.lines[first.row],
        problem: "\(paths.missing.count) of the files that the table names aren't there, e.g. '\(first.path)'",
        expected: "paths relative to \(root)",
        remedy: (paths.strangePrefix(of: first.path).map { ManifestPaths.remedy($0) + ", or s" } ?? "S")
          + "et data.root to what they are relative to, or data.accept=[missingFiles] to leave them out")
      problems.add(error)
      // The problems that follow from it would hide it.
      if paths.missing.count > samples.count / 2 { try problems.check() }
    }
    if kept.isEmpty, lost > 0, problems.all.isEmpty {
      let below = FieldsBelow(ManifestSource.root(spec), exclude: spec.exclude).map { "; \($0.told)" } ?? ""
      throw ZooError(.badInput, file: file, problem: "none of the files that the table names is there\(below)")
    }
    samples = kept
    return files
  }

  /// Rows that the column of subsets puts into none.
  private mutating func leaveOutExcluded() {
    guard let subset = columns.subset else { return }
    let kept = samples.filter { !SubsetWords.isNone(table.rows[$0.rows[0]][subset]) }
    guard kept.count < samples.count else { return }
    remarks.append(
      "\(Figures.counted(samples.count - kept.count, "sample")) left out: the column '\(table.columns[subset])' puts \(samples.count - kept.count == 1 ? "it" : "them") into no subset"
    )
    samples = kept
  }

  /// A column that looks as if somebody had split the data already, and isn't used.
  private mutating func mentionSubsets() {
    guard columns.subset == nil, spec.split.file == nil else { return }
    let found = SubsetWords.column(table).map { table.columns[$0] } ?? SubsetWords.likelyColumn(table)
    guard let name = found else { return }
    remarks.append(
      "the column '\(name)' assigns rows to training and test (\(SubsetWords.told(table, name, label: spec.columns.label))), and isn't used: set data.split.column=\(name) to use it"
    )
  }
}
