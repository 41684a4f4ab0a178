import Foundation
import ZooData
import ZooFormat

extension CellPrediction {
  /// Which pictures are drawn.
  package struct Overlay: Sendable {
    /// The channel that lies under the marks; the model's first if `nil`.
    package var channel: String?
    /// Every nth frame of a field, from its first; `nil` for the first, the middle and the last.
    package var step: Int?

    package init() {}
  }

  /// Draws what the model said of fields: `FIELD-t0000.png` with a ring in the colour of its class around each cell, a
  /// legend with counts and, if the size of a pixel is known, a bar of a round length.
  ///
  /// Each picture costs its field's pixels in memory, at 16 bytes each. The folder appears when it is whole.
  /// - Returns: How many pictures were drawn.
  package func writeOverlays(
    _ verdicts: CellVerdicts, _ overlay: Overlay, to folder: String, isInterrupted: () -> Bool = { false }
  ) throws -> Int {
    let channel = try check(overlay)
    let moments = chosen(overlay)
    var count = 0
    try StagedFolder(folder, isEntry: Set(moments.map(name)).contains).fill { path in
      count = try draw(moments, channel, verdicts, to: path, isInterrupted: isInterrupted)
    }
    return count
  }

  private func name(_ moment: FieldMoment) -> String {
    "\(fileName(moment.field))-t\(FieldFiles.padded(moment.frame, 4)).png"
  }

  private func draw(
    _ moments: [FieldMoment], _ channel: Int, _ verdicts: CellVerdicts, to folder: String, isInterrupted: () -> Bool
  ) throws(ZooError) -> Int {
    var count = 0
    for moment in moments {
      if isInterrupted() { throw ZooError(.interrupted, problem: "stopped after \(count) pictures") }
      let field = source.images.fields[moment.field]
      guard let pixels = try source.plane(field: moment.field, frame: moment.frame, channel: channel) else { continue }
      let drawing = picture(
        moment, verdicts, pixels.values, width: field.width, height: field.height,
        source.pixelSize(field: moment.field))
      let text: KeyValuePairs<String, String> = dataset.note.map { ["Comment": $0] } ?? [:]
      try AtomicFile.write(PNGWriter.encode(drawing.image(), text: text), to: "\(folder)/\(name(moment))")
      count += 1
    }
    return count
  }

  /// The place of the channel that lies under the marks.
  /// - Throws: ``ZooError`` if the fields don't have it.
  @discardableResult
  package func check(_ overlay: Overlay) throws(ZooError) -> Int {
    let name = overlay.channel ?? dataset.channels.first { source.images.channels.contains($0) } ?? ""
    guard let channel = source.images.channels.firstIndex(of: name) else {
      throw Dataset.missing(name, "--overlay-channel", "channel", among: source.images.channels)
    }
    return channel
  }

  private func chosen(_ overlay: Overlay) -> [FieldMoment] {
    var byField: [Int: [FieldMoment]] = [:]
    for moment in moments() { byField[moment.field, default: []].append(moment) }
    return byField.sorted { $0.key < $1.key }.flatMap { _, moments in
      let places =
        overlay.step.map { Array(stride(from: 0, to: moments.count, by: max(1, $0))) }
        ?? Array(Set([0, moments.count / 2, moments.count - 1])).sorted()
      return places.map { moments[$0] }
    }
  }

  private func picture(
    _ moment: FieldMoment, _ verdicts: CellVerdicts, _ values: [Float], width: Int, height: Int, _ pixelSize: Double?
  ) -> Drawing {
    let sorted = stride(from: 0, to: values.count, by: max(1, values.count / 50_000)).map { values[$0] }.sorted()
    let (low, high) = (sorted[sorted.count / 200], sorted[sorted.count - 1 - sorted.count / 200])
    var drawing = Drawing(width: width, height: height, grey: values, low: low, high: high)
    let scale = max(1, min(width, height) / 360)
    var counts = [Int](repeating: 0, count: classes.count)
    for index in moment.samples {
      guard let verdict = verdicts.verdict(index) else { continue }
      counts[verdict.place] += 1
      let cell = source.positions[dataset.entries[index]]
      drawing.ring(
        x: cell.x, y: cell.y, radius: markRadius, thickness: 1.5 * Double(scale), ClassColours.colour(verdict.place))
    }
    legend(&drawing, counts, scale)
    if let pixelSize { Self.bar(&drawing, pixelSize, scale) }
    return drawing
  }

  private func legend(_ drawing: inout Drawing, _ counts: [Int], _ scale: Int) {
    let lines = zip(classes, counts).map { "\($0) \($1)" }
    let line = 10 * scale
    let width = (lines.map { Drawing.width(of: $0, scale: scale) }.max() ?? 0) + 16 * scale
    drawing.shade(x: 0, y: 0, width: width, height: lines.count * line + 4 * scale)
    for (place, text) in lines.enumerated() {
      let top = 3 * scale + place * line
      drawing.fill(x: 3 * scale, y: top, width: 7 * scale, height: 7 * scale, ClassColours.colour(place))
      drawing.write(text, x: 13 * scale, y: top, scale: scale, (255, 255, 255))
    }
  }

  /// A bar of 1, 2 or 5 · 10ⁿ micrometres, about a fifth of the field.
  private static func bar(_ drawing: inout Drawing, _ pixelSize: Double, _ scale: Int) {
    let wanted = pixelSize * Double(drawing.width) / 5
    guard wanted > 0, wanted.isFinite else { return }
    let ten = pow(10, floor(log10(wanted)))
    let length = ten * ([5.0, 2, 1].first { $0 * ten <= wanted } ?? 1)
    let pixels = Int(saturating: (length / pixelSize).rounded())
    let text = (length >= 1 ? "\(Int(saturating: length))" : "\(length)") + " µm"
    let words = Drawing.width(of: text, scale: scale)
    let (right, bottom) = (drawing.width - 6 * scale, drawing.height - 6 * scale)
    let width = max(pixels, words)
    drawing.shade(
      x: right - width - 4 * scale, y: bottom - 16 * scale, width: width + 8 * scale, height: 20 * scale)
    drawing.fill(x: right - pixels, y: bottom - 3 * scale, width: pixels, height: 3 * scale, (255, 255, 255))
    drawing.write(text, x: right - words, y: bottom - 13 * scale, scale: scale, (255, 255, 255))
  }
}
