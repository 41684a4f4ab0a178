import Foundation
import ZooFormat

/// What the keys of `data` have to be for a folder, found by looking at its table and at all of its images' headers.
struct DataProbe {
  private(set) var spec = DataSpec()
  /// Key → what was found about it or isn't sure, a line each.
  private(set) var comments: [String: [String]] = [:]
  /// Whether the table says that its pixels were normalised already.
  private(set) var isNormalized = false
  /// Columns to group samples by, the coarsest first.
  private(set) var groups: [String] = []

  /// What is wrong with a table of the folder that may be the one that lists the images.
  private var unreadable: ZooError?
  /// What somebody says of the data, which is believed before anything that is found.
  private let given: GivenData

  /// O(rows + files): headers are read, no pixels.
  /// - Parameters:
  ///   - path: a folder, or a table in it.
  ///   - label: the column with the classes, if somebody says so.
  ///   - given: keys that somebody has set.
  /// - Throws: ``ZooError`` if the folder or its manifest can't be read. What is wrong with the images is found when the
  ///   data are opened.
  init(_ path: String, label: String? = nil, given: GivenData = GivenData()) throws(ZooError) {
    self.given = given
    spec = given.spec
    let label = label ?? (given.has("data.columns.label") ? given.spec.columns.label : nil)
    if FileKind(path) == .file {
      let folder = (path as NSString).deletingLastPathComponent
      spec.root = folder.isEmpty ? "." : folder
      spec.manifest = (path as NSString).lastPathComponent
    } else {
      spec.root = path
      if !given.has("data.manifest"), spec.source == .auto || spec.source == .csv { try findTable(path) }
    }
    switch spec.source == .auto ? SourceInference.source(of: spec) : spec.source {
    case .csv: try probeTable(label)
    case .folder:
      if FileKind(path) == .folder, spec.source == .auto, spec.images == nil, let cells = try CellProbe.spec(root: path)
      {
        spec = cells
        groups = ["experiment", "well"]
        say("source", "Whole fields with tables of the cells in them, which are cut when they are loaded.")
        if cells.labels.from == .pi {
          say(
            "labels",
            "There is no \(CellLabels.standardFile), so cells are dead or alive by \(cells.labels.pi.channel): see zoo data label SPEC -o FILE --html PAGE."
          )
        }
      } else {
        do throws(ZooError) { try probeFolder(path) } catch {
          throw unreadable ?? Self.fieldsWithPositions(path) ?? error
        }
        if let unreadable { say("source", "A table can't be read, and the folders' names are taken: \(unreadable).") }
      }
    case .cells: groups = ["experiment", "well"]
    default: break
    }
    given.apply(to: &spec)
  }

  /// What the terminal shows, too: what isn't sure, what is left out and what was made of it.
  var doubts: [String] {
    comments.sorted { $0.key < $1.key }.flatMap { key, lines in
      lines.filter { line in
        ["accept", "onError", "join"].contains(key) || line.hasPrefix("Unsure")
          || line.lowercased().contains("left out")
          || line.hasPrefix("Not used")
      }.map { "\(key): \($0)" }
    }
  }

  mutating func say(_ key: String, _ text: String) { comments[key, default: []].append(text) }

