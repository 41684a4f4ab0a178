import Foundation
import ZooFormat
import ZooImages

/// Gives positions their labels: from the tables, from annotations, from the plate map or from a dye.
package struct CellLabels {
  /// The table of annotations if the spec names none.
  package static let standardFile = "annotations.csv"
  /// The columns that annotations may have, by what they mean.
  package static let meanings =
    ["label", "frame", "first", "last", "track", "object", "x", "y", "image", "weight"] + fieldMeanings
  /// Those that say which field a row is of.
  static let fieldMeanings = ["experiment", "plate", "well", "field"]

  /// Whether the tables of annotations that a spec names are there.
  package static func hasAnnotations(_ labels: DataSpec.Labels, root: String, exclude: [String]) -> Bool {
    let name = labels.file ?? standardFile
    guard FieldPattern.isPattern(name) else {
      return FileKind(StoredPath.found(name.hasPrefix("/") ? name : "\(root)/\(name)")) == .file
    }
    guard let folder = try? FieldFolder(root, exclude: exclude) else { return false }
    return (try? CellAnnotations.files(labels, folder)) != nil
  }

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

  /// Joins tables of annotations to positions.
  private func annotate(_ rows: inout [CellRow], _ findings: inout [String]) throws(ZooError) {
    let settings = data.labels
    let name = settings.file ?? Self.standardFile
    let annotations = try CellAnnotations(data, reading, rows, isForTraining: isForTraining)
    let file = annotations.files[0]
    let cells = LabelledCells(rows, annotations, distance: settings.distance)
    let doubts = try frameDoubts(annotations, cells, file)
    guard annotations.join != .object || rows.contains(where: { !$0.object.isEmpty }) else {
      throw ZooError(
        .badInput, file: file, path: "data.labels.columns.object", problem: "the tables have no column of objects",
        expected: "their numbers in a column of the tables", remedy: "Set data.cells.columns.object")
    }
    try checkTracks(annotations, cells, rows)
    if annotations.join == .object, let error = reading.otherObjects(annotations.names, file) { throw error }
    var unmatched: [LabelledCells.Mark] = []
    var given: [Int: LabelledCells.Mark] = [:]
    var contradicted: Set<Int> = []
    var problems = Problems()
    for mark in annotations.marks {
      let hits = cells.hits(mark)
      if hits.isEmpty { unmatched.append(mark) }
      if annotations.join == .object, hits.count > 1 {
        problems.add(
          ZooError(
            .badInput, file: mark.file, line: mark.line, path: "data.cells.columns.object",
            problem: "\(hits.count) positions of the frame have the number \(mark.object)",
            expected: "numbers that tell the objects of a frame apart"))
      }
      for hit in hits {
        if let other = given.updateValue(mark, forKey: hit), rows[hit].label != mark.label {
          contradicted.insert(hit)
          guard !data.accepts(.contradictions) else { continue }
          problems.add(
            ZooError(
              .badInput, file: mark.file, line: mark.line,
              problem: "gives '\(mark.label)' to a cell that line \(other.line) calls '\(rows[hit].label ?? "")'"
                + (annotations.hasIntervals ? " in frame \(rows[hit].frame - reading.shift)" : ""),
              expected: "one label",
              remedy: "Mend the table, or set data.accept=[contradictions] to leave such cells without a label"))
        }
        rows[hit].label = mark.label
        rows[hit].weight = mark.weight
      }
    }
    try problems.check()
    for hit in contradicted { rows[hit].label = nil }
    let way =
      switch annotations.join {
      case .track:
        annotations.hasIntervals
          ? "track from the first frame to the last" : annotations.hasFrames ? "track and frame" : "track"
      case .object: "object (\(annotations.objectColumn)) and frame"
      case .position: "nearest position within \(settings.distance) pixels"
      }
    findings.append("labels of \(given.count) positions from \(name) by \(way)" + left(unmatched, annotations))
    if !contradicted.isEmpty {
      findings.append(
        "\(Figures.counted(contradicted.count, "position")) left out: annotations give two labels (data.accept=[contradictions])"
      )
    }
    findings += annotations.findings
    findings += doubts
    if annotations.join == .track, let caution = reading.otherNumbers(labels: name) { findings.append(caution) }
    guard !given.isEmpty || annotations.rowCount == 0 else {
      let byTrack = annotations.join == .track
      let own = annotations.marks.first.map { $0.text(annotations.join, shift: reading.shift) }
      let theirs = rows.first { !byTrack || !$0.track.isEmpty }.map {
        LabelledCells.Mark($0).text(annotations.join, shift: reading.shift)
      }
      throw ZooError(
        .badInput, file: file, path: "data.labels.file",
        problem: "none of its \(annotations.rowCount) rows fits a position\(own.map { ": it has \($0)" } ?? "")",
        expected: "tracks and frames as the tables have them\(theirs.map { ", e.g. \($0)" } ?? "")",
        remedy: "Check data.labels.columns and data.labels.firstFrame")
    }
  }

  /// What isn't sure of the numbers of frames.
  /// - Throws: ``ZooError`` if they are times, or count otherwise than the tables do.
  private func frameDoubts(
    _ annotations: CellAnnotations, _ cells: LabelledCells, _ file: String
  ) throws(ZooError) -> [String] {
    guard annotations.countsFrames else { return [] }
    var doubts: [String?] = []
    let films = Set(annotations.marks.map(\.field)).map { reading.images.fields[$0] }
    if let longest = films.max(by: { $0.frameCount < $1.frameCount }), !annotations.frameColumn.isEmpty {
      let first = data.labels.firstFrame ?? longest.firstFrame - reading.shift
      doubts.append(
        try FrameTimes.check(
          annotations.frameColumn, annotations.numbers, film: first...first + longest.frameCount - 1, file: file,
          key: "data.labels.columns.frame"))
    }
    if data.labels.firstFrame == nil {
      doubts.append(
        try LabelFrames(annotations, cells, reading.images, shift: reading.shift).check(file: file))
    }
    return doubts.compactMap(\.self)
  }

  /// Numbers of objects, which begin anew in each frame, find nearly as many positions as those of tracks, and the wrong ones.
  /// - Throws: ``ZooError`` with both figures if more rows find a position by the numbers of objects.
  private func checkTracks(
    _ annotations: CellAnnotations, _ cells: LabelledCells, _ rows: [CellRow]
  ) throws(ZooError) {
    guard annotations.join == .track, annotations.hasFrames, !annotations.hasIntervals, data.labels.by == .auto else {
      return
    }
    let asObjects = annotations.takenAsObjects
    let objects = LabelledCells(rows + reading.outside, asObjects, distance: data.labels.distance)
    let byObject = asObjects.marks.count { !objects.hits($0).isEmpty }
    let byTrack = annotations.marks.count { !cells.hits($0).isEmpty }
    guard byObject > byTrack else { return }
    throw ZooError(
      .badInput, file: annotations.files[0], path: "data.labels.columns.track",
      problem:
        "\(byTrack) of \(Figures.counted(annotations.marks.count, "row")) find a position by track and frame, \(byObject) if the numbers are those of objects, which begin anew in each frame",
      expected: "numbers of tracks",
      remedy:
        "Name the column in data.labels.columns.object in place of track, or set data.labels.by=track if they are tracks"
    )
  }

  /// What is told of rows that fit no position, the first of them by name.
  private func left(_ unmatched: [LabelledCells.Mark], _ annotations: CellAnnotations) -> String {
    guard !unmatched.isEmpty else { return "" }
    let shown = unmatched.prefix(3).map { mark in
      "line \(mark.line) (\(mark.text(annotations.join, shift: reading.shift))"
        + (reading.images.fields.count > 1 ? " of \(reading.images.fields[mark.field].name))" : ")")
    }
    var text = "; \(unmatched.count) of \(Figures.counted(annotations.marks.count, "row")) fit no position: "
    text += shown.joined(separator: ", ") + (unmatched.count > shown.count ? " …" : "")
    let outside = LabelledCells(reading.outside, annotations, distance: data.labels.distance)
    let count = unmatched.count { !outside.hits($0).isEmpty }
    if count > 0 {
      text += "; \(count) of these are positions outside of tracks, which data.cells.untracked=keep takes"
    }
    return text
  }
}
