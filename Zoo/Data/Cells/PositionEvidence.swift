import Foundation
import ZooFormat
import ZooImages
import ZooRuntime

/// What fields say of the unit of the positions in them: how far positions reach, and how bright pixels are below them.
///
/// Positions that were multiplied by a factor below 1 still lie in the picture, but towards its origin, and not on cells.
struct PositionEvidence {
  /// The positions of one table in one field.
  private struct Part {
    var table: Int
    var field: Int
    var rows: [Int] = []
    /// Tracks, or positions of the fullest frame where there are none.
    var cells = 0
    var x = 0.0...0.0
    var y = 0.0...0.0
    /// By channel, as they are and in the other unit, in deviations above the field's mean.
    var contrasts: [Contrast] = []
  }

  private struct Contrast {
    var channel: Int
    var stated: Double
    var other: Double?
  }

  /// What is taken for granted or doubtful, a sentence each.
  private(set) var findings: [String] = []

  private let tables: CellTables
  private let images: FieldImages
  private let spec: DataSpec.Cells
  private let root: String
  private let sizes: [Double?]
  /// Tables with positions in more than one field.
  private var severalFields: Set<Int> = []

  /// The most tables whose pixels are looked at, one frame of each.
  private static let mostMeasured = 24
  /// Positions closer to the origin than this share of the field are conspicuous.
  private static let conspicuousReach = 0.9
  /// How likely places at random are to stay within what is conspicuous.
  private static let conspicuousChance = 1e-3
  /// Deviations above the mean from which on positions lie on something bright.
  private static let brightness = 0.6
  /// The share of that which is no brightness beside it.
  private static let darkShare = 0.25
  /// Pixels around a position.
  private static let radius = 3.0
  private static let fewestPositions = 5
  private static let mostFields = 6
  private static let mostTurned = 6
  private static let enoughTurned = 30
  private static let mostPositions = 200
  /// Fewer lie on cells by chance when they are turned about.
  private static let fewestTurned = 10
  /// Standard errors between what is bright and what isn't.
  private static let sureErrors = 2.5
  private static let listed = 6

  /// O(rows), planes of one frame of at most 24 tables, and of some fields of six.
  /// - Throws: ``ZooError`` if the unit is an assumption that the pixels contradict.
  init(
    _ tables: CellTables, _ images: FieldImages, _ spec: DataSpec.Cells, planes: FieldPlanes, root: String
  ) throws(ZooError) {
    (self.tables, self.images, self.spec, self.root) = (tables, images, spec, root)
    guard !tables.units.isEmpty else {
      sizes = []
      return
    }
    sizes = spec.pixelSize.map { size in images.fields.map { _ in size } } ?? images.scales.sizes
    var parts = parts()
    severalFields = Set(Dictionary(grouping: parts, by: \.table).filter { $0.value.count > 1 }.keys)
    measure(&parts, planes)
    state(parts)
    try compareUnits(parts)
    compareTables(parts)
    findings += sides(parts, planes)
    for part in parts where isConspicuous(part) {
      let field = images.fields[part.field]
      findings.append(
        "the positions of \(name(part)) reach x \(Figures.fixed(part.x.upperBound, 0)), y \(Figures.fixed(part.y.upperBound, 0)) of \(field.width)×\(field.height) pixels, \(share(part)) ×: look whether they are of another picture, such as a part cut out of this one, in another unit (data.cells.tableUnits), or their images have pixels of another size (data.cells.pixelSizes)"
      )
    }
  }

  private func parts() -> [Part] {
    var places: [[Int]: Int] = [:]
    var parts: [Part] = []
    for (index, row) in tables.rows.enumerated() where tables.units[row.table] != nil {
      let key = [row.table, row.field]
      let place = places[key] ?? parts.count
      if places.updateValue(place, forKey: key) == nil { parts.append(Part(table: row.table, field: row.field)) }
      parts[place].rows.append(index)
    }
    for place in parts.indices {
      let rows = parts[place].rows.map { tables.rows[$0] }
      guard let first = rows.first else { continue }
      (parts[place].x, parts[place].y) = (first.x...first.x, first.y...first.y)
      var tracks: Set<String> = []
      var frames: [Int: Int] = [:]
      for row in rows {
        let (x, y) = (parts[place].x, parts[place].y)
        parts[place].x = min(x.lowerBound, row.x)...max(x.upperBound, row.x)
        parts[place].y = min(y.lowerBound, row.y)...max(y.upperBound, row.y)
        if !row.track.isEmpty { tracks.insert(row.track) }
        frames[row.frame, default: 0] += 1
      }
      parts[place].cells = max(tracks.count, frames.values.max() ?? 0)
    }
    return parts
  }

