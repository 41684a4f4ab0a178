import Foundation
import ZooFormat
import ZooImages

/// Tables of annotations as a spec describes them: each row says of which positions it speaks.
struct CellAnnotations {
  /// How rows find their positions.
  enum Join: String { case track, object, position }

  private(set) var marks: [LabelledCells.Mark] = []
  private(set) var join = Join.track
  /// Whether rows name frames, one or the first and the last; else they mean the whole track.
  private(set) var hasFrames = false
  private(set) var hasIntervals = false
  /// Whether frames are columns of the table, which may count otherwise than the films.
  private(set) var countsFrames = false
  /// What stands in the column of frames, in the table's own count, also in rows without a label.
  private(set) var numbers: Set<Int> = []
  /// Column of the frames, for what is told; empty for rows with a first and a last one.
  private(set) var frameColumn = ""
  /// How many rows without a label speak of a frame: they tell how the table counts.
  private(set) var blanks: [LabelFrames.Moment: Int] = [:]
  /// Column of the objects, for what is told.
  private(set) var objectColumn = ""
  /// Names of all columns of the first file.
  private(set) var names: [String] = []
  private(set) var rowCount = 0
  /// Files that were read.
  private(set) var files: [String] = []
  private(set) var findings: [String] = []

  private let labels: DataSpec.Labels
  private let labelColumn: String
  private let reading: CellReading
  private let fields: FieldJoin
  private let isForTraining: Bool

  init(_ data: DataSpec, _ reading: CellReading, _ rows: [CellRow], isForTraining: Bool) throws(ZooError) {
    labels = data.labels
    labelColumn = data.columns.label
    self.reading = reading
    self.isForTraining = isForTraining
    fields = FieldJoin(reading.images, areAnnotations: true)
    var weights = SampleWeights(column: labels.columns["weight"] ?? "")
    var problems = Problems()
    for (file, values) in try Self.files(labels, reading.folder) {
      files.append(file)
      do throws(ZooError) {
        try read(file, values, rows, &weights, &problems)
      } catch {
        problems.add(error.at(file: file))
      }
    }
    try problems.check()
    if let remark = weights.remark { findings.append(remark) }
  }

  /// The same as if numbers of tracks were those of objects.
  var takenAsObjects: CellAnnotations {
    var other = self
    other.join = .object
    for place in marks.indices { other.marks[place].object = marks[place].track }
    return other
  }

  /// The tables with the values of the parts of their paths.
  static func files(
    _ labels: DataSpec.Labels, _ folder: FieldFolder
  ) throws(ZooError) -> [(file: String, values: [String: String])] {
    let name = labels.file ?? CellLabels.standardFile
    guard FieldPattern.isPattern(name) else {
      return [(StoredPath.found(name.hasPrefix("/") ? name : folder.full(name)), [:])]
    }
    let pattern = try FieldPattern(name, key: "data.labels.file")
    let found = folder.matches(pattern)
    guard !found.isEmpty else {
      throw ZooError(
        .badInput, file: folder.root, path: "data.labels.file", problem: "no table fits the pattern '\(name)'",
        expected: "tables of annotations under the root", remedy: "Change data.labels.file")
    }
    return found.map { (folder.full($0.path), $0.values) }
  }

  /// The places of the columns that one table has.
  private struct Columns {
    var label = LabelColumns(0)
    var frame, first, last, track, object, x, y, weight, image: Int?
    var keys: [(name: String, column: Int)] = []
    /// Whether `image` is CellProfiler's `ImageNumber`.
    var isNumbered = false
    var hasFrames: Bool { frame != nil || first != nil || last != nil }
  }

