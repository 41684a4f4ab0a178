import ZooData
import ZooFormat

extension CellPrediction {
  /// Writes for each field what napari opens by `viewer.open`: `FIELD-points.csv` with `index, axis-0` (time), `axis-1` (y),
  /// `axis-2` (x) in pixels, and the class and its probability as properties; and `FIELD-tracks.csv` with `ID, T, Y, X`,
  /// as `napari.layers.Tracks` takes it, and the class's number. Time counts from the field's first frame.
  /// The folder appears when it is whole.
  package func writeNapari(_ verdicts: CellVerdicts, to folder: String) throws {
    let names = Set(source.images.fields.indices.flatMap { [pointsName($0), tracksName($0)] })
    try StagedFolder(folder, isEntry: names.contains).fill { try writeTables(verdicts, to: $0) }
  }

  private func pointsName(_ field: Int) -> String { "\(fileName(field))-points.csv" }
  private func tracksName(_ field: Int) -> String { "\(fileName(field))-tracks.csv" }

  private func writeTables(_ verdicts: CellVerdicts, to folder: String) throws(ZooError) {
    var byField: [[FieldMoment]] = []
    for moment in moments() {
      if let last = byField.last?.last, last.field == moment.field {
        byField[byField.count - 1].append(moment)
      } else {
        byField.append([moment])
      }
    }
    for moments in byField {
      guard let field = moments.first?.field else { continue }
      var points = CSV.line(["index", "axis-0", "axis-1", "axis-2", "class", "probability", "track"])
      var rows: [(track: String, time: Int, text: [String])] = []
      var number = 0
      for moment in moments {
        let time = moment.frame - source.images.fields[field].firstFrame
        for index in moment.samples {
          guard let verdict = verdicts.verdict(index) else { continue }
          let cell = source.positions[dataset.entries[index]]
          let (x, y) = (FieldFiles.text(cell.x), FieldFiles.text(cell.y))
          points += CSV.line(
            ["\(number)", "\(time)", y, x, classes[verdict.place], "\(verdict.score)", cell.track])
          number += 1
          if !cell.track.isEmpty {
            rows.append((cell.track, time, ["\(time)", y, x, "\(verdict.place)", "\(verdict.score)"]))
          }
        }
      }
      try AtomicFile.write(Array(points.utf8), to: "\(folder)/\(pointsName(field))")
      if rows.isEmpty { continue }
      // Rows of a track stand together, in the order of time; tracks have whole numbers.
      rows.sort { ($0.track.count, $0.track, $0.time) < ($1.track.count, $1.track, $1.time) }
      var tracks = CSV.line(["ID", "T", "Y", "X", "class_number", "probability"])
      var (last, id) = (rows[0].track, 1)
      for row in rows {
        if row.track != last { (last, id) = (row.track, id + 1) }
        tracks += CSV.line([Int(row.track).map { "\($0)" } ?? "\(id)"] + row.text)
      }
      try AtomicFile.write(Array(tracks.utf8), to: "\(folder)/\(tracksName(field))")
    }
  }
}
