import Foundation
import ZooFormat

/// Gives positions their labels: from the tables, from annotations, from the plate map or from a dye.
struct CellLabels {
  /// The table of annotations if the spec names none.
  static let standardFile = "annotations.csv"
  /// The columns that annotations may have, by what they mean.
  static let meanings = ["label", "frame", "track", "x", "y", "image", "weight"]

  private let data: DataSpec
  private let reading: CellReading
  private let planes: FieldPlanes
  private let isForTraining: Bool

  init(_ data: DataSpec, reading: CellReading, planes: FieldPlanes, isForTraining: Bool = true) {
    self.data = data
    self.isForTraining = isForTraining
    self.reading = reading
    self.planes = planes
  }

  func apply(to rows: inout [CellRow], _ findings: inout [String]) throws(ZooError) {
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

  private struct TrackFrame: Hashable {
    var field: Int
    var frame: Int
    var track: String
  }

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
    var places: [TrackFrame: [Int]] = [:]
    var byFrame: [TrackFrame: NeighbourGrid] = [:]
    for (index, row) in rows.enumerated() {
      if byTrack {
        let key = TrackFrame(field: row.field, frame: frame == nil ? 0 : row.frame, track: row.track)
        places[key, default: []].append(index)
      } else {
        let key = TrackFrame(field: row.field, frame: row.frame, track: "")
        byFrame[key, default: NeighbourGrid(spacing: settings.distance)].insert(index, at: (row.x, row.y))
      }
    }
    var problems = Problems()
    var unmatched = 0
    var given: [Int: Int] = [:]
    var known: [[String]: Int] = [:]
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
      let wanted = frame == nil ? 0 : number + shift + first
      var hits: [Int]
      if byTrack, let track {
        hits = places[TrackFrame(field: field, frame: wanted, track: CellTableReader.whole(row[track]))] ?? []
      } else {
        hits = nearest(
          row, x, y, among: byFrame[TrackFrame(field: field, frame: wanted, track: "")], rows, settings.distance)
      }
      if hits.isEmpty { unmatched += 1 }
      var share: Float = 1
      if let weight {
        do throws(ZooError) { share = try weights.weight(row[weight], file: file, line: line) } catch {
          problems.add(error)
          continue
        }
      }
      for hit in hits {
        if let other = given.updateValue(line, forKey: hit), rows[hit].label != text {
          problems.add(
            ZooError(
              .badInput, file: file, line: line,
              problem: "gives '\(text)' to a cell that line \(other) calls '\(rows[hit].label ?? "")'",
              expected: "one label"))
        }
        rows[hit].label = text
        rows[hit].weight = share
      }
      hits = []
    }
    try problems.check()
    findings.append(
      "labels of \(given.count) positions from \(name) by \(byTrack ? frame == nil ? "track" : "track and frame" : "nearest position within \(settings.distance) pixels")"
        + (unmatched > 0 ? "; \(unmatched) rows fit no position" : ""))
    if let remark = weights.remark { findings.append(remark) }
    guard !given.isEmpty || table.rows.isEmpty else {
      throw ZooError(
        .badInput, file: file, path: "data.labels.file",
        problem: "none of its \(table.rows.count) rows fits a position",
        expected: "tracks and frames as the tables have them",
        remedy: "Check data.labels.columns and data.labels.firstFrame")
    }
  }

  private func nearest(
    _ row: [String], _ x: Int?, _ y: Int?, among candidates: NeighbourGrid?, _ rows: [CellRow], _ limit: Double
  ) -> [Int] {
    guard let x, let y, let px = Double(row[x]), let py = Double(row[y]) else { return [] }
    var best: (index: Int, square: Double)?
    for index in candidates?.near((px, py)) ?? [] {
      let (dx, dy) = (rows[index].x - px, rows[index].y - py)
      let square = dx * dx + dy * dy
      if square <= limit * limit, square < best?.square ?? .infinity { best = (index, square) }
    }
    return best.map { [$0.index] } ?? []
  }
}