  private func columns(_ table: CSVTable) throws(ZooError) -> Columns {
    func column(_ meaning: String, _ standard: [String], isNeeded: Bool = false) throws(ZooError) -> Int? {
      let names = labels.columns[meaning].map { [$0] } ?? standard
      if let index = names.lazy.compactMap(table.index(of:)).first { return index }
      guard isNeeded || labels.columns[meaning] != nil else { return nil }
      throw ZooError(
        .badInput, line: 1, path: "data.labels.columns.\(meaning)",
        problem: "there is no column '\(names.first ?? "")'",
        expected: "one of \(table.columns.joined(separator: ", "))",
        remedy: "Set data.labels.columns.\(meaning)")
    }
    var columns = Columns()
    if let name = labels.columns["label"], name.contains("+") {
      columns.label = try LabelColumns(name, in: table, path: "data.labels.columns.label")
    } else if let place = try column("label", [labelColumn, "class"], isNeeded: true) {
      columns.label = LabelColumns(place)
    }
    // A label without a frame is that of the whole track.
    columns.frame = try column(
      "frame", ["frame", "FRAME", "t", "time_point_index"], isNeeded: labels.by == .position)
    if columns.frame == nil || labels.columns["first"] != nil || labels.columns["last"] != nil {
      columns.first = try column("first", ["first", "first_frame"])
      columns.last = try column("last", ["last", "last_frame"])
      if columns.first != nil || columns.last != nil {
        guard labels.columns["frame"] == nil else {
          throw ZooError(
            .badInput, path: "data.labels.columns.frame", problem: "is set beside first or last",
            expected: "one frame for each row, or the first and the last",
            remedy: "Remove data.labels.columns.frame, or first and last")
        }
        columns.frame = nil
      }
    }
    columns.track = try column(
      "track", ["track", "track_id", "TRACK_ID", "track_index"], isNeeded: labels.by == .track)
    columns.object = try column(
      "object", [reading.columns["object"] ?? "object"], isNeeded: labels.by == .object)
    columns.x = try column("x", ["x", "POSITION_X"], isNeeded: labels.by == .position)
    columns.y = try column("y", ["y", "POSITION_Y"], isNeeded: labels.by == .position)
    // What is called so may be anything: it is used only if the spec says so.
    columns.weight = isForTraining ? try column("weight", []) : nil
    columns.image = try column("image", [])
    for key in reading.images.keys {
      guard let index = try column(key, []) ?? table.index(like: key) else { continue }
      columns.keys.append((key, index))
    }
    for key in CellLabels.fieldMeanings where labels.columns[key] != nil && !reading.images.keys.contains(key) {
      throw ZooError(
        .badInput, path: "data.labels.columns.\(key)",
        problem: "fields have no '\(key)': they are told apart by \(reading.images.keys.joined(separator: ", "))",
        expected: "a part of data.cells.images",
        remedy: "Write {\(key)} into data.cells.images, or use data.labels.columns.image")
    }
    if let image = columns.image, !reading.exports.isEmpty {
      columns.isNumbered = table.rows.allSatisfy { Int($0[image].trimmed) != nil }
    }
    return columns
  }

  /// How a table's rows find their positions, by what columns it has.
  private func join(_ columns: Columns, _ table: CSVTable) throws(ZooError) -> Join {
    let hasPlaces = columns.x != nil && columns.y != nil && columns.frame != nil
    let hasObjects = columns.object != nil && (columns.frame != nil || columns.isNumbered)
    let found: Join? =
      switch labels.by {
      case .track: .track
      case .object: .object
      case .position: .position
      case .auto:
        labels.columns["object"] != nil
          ? .object : columns.track != nil ? .track : hasPlaces ? .position : hasObjects ? .object : nil
      }
    guard let found, found != .position || hasPlaces else {
      throw ZooError(
        .badInput, line: 1, path: "data.labels.columns",
        problem: "has neither a column of tracks nor columns of positions and frames",
        expected: "track, object and frame, or x, y and frame",
        remedy: "Set data.labels.columns")
    }
    if let object = columns.object, found == .object {
      try refuse(table.columns[object], "object", isOf: "track", "tracks")
      guard hasObjects, columns.first == nil, columns.last == nil else {
        throw ZooError(
          .badInput, line: 1, path: "data.labels.columns.frame",
          problem: "isn't there, but '\(table.columns[object])' numbers the objects of one frame",
          expected: "the frame of each row\(reading.exports.isEmpty ? "" : ", or its ImageNumber as image")",
          remedy: "Set data.labels.columns.frame\(reading.exports.isEmpty ? "" : " or .image")")
      }
    }
    if let track = columns.track, found == .track {
      try refuse(table.columns[track], "track", isOf: "object", "objects")
    }
    guard found == .track || columns.first == nil && columns.last == nil else {
      throw ZooError(
        .badInput, line: 1, path: "data.labels.columns.first",
        problem: "says from when on, but rows are joined by \(found.rawValue)", expected: "a column of tracks",
        remedy: "Set data.labels.columns.track")
    }
    return found
  }