  /// Below the root.
  private func path(_ part: Part) -> String {
    let file = tables.files[part.table]
    return file.hasPrefix(root + "/") ? String(file.dropFirst(root.count + 1)) : file
  }

  private func name(_ part: Part) -> String {
    severalFields.contains(part.table)
      ? "\(path(part)) in the field '\(images.fields[part.field].name)'" : path(part)
  }

  private func reach(_ part: Part) -> Double {
    let field = images.fields[part.field]
    return max(part.x.upperBound / Double(field.width), part.y.upperBound / Double(field.height))
  }

  private func share(_ part: Part) -> String { Figures.fixed(reach(part), 2) }

  /// Whether positions keep to the origin as places at random hardly would: far from the last row and column, close to the first.
  private func isConspicuous(_ part: Part) -> Bool {
    let field = images.fields[part.field]
    let reach = reach(part)
    let (right, below) = (1 - part.x.upperBound / Double(field.width), 1 - part.y.upperBound / Double(field.height))
    let (left, above) = (part.x.lowerBound / Double(field.width), part.y.lowerBound / Double(field.height))
    return reach < Self.conspicuousReach && pow(max(reach, 0), Double(2 * part.cells)) < Self.conspicuousChance
      && right > 3 * left && below > 3 * above
  }

  /// Says which unit positions are taken to have, by whom, and how far they reach if nobody says it.
  private mutating func state(_ parts: [Part]) {
    var known: [PositionUnit] = []
    for table in tables.units.keys.sorted() {
      if let unit = tables.units[table], !known.contains(unit) { known.append(unit) }
    }
    for unit in known {
      let own = parts.filter { tables.units[$0.table] == unit }
      // What a column says is said of each size of a pixel already.
      guard unit.origin != .column, let least = own.map(reach).min(), let most = own.map(reach).max() else { continue }
      let count = Set(own.map(\.table)).count
      let of = known.count > 1 ? "\(Figures.counted(count, "table")) of \(tables.units.count): " : ""
      let reached =
        own.count <= Self.listed
        ? own.map { part in
          let field = images.fields[part.field]
          return
            "\(name(part)) to x \(Figures.fixed(part.x.upperBound, 0)), y \(Figures.fixed(part.y.upperBound, 0)) of \(field.width)×\(field.height)"
        }.joined(separator: "; ")
        : "\(Figures.fixed(least, 2)) to \(Figures.fixed(most, 2)) of the fields"
      findings.append(
        "\(of)positions in \(unit.text(spec.layout))" + (unit.origin == .layout ? "; they reach \(reached)" : ""))
    }
  }

  // MARK: Pixels

  /// The factor that makes of pixels what they were if the table were in the other unit; `nil` if a pixel's size isn't known.
  private func otherFactor(_ part: Part) -> Double? {
    guard let size = sizes[part.field], abs(size - 1) > 0.05 else { return nil }
    return switch tables.units[part.table]?.unit {
    case .micrometre: size
    case .pixel: 1 / size
    default: nil
    }
  }

  private func measure(_ parts: inout [Part], _ planes: FieldPlanes) {
    let candidates = parts.indices.filter { parts[$0].cells >= Self.fewestPositions }
    let conspicuous = candidates.filter { isConspicuous(parts[$0]) }
    let assumed = candidates.filter { tables.units[parts[$0].table]?.origin == .layout && !conspicuous.contains($0) }
    // Those between are as good as those at the beginning.
    let step = max(1, assumed.count / Self.mostMeasured)
    let spread = stride(from: 0, to: assumed.count, by: step).map { assumed[$0] }
    let chosen = Array((conspicuous + spread).prefix(Self.mostMeasured))
    let all = parts
    let measured = ParallelMap.map(chosen, threads: ThreadPool.availableProcessors) { place throws(ZooError) in
      contrasts(all[place], planes)
    }
    for (place, result) in zip(chosen, measured) { parts[place].contrasts = (try? result.get()) ?? [] }
  }

