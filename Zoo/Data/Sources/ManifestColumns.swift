import Foundation
import ZooFormat
import ZooImages

/// Where the columns of a manifest stand.
struct ManifestColumns {
  var id: Int?
  var label: Int?
  /// The column that names the sequence of a row; without `data.frames`, rows are single images of it.
  var sequence: Int?
  /// Columns that the names of sequences are unique within.
  var within: [Int] = []
  var frame: Int?
  /// One for each channel, or one for all.
  var paths: [Int] = []
  var channelNames: [String] = []
  /// Those of `paths` whose channels are used.
  var neededPaths: Set<Int> = []
  var groups: [Int] = []
  /// Columns that must have one value in all frames of a sequence.
  var constant: [Int] = []
  /// All others of a table of sequences: what has one value in each sequence is a fact of it.
  var others: [Int] = []
  /// The column that says which subset a row belongs to.
  var subset: Int?
  /// How much a row counts in the loss.
  var weight: Int?
  /// When the event of a film was.
  var event: Int?
  /// When a file begins.
  var eventStart: Int?
  /// The column with a remark on the data, as the simulation writes it.
  var note: Int?

  /// - Parameter purpose: Prediction needs no labels, training alone needs weights.
  init(_ spec: DataSpec, table: CSVTable, file: String, purpose: Dataset.Purpose) throws(ZooError) {
    guard !table.rows.isEmpty else {
      throw ZooError(.badInput, file: file, problem: "the manifest has no rows", expected: "one row for each image")
    }
    if let path = table.columns.first(where: ImageFile.isNamedAsImage) {
      throw ZooError(
        .badInput, file: file, line: 1,
        problem: "the first line holds '\(path)' where the name of a column is expected",
        expected: "a header line such as path,label", remedy: "Add one")
    }
    var problems = Problems()
    func find(_ name: String, _ key: String, _ remedy: String? = nil) -> Int? {
      if let index = table.index(of: name) { return index }
      let alike = table.columns.first { Spelling.key($0) == Spelling.key(name) }
      let nearest = (alike ?? NearestName.of(name, in: table.columns)).map { "Did you mean '\($0)'? Set data.\(key)" }
      problems.add(
        ZooError(
          .badInput, file: file, line: 1, path: "data.\(key)", problem: "there is no column '\(name)'",
          expected: "one of \(table.columns.joined(separator: ", "))", remedy: nearest ?? remedy))
      return nil
    }
    let columns = spec.columns
    if purpose != .prediction || table.index(of: columns.label) != nil {
      if LabelColumns.parts(columns.label).count > 1, table.index(of: columns.label) == nil {
        do throws(ZooError) {
          _ = try LabelColumns(columns.label, in: table, path: "data.columns.label")
        } catch { problems.add(error.at(file: file)) }
      } else {
        label = find(columns.label, "columns.label", "Set data.columns.label to the column with the classes")
      }
    }
    if columns.channelPaths.isEmpty {
      let remedy = "Set data.columns.path, or data.columns.channelPaths for one file a channel"
      paths = find(columns.path, "columns.path", remedy).map { [$0] } ?? []
    } else {
      channelNames = columns.channelPaths.keys.sorted { left, right in
        (spec.channels.firstIndex(of: left) ?? .max, left) < (spec.channels.firstIndex(of: right) ?? .max, right)
      }
      paths = channelNames.compactMap { channel in
        columns.channelPaths[channel].flatMap { find($0, "columns.channelPaths.\(channel)") }
      }
    }
    let needsAll = channelNames.isEmpty || spec.channels.isEmpty
    neededPaths = Set(
      needsAll
        ? paths
        : zip(channelNames, paths).filter { name, _ in
          spec.channels.contains(name) || spec.channels.contains(ImageFilesSource.mask(name))
        }.map(\.1))
    sequence = columns.sequence.flatMap { find($0, "columns.sequence") }
    let isSequence = sequence != nil && spec.frames != nil
    if sequence != nil { within = columns.within.compactMap { find($0, "columns.within") } }
    if isSequence {
      frame = columns.frame.flatMap { find($0, "columns.frame") }
      if columns.frame == nil {
        problems.add(
          ZooError(
            .badInput, file: file, path: "data.columns.frame",
            problem: "isn't set, so the order of a sequence's frames isn't known",
            expected: "the column with the number or the time of a frame"))
      }
    }
    if !isSequence { id = columns.id.map { find($0, "columns.id") } ?? table.index(of: "id") }
    subset = spec.split.column.flatMap { find($0, "split.column") }
    weight = columns.weight.flatMap { purpose == .training ? find($0, "columns.weight") : table.index(of: $0) }
    if purpose != .prediction {
      event = spec.events.column.flatMap { find($0, "events.column") }
      eventStart = spec.events.start.flatMap { find($0, "events.start") }
    }
    note = table.index(of: "note")
    let used = Set(paths + [id, sequence, label, frame, note, subset, weight].compactMap { $0 })
    let by = spec.split.by.compactMap { find($0, "split.by") }
    groups = table.columns.indices.filter { !used.contains($0) || by.contains($0) && $0 != label }
    if isSequence {
      others = groups.filter { !by.contains($0) && !within.contains($0) }
      groups = groups.filter { by.contains($0) || within.contains($0) }
      constant = groups + [label, subset, weight].compactMap { $0 }
    }
    try problems.check()
  }
}
