import Foundation
import ZooData
import ZooFormat

/// What a dye decided, for the eye: how bright all positions are beside the threshold, and tracks as strips of crops in
/// which the rupture is marked.
struct DyeLabelPage {
  private let reading: CellReading
  private let planes: FieldPlanes
  private let dye: DyeLabels
  private let rows: [CellRow]
  private let spec: DataSpec.Labels.PI

  /// Edge length of a crop, in pixels of the field.
  private static let side = 32
  private static let mostFrames = 30
  /// Tracks that are shown of each kind in each experiment.
  private static let shown = 8

  init(
    _ reading: CellReading, _ planes: FieldPlanes, _ dye: DyeLabels, _ rows: [CellRow], _ spec: DataSpec.Labels.PI
  ) {
    self.reading = reading
    self.planes = planes
    self.dye = dye
    self.rows = rows
    self.spec = spec
  }

  /// One self-contained page.
  /// - Throws: ``ZooError`` if a plane can't be read.
  func html(isSimulated: Bool) throws(ZooError) -> String {
    var tracks: [String: [Int]] = [:]
    for (index, row) in rows.enumerated() where !row.track.isEmpty && !dye.values[index].isNaN {
      tracks["\(row.field)/\(row.track)", default: []].append(index)
    }
    var sections: [Markup] = []
    for (group, threshold) in dye.thresholds {
      let members = tracks.filter { experiment($0.value[0]) == group }
      sections.append(try section(group, threshold, members))
    }
    let lead =
      "The dye is \(spec.channel): mean brightness of a disc of radius \(Figures.significant(spec.radius)) around each "
      + "position, above the median of its frame. A cell is \(spec.positive) from the first of \(spec.persistence) frames in a row "
      + "above the threshold (\(spec.threshold.rawValue)) on."
    return Page.html(
      title: "Labels from \(spec.channel)",
      """
      <h1>Labels from \(spec.channel)</h1>
      <p class="lead">\(lead)</p>
      \(isSimulated ? Page.simulated : "")
      \(sections)
      """)
  }

  private func experiment(_ row: Int) -> String { reading.images.fields[rows[row].field].values["experiment"] ?? "" }

  private func section(
    _ group: String, _ threshold: Double, _ tracks: [String: [Int]]
  ) throws(ZooError) -> Markup {
    let sorted = tracks.mapValues { $0.sorted { rows[$0].frame < rows[$1].frame } }
    let peak = sorted.mapValues { $0.map { dye.values[$0] }.max() ?? 0 }
    // Evenly over all that are positive; of the others, those that came nearest to it.
    let positive = sorted.keys.filter { dye.ruptures[$0] != nil }.sorted()
    let spread = (0..<min(Self.shown, positive.count)).map {
      positive[$0 * positive.count / min(Self.shown, positive.count)]
    }
    let negative = sorted.keys.filter { dye.ruptures[$0] == nil }.sorted { (peak[$1] ?? 0, $0) < (peak[$0] ?? 0, $1) }
    var strips: [[Markup]] = [[], []]
    for (kind, names) in [spread, Array(negative.prefix(Self.shown))].enumerated() {
      for name in names { strips[kind].append(try strip(sorted[name] ?? [], rupture: dye.ruptures[name], threshold)) }
    }
    let counts = "\(positive.count) of \(Figures.counted(sorted.count, "track")) rupture"
    return """
      <h2>\(group.isEmpty ? "All fields" : group)</h2>
      <p>Threshold \(Figures.significant(threshold)); \(counts).</p>
      \(Page.figure("Brightness of all positions; red: above the threshold", histogram(sorted.values.joined().map { dye.values[$0] }, threshold)))
      <h3>Tracks that rupture</h3>
      \(strips[0])
      <h3>Tracks that don't, the brightest first</h3>
      \(strips[1])
      """
  }

