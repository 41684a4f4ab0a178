import Foundation
import ZooData
import ZooFormat

/// The labels of a source of cells as a table of annotations, with what they were decided by.
package struct CellLabelTable: Sendable {
  /// `frame, track, x, y, label` after the keys of the field; from a dye also its `value`, the `threshold` and the frame of
  /// `rupture`.
  package private(set) var text: String
  /// What was found, a clause each.
  package let findings: [String]
  /// What a dye decided, as a page; `nil` if it isn't asked for or labels are of another kind.
  package private(set) var page: String?
  /// How many positions have each label.
  package private(set) var counts: [String: Int] = [:]

  /// O(positions), and for a dye O(pixels of its channel).
  /// - Parameter hasPage: whether pictures are made of what a dye decided.
  /// - Throws: ``ZooError`` about the fields, the tables or the labels, or if the spec's source isn't one of cells.
  package init(_ data: DataSpec, hasPage: Bool = false) throws(ZooError) {
    guard data.source == .cells, let root = data.root else {
      throw ZooError(
        .badInput, path: "data.source", problem: "is \(data.source.rawValue)", expected: "cells, with data.root",
        remedy: "Give a spec of whole fields with tables, e.g. by zoo new --data")
    }
    let reading = try CellReading(data, root: root)
    var rows = reading.rows
    var findings = reading.findings
    let planes = FieldPlanes(reading.images, limit: reading.spec.planeMegabytes << 20)
    let columns = ["frame", "track", "x", "y", "label"]
    guard data.labels.from == .pi else {
      guard !hasPage else {
        throw ZooError(
          .usage, path: "data.labels.from", problem: "is \(data.labels.from.rawValue), of which there are no pictures",
          expected: "pi")
      }
      try CellLabels(data, reading: reading, planes: planes).apply(to: &rows, &findings)
      text = CSV.line(reading.images.keys + columns)
      self.findings = findings
      for row in rows { add(row, reading, row.label, []) }
      return
    }
    let dye = try DyeLabels(data.labels.pi, reading: reading, planes: planes, rows: rows)
    findings += dye.findings
    self.findings = findings
    text = CSV.line(reading.images.keys + columns + ["value", "threshold", "rupture"])
    let thresholds = Dictionary(uniqueKeysWithValues: dye.thresholds.map { ($0.group, $0.value) })
    for (index, row) in rows.enumerated() {
      let group = reading.images.fields[row.field].values["experiment"] ?? ""
      let rupture = dye.ruptures["\(row.field)/\(row.track)"].map { "\($0 - reading.shift)" }
      add(
        row, reading, dye.label(index),
        [
          dye.values[index].isNaN ? "" : Self.number(dye.values[index]), Self.number(thresholds[group] ?? .nan),
          rupture ?? "",
        ])
    }
    if hasPage {
      page = try DyeLabelPage(reading, planes, dye, rows, data.labels.pi).html(
        isSimulated: reading.plates?.note == Simulation.note)
    }
  }

  private static func number(_ value: Double) -> String { String(format: "%.3f", value) }

  /// Frames are the tables' own, so that the file joins as annotations do.
  private mutating func add(_ row: CellRow, _ reading: CellReading, _ label: String?, _ further: [String]) {
    let field = reading.images.fields[row.field]
    text += CSV.line(
      reading.images.keys.map { field.values[$0] ?? "" }
        + [
          "\(row.frame - reading.shift)", row.track, FieldFiles.text(row.x), FieldFiles.text(row.y), label ?? "",
        ] + further)
    if let label { counts[label, default: 0] += 1 }
  }
}
