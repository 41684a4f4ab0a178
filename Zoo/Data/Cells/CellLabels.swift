import Foundation
import ZooFormat
import ZooImages

/// Gives positions their labels: from the tables, from annotations, from the plate map or from a dye.
package struct CellLabels {
  /// The table of annotations if the spec names none.
  package static let standardFile = "annotations.csv"
  /// The columns that annotations may have, by what they mean.
  package static let meanings = ["label", "frame", "track", "x", "y", "image", "weight"]

  private let data: DataSpec
  private let reading: CellReading
  private let planes: FieldPlanes
  private let isForTraining: Bool

  package init(_ data: DataSpec, reading: CellReading, planes: FieldPlanes, isForTraining: Bool = true) {
    self.data = data
    self.isForTraining = isForTraining
    self.reading = reading
    self.planes = planes
  }

  package func apply(to rows: inout [CellRow], _ findings: inout [String]) throws(ZooError) {
    let labels = data.labels
    if labels.from != .table {
      // What the tables say by the way isn't what is asked for.
      for index in rows.indices { rows[index].label = nil }
    }
    switch labels.from {
    case .table: break
    case .annotations: try annotate(&rows, &findings)
    case .plateMap: try takePlates(&rows)
    case .pi:
      let dye = try DyeLabels(data.labels.pi, reading: reading, planes: planes, rows: rows)
      for index in rows.indices { rows[index].label = dye.label(index) }
      findings += dye.findings
    }
    var ignored = 0
    for index in rows.indices {
      guard let label = rows[index].label, labels.ignore.contains(label) else { continue }
      rows[index].label = nil
      ignored += 1
    }
    if ignored > 0 {
      findings.append("\(Figures.counted(ignored, "label")) ignored (\(labels.ignore.joined(separator: ", ")))")
    }
  }

  private func takePlates(_ rows: inout [CellRow]) throws(ZooError) {
    let name = data.columns.label
    guard let plates = reading.plates, let column = plates.columns.firstIndex(of: name) else {
      throw ZooError(
        .badInput, path: "data.columns.label", problem: "the plate map has no column '\(name)'",
        expected: reading.plates.map { "one of \($0.columns.joined(separator: ", "))" } ?? "a plate map",
        remedy: "Set data.columns.label")
    }
    for index in rows.indices { rows[index].label = plates.values[rows[index].field]?[column] }
  }

  // MARK: Annotations

  /// Joins an annotation table: by track and frame if it has tracks, else to the nearest position of the same frame.
  private func annotate(_ rows: inout [CellRow], _ findings: inout [String]) throws(ZooError) {
    let settings = data.labels
    let name = settings.file ?? Self.standardFile
    let file = name.hasPrefix("/") ? name : reading.folder.full(name)
    let table = try CSVTable(FileBytes.read(file), file: file)
    func column(_ meaning: String, _ standard: [String], isNeeded: Bool) throws(ZooError) -> Int? {
      let names = settings.columns[meaning].map { [$0] } ?? standard
      if let index = names.lazy.compactMap(table.index(of:)).first { return index }
      guard isNeeded || settings.columns[meaning] != nil else { return nil }
      throw ZooError(
        .badInput, file: file, line: 1, path: "data.labels.columns.\(meaning)",
        problem: "there is no column '\(names[0])'", expected: "one of \(table.columns.joined(separator: ", "))",
        remedy: "Set data.labels.columns.\(meaning)")
    }
    let label = try column("label", [data.columns.label, "class"], isNeeded: true)
    // A label without a frame is that of the whole track.
    let frame = try column("frame", ["frame", "FRAME", "t", "time_point_index"], isNeeded: settings.by == .position)
    let track = try column("track", ["track", "track_id", "TRACK_ID", "track_index"], isNeeded: settings.by == .track)
    let x = try column("x", ["x", "POSITION_X"], isNeeded: settings.by == .position)
    let y = try column("y", ["y", "POSITION_Y"], isNeeded: settings.by == .position)
    // What is called so may be anything: it is used only if the spec says so.
    let weight = isForTraining ? try column("weight", [], isNeeded: false) : nil
    var weights = SampleWeights(column: settings.columns["weight"] ?? "")
    let picture = try column("image", [], isNeeded: false)
    guard let label else { return }
    let byTrack = settings.by == .track || (settings.by == .auto && track != nil)
    guard byTrack || (x != nil && y != nil && frame != nil) else {
      throw ZooError(
        .badInput, file: file, line: 1, path: "data.labels.columns",
        problem: "has neither a column of tracks nor columns of positions and frames",
        expected: "track, or x, y and frame",
        remedy: "Set data.labels.columns")
    }
    let keys = reading.images.keys.compactMap { key in table.index(of: key).map { (key, $0) } }
    let join = FieldJoin(reading.images)
    let shift = settings.firstFrame.map { -$0 } ?? reading.shift
    let names = Self.trackNames(table, track, rows)
    let cells = LabelledCells(
      rows, byTrack: byTrack, hasFrames: frame != nil, distance: settings.distance)
    var problems = Problems()
    var known: [[String]: Int] = [:]
    var marks: [LabelledCells.Mark] = []
    for (row, line) in zip(table.rows, table.lines) {
      let text = row[label].trimmed
      guard !CellTableReader.isBlank(text) else { continue }
      let number = frame.map { CellTableReader.integer(row[$0]) } ?? 0
      guard let number else {
        problems.add(
          ZooError(
            .badInput, file: file, line: line, problem: "the frame is '\(frame.map { row[$0] } ?? "")'",
            expected: "a whole number"))
        continue
      }
      let texts = keys.map { row[$0.1] } + (picture.map { [row[$0]] } ?? [])
      let field: Int
      do throws(ZooError) {
        if let found = known[texts] {
          field = found
        } else if let picture {
          field = try join.field(image: row[picture], line: line)
        } else {
          field = try join.field(Dictionary(zip(keys.map(\.0), texts)) { $1 }, line: line)
        }
      } catch {
        problems.add(error.at(file: file))
        continue
      }
      known[texts] = field
      let first = settings.firstFrame == nil ? 0 : reading.images.fields[field].firstFrame
      var mark = LabelledCells.Mark(line: line, label: text, field: field, frame: number + shift + first)
      mark.track = track.map { names.of[row[$0]] ?? CellTableReader.whole(row[$0]) } ?? ""
      if let x, let y, let px = Double(row[x]), let py = Double(row[y]) { mark.place = (px, py) }
      if let weight {
        do throws(ZooError) { mark.weight = try weights.weight(row[weight], file: file, line: line) } catch {
          problems.add(error)
          continue
        }
      }
      marks.append(mark)
    }
    let doubt =
      try frame == nil || settings.firstFrame != nil
      ? nil : LabelFrames(marks, cells, reading.images, shift: shift).check(file: file)
    var unmatched = 0
    var given: [Int: Int] = [:]
    for mark in marks {
      let hits = cells.hits(mark)
      if hits.isEmpty { unmatched += 1 }
      for hit in hits {
        if let other = given.updateValue(mark.line, forKey: hit), rows[hit].label != mark.label {
          problems.add(
            ZooError(
              .badInput, file: file, line: mark.line,
              problem: "gives '\(mark.label)' to a cell that line \(other) calls '\(rows[hit].label ?? "")'",
              expected: "one label"))
        }
        rows[hit].label = mark.label
        rows[hit].weight = mark.weight
      }
    }
    try problems.check()
    findings.append(
      "labels of \(given.count) positions from \(name) by \(byTrack ? frame == nil ? "track" : "track and frame" : "nearest position within \(settings.distance) pixels")"
        + (unmatched > 0 ? "; \(unmatched) of \(Figures.counted(marks.count, "row")) fit no position" : ""))
    if let finding = names.finding, byTrack { findings.append(finding) }
    if let doubt { findings.append(doubt) }
    if let remark = weights.remark { findings.append(remark) }
    guard !given.isEmpty || table.rows.isEmpty else {
      let own = marks.first.map {
        byTrack ? "track '\($0.track)' in frame \($0.frame - shift)" : "frame \($0.frame - shift)"
      }
      let theirs = rows.first { !byTrack || !$0.track.isEmpty }.map {
        byTrack ? "track '\($0.track)' in frame \($0.frame - shift)" : "frame \($0.frame - shift)"
      }
      throw ZooError(
        .badInput, file: file, path: "data.labels.file",
        problem: "none of its \(table.rows.count) rows fits a position\(own.map { ": it has \($0)" } ?? "")",
        expected: "tracks and frames as the tables have them\(theirs.map { ", e.g. \($0)" } ?? "")",
        remedy: "Check data.labels.columns and data.labels.firstFrame")
    }
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