  /// A column that is another thing in the tables: numbers of objects, which begin anew in each frame, find nearly as many
  /// positions as those of tracks, and the wrong ones.
  private func refuse(_ name: String, _ meaning: String, isOf other: String, _ others: String) throws(ZooError) {
    guard name == reading.columns[other], name != reading.columns[meaning] else { return }
    throw ZooError(
      .badInput, path: "data.labels.columns.\(meaning)",
      problem: "is '\(name)', which in the tables (data.cells.columns.\(other)) is the number of \(others)",
      expected: "a column of \(meaning)s",
      remedy:
        "Set data.labels.columns.\(other)=\(name) in place of \(meaning); if these really are numbers of \(meaning)s, give the column another name"
    )
  }

  private mutating func read(
    _ file: String, _ values: [String: String], _ rows: [CellRow], _ weights: inout SampleWeights,
    _ problems: inout Problems
  ) throws(ZooError) {
    let table = try CSVTable(FileBytes.read(file), file: file)
    if names.isEmpty { names = table.columns }
    let columns = try columns(table)
    let join = try join(columns, table)
    guard files.count == 1 || (join, columns.hasFrames) == (self.join, countsFrames) else {
      throw ZooError(
        .badInput, line: 1, path: "data.labels.file", problem: "has other columns than \(files[0])",
        expected: "tables of one form")
    }
    self.join = join
    countsFrames = columns.hasFrames
    hasFrames = columns.hasFrames || columns.isNumbered
    hasIntervals = columns.first != nil || columns.last != nil
    objectColumn = columns.object.map { table.columns[$0] } ?? ""
    frameColumn = columns.frame.map { table.columns[$0] } ?? ""
    rowCount += table.rows.count
    let shift = labels.firstFrame.map { -$0 } ?? reading.shift
    let names = Self.trackNames(table, columns.track, rows)
    if let finding = names.finding, join == .track { findings.append(finding) }
    if let x = columns.x, let y = columns.y,
      let caution = AxisNames.caution(x: table.columns[x], y: table.columns[y], key: "data.labels.columns"),
      !findings.contains(caution)
    {
      findings.append(caution)
    }
    var known: [[String]: (field: Int, frame: Int?)] = [:]
    // Rows without a label may speak of fields that aren't here.
    var strange: Set<[String]> = []
    for (row, line) in zip(table.rows, table.lines) {
      let label = try columns.label.label(row, file: file, line: line)
      guard label != nil || columns.hasFrames else { continue }
      let texts = columns.keys.map { row[$0.column] } + (columns.image.map { [row[$0]] } ?? [])
      if label == nil, strange.contains(texts) { continue }
      do throws(ZooError) {
        let place = if let found = known[texts] { found } else { try place(row, columns, values, line) }
        known[texts] = place
        let first = labels.firstFrame == nil ? 0 : reading.images.fields[place.field].firstFrame
        var mark = LabelledCells.Mark(file: file, line: line, label: label ?? "", field: place.field)
        if let frame = place.frame {
          mark.frames = (frame + reading.shift, frame + reading.shift)
        } else {
          let frames = try frames(row, columns, line)
          numbers.formUnion([frames.first, frames.last].compactMap(\.self))
          mark.frames = (frames.first.map { $0 + shift + first }, frames.last.map { $0 + shift + first })
        }
        guard label != nil else {
          for frame in Set([mark.frames.first, mark.frames.last].compactMap(\.self)) {
            blanks[LabelFrames.Moment(field: place.field, frame: frame), default: 0] += 1
          }
          continue
        }
        mark.track = columns.track.map { names.of[row[$0]] ?? CellTableReader.whole(row[$0]) } ?? ""
        mark.object = columns.object.map { CellTableReader.whole(row[$0]) } ?? ""
        if let x = columns.x, let y = columns.y, let px = Double(row[x]), let py = Double(row[y]) {
          mark.place = (px, py)
        }
        if let weight = columns.weight { mark.weight = try weights.weight(row[weight], file: file, line: line) }
        marks.append(mark)
      } catch {
        if label != nil { problems.add(error.at(file: file)) } else if known[texts] == nil { strange.insert(texts) }
      }
    }
  }

