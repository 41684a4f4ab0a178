import Foundation
import ZooData
import ZooFormat

extension CellPrediction {
  /// Writes all cells as GeoJSON (RFC 7946) in the form that QuPath reads: a detection for each, a polygon around its
  /// position in pixels, with class, colour, probability, track, field and time point.
  ///
  /// QuPath counts pixels from the corner of the first, so that positions are half a pixel more than in the table.
  package func writeGeoJSON(_ verdicts: CellVerdicts, to path: String) throws(ZooError) {
    let file = try AtomicFile(path)
    try file.write(Array("{\"type\": \"FeatureCollection\", \"features\": [\n".utf8))
    var isFirst = true
    for moment in moments() {
      var text = ""
      for index in moment.samples {
        guard let verdict = verdicts.verdict(index) else { continue }
        text += (isFirst ? "" : ",\n") + feature(index, verdict, moment)
        isFirst = false
      }
      try file.write(Array(text.utf8))
    }
    try file.write(Array("\n]}\n".utf8))
    try file.commit()
  }

  private func feature(_ index: Int, _ verdict: (place: Int, score: Float), _ moment: FieldMoment) -> String {
    let cell = source.positions[dataset.entries[index]]
    let field = source.images.fields[moment.field]
    let name = Escape.json(classes[verdict.place])
    let colour = ClassColours.colour(verdict.place)
    let corners = 12
    let points = (0...corners).map { corner in
      let angle = 2 * Double.pi * Double(corner % corners) / Double(corners)
      let x = cell.x + 0.5 + markRadius * cos(angle)
      let y = cell.y + 0.5 + markRadius * sin(angle)
      return "[\(Self.text(x)), \(Self.text(y))]"
    }
    let plane = "{\"c\": -1, \"z\": 0, \"t\": \(moment.frame - field.firstFrame)}"
    return "{\"type\": \"Feature\", \"id\": \"\(Self.identifier(dataset.samples[index].id))\", \"geometry\": "
      + "{\"type\": \"Polygon\", \"coordinates\": [[\(points.joined(separator: ", "))]], \"plane\": \(plane)}, "
      + "\"properties\": {\"objectType\": \"detection\", \"name\": \(Escape.json(cell.track)), \"classification\": "
      + "{\"name\": \(name), \"color\": [\(colour.red), \(colour.green), \(colour.blue)]}, \"measurements\": "
      + "{\"probability\": \(verdict.score), \"frame\": \(moment.frame)}, \"metadata\": "
      + "{\"field\": \(Escape.json(field.name)), \"track\": \(Escape.json(cell.track))}}}"
  }

  /// Half of the edge of what is drawn around a cell: a quarter of the crop.
  var markRadius: Double { max(4, Double(min(source.windows.width, source.windows.height)) / 4) }

  private static func text(_ value: Double) -> String { String(format: "%.2f", value) }

  /// A UUID that the cell has whenever the file is written (RFC 9562, version 8).
  private static func identifier(_ id: String) -> String {
    var bytes = Array(SHA256.digest(Array(id.utf8)).prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    let digits = RunPart.hexadecimal(bytes)
    var parts: [Substring] = []
    var rest = digits[...]
    for count in [8, 4, 4, 4, 12] {
      parts.append(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return parts.joined(separator: "-")
  }
}
