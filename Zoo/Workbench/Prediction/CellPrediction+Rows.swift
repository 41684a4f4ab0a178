import ZooData
import ZooFormat

extension CellPrediction {
  /// `id, experiment, well, field`, a column for each further part of the images' pattern that tells fields apart (e.g.
  /// `plate`), `frame, track, x, y, label, predicted`, a column `p_CLASS` with the probability of each
  /// class, `model`, of a model with a decision `uncertain`, and `warning`; where it is known also `time` behind the frame, in
  /// hours since the film's first. Positions are in pixels, the centre of the first being 0; frames are numbered as the files
  /// are.
  package var header: String {
    let time = clock == nil ? [] : ["time"]
    let uncertain = decision == nil ? [] : ["uncertain"]
    return CSV.line(
      ["id"] + source.images.placeColumns + ["frame"] + time + ["track", "x", "y", "label", "predicted"]
        + classes.map { "p_" + $0 } + ["model"] + uncertain + ["warning"])
  }

  package func id(_ row: Row) -> String { dataset.samples[row.index].id }

  /// The line of a row, with its line feed.
  package func line(_ row: Row) -> String {
    let sample = dataset.samples[row.index]
    let cell = source.positions[dataset.entries[row.index]]
    var fields = [sample.id] + source.places(cell.field) + ["\(cell.frame)"]
    if let time = time(of: cell) { fields.append(FieldFiles.text(time)) }
    fields += [
      cell.track, FieldFiles.text(cell.x), FieldFiles.text(cell.y), sample.label.map { classes[$0] } ?? "",
      classes[row.predicted],
    ]
    for probability in row.probabilities { fields.append("\(probability)") }
    let uncertain = decision == nil ? [] : ["\(row.answer.isUncertain)"]
    return CSV.line(fields + [model] + uncertain + [row.cautions.joined(separator: "; ")])
  }

  /// Hours since the film's first frame, if that is known.
  private func time(of cell: CellRow) -> Double? {
    clock?.hours(source.images, field: cell.field, frame: cell.frame, time: cell.time)
  }

  /// The probabilities of a line that an earlier run wrote; `nil` if it isn't one.
  func probabilities(in line: Substring.UTF8View) -> [Float]? {
    guard let (columns, rows) = try? CSV.parse(header + String(Substring(line)) + "\n", file: ""), rows.count == 1,
      let first = columns.firstIndex(where: { $0.hasPrefix("p_") })
    else { return nil }
    let values = rows[0][first..<first + classes.count].compactMap { Float($0) }
    return values.count == classes.count && rows[0].contains(model) ? values : nil
  }

  /// The row as `zoo predict --json` prints it.
  package func json(_ row: Row) -> JSONValue {
    let cell = source.positions[dataset.entries[row.index]]
    let field = source.images.fields[cell.field]
    let probabilities = zip(classes, row.probabilities).map { ($0, JSONValue.number(Double($1))) }
    var object: [String: JSONValue] = [
      "id": .string(dataset.samples[row.index].id), "class": .string(classes[row.predicted]),
      "probabilities": .object(Dictionary(probabilities) { first, _ in first }), "field": .string(field.name),
      "frame": .number(Double(cell.frame)), "track": .string(cell.track), "x": .number(cell.x), "y": .number(cell.y),
      "model": .string(model),
    ]
    for (name, value) in zip(source.images.placeColumns, source.places(cell.field)) where !value.isEmpty {
      object[name] = .string(value)
    }
    if let time = time(of: cell) { object["time"] = .number(time) }
    if decision != nil { object["uncertain"] = .bool(row.answer.isUncertain) }
    if !row.cautions.isEmpty { object["warnings"] = .array(row.cautions.map(JSONValue.string)) }
    return .object(object)
  }
}
