import Foundation
import ZooFormat
import ZooImages

/// Fields, positions and plate map as a spec describes them, put together.
package struct CellReading: Sendable {
  let folder: FieldFolder
  /// With the layout that was found, if the spec leaves it open.
  package let spec: DataSpec.Cells
  package let images: FieldImages
  package let planes: FieldPlanes
  /// With frames as the files count them.
  package let rows: [CellRow]
  /// Positions outside of tracks that were left out, with frames as the files count them.
  let outside: [CellRow]
  /// What columns of the tables mean → their names: the layout's and those of the spec.
  let columns: [String: String]
  /// CellProfiler's tables of images, with the parts of the paths of the tables of objects beside them.
  let exports: [(values: [String: String], images: CellProfilerImages)]
  let tables: [String]
  package let plates: FieldPlates?
  /// What was found and taken for granted, a sentence each.
  package let findings: [String]
  /// What was added to the tables' frames.
  package let shift: Int

  package init(_ data: DataSpec, root: String) throws(ZooError) {
    var spec = data.cells
    let folder = try FieldFolder(root, exclude: data.exclude)
    var columns: [String: String] = [:]
    var found: (images: String, tables: String)?
    var layoutFinding: String?
    if spec.layout != .table {
      let known = CellLayout.all.filter { spec.layout == .auto || $0.name == spec.layout }
      if let (layout, images, tables) = CellLayout.detect(folder, among: known) {
        spec.layout = layout.name
        columns = layout.columns
        found = (images, tables)
        if spec.images == nil, layout.name == .celldetective,
          let films = CelldetectiveConfig(folder)?.films(images, folder)
        {
          found = (films, tables)
          layoutFinding = "config.ini says which films are used (movie_prefix): others beside them aren't"
        }
      } else if let layout = known.first, spec.layout != .auto {
        columns = layout.columns
      }
    }
    var pattern = try ImagePatterns(data)
    if pattern == nil, let found {
      pattern = ImagePatterns(try FieldPattern(found.images, key: "data.cells.images"))
    }
    guard let pattern, let tablePattern = spec.tables ?? found?.tables else {
      throw CellLayout.notFound(folder, spec)
    }
    let annotations = data.labels.file ?? CellLabels.standardFile
    var others = Set(
      PlateMap.names + [spec.plateMap, spec.sliceTable, annotations].compactMap { $0 }
    ).union(TableJoin.names(data.join, root: folder.root))
    if data.labels.from == .annotations, FieldPattern.isPattern(annotations) {
      others.formUnion(try folder.matches(FieldPattern(annotations, key: "data.labels.file")).map(\.path))
    }
    if spec.layout == .cellprofiler, pattern.channels != nil {
      throw ZooError(
        .badInput, path: "data.cells.channelImages",
        problem: "is set, but CellProfiler's tables name the channel of each file",
        remedy: "Set data.cells.images to one pattern of all files")
    }
    let joined =
      spec.layout == .cellprofiler && !ImageFile.isNamedAsImage(tablePattern)
      ? try CellProfilerImages.all(
        folder, tables: FieldPattern(tablePattern, key: "data.cells.tables"), except: others,
        images: pattern.all[0].pattern) : [:]
    let synonyms = ChannelSynonyms(data.channelNames)
    let isNumbered = joined.isEmpty && pattern.channels == nil && pattern.names.contains("channel")
    let stated =
      isNumbered
      ? try StatedChannels.Table(MicroscopeIndex(folder), synonyms) : StatedChannels.Table(joined)
    var images = try FieldImages(
      folder, pattern, names: data.imageChannels, folders: FolderChannels(data.folderChannels), axes: data.axes,
      slices: data.slices, synonyms: synonyms, stated: stated,
      keepsSlices: spec.sliceTable != nil)
    try images.take(pixelSizes: spec.pixelSizes, below: folder.root)
    var findings = [
      "\(spec.layout.rawValue): images \(pattern.text), tables \(tablePattern)",
      "\(images.sizesText), channels \(images.channelsText)",
    ]
    let places = Dictionary(zip(images.files, images.files.indices)) { first, _ in first }
    let order = FieldFilm.pageOrder(images.files, axes: data.axes) { [images] in images.reading(places[$0] ?? 0) }
    if let order { findings.append(order) }
    if let layoutFinding { findings.append(layoutFinding) }
    if images.depthFields > 0 {
      findings.append(SlicesAsFrames.remark(images.depthFields, "field", areItems: false))
    }
    findings += folder.excluded
    findings += images.findings
    if spec.pixelSize == nil, Set(images.scales.sizes.map { $0.map { ($0 * 1000).rounded() } }).count > 1 {
      findings.append(
        "pixels are of different sizes, \(FieldScales.text(images.scales.sizes)) µm: crops of as many pixels show more in some fields than in others"
      )
    }
    if let size = spec.pixelSize {
      let others = images.fields.indices.filter { field in
        images.scales.sizes[field].map { abs($0 - size) > 0.02 * size } ?? false
      }
      if let first = others.first, let own = images.scales.sizes[first] {
        findings.append(
          "unsure: data.cells.pixelSize is \(Figures.significant(size)) µm, but the files of \(others.count) of \(Figures.counted(images.fields.count, "field")) say otherwise, e.g. '\(images.fields[first].name.onOneLine)' \(Figures.significant(own)): without that key each file's own size counts"
        )
      }
    }
    var tables = try Self.tables(
      folder, images, data, spec, joined: joined, pattern: tablePattern, columns: columns, except: others)
    findings += tables.findings
    if !tables.outside.isEmpty {
      let labelled = data.labels.from == .table ? tables.outside.count { $0.label != nil } : 0
      findings.append(
        "\(Figures.counted(tables.outside.count, "position")) outside of tracks left out"
          + (labelled > 0 ? ", \(labelled) of them with a label" : "") + "; data.cells.untracked=keep takes them")
    }
    if tables.blank > 0 {
      findings.append("\(Figures.counted(tables.blank, "row")) without a frame or a position left out")
    }
    var spans: [Int: ClosedRange<Int>] = [:]
    for row in tables.rows {
      let old = spans[row.field] ?? row.frame...row.frame
      spans[row.field] = min(old.lowerBound, row.frame)...max(old.upperBound, row.frame)
    }
    let fields = spans.keys.sorted()
    let lone = images.fields.indices.filter { spans[$0] == nil }
    if let first = lone.first, !fields.isEmpty {
      findings.append(
        "\(lone.count) of \(Figures.counted(images.fields.count, "field")) \(lone.count == 1 ? "has" : "have") no position, e.g. '\(images.fields[first].name.onOneLine)'"
      )
    }
    // Frames in the names of tables are those in the names of images.
    let areFiles = tables.framesAreFiles || tablePattern.contains("{frame")
    try images.checkUnnamedPages(spans, data)
    if let column = spec.columns["frame"] ?? columns["frame"], !areFiles, !data.accepts(.missingFiles),
      let finding = try Self.frameTimes(column, tables, fields.map { [images] in images.fields[$0] })
    {
      findings.append(finding)
    }
    if spec.tableFrames == .order, !areFiles {
      let first = spec.firstFrame ?? spans.values.map(\.lowerBound).min() ?? 0
      try FrameGaps.number(&tables.rows, images, from: first)
      try FrameGaps.number(&tables.outside, images, from: first)
    }
    let (shift, why) =
      spec.tableFrames == .order && !areFiles
      ? (0, "the tables count the frames that there are")
      : try FrameReconciliation.shift(
        tables: fields.compactMap { spans[$0] },
        files: fields.map { images.fields[$0].firstFrame...images.fields[$0].lastFrame },
        names: fields.map { images.fields[$0].name }, given: spec.firstFrame, areFiles: areFiles,
        passesOver: data.accepts(.missingFiles))
    for index in tables.rows.indices { tables.rows[index].frame += shift }
    for index in tables.outside.indices { tables.outside[index].frame += shift }
    if !why.isEmpty { findings.append(why) }
    if !areFiles, spec.firstFrame == nil, let caution = Self.shorterTables(tables, images) { findings.append(caution) }
    if spec.tableFrames == .auto, !areFiles { try FrameGaps(images, fields: fields).check(tables.rows, images) }
    if data.accepts(.missingFiles), let finding = tables.leaveOutBeyond(images, shift: shift) {
      findings.append(finding)
    }
    if data.accepts(.divisions), let finding = tables.leaveOutDivisions() { findings.append(finding) }
    try Self.check(tables, images)
    if let finding = try tables.repeated(images, data) { findings.append(finding) }
    var joins: [String] = []
    let plateFile = spec.plateMap.map { StoredPath.found($0.hasPrefix("/") ? $0 : folder.full($0)) }
    let standard = PlateMap.names.map(folder.full).first { FileKind($0) == .file }
    let map = try (plateFile ?? standard).map { [images] file throws(ZooError) in try FieldPlates(file, images) }
    if let plates = map {
      let without = plates.values.count { $0 == nil }
      if without > 0 {
        let example = images.fields.indices.first { plates.values[$0] == nil } ?? 0
        throw ZooError(
          .badInput, file: plateFile ?? standard, path: "data.cells.plateMap",
          problem:
            "\(Figures.counted(without, "field")) of \(images.fields.count) aren't in the plate map, e.g. '\(images.fields[example].name)'",
          expected: "a row for each well",
          remedy: plates.part(for: images).map {
            "The map's column '\($0.column)' has the values of {\($0.part)}: call the part {\($0.column)} in data.cells.images and data.cells.tables"
          } ?? "Add the rows, or remove the fields")
      }
    }
    if let caution = map?.caution { findings.append(caution) }
    plates =
      try data.join.isEmpty
      ? map : (map ?? FieldPlates(images)).joined(TableJoin(data.join, root: root), images, &joins)
    findings += joins
    if let name = spec.sliceTable {
      findings += try Self.choose(name, spec.sliceColumns, folder, plates, &images, &tables)
    }
    if let stacks = images.stacks { findings.append(stacks) }
    let siblings = Self.siblings(folder, images, tables, pattern)
    findings += siblings
    if siblings.isEmpty, let finding = try Self.unfit(folder, pattern, tables: tablePattern) {
      findings.append(finding)
    }
    planes = FieldPlanes(images, limit: spec.planeMegabytes << 20)
    findings += try PositionEvidence(tables, images, spec, planes: planes, root: folder.root).findings
    self.folder = folder
    self.spec = spec
    self.images = images
    self.rows = tables.rows
    outside = tables.outside
    self.columns = columns.merging(spec.columns) { $1 }
    let paths = try FieldPattern(tablePattern, key: "data.cells.tables")
    exports = joined.sorted { $0.key < $1.key }.map { (paths.match($0.key) ?? [:], $0.value) }
    self.tables = tables.files
    self.findings = findings
    self.shift = shift
  }

  /// Tables that say more of the fields than is read already.
  /// - Parameter used: The fields that have samples.
  func tablesBeside(_ data: DataSpec, used: Set<Int>) -> TablesOfFields {
    let start = folder.root + "/"
    let read = tables.map { $0.hasPrefix(start) ? String($0.dropFirst(start.count)) : $0 }
    let named = [spec.plateMap, spec.sliceTable, data.labels.file ?? CellLabels.standardFile].compactMap(\.self)
    var others = Set(PlateMap.names + named + read).union(TableJoin.names(data.join, root: folder.root))
    if let file = data.labels.file, let pattern = try? FieldPattern(file, key: "data.labels.file") {
      others.formUnion(folder.matches(pattern).map(\.path))
    }
    return TablesOfFields(folder, images, plates, used: used, except: others, joins: data.join)
  }

  /// Uses the slices that a table names, and leaves out positions in frames that it names none for.
  private static func choose(
    _ name: String, _ columns: [String: String], _ folder: FieldFolder, _ plates: FieldPlates?,
    _ images: inout FieldImages, _ tables: inout CellTables
  ) throws(ZooError) -> [String] {
    let further = plates?.columns ?? []
    let facts = images.fields.enumerated().map { index, field in
      field.values.merging(zip(further, plates?.values[index] ?? []), uniquingKeysWith: { own, _ in own })
    }
    let keys = images.keys
    let table = try SliceTable(
      name.hasPrefix("/") ? name : folder.full(name), columns: columns,
      facts: keys + further.filter { !keys.contains($0) })
    var findings: [String] = []
    if let span = table.span {
      let (first, last) = (images.fields.map(\.firstFrame).min() ?? 0, images.fields.map(\.lastFrame).max() ?? 0)
      findings.append(
        "\(name): frames \(span.lowerBound) to \(span.upperBound), taken as the numbers of the files, \(first) to \(last)"
      )
    }
    let used = Dictionary(grouping: tables.rows, by: \.field).mapValues { Set($0.map(\.frame)) }
    let choice = try table.choice(images, facts: facts, used: used)
    images.use(choice, of: name)
    let count = tables.rows.count
    tables.rows.removeAll { choice.blank[$0.field]?.contains($0.frame) == true }
    if tables.rows.count < count {
      let blank = choice.blank.values.reduce(0) { $0 + $1.count }
      findings.append(
        "\(Figures.counted(count - tables.rows.count, "position")) left out: \(name) states no slice of \(Figures.counted(blank, "frame"))"
      )
    }
    return findings
  }

  private static func tables(
    _ folder: FieldFolder, _ images: FieldImages, _ data: DataSpec, _ spec: DataSpec.Cells,
    joined: [String: CellProfilerImages], pattern: String, columns: [String: String], except others: Set<String>
  ) throws(ZooError) -> CellTables {
    let tablePattern = try FieldPattern(pattern, key: "data.cells.tables")
    let extensionOf = (pattern as NSString).pathExtension.lowercased()
    if spec.layout == .yolo || spec.layout == .coco || extensionOf == "json" {
      return try BoxTables.cells(folder, images, tablePattern, data, isCOCO: spec.layout != .yolo)
    }
    if ImageFile.extensions.contains(extensionOf) || pattern.contains(".zarr/") {
      return try CellTables.labelImages(folder, images, tablePattern, numbers: spec.labelNumbers)
    }
    let reader = CellTableReader(folder, images, spec, columns: columns, joined: joined)
    var tables = try reader.read(tablePattern, scales: images.scales, except: others)
    if spec.layout == .shuttletracker { try tables.joinShuttleTracks(reader) }
    return tables
  }

  /// Two positions of one track in one frame, or positions far outside of the pictures, mean that something is mixed up.
  private static func check(_ tables: CellTables, _ images: FieldImages) throws(ZooError) {
    var problems = Problems()
    var seen: [Place: Int] = [:]
    seen.reserveCapacity(tables.rows.count)
    var outside = 0
    for (index, row) in tables.rows.enumerated() {
      let field = images.fields[row.field]
      if row.x < -1 || row.y < -1 || row.x > Double(field.width) || row.y > Double(field.height) { outside += 1 }
      let place = Place(
        field: row.field, frame: row.frame, track: row.track, object: row.track.isEmpty ? row.object : "")
      if let other = seen.updateValue(index, forKey: place), problems.all.count < 50 {
        problems.add(
          ZooError(
            .badInput, file: tables.files[row.table], line: row.line > 0 ? row.line : nil,
            problem: row.track.isEmpty
              ? "the object \(row.object) stands in frame \(row.frame) twice"
              : "the track \(row.track) has two positions in frame \(row.frame)",
            expected: "one, as in line \(tables.rows[other].line)",
            remedy: row.track.isEmpty
              ? nil
              : "Give each branch of a division a number of its own, or set data.accept=[divisions] to leave such tracks out"
          ))
      }
    }
    if outside > tables.rows.count / 100,
      let row = tables.rows.first(where: { row in
        let field = images.fields[row.field]
        return row.x < -1 || row.y < -1 || row.x > Double(field.width) || row.y > Double(field.height)
      })
    {
      let field = images.fields[row.field]
      problems.add(
        ZooError(
          .badInput, file: tables.files[row.table], line: row.line > 0 ? row.line : nil, path: "data.cells.units",
          problem:
            "\(outside) of \(tables.rows.count) positions lie outside of the field, e.g. (\(Figures.fixed(row.x, 1)), "
            + "\(Figures.fixed(row.y, 1))) pixels in \(field.width)×\(field.height)",
          expected: "positions in the field",
          remedy: "Check data.cells.units, data.cells.pixelSize and data.cells.columns"))
    }
    try problems.check()
  }

  private struct Place: Hashable {
    var field: Int
    var frame: Int
    var track: String
    var object: String
  }
}
