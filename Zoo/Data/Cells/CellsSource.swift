import Foundation
import ZooFormat
import ZooImages

/// Cells in fields: pictures of whole fields and tables of positions; each cell is cut when it is loaded.
package struct CellsSource: SampleSource {
  package let entries: [SourceEntry]
  /// Those of the fields, then the masks.
  package let channels: [String]
  package let groupColumns: [String]
  package let facetColumns: [String]
  package let frames: Int?
  package let sampleType: SampleType
  package let sampleRange: ClosedRange<Float>
  package let note: String?
  package let lost: [String]
  let remarks: [String]

  /// The positions that the entries are.
  package let positions: [CellRow]
  package let images: FieldImages
  package let windows: CellWindows
  /// What was added to the tables' frames.
  package let shift: Int
  private let plates: FieldPlates?
  private let spec: DataSpec.Cells
  private let planes: FieldPlanes
  private let digests: FieldDigests
  /// Where all cells are, if there is background between them to be learnt.
  package let points: FieldPoints?
  /// Tables that say more of the fields and aren't joined.
  let tablesBeside: TablesOfFields
  private let masks: [Mask]

  /// What a channel beyond those of the fields says.
  private enum Mask: Sendable {
    /// 1 on the field, 0 beyond its border.
    case border
    /// 1 where the field has this channel.
    case channel(Int)
  }

  init(_ data: DataSpec, root: String, purpose: Dataset.Purpose) throws(ZooError) {
    let requiresLabels = purpose != .prediction
    let reading = try CellReading(data, root: root)
    let images = reading.images
    let spec = reading.spec
    var rows = reading.rows
    var findings = reading.findings
    let plates = reading.plates
    planes = reading.planes
    try CellLabels(data, reading: reading, planes: planes, isForTraining: purpose == .training)
      .apply(to: &rows, &findings)
    points = spec.background > 0 && requiresLabels ? FieldPoints(rows) : nil
    if spec.background > 0, requiresLabels {
      let places = BackgroundPositions.rows(
        rows, images, count: spec.background, distance: spec.backgroundDistance, seed: data.split.seed)
      rows += places
      findings.append("\(Figures.counted(places.count, "place")) without a cell as \(BackgroundPositions.className)")
    }
    rows.sort {
      ($0.field, $0.frame, $0.track.count, $0.track, $0.object) < (
        $1.field, $1.frame, $1.track.count, $1.track, $1.object
      )
    }
    let (height, width) = (spec.size ?? data.height, spec.size ?? data.width)
    var wanted = rows.indices.filter { !requiresLabels || rows[$0].label != nil }
    if requiresLabels, wanted.isEmpty {
      throw ZooError(
        .badInput, path: "data.labels.from", problem: "none of the \(rows.count) positions has a label",
        expected: "labels in the tables, in an annotation table, or from PI",
        remedy:
          "Put \(CellLabels.standardFile) (\((images.keys + ["frame", "track", "label"]).joined(separator: ","))) into the folder and set data.labels.from=annotations, name the tables' own column in data.cells.columns.label, or take a dye by data.labels.from=pi"
      )
    }
    if wanted.count < rows.count {
      findings.append("\(rows.count - wanted.count) of \(rows.count) positions have no label")
    }
    if let most = spec.perClass, purpose == .training {
      let drawn = Self.drawn(wanted, rows, images, most: most, seed: data.split.seed)
      if drawn.count < wanted.count {
        findings.append(
          "\(drawn.count) of \(wanted.count) positions with a label drawn, at most \(most) of a class in a field")
        wanted = drawn
      }
    }
    var windows = CellWindows(
      rows, among: wanted, images, spec, sampleFrames: data.frames ?? 1, height: height, width: width)
    let before = windows.rows
    try windows.settleMissing(images, spec, channels: data.channels)
    lost = Self.lost(before, windows.rows, rows, images, plates, data)
    findings += lost
    for (reason, count) in windows.dropped.sorted(by: { $0.key < $1.key }) {
      findings.append("\(Figures.counted(count, "sample")) left out: \(reason)")
    }
    guard !windows.rows.isEmpty else {
      throw ZooError(
        .badInput, path: "data.cells", problem: "no sample is left: \(findings.joined(separator: "; "))",
        expected: "positions whose windows lie in the film",
        remedy: "Change data.cells.border, data.cells.ends or data.cells.gaps")
    }
    // A frame that the film lacks altogether lacks no channel, unless a sample has it.
    var used = [Set<Int>](repeating: [], count: images.fields.count)
    for cut in windows.cuts where cut.frame >= 0 { used[Int(cut.field)].insert(Int(cut.frame)) }
    func lacks(_ index: Int, _ channel: Int) -> Bool {
      let (field, count) = (images.fields[index], images.channels.count)
      return (0..<field.frameCount).contains { frame in
        field.planes[frame * count + channel] == nil
          && (used[index].contains(frame) || (0..<count).contains { field.planes[frame * count + $0] != nil })
      }
    }
    let absent = images.channels.indices.filter { channel in images.fields.indices.contains { lacks($0, channel) } }
    var masks: [Mask] = spec.mask ? [.border] : []
    var names = images.channels + (spec.mask ? ["mask"] : [])
    if spec.missingChannel == .zero {
      for channel in absent {
        masks.append(.channel(channel))
        names.append("\(images.channels[channel]) mask")
      }
    }
    for channel in absent {
      let without = images.fields.indices.count { lacks($0, channel) }
      // With nothing said, all channels are used.
      let isUsed = data.channels.isEmpty || data.channels.contains(images.channels[channel])
      findings.append(
        "\(without) of \(Figures.counted(images.fields.count, "field")) lack '\(images.channels[channel])' in some frame"
          + (isUsed ? spec.missingChannel.deed : ", which isn't among data.channels")
      )
    }
    self.masks = masks
    channels = names
    let positions = windows.rows.map { rows[$0] }
    self.positions = positions
    groupColumns =
      images.keys + ["track"] + (plates?.columns ?? []).filter { !images.keys.contains($0) && $0 != "track" }
    // Known as `frame` unless the plate map calls something so.
    let hasFrames = images.fields.contains { $0.frameCount > 1 } && !groupColumns.contains("frame")
    facetColumns = hasFrames ? ["frame"] : []
    let further = (plates?.columns ?? []).enumerated().filter {
      !images.keys.contains($0.element) && $0.element != "track"
    }
    .map(\.offset)
    // All other columns are facts of a field, whose samples then stay together anyway.
    let isByField = !data.split.by.isEmpty && !data.split.by.contains("track") && data.split.file == nil
    let units = isByField ? nil : windows.units(positions)
    let hasTracks = rows.contains { !$0.track.isEmpty }
    entries = positions.enumerated().map { index, row in
      let field = images.fields[row.field]
      let plate = plates?.values[row.field]
      var groups = images.keys.map { field.values[$0] ?? "" }
      groups.append(row.track.isEmpty ? "" : Self.joined(field.name, row.track))
      groups += further.map { plate?[$0] ?? "" }
      var entry = SourceEntry(id: Self.id(row, field, hasTracks: hasTracks), className: row.label, groups: groups)
      entry.unit = units?[index]
      entry.weight = row.weight
      if hasFrames { entry.facets = ["\(row.frame)"] }
      return entry
    }
    self.images = images
    self.plates = plates
    self.windows = windows
    shift = reading.shift
    tablesBeside = requiresLabels ? reading.tablesBeside(data, used: Set(positions.map(\.field))) : TablesOfFields()
    self.spec = spec
    remarks = findings
    frames = data.frames
    sampleType = images.sampleType
    sampleRange = data.sampleRange ?? images.sampleType.range
    note = plates?.note
    digests = FieldDigests(images)
  }

  /// What says of a column that makes samples alike that all samples of a value lack a channel and were left out.
  private static func lost(
    _ before: [Int], _ after: [Int], _ rows: [CellRow], _ images: FieldImages, _ plates: FieldPlates?,
    _ data: DataSpec
  ) -> [String] {
    guard after.count < before.count else { return [] }
    let (all, kept) = (Set(before.map { rows[$0].field }), Set(after.map { rows[$0].field }))
    let count = images.channels.count
    func lacking(_ field: Int) -> [String] {
      images.channels.indices.filter { channel in
        (data.channels.isEmpty || data.channels.contains(images.channels[channel]))
          && !(0..<images.fields[field].frameCount).contains {
            images.fields[field].planes[$0 * count + channel] != nil
          }
      }.map { images.channels[$0] }
    }
    let further = (plates?.columns ?? []).enumerated().filter { !images.keys.contains($0.element) }
    // What is split by comes first.
    for name in data.split.by + ColumnRoles.groups(images.keys + further.map(\.element)) {
      func value(_ field: Int) -> String {
        images.fields[field].values[name]
          ?? further.first { $0.element == name }.flatMap { plates?.values[field]?[$0.offset] } ?? ""
      }
      let there = Set(kept.map(value))
      let gone = Dictionary(grouping: all.filter { !there.contains(value($0)) }, by: value)
      guard !gone.isEmpty else { continue }
      return gone.sorted { NaturalOrder.precedes($0.key, $1.key) }.prefix(4).map { value, fields in
        let wanting = lacking(fields.min() ?? 0)
        return
          "\(name) '\(value.onOneLine)' is left out as a whole for want of \(wanting.isEmpty ? "a channel" : wanting.joined(separator: " and "))"
      }
    }
    return []
  }

  /// At most `most` positions of each class in each field, drawn by the seed alone; in their order.
  private static func drawn(
    _ wanted: [Int], _ rows: [CellRow], _ images: FieldImages, most: Int, seed: UInt64
  ) -> [Int] {
    struct Kind: Hashable {
      var field: Int
      var label: String
    }
    var kinds: [Kind: [Int]] = [:]
    for index in wanted {
      kinds[Kind(field: rows[index].field, label: rows[index].label ?? ""), default: []].append(index)
    }
    return kinds.flatMap { kind, members -> [Int] in
      guard members.count > most else { return members }
      var (members, random) = (
        members,
        KeyedRandom(
          seed: seed, KeyedRandom.key("draw"), KeyedRandom.key(images.fields[kind.field].name),
          KeyedRandom.key(kind.label))
      )
      random.shuffle(&members)
      return Array(members.prefix(most))
    }.sorted()
  }

  private static func joined(_ field: String, _ name: String) -> String { field.isEmpty ? name : "\(field)/\(name)" }

  /// E.g. `experiment-01/A01/t0005/12`. Where there are tracks, a number alone is that of one: positions outside of them are
  /// called `u12`.
  private static func id(_ row: CellRow, _ field: FieldImages.Field, hasTracks: Bool) -> String {
    let frame = String(row.frame)
    let padded = "t" + String(repeating: "0", count: max(0, 4 - frame.count)) + frame
    let isNumber = row.object.first?.isNumber == true
    let name = row.track.isEmpty ? hasTracks && isNumber ? "u\(row.object)" : row.object : row.track
    return joined(field.name, "\(padded)/\(name)")
  }

  package func image(_ entry: Int, channels: [Int]) throws(ZooError) -> Image {
    let count = (frames ?? 1) * channels.count * windows.width * windows.height
    let output = UnsafeMutablePointer<Float>.allocate(capacity: count)
    defer { output.deallocate() }
    try cut(entry, channels: channels, into: output)
    return try Image(
      width: windows.width, height: windows.height, channels: channels.count, frames: frames ?? 1,
      sampleType: sampleType, samples: Array(UnsafeBufferPointer(start: output, count: count)))
  }

  /// Cuts one entry: frames × channels × height × width values, all of which are written.
  package func cut(_ entry: Int, channels: [Int], into output: UnsafeMutablePointer<Float>) throws(ZooError) {
    let plane = windows.width * windows.height
    for step in 0..<(frames ?? 1) {
      let cut = windows.cuts[entry * (frames ?? 1) + step]
      let field = cut.frame >= 0 ? images.fields[Int(cut.field)] : nil
      for (place, channel) in channels.enumerated() {
        let start = output + (step * channels.count + place) * plane
        if let field { try write(channel, cut, field, to: start) } else { start.update(repeating: 0, count: plane) }
      }
    }
  }

  private func write(
    _ channel: Int, _ cut: CellCut, _ field: FieldImages.Field, to output: UnsafeMutablePointer<Float>
  ) throws(ZooError) {
    let (left, top) = (Int(cut.left), Int(cut.top))
    let (width, height) = (windows.width, windows.height)
    guard channel < images.channels.count else {
      switch masks[channel - images.channels.count] {
      case .border:
        CropCutter.mask(
          width: field.width, height: field.height, left: left, top: top, cropWidth: width, cropHeight: height,
          into: output)
      case .channel(let channel):
        let isThere = field.planes[Int(cut.frame) * images.channels.count + channel] != nil
        output.update(repeating: isThere ? 1 : 0, count: width * height)
      }
      return
    }
    guard let plane = field.planes[Int(cut.frame) * images.channels.count + channel] else {
      output.update(repeating: 0, count: width * height)
      return
    }
    let pixels = try planes.pixels(plane, width: field.width, height: field.height)
    CropCutter.cut(
      pixels, width: field.width, height: field.height, left: left, top: top, cropWidth: width, cropHeight: height,
      reflects: spec.border == .reflect, into: output)
  }

  /// A whole plane; `nil` if the field lacks it. `frame` is as the files number it.
  package func plane(field: Int, frame: Int, channel: Int) throws(ZooError) -> PackedPixels? {
    let here = images.fields[field]
    let place = (frame - here.firstFrame) * images.channels.count + channel
    guard here.planes.indices.contains(place), let plane = here.planes[place] else { return nil }
    return try planes.pixels(plane, width: here.width, height: here.height)
  }

  /// What stands in the images' ``FieldImages/placeColumns``: as the paths have it, or else as the plate map does.
  package func places(_ field: Int) -> [String] {
    var places = images.places(images.fields[field])
    for (place, name) in ["experiment", "well"].enumerated() where places[place].isEmpty {
      let column = plates?.columns.firstIndex { ColumnRoles.plain($0) == name }
      places[place] = column.flatMap { plates?.values[field]?[$0] } ?? ""
    }
    return places
  }

  /// Micrometres of a pixel, if the spec says it, or all images that say it say the same.
  package var pixelSize: Double? {
    if let size = spec.pixelSize { return size }
    let sizes = images.scales.sizes.compactMap { $0 }
    guard let first = sizes.first, sizes.allSatisfy({ abs($0 / first - 1) < 1e-3 }) else { return nil }
    return first
  }

  /// Micrometres of a pixel of one field, if the spec or its images say it.
  package func pixelSize(field: Int) -> Double? { spec.pixelSize ?? images.scales.sizes[field] }

  /// Micrometres that a crop is wide, if it is known.
  package var cropMicrometres: Double? { pixelSize.map { $0 * Double(windows.width) } }

  package func content(_ entry: Int) throws(ZooError) -> [UInt8] {
    let cuts = windows.cuts[entry * windows.frames..<(entry + 1) * windows.frames]
    var text = "\(windows.width)×\(windows.height) \(spec.border.rawValue)"
    for cut in cuts { text += " \(cut.frame) \(cut.left) \(cut.top)" }
    return try digests.digest(positions[entry].field) + Array(text.utf8)
  }
}

/// The digest of all files of a field, taken once.
private final class FieldDigests: @unchecked Sendable {
  private let images: FieldImages
  private let lock = NSCondition()
  private var known: [Int: [UInt8]] = [:]
  private var working: Set<Int> = []

  init(_ images: FieldImages) { self.images = images }

  /// Fields are read by several threads at a time, each by one.
  func digest(_ field: Int) throws(ZooError) -> [UInt8] {
    lock.lock()
    while working.contains(field) { lock.wait() }
    if let digest = known[field] {
      lock.unlock()
      return digest
    }
    working.insert(field)
    lock.unlock()
    defer {
      lock.lock()
      working.remove(field)
      lock.broadcast()
      lock.unlock()
    }
    var digests: [UInt8] = []
    for file in Set(images.fields[field].planes.compactMap { $0 }.flatMap { [$0.file] + $0.others }).sorted() {
      let path = images.files[file]
      digests += try FileKind(path) == .folder ? ZarrImage.digest(path) : FileReader(path).digest()
    }
    let digest = SHA256.digest(digests)
    lock.withLock { known[field] = digest }
    return digest
  }
}