  /// The table that lists images, if there is no manifest.csv but one that does.
  private mutating func findTable(_ root: String) throws(ZooError) {
    guard SourceInference.source(of: spec) == .folder, FileKind(root) == .folder else { return }
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).sorted().filter {
      !$0.hasPrefix(".") && ["csv", "tsv", "txt"].contains(($0 as NSString).pathExtension.lowercased())
    }
    var tables: [String] = []
    for name in names {
      do throws(ZooError) {
        let path = "\(root)/\(name)"
        let table = try CSVTable(FileBytes.read(path), file: path)
        if !ColumnRoles(table).paths.isEmpty { tables.append(name) }
      } catch  where (name as NSString).pathExtension.lowercased() != "txt" {
        unreadable = unreadable ?? error
      } catch {}
    }
    if tables.isEmpty, let found = TableSearch.inFolders(root) { tables = found }
    if tables.count > 1 {
      try takeAsOne(tables, root)
    } else if let name = tables.first {
      spec.manifest = name
      say("manifest", "The only table in the folder that lists images.")
    }
  }

  /// Tables of the same columns are one.
  private mutating func takeAsOne(_ tables: [String], _ root: String) throws(ZooError) {
    guard let pattern = TableSearch.pattern(of: tables, root) else {
      throw ZooError(
        .badInput, file: root,
        problem: "there is no manifest.csv, but \(tables.count) tables list images: \(tables.joined(separator: ", "))",
        expected: "one, or several of the same columns",
        remedy:
          "Name it: --data \(root)/\(tables[0]); or take those of one kind by a pattern of their names, e.g. data.manifest='*.csv', or '{plate}.csv' to have it as a column, and join others by data.join"
      )
    }
    spec.manifest = pattern
    let shown = tables.prefix(4).joined(separator: ", ") + (tables.count > 4 ? " …" : "")
    say("manifest", "\(tables.count) tables of the same columns are taken as one: \(shown). Parts in {} are columns.")
  }

  /// What to do about a folder of images and a table that says where cells are in them, in no form that is known by itself.
  private static func fieldsWithPositions(_ root: String) -> ZooError? {
    let names = (try? FolderSource.contents(root)) ?? []
    let images = names.filter(ImageFile.isNamedAsImage)
    guard let image = images.first else { return nil }
    for name in names where ["csv", "tsv"].contains((name as NSString).pathExtension.lowercased()) {
      guard let bytes = try? FileBytes.read("\(root)/\(name)"), let table = try? CSVTable(bytes, file: name),
        let places = ColumnRoles.positions(table)
      else { continue }
      let ending = (image as NSString).pathExtension
      return ZooError(
        .badInput, file: root,
        problem:
          "has \(Figures.counted(images.count, "image")) and a table '\(name)' with positions (\(places.x), \(places.y)): whole fields of cells, whose form isn't known",
        expected: "a spec that says what is what",
        remedy:
          "Set data.source=cells, data.cells.layout=table, data.cells.images=\"{field}.\(ending)\" (or the parts of the names, e.g. {experiment}_{well}), data.cells.tables=\"\(name)\" and data.cells.columns={x: \(places.x), y: \(places.y), frame: …, track: …, image: …}; see Documentation/Microscopy.md"
      )
    }
    return nil
  }

  private mutating func probeFolder(_ root: String) throws(ZooError) {
    if FolderSource.hasSubsetFolders(root) { spec.split.folders = true }
    if spec.images == nil { try findNames(root) }
    var columns: [String] = []
    var listing: FolderSource.Listing
    if let names = spec.images {
      var lenient = spec
      lenient.accept.append(Accepted.otherNames.rawValue)
      listing = try FolderSource.listing(root, names: names, lenient, columns: &columns)
    } else {
      listing = try FolderSource.listing(root, hasSubsets: spec.split.folders, exclude: spec.exclude)
    }
    let rows = listing.entries.map { [$0.id, $0.className ?? ""] + $0.groups }
    findJoins(
      CSVTable(
        columns: ["path", FolderSource.classPart] + columns, rows: rows, lines: rows.map { _ in 1 }, remarks: [],
        origins: [(0, root)]))
    try FolderSource.joined(&listing, &columns, spec, root: root)
    groups = ColumnRoles.groups(columns)
    probe(images: listing.entries.map { root + "/" + $0.id })
  }

  /// What the names of the images and of their folders say, if they have one pattern.
  private mutating func findNames(_ root: String) throws(ZooError) {
    let all = try FieldFolder(root).paths.filter(ImageFile.isNamedAsImage)
    let depths = Dictionary(grouping: all) { path in path.utf8.count { $0 == 0x2F } }
    guard let (depth, paths) = depths.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }), depth > 0 else {
      return
    }
    let isNested = depth > (spec.split.folders ? 2 : 1)
    var level: (level: Int, isSure: Bool)? = (spec.split.folders ? 1 : 0, true)
    if isNested { level = NameProposal.classLevel(paths) }
    guard let level else { return }
    let subsets = spec.split.folders && !isNested ? 0 : nil
    var proposal = NameProposal(paths, classLevel: level.level, subsetLevel: subsets)
    if proposal == nil, isNested { proposal = NameProposal(paths, classLevel: level.level, ofFolders: true) }
    guard let proposal else { return }
    spec.images = proposal.pattern
    let parts = proposal.parts.map { "\($0.name) (\($0.values), e.g. \($0.example))" }
    say(
      "images",
      "What the paths of the images say, as columns: \(parts.isEmpty ? "nothing" : parts.joined(separator: ", ")). Rename a part if it is something else; * is anything."
    )
    if !level.isSure { say("images", "Unsure: which folder is the class; move {\(FolderSource.classPart)} to it.") }
    let unknown = proposal.parts.filter { !$0.isKnown }.map(\.name)
    if !unknown.isEmpty {
      say(
        "images",
        "Unsure: what \(unknown.joined(separator: " and ")) \(unknown.count == 1 ? "is" : "are"). If it makes samples alike, name it so and split by it."
      )
    }
  }

  /// Tables beside that say more of the images, by columns that both have.
  private mutating func findJoins(_ table: CSVTable) {
    guard !given.has("data.join"), let root = spec.root, FileKind(root) == .folder else { return }
    let search = TableSearch.joins(of: table, spec, root: root)
    for (file, keys) in search.joins { spec.join[file] = keys }
    for line in search.findings { say("join", line) }
  }

  private mutating func probeTable(_ label: String?) throws(ZooError) {
    let file = ManifestSource.file(spec)
    findJoins(try ManifestTable.read(spec).table)
    let read = try ManifestTable.read(spec)
    let table = read.table
    if let label, table.index(of: label) == nil {
      throw ZooError(
        .usage, file: file, problem: "there is no column '\(label)'",
        expected: "one of \(table.columns.joined(separator: ", "))",
        remedy: NearestName.of(label, in: table.columns).map { "Did you mean '\($0)'?" })
    }
    let ways = table.remarks.isEmpty ? [] : ["The table is \(table.remarks.joined(separator: "; "))."]
    for way in ways { say("manifest", way) }
    let roles = ColumnRoles(table, label: label)
    if let label = roles.label {
      spec.columns.label = label
    } else if table.index(of: spec.columns.label) == nil, !table.rows.isEmpty {
      throw ZooError(
        .badInput, file: file, line: 1, problem: "no column is called label, class or the like",
        expected: "the column with the classes, one of \(table.columns.joined(separator: ", "))",
        remedy: "Name it: --label COLUMN")
    }
    probePaths(table, roles)
    try probeSequences(table, roles)
    probeLabels(table)
    groups = roles.groups
    if let values = table.index(of: ParquetImport.valuesColumn), !table.rows.isEmpty {
      isNormalized = table.rows.allSatisfy { $0[values] == ParquetImport.normalizedWord }
    }
    if let sequence = spec.columns.sequence.flatMap(table.index(of:)), spec.frames != nil {
      // A column of a sequence counts only if it is named, and must not change within it.
      let names = spec.columns.within.compactMap(table.index(of:)) + [sequence]
      spec.split.by = groups.filter { name in
        guard let column = table.index(of: name) else { return false }
        var first: [[String]: String] = [:]
        return table.rows.allSatisfy { row in
          let value = row[column].trimmed
          let id = names.map { row[$0] }
          defer { first[id] = first[id] ?? value }
          return !Spelling.isNothing(value) && first[id] ?? value == value
        } && GroupAudit.problems(table.rows, columns: table.columns, by: [name]).isEmpty
      }
    }
    if let subset = roles.subset {
      spec.split.column = subset
      say("split", "The column '\(subset)' says who goes where.")
    } else if let (name, words) = SubsetWords.likelyColumn(table) {
      let found = words.map { "\($0.word.isEmpty ? "empty" : $0.word) \($0.count)" }.joined(separator: ", ")
      say("split", "Unsure: the column '\(name)' may say who is for training and test (\(found)). If so: split.column.")
    }
    guard
      let first = table.index(
        of: spec.columns.channelPaths.isEmpty
          ? spec.columns.path : spec.columns.channelPaths[spec.channels.first ?? ""] ?? "")
    else { return }
    var paths = ManifestPaths(root: ManifestSource.root(spec), prefixes: spec.columns.pathPrefixes)
    probe(images: table.rows.enumerated().map { paths.find($1[first].trimmed, row: $0) })
  }

  private mutating func probePaths(_ table: CSVTable, _ roles: ColumnRoles) {
    if !roles.otherPaths.isEmpty {
      say("columns", "Not taken as images: \(roles.otherPaths.joined(separator: ", ")).")
    }
    if let only = roles.paths.first, roles.paths.count == 1 {
      spec.columns.path = only
      mentionSiblings(table, only)
    }
    guard roles.paths.count > 1 else { return }
    spec.columns.channelPaths = Dictionary(uniqueKeysWithValues: roles.paths.map { ($0, $0) })
    say("columns", "One file for each channel: channel → column of the table with its path.")
    if roles.paths.allSatisfy({ $0.wholeMatch(of: /(?i)(t|time|frame|temps|zeit)?[ _-]?\d+.*/) != nil }) {
      say(
        "columns",
        "Unsure: the names look like times. If these are frames of one cell, write a row for each, with its frame.")
    }
    for name in roles.paths {
      guard let column = table.index(of: name) else { continue }
      let blank = table.rows.count { Spelling.isNothing($0[column].trimmed) }
      if blank == 0 {
        spec.channels.append(name)
      } else {
        say("channels", "Left out: \(name), which \(blank) of \(table.rows.count) rows lack.")
      }
    }
  }

  /// Files beside those of the table whose names differ in the end alone, as programs write the channels of one image.
  private mutating func mentionSiblings(_ table: CSVTable, _ name: String) {
    guard let column = table.index(of: name) else { return }
    var paths = ManifestPaths(root: ManifestSource.root(spec), prefixes: spec.columns.pathPrefixes)
    let listed = Set(table.rows.map { ($0[column].trimmed.replacing("\\", with: "/") as NSString).lastPathComponent })
    var names: [String: [String]] = [:]
    var ends: [String: Int] = [:]
    var (looked, found) = (0, 0)
    for row in stride(from: 0, to: table.rows.count, by: max(1, table.rows.count / 100)) {
      let path = paths.find(table.rows[row][column].trimmed, row: row)
      let folder = (path as NSString).deletingLastPathComponent
      let plain = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
      guard FileKind(path) == .file, let cut = plain.lastIndex(where: { "_- .".contains($0) }) else { continue }
      looked += 1
      if names[folder] == nil {
        names[folder] = ((try? FolderSource.contents(folder)) ?? []).filter(ImageFile.isNamedAsImage)
      }
      let beside = (names[folder] ?? []).filter { $0.hasPrefix(plain[...cut]) && !listed.contains($0) }.compactMap {
        other in
        let end = (other as NSString).deletingPathExtension.dropFirst(plain[...cut].count)
        return end.contains { "_- .".contains($0) } || end == plain[plain.index(after: cut)...] ? nil : String(end)
      }
      if !beside.isEmpty { found += 1 }
      for end in Set(beside) { ends[end, default: 0] += 1 }
    }
    guard found > 0, found * 2 >= looked else { return }
    let shown = ends.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(6).map(\.key)
    say(
      "columns",
      "Unsure: beside the files of '\(name)' lie others whose names differ in their ends alone (\(shown.joined(separator: ", "))), which the table doesn't name. If they are channels of the same images, give the table a column with the path of each, and name these in channelPaths: {CHANNEL: \"COLUMN\"}."
    )
  }

  private mutating func probeSequences(_ table: CSVTable, _ roles: ColumnRoles) throws(ZooError) {
    guard let name = roles.sequence, let frame = roles.frame, let track = table.index(of: name),
      let time = table.index(of: frame)
    else {
      if roles.sequence == nil, let found = roles.likelySequence(table) {
        say(
          "columns",
          "Unsure: rows of one '\(found.track)' differ in '\(found.time)', as the frames of a track do. They are taken as single images, and stay on one side of the split. For sequences, set frame: \"\(found.time)\" here, and frames."
        )
        spec.columns.sequence = found.track
      }
      return
    }
    // Tracks that are numbered anew in each experiment or movie have a frame twice until that is taken into their name.
    var within: [Int] = []
    func hasRepeats() -> Bool {
      var seen: Set<[String]> = []
      return table.rows.contains { row in !seen.insert((within + [track, time]).map { row[$0] }).inserted }
    }
    for group in roles.groups.compactMap(table.index(of:)) where hasRepeats() { within.append(group) }
    guard !hasRepeats() else {
      say(
        "columns",
        "Unsure: there are several rows with the same '\(name)' and '\(frame)', so these are taken as single images. Those of one '\(name)' stay on one side of the split."
      )
      spec.columns.sequence = name
      return
    }
    var rows: [[String]: [Int]] = [:]
    for (index, row) in table.rows.enumerated() { rows[(within + [track]).map { row[$0] }, default: []].append(index) }
    if let label = table.index(of: spec.columns.label),
      let change = rows.values.first(where: { Set($0.map { table.rows[$0][label].trimmed }).count > 1 })
    {
      say(
        "columns",
        "Single images, not sequences: labels change within '\(name)', e.g. in '\(table.rows[change[0]][track])'. Those of one stay on one side of the split."
      )
      spec.columns.sequence = name
      spec.columns.within = within.map { table.columns[$0] }
      return
    }
    spec.columns.sequence = name
    spec.columns.frame = frame
    spec.columns.within = within.map { table.columns[$0] }
    let lengths = rows.values.map(\.count).sorted()
    // Nine tenths of the tracks have as many frames; a model of more than 16 is slow to begin with.
    let common = max(lengths[lengths.count / 10], min(2, lengths[lengths.count - 1]))
    let frames = min(common, 16)
    spec.frames = frames
    let (least, most) = (lengths[0], lengths[lengths.count - 1])
    if least == most {
      say("frames", "Each of \(lengths.count) sequences has \(least) frames.")
    } else {
      say(
        "frames",
        "\(lengths.count) sequences have \(least) to \(most) frames, half of them \(lengths[lengths.count / 2]) or more."
      )
    }
    if most > frames {
      say(
        "frames",
        "Longer ones are cut into windows of \(frames) that don't overlap; data.windows: \"last\" takes the end.")
    }
  }

  /// Labels that are written in several ways become one, which is said.
  private mutating func probeLabels(_ table: CSVTable) {
    guard let label = table.index(of: spec.columns.label) else { return }
    var counts: [String: Int] = [:]
    for row in table.rows { counts[row[label].trimmed.precomposedStringWithCanonicalMapping, default: 0] += 1 }
    for variants in Spelling.variants(counts.filter { !Spelling.isNothing($0.key) }) {
      for other in variants.dropFirst() { spec.relabel[other.text] = variants[0].text }
      say(
        "relabel",
        "Unsure: taken as one class: \(variants.map { "'\($0.text)' (\($0.count))" }.joined(separator: ", ")).")
    }
    var classes: [String: Int] = [:]
    for (text, count) in counts where !Spelling.isNothing(text) {
      classes[spec.relabel[text] ?? text, default: 0] += count
    }
    let most = classes.values.max() ?? 0
    let rare = classes.filter { $0.value * 5 < most }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    if !rare.isEmpty, rare.count < classes.count - 1 {
      say(
        "relabel",
        "Unsure: rare, so perhaps no classes of their own: \(rare.prefix(8).map { "'\($0.key)' (\($0.value))" }.joined(separator: ", ")). Name another class for them here, or leave them out of `classes`."
      )
    }
  }

  /// Sizes, sample types, channels and frames of up to 2,000 images that are spread over all.
  private mutating func probe(images: [String]) {
    guard !images.isEmpty else { return }
    let step = max(1, images.count / 2000)
    let isOpen = spec.imageChannels.isEmpty || spec.imageChannels.last == ChannelNaming.further
    let channels = isOpen || !spec.columns.channelPaths.isEmpty ? nil : spec.imageChannels.count
    let synonyms = ChannelSynonyms(spec.channelNames)
    let reading = ImageReading(
      frames: given.has("data.frames") ? spec.frames : nil, channels: channels, axes: spec.axes, slices: spec.slices)
    var sizes: [String: (count: Int, width: Int, height: Int)] = [:]
    var kinds: [String: Int] = [:]
    var first: ImageHeader?
    var named: [[String]: Int] = [:]
    for index in stride(from: 0, to: images.count, by: step) {
      guard var header = try? ImageFile.header(images[index], reading) else { continue }
      header.channelNames = (try? synonyms.resolved(header.channelNames)) ?? header.channelNames
      first = first ?? header
      sizes["\(header.width)×\(header.height)", default: (0, header.width, header.height)].count += 1
      named[header.channelNames, default: 0] += 1
      // Channels that have names are found in any order.
      let names = header.channelNames.isEmpty ? "" : " (\(header.channelNames.sorted().joined(separator: ", ")))"
      kinds[
        "\(Figures.frames(header.frames, channels: header.channels))\(names) of \(header.sampleType)", default: 0] += 1
    }
    guard let first, let common = sizes.values.max(by: { ($0.count, $0.width) < ($1.count, $1.width) }) else { return }
    let listed = sizes.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    say(
      "height",
      "Images are resized to this; they have \(listed.prefix(4).map { "\($0.key) (\($0.value.count))" }.joined(separator: ", "))\(listed.count > 4 ? " and \(listed.count - 4) other sizes" : "") pixels."
    )
    let scale = min(1, 128 / Double(max(common.width, common.height)))
    spec.width = max(8, Int(saturating: (Double(common.width) * scale).rounded()))
    spec.height = max(8, Int(saturating: (Double(common.height) * scale).rounded()))
    if kinds.count > 1 {
      let found = kinds.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      say(
        "channels",
        "Unsure: the files are of several kinds: \(found.prefix(4).map { "\($0.key) in \($0.value)" }.joined(separator: "; "))."
      )
    }
    takeCommonChannels(first, named)
    if spec.frames == nil, first.frames > 1 {
      spec.frames = first.frames
      say(
        "frames",
        "Unsure: the files have \(first.frames) \(first.framesAreSlices ? "slices in depth (Z)" : "time points by what they say"). If these are frames of a film, this is right, and axes: \"TYX\" says so; if they are slices in depth (programs store these as time, too), set slices to a number, \"max\" or \"mean\", and frames to null."
      )
    }
    if spec.imageChannels.isEmpty, spec.columns.channelPaths.isEmpty, first.channels > 1, first.channelNames.isEmpty {
      spec.imageChannels = (1...first.channels).map { "channel\($0)" }
      say("imageChannels", "The files don't name their channels: give them their names, here and in `channels`.")
      say(
        "imageChannels",
        "If these are frames of one channel, set frames: \(first.channels) and imageChannels: [\"BF\"] or the like.")
    }
  }

  /// Files that name their channels, but not the same ones: those that all have.
  private mutating func takeCommonChannels(_ first: ImageHeader, _ named: [[String]: Int]) {
    guard spec.columns.channelPaths.isEmpty, named.count > 1, named[[]] == nil else { return }
    // Names that differ in case or blanks alone are one.
    let keyed = named.keys.map { Set($0.map(Spelling.key)) }
    let common = first.channelNames.filter { name in keyed.allSatisfy { $0.contains(Spelling.key(name)) } }
    guard !common.isEmpty else { return }
    var spellings: [String: Set<String>] = [:]
    for name in named.keys.joined() { spellings[Spelling.key(name), default: []].insert(name) }
    let several = spellings.values.filter { $0.count > 1 }.map { $0.sorted().joined(separator: " = ") }.sorted()
    if !several.isEmpty { say("channels", "Taken as one channel: \(several.joined(separator: ", ")).") }
    let kept = Set(common.map(Spelling.key))
    var others: [String: Int] = [:]
    for (names, count) in named {
      for name in Set(names) where !kept.contains(Spelling.key(name)) { others[name, default: 0] += count }
    }
    if !others.isEmpty || !several.isEmpty { spec.channels = common }
    guard !others.isEmpty else { return }
    let left = others.sorted { $0.key < $1.key }.map { "\($0.key) in \($0.value)" }
    say("channels", "Those that all images have; left out: \(left.joined(separator: ", ")).")
  }

  /// Takes what is doubtful in the data into `data.accept`, with what it is, until they can be opened.
  /// - Throws: the ``ZooError`` of what can't be accepted.
  mutating func open() throws(ZooError) -> Dataset {
    var open = Accepted.allCases.filter { $0 != .spellings }
    while true {
      do throws(ZooError) {
        return try Dataset.open(spec)
      } catch {
        if spec.onError == .stop, !given.has("data.onError"), error.description.contains("data.onError=skip") {
          spec.onError = .skip
          let lines = error.description.split(separator: "\n").filter { !$0.contains("problems with the data") }
          say(
            "onError",
            "Images that can't be decoded are left out: \(lines.first?.trimmingCharacters(in: .whitespaces) ?? "")")
          continue
        }
        guard let next = open.first(where: { error.description.contains("data.accept=[\($0.rawValue)]") }) else {
          throw error
        }
        open.removeAll { $0 == next }
        spec.accept.append(next.rawValue)
        let lines = error.description.split(separator: "\n").filter { $0.contains("data.accept=[\(next.rawValue)]") }
        if let line = lines.first { say("accept", "\(line.trimmingCharacters(in: .whitespaces))") }
      }
    }
  }

  /// Looks at some pixels, or at all of a small set: images that can't be decoded are left out from now on.
  /// - Returns: What a person should know of the channels. O(pixels that are looked at).
  mutating func look(_ dataset: Dataset, threads: Int) -> [String] {
    let all = Split([Subset](repeating: .train, count: dataset.samples.count), rule: "")
    let pixels = PixelCheck(
      dataset, all.lookedAt(dataset), cache: SampleCache(dataset, limit: 0), threads: threads)
    if let first = pixels.failures.first, spec.onError == .stop, !given.has("data.onError") {
      spec.onError = .skip
      say(
        "onError",
        "\(Figures.counted(pixels.failures.count, "image")) can't be decoded and \(pixels.failures.count == 1 ? "is" : "are") left out, e.g. \(dataset.samples[first.index].id): \(first.error.problem)."
      )
    }
    guard let statistics = pixels.statistics,
      let range = try? dataset.range(of: statistics, given: dataset.isRangeKnown(spec) ? dataset.sampleRange : nil)
    else { return [] }
    return statistics.cautions(dataset.channels, sampleType: dataset.sampleType, range: range)
  }
}