  /// Counts on a scale of roots, so that the few bright ones are seen.
  private func histogram(_ values: [Double], _ threshold: Double) -> Markup {
    let low = min(values.min() ?? 0, threshold)
    let high = max(values.max() ?? 1, threshold, low + 1e-9)
    var bins = [Int](repeating: 0, count: 80)
    for value in values { bins[min(79, Int(saturating: (value - low) / (high - low) * 80))] += 1 }
    let most = Double(bins.max() ?? 1).squareRoot()
    let bars = bins.enumerated().map { place, count -> Markup in
      let height = Double(count).squareRoot() / max(most, 1) * 100
      let middle = low + (Double(place) + 0.5) / 80 * (high - low)
      return """
        <rect x="\(Figures.coordinate(Double(place) * 6))" y="\(Figures.coordinate(110 - height))" width="5" \
        height="\(Figures.coordinate(height))" fill="\(middle > threshold ? "#c0392b" : "#7f8c8d")"/>
        """
    }
    let line = Figures.coordinate((threshold - low) / (high - low) * 480)
    return """
      <svg viewBox="0 0 480 130" width="480" height="130" role="img" aria-label="Histogram">\(bars)\
      <line x1="\(line)" y1="0" x2="\(line)" y2="112" stroke="#000"/>\
      <text x="0" y="126" font-size="11">\(Figures.significant(low))</text>\
      <text x="480" y="126" font-size="11" text-anchor="end">\(Figures.significant(high))</text></svg>
      """
  }

  /// Crops of a track side by side; a white line stands before the frame of rupture.
  private func strip(_ members: [Int], rupture: Int?, _ threshold: Double) throws(ZooError) -> Markup {
    // The frames around the rupture, or the last.
    let place = rupture.flatMap { frame in members.firstIndex { rows[$0].frame >= frame } } ?? members.count
    let start = max(0, min(place - Self.mostFrames / 2, members.count - Self.mostFrames))
    let part = members[start..<min(members.count, start + Self.mostFrames)]
    guard let first = part.first else { return "" }
    let channel = reading.images.channels.firstIndex(of: spec.channel) ?? 0
    let side = Self.side
    let width = part.count * (side + 1)
    var samples = [Float](repeating: 0, count: width * side)
    var crop = [Float](repeating: 0, count: side * side)
    for (column, index) in part.enumerated() {
      let row = rows[index]
      let field = reading.images.fields[row.field]
      guard let plane = field.planes[(row.frame - field.firstFrame) * reading.images.channels.count + channel] else {
        continue
      }
      let pixels = try planes.pixels(plane, width: field.width, height: field.height)
      crop.withUnsafeMutableBufferPointer { crop in
        guard let output = crop.baseAddress else { return }
        CropCutter.cut(
          pixels, width: field.width, height: field.height, left: Int(CellWindows.corner(row.x, side)),
          top: Int(CellWindows.corner(row.y, side)), cropWidth: side, cropHeight: side, reflects: false, into: output)
      }
      // Black is the cell's own ground, white thrice the threshold: the same scale for a whole experiment.
      let ground = crop.min() ?? 0
      for y in 0..<side {
        for x in 0..<side {
          let value = (crop[y * side + x] - ground) / Float(max(3 * threshold, 1e-9)) * 255
          samples[y * width + column * (side + 1) + 1 + x] = min(max(value, 0), 255)
        }
        if row.frame == rupture { samples[y * width + column * (side + 1)] = 255 }
      }
    }
    let image = try Image(width: width, height: side, sampleType: .uint8, samples: samples)
    let address = "data:image/png;base64," + Data(try PNGWriter.encode(image)).base64EncodedString()
    let field = reading.images.fields[rows[first].field].name
    let from = rows[first].frame - reading.shift
    let what = rupture.map { "ruptures in frame \($0 - reading.shift)" } ?? "never above for long enough"
    let peak = members.map { dye.values[$0] }.max() ?? 0
    let name = "\(field), track \(rows[first].track)"
    return """
      <p><img src="\(address)" alt="\(name)" width="\(String(width))" height="\(String(side))"/><br/>
      \(name): \(what); frames from \(String(from)); brightest \(Figures.significant(peak))</p>

      """
  }
}