  /// Of the frame with the most positions. Files that can't be read are reported by whoever needs them.
  private func contrasts(_ part: Part, _ planes: FieldPlanes) -> [Contrast] {
    let frames = Dictionary(grouping: part.rows) { tables.rows[$0].frame }
    guard let frame = frames.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }) else { return [] }
    let field = images.fields[part.field]
    let factor = otherFactor(part)
    let places = frame.value.map { (x: tables.rows[$0].x, y: tables.rows[$0].y) }
    let others = factor.map { factor in places.map { (x: $0.x * factor, y: $0.y * factor) } }
    let areInside = others?.allSatisfy { $0.x <= Double(field.width) && $0.y <= Double(field.height) } ?? false
    return images.channels.indices.compactMap { channel in
      let place = (frame.key - field.firstFrame) * images.channels.count + channel
      guard field.planes.indices.contains(place), let plane = field.planes[place],
        let pixels = try? planes.pixels(plane, width: field.width, height: field.height)
      else { return nil }
      let values = pixels.values
      let ground = Ground(values)
      guard ground.deviation > 0 else { return nil }
      func contrast(_ places: [(x: Double, y: Double)]) -> Double {
        let discs = places.map {
          DyeLabels.mean(
            values, width: field.width, height: field.height, x: $0.x, y: $0.y, radius: Self.radius)
        }.filter { !$0.isNaN }
        guard !discs.isEmpty else { return 0 }
        return (discs.reduce(0, +) / Double(discs.count) - ground.mean) / ground.deviation
      }
      return Contrast(channel: channel, stated: contrast(places), other: areInside ? others.map(contrast) : nil)
    }
  }

  // MARK: Sides

  /// How positions may be turned about.
  private enum Side: CaseIterable {
    case asStated, turned, swapped

    func place(_ x: Double, _ y: Double, height: Int) -> (x: Double, y: Double) {
      switch self {
      case .asStated: (x, y)
      case .turned: (x, Double(height) - 1 - y)
      case .swapped: (y, x)
      }
    }
  }

  /// Tables whose positions lie on something bright only with y from below, as plates' programs measure it, or with x and y
  /// in each other's place.
  private func sides(_ parts: [Part], _ planes: FieldPlanes) -> [String] {
    let byTable = Dictionary(grouping: parts, by: \.table)
    let all = byTable.keys.sorted()
    let step = max(1, all.count / Self.mostTurned)
    let chosen = stride(from: 0, to: all.count, by: step).prefix(Self.mostTurned).map { all[$0] }
    let measured = ParallelMap.map(chosen, threads: ThreadPool.availableProcessors) { table throws(ZooError) in
      doubtfulSide(of: byTable[table] ?? [], planes)
    }
    var found: [(table: Int, side: Side, text: String)] = []
    for (table, result) in zip(chosen, measured) {
      if case .success(let doubt?) = result { found.append((table, doubt.side, doubt.text)) }
    }
    return [Side.turned, .swapped].compactMap { side in
      let own = found.filter { $0.side == side }
      guard let first = own.first, let part = byTable[first.table]?.first else { return nil }
      let more = own.count > 1 ? ", and so do those of \(Figures.counted(own.count - 1, "more table"))" : ""
      let remedy =
        side == .turned
        ? "if they are measured from below, as Harmony does, write height − 1 − y into the table"
        : "if x and y stand in each other's columns, name them so in data.cells.columns"
      return "unsure: the positions of \(path(part)) \(first.text)\(more): \(remedy)"
    }
  }

  /// In the fields of a table with the most positions, in the frame of each that has the most.
  private func doubtfulSide(of parts: [Part], _ planes: FieldPlanes) -> (side: Side, text: String)? {
    let fullest = parts.sorted { ($0.rows.count, $1.field) > ($1.rows.count, $0.field) }.prefix(Self.mostFields)
    // Channel → how bright each position is, by side.
    var discs = [[Side: [Double]]](repeating: [:], count: images.channels.count)
    var count = 0
    for part in fullest where count < Self.enoughTurned {
      let frames = Dictionary(grouping: part.rows) { tables.rows[$0].frame }
      guard let frame = frames.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }) else { continue }
      let field = images.fields[part.field]
      count += min(frame.value.count, Self.mostPositions)
      for channel in images.channels.indices {
        let place = (frame.key - field.firstFrame) * images.channels.count + channel
        guard field.planes.indices.contains(place), let plane = field.planes[place],
          let pixels = try? planes.pixels(plane, width: field.width, height: field.height)
        else { continue }
        let ground = Ground(pixels.values)
        guard ground.deviation > 0 else { continue }
        for side in Side.allCases {
          for row in frame.value.prefix(Self.mostPositions).map({ tables.rows[$0] }) {
            let (x, y) = side.place(row.x, row.y, height: field.height)
            let mean = DyeLabels.mean(
              pixels.values, width: field.width, height: field.height, x: x, y: y, radius: Self.radius)
            if !mean.isNaN { discs[channel][side, default: []].append((mean - ground.mean) / ground.deviation) }
          }
        }
      }
    }
    func mean(_ channel: Int, _ side: Side) -> (mean: Double, error: Double, count: Int) {
      let values = discs[channel][side] ?? []
      let mean = values.reduce(0, +) / Double(max(1, values.count))
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      return (mean, (squares / Double(max(1, values.count * (values.count - 1)))).squareRoot(), values.count)
    }
    var best: (side: Side, channel: Int, stated: Double, other: Double)?
    let brightest = images.channels.indices.map { mean($0, .asStated).mean }.max() ?? 0
    for side in [Side.turned, .swapped] {
      for channel in images.channels.indices {
        let (stated, other) = (mean(channel, .asStated), mean(channel, side))
        guard other.count >= Self.fewestTurned, other.count == stated.count, other.mean >= Self.brightness,
          stated.mean < Self.darkShare * other.mean, brightest < other.mean,
          other.mean - stated.mean >= Self.sureErrors * (other.error + stated.error)
        else { continue }
        if best.map({ other.mean > $0.other }) ?? true { best = (side, channel, stated.mean, other.mean) }
      }
    }
    return best.map { best in
      let how = best.side == .turned ? "with y measured from below" : "with x and y in each other's place"
      return (
        best.side,
        "lie \(Figures.fixed(best.stated, 1)) deviations above the mean of '\(images.channels[best.channel])', and \(how) they would lie \(Figures.fixed(best.other, 1)) above"
      )
    }
  }

  /// The mean of a plane and how its pixels vary.
  private struct Ground {
    let mean: Double
    let deviation: Double

    init(_ values: [Float]) {
      let count = Double(max(1, values.count))
      let mean = values.reduce(0) { $0 + Double($1) } / count
      self.mean = mean
      deviation = (values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count).squareRoot()
    }
  }

  /// Tables whose positions lie on something bright in the other unit alone.
  private mutating func compareUnits(_ parts: [Part]) throws(ZooError) {
    var doubtful: [(part: Part, text: String)] = []
    for part in parts {
      guard let unit = tables.units[part.table], let size = sizes[part.field],
        let best = part.contrasts.max(by: { $0.other ?? 0 < $1.other ?? 0 }), let other = best.other,
        other >= Self.brightness, best.stated < Self.darkShare * other,
        !part.contrasts.contains(where: { $0.stated >= other })
      else { continue }
      let (own, second) =
        unit.unit == .micrometre ? ("micrometres", "pixels") : ("pixels", "micrometres")
      let text =
        "the positions of \(name(part)) are taken as \(own), \(Figures.fixed(best.stated, 1)) deviations above the mean of '\(images.channels[best.channel])'; as \(second), of which a pixel has \(Figures.significant(size)), they would lie on brighter places, \(Figures.fixed(other, 1)) above"
      guard unit.origin == .layout else {
        findings.append(text)
        continue
      }
      doubtful.append((part, text))
    }
    guard let first = doubtful.first else { return }
    let paths = Set(doubtful.map { path($0.part) }).sorted()
    let units = paths.map { "\"\($0)\": micrometre" }.joined(separator: ", ")
    throw ZooError(
      .badInput, file: tables.files[first.part.table], path: "data.cells.units",
      problem: first.text
        + (doubtful.count > 1 ? "; and so are those of \(Figures.counted(doubtful.count - 1, "table")) more" : ""),
      expected: "a unit that somebody states",
      remedy: paths.count == Set(parts.map(\.table)).count
        ? "Set data.cells.units to micrometre, or to pixel if they are"
        : "Set data.cells.tableUnits={\(units)}, or data.cells.units=pixel if all are")
  }

  /// Tables whose positions lie on nothing bright where those of the others do.
  private mutating func compareTables(_ parts: [Part]) {
    let measured = parts.filter { !$0.contrasts.isEmpty }
    guard measured.count > 2 else { return }
    let typical = images.channels.indices.map { channel in
      let values = measured.compactMap { part in part.contrasts.first { $0.channel == channel }?.stated }.sorted()
      return values.isEmpty ? 0 : values[values.count / 2]
    }
    guard let channel = typical.indices.max(by: { typical[$0] < typical[$1] }), typical[channel] >= Self.brightness
    else { return }
    for part in measured {
      guard let own = part.contrasts.first(where: { $0.channel == channel }),
        own.stated < Self.darkShare * typical[channel]
      else { continue }
      findings.append(
        "the positions of \(name(part)) lie on no bright '\(images.channels[channel])', \(Figures.fixed(own.stated, 1)) deviations above the field's mean, those of others \(Figures.fixed(typical[channel], 1)): look whether they are of this field, in this unit and with x and y in their places"
      )
    }
  }
}
