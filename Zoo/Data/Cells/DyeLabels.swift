import Foundation
import ZooFormat
import ZooImages
import ZooRuntime

/// Labels from a dye that enters dead cells only: how bright each nucleus is, where the threshold lies, and from which
/// frame on a track stays above it.
package struct DyeLabels: Sendable {
  /// Of each row: mean brightness around the position above the frame's median; `nan` without a plane.
  package let values: [Double]
  /// Of each experiment (or of all) the threshold.
  package let thresholds: [(group: String, value: Double)]
  /// Of each row whether the cell has ruptured by then; `nil` without a plane.
  let isPositive: [Bool?]
  /// Of each track its first frame above the threshold that persists: `field/track` → frame.
  package let ruptures: [String: Int]
  package let findings: [String]
  private let spec: DataSpec.Labels.PI

  /// O(pixels of one channel + rows · radius²).
  /// - Throws: ``ZooError`` if there is no such channel, a file is broken, or a threshold can't be found.
  package init(
    _ spec: DataSpec.Labels.PI, reading: CellReading, planes: FieldPlanes, rows: [CellRow]
  ) throws(ZooError) {
    self.spec = spec
    let images = reading.images
    guard let channel = images.channels.firstIndex(of: spec.channel) else {
      throw Dataset.missing(spec.channel, "data.labels.pi.channel", "channel", among: images.channels)
    }
    let byFrame = Dictionary(grouping: rows.indices) { [rows[$0].field, rows[$0].frame] }
    let keys = byFrame.keys.sorted { ($0[0], $0[1]) < ($1[0], $1[1]) }
    let measured = ParallelMap.map(keys, threads: ThreadPool.availableProcessors) { key throws(ZooError) in
      let field = images.fields[key[0]]
      let place = (key[1] - field.firstFrame) * images.channels.count + channel
      guard field.planes.indices.contains(place), let plane = field.planes[place] else {
        return [Double](repeating: .nan, count: byFrame[key]?.count ?? 0)
      }
      let pixels = try planes.pixels(plane, width: field.width, height: field.height)
      let floats = pixels.values
      let ground = Self.median(floats)
      return (byFrame[key] ?? []).map { index in
        Self.mean(
          floats, width: field.width, height: field.height, x: rows[index].x, y: rows[index].y, radius: spec.radius)
          - ground
      }
    }
    var values = [Double](repeating: .nan, count: rows.count)
    for (key, result) in zip(keys, measured) {
      for (index, value) in zip(byFrame[key] ?? [], try result.get()) { values[index] = value }
    }
    self.values = values
    // One threshold an experiment: dyes and lamps differ between them.
    let groups = images.fields.map { $0.values["experiment"] ?? "" }
    var members: [String: [Double]] = [:]
    for (index, row) in rows.enumerated() where !values[index].isNaN {
      members[groups[row.field], default: []].append(values[index])
    }
    var thresholds: [String: Double] = [:]
    for (group, values) in members { thresholds[group] = try Self.threshold(values, spec, group: group) }
    self.thresholds = thresholds.sorted { $0.key < $1.key }.map { (group: $0.key, value: $0.value) }
    var tracks: [String: [Int]] = [:]
    for (index, row) in rows.enumerated() {
      tracks["\(row.field)/\(row.track.isEmpty ? "\(row.frame)#\(row.object)" : row.track)", default: []].append(index)
    }
    var positive = [Bool?](repeating: nil, count: rows.count)
    var ruptures: [String: Int] = [:]
    for (name, members) in tracks {
      let sorted = members.filter { !values[$0].isNaN }.sorted { rows[$0].frame < rows[$1].frame }
      let above = sorted.map { values[$0] > thresholds[groups[rows[$0].field]] ?? .infinity }
      let start = Self.start(above, persistence: sorted.count == 1 ? 1 : spec.persistence)
      for (place, index) in sorted.enumerated() { positive[index] = start.map { place >= $0 } ?? false }
      if let start { ruptures[name] = rows[sorted[start]].frame }
    }
    isPositive = positive
    self.ruptures = ruptures
    let listed = self.thresholds.map { "\($0.group.isEmpty ? "" : $0.group + " ")\(Figures.fixed($0.value, 1))" }
    findings =
      [
        "labels from \(spec.channel): threshold \(spec.threshold.rawValue) \(listed.joined(separator: ", ")) above the ground, "
          + "for \(Figures.counted(spec.persistence, "frame")); \(ruptures.count) of \(tracks.count) tracks are positive"
      ] + (spec.threshold == .background ? Self.manyBright(members) : [])
  }

  package func label(_ row: Int) -> String? { isPositive[row].map { $0 ? spec.positive : spec.negative } }

  /// The first place from which on `persistence` values in a row are true; at the end of a track fewer will do only if all
  /// that are left are true and there are at least half as many.
  static func start(_ above: [Bool], persistence: Int) -> Int? {
    var run = 0
    for (place, isAbove) in above.enumerated() {
      run = isAbove ? run + 1 : 0
      if run >= persistence { return place - run + 1 }
    }
    return run > 0 && 2 * run >= persistence ? above.count - run : nil
  }

  /// Experiments of which enough nuclei are bright that their median may be one of them.
  private static func manyBright(_ members: [String: [Double]]) -> [String] {
    members.sorted { $0.key < $1.key }.compactMap { group, values in
      guard let otsu = Otsu.threshold(values) else { return nil }
      let share = Double(values.count { $0 > otsu }) / Double(values.count)
      guard share > 0.4 else { return nil }
      return
        "\(Int(saturating: (share * 100).rounded())) % of the nuclei\(group.isEmpty ? "" : " of \(group)") are bright: "
        + "their median is no ground any more, data.labels.pi.threshold=otsu may fit better"
    }
  }

  private static func threshold(
    _ values: [Double], _ spec: DataSpec.Labels.PI, group: String
  ) throws(ZooError) -> Double {
    switch spec.threshold {
    case .value:
      guard let value = spec.value else {
        throw ZooError(
          .badInput, path: "data.labels.pi.value", problem: "isn't set", expected: "a brightness above the ground",
          remedy: "Set data.labels.pi.value, or data.labels.pi.threshold to otsu")
      }
      return value
    case .background:
      // Most nuclei are dark: the median and the median deviation are those of dark ones. (Otsu's threshold lies midway
      // between dark and bright; where few are bright, nuclei that take up little dye lie below it.)
      let median = median(values.map(Float.init))
      let deviation = 1.4826 * self.median(values.map { Float(abs($0 - median)) })
      return median + spec.deviations * deviation
    case .otsu:
      guard let threshold = Otsu.threshold(values) else {
        throw ZooError(
          .badInput, path: "data.labels.pi.threshold",
          problem: "all nuclei\(group.isEmpty ? "" : " of \(group)") are equally bright",
          expected: "bright and dark ones", remedy: "Check data.labels.pi.channel")
      }
      return threshold
    }
  }

  /// The median; of large planes that of every k-th pixel.
  static func median(_ values: [Float]) -> Double {
    let step = max(1, values.count / 20_000)
    let sorted = stride(from: 0, to: values.count, by: step).map { values[$0] }.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? Double(sorted[middle]) : (Double(sorted[middle - 1]) + Double(sorted[middle])) / 2
  }

  /// The mean of a disc, as far as it lies on the plane.
  static func mean(
    _ plane: [Float], width: Int, height: Int, x: Double, y: Double, radius: Double
  ) -> Double {
    var (sum, count) = (0.0, 0)
    let reach = Int(saturating: radius.rounded(.up))
    let (cx, cy) = (Int(saturating: x.rounded()), Int(saturating: y.rounded()))
    for row in stride(from: max(0, cy - reach), through: min(height - 1, cy + reach), by: 1) {
      for column in stride(from: max(0, cx - reach), through: min(width - 1, cx + reach), by: 1) {
        let (dx, dy) = (Double(column) - x, Double(row) - y)
        guard dx * dx + dy * dy <= radius * radius else { continue }
        sum += Double(plane[row * width + column])
        count += 1
      }
    }
    return count > 0 ? sum / Double(count) : .nan
  }
}