  /// The field of a row, and its frame, in the tables' count, if its image says it.
  private func place(
    _ row: [String], _ columns: Columns, _ path: [String: String], _ line: Int
  ) throws(ZooError) -> (field: Int, frame: Int?) {
    var values = path
    for (key, column) in columns.keys { values[key] = row[column] }
    guard let image = columns.image else { return (try fields.field(values, line: line), nil) }
    guard columns.isNumbered else { return (try fields.field(image: row[image], line: line), nil) }
    return try numbered(row[image].trimmed, values, hasFrames: columns.hasFrames, line)
  }

  /// The field and the frame of CellProfiler's `ImageNumber`, which begins anew in each export.
  private func numbered(
    _ number: String, _ values: [String: String], hasFrames: Bool, _ line: Int
  ) throws(ZooError) -> (field: Int, frame: Int?) {
    let said = fields.fields(values)
    var found: [[Int?]] = []
    for export in reading.exports {
      guard let image = export.images.values[CellTableReader.whole(number)] else { continue }
      let field = try fields.field(export.values.merging(image) { $1 }, line: line)
      let place = [field, hasFrames ? nil : image["frame"].flatMap(CellTableReader.integer) ?? 0]
      if said.contains(field), !found.contains(place) { found.append(place) }
    }
    guard found.count == 1, let field = found[0][0] else {
      let keys = reading.images.keys.joined(separator: ", ")
      throw ZooError(
        .badInput, line: line, path: "data.labels.columns.image",
        problem: found.isEmpty
          ? "there is no image \(number) in CellProfiler's tables of images"
          : "the image \(number) is in \(found.count) exports, whose numbers begin anew",
        expected: "columns that tell exports apart: \(keys)",
        remedy: "Add a column with one of these, or name it in data.labels.columns")
    }
    return (field, found[0][1])
  }

  /// The first and the last frame of a row in its own count; `nil` for the ends of the track.
  private func frames(
    _ row: [String], _ columns: Columns, _ line: Int
  ) throws(ZooError) -> (first: Int?, last: Int?) {
    func number(_ column: Int, isOpen: Bool) throws(ZooError) -> Int? {
      if isOpen, CellTableReader.isBlank(row[column]) { return nil }
      guard let number = CellTableReader.integer(row[column]) else {
        throw ZooError(
          .badInput, line: line, problem: "the frame is '\(row[column])'", expected: "a whole number")
      }
      return number
    }
    if let frame = columns.frame {
      let number = try number(frame, isOpen: false)
      return (number, number)
    }
    let first = try columns.first.flatMap { column throws(ZooError) in try number(column, isOpen: true) }
    let last = try columns.last.flatMap { column throws(ZooError) in try number(column, isOpen: true) }
    if let first, let last, first > last {
      throw ZooError(
        .badInput, line: line, problem: "goes from frame \(first) to \(last)", expected: "the first and the last")
    }
    return (first, last)
  }

  /// The tables' names of the tracks that annotations call otherwise: `Track_7`, as TrackMate shows it, is `7`.
  /// - Returns: Nothing if a name is the tables' own already, or if one doesn't end in a number.
  private static func trackNames(
    _ table: CSVTable, _ column: Int?, _ rows: [CellRow]
  ) -> (of: [String: String], finding: String?) {
    guard let column else { return ([:], nil) }
    let known = Set(rows.map(\.track))
    var names: [String: String] = [:]
    for text in Set(table.rows.map { $0[column] }) where !CellTableReader.isBlank(text) {
      let name = CellTableReader.whole(text)
      guard !known.contains(name), let match = name.wholeMatch(of: /\D+?(\d+)/) else { return ([:], nil) }
      names[text] = CellTableReader.whole(String(match.output.1))
    }
    guard names.values.contains(where: known.contains), Set(names.values).count == names.count,
      let example = names.min(by: { $0.key < $1.key })
    else { return ([:], nil) }
    return (names, "the annotations' track '\(example.key)' is taken as '\(example.value)' of the tables, and so on")
  }
}
