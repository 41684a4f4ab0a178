import Foundation
import ZooData
import ZooFormat

/// What folders and names say where no table does.
extension DataProbe {
  /// What to do about a folder of images and a table that says where cells are in them, in no form that is known by itself.
  static func fieldsWithPositions(_ root: String) -> ZooError? {
    let names = (try? FolderSource.contents(root)) ?? []
    let images = names.filter(ImageFile.isNamedAsImage)
    guard let image = images.first, let (name, places) = tableWithPositions(root, names) else { return nil }
    return fieldsOfUnknownForm(
      root, "has \(Figures.counted(images.count, "image"))", images: "{field}.\((image as NSString).pathExtension)",
      table: name, places)
  }

  /// The first table of these that has columns of positions. O(tables).
  static func tableWithPositions(_ root: String, _ names: [String]) -> (name: String, places: (x: String, y: String))? {
    PositionTables(root, names).tables.first.map { ($0.path, ($0.x, $0.y)) }
  }

  /// What is said of fields with a table of cells that is of no known layout.
  static func fieldsOfUnknownForm(
    _ root: String, _ holds: String, images: String, table name: String, _ places: (x: String, y: String)
  ) -> ZooError {
    ZooError(
      .badInput, file: root,
      problem:
        "\(holds) and a table '\(name)' with positions (\(places.x), \(places.y)): whole fields of cells, whose form isn't known",
      expected: "a spec that says what is what",
      remedy:
        "Set data.source=cells, data.cells.layout=table, data.cells.images=\"\(images)\" (or the parts of the names, e.g. {experiment}_{well}), data.cells.tables=\"\(name)\" and data.cells.columns={x: \(places.x), y: \(places.y), frame: …, track: …, image: …}; see Documentation/Microscopy.md"
    )
  }

  mutating func probeFolder(_ root: String) throws(ZooError) {
    if FolderSource.hasSubsetFolders(root) { spec.split.folders = true }
    if spec.images == nil { try findNames(root) }
    var columns: [String] = []
    var listing: FolderSource.Listing
    if let names = spec.images {
      var lenient = spec
      lenient.accept.append(Accepted.otherNames.rawValue)
      if lenient.columns.missingChannel == .refuse { lenient.columns.missingChannel = .zero }
      listing = try FolderSource.listing(root, names: names, lenient, columns: &columns)
    } else {
      listing = try FolderSource.listing(
        root, hasSubsets: spec.split.folders, classes: given.spec.classes, exclude: spec.exclude)
    }
    if let channels = listing.channels {
      hasFilePerChannel = true
      if channels.lacking.contains(where: { $0.count > 0 }) {
        takeChannels(channels.lacking, of: channels.found, "sample")
      }
    }
    let rows = listing.entries.map { [$0.id, $0.className ?? ""] + $0.groups }
    let table = CSVTable(
      columns: ["path", FolderSource.classPart] + columns, rows: rows, lines: rows.map { _ in 1 }, remarks: [],
      origins: [(0, root)])
    findJoins(table)
    if listing.classes.isEmpty, !spec.join.isEmpty { try findJoinedLabel(table, root) }
    try FolderSource.joined(&listing, &columns, spec, root: root)
    groups = ColumnRoles.groups(columns)
    probe(images: listing.entries.map { root + "/" + $0.id })
  }

  /// The column of a joined table that is most likely the class, where no path says it.
  private mutating func findJoinedLabel(_ table: CSVTable, _ root: String) throws(ZooError) {
    var remarks: [String] = []
    let joined = try TableJoin(spec.join, root: root).joined(to: table, &remarks)
    guard !given.has("data.columns.label"), joined.index(of: spec.columns.label) == nil,
      let found = ColumnRoles(joined).label
    else { return }
    spec.columns.label = found
    say("columns.label", "The class of each image, by a table that is joined.")
  }

  /// What the names of the images and of their folders say, if they have one pattern.
  private mutating func findNames(_ root: String) throws(ZooError) {
    let all = try FieldFolder(root, exclude: spec.exclude).paths.filter(ImageFile.isNamedAsImage)
    let depths = Dictionary(grouping: all) { path in path.utf8.count { $0 == 0x2F } }
    guard let (depth, paths) = depths.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }), depth > 0 else {
      return
    }
    let isNested = depth > (spec.split.folders ? 2 : 1)
    var level: (level: Int, isSure: Bool)? = (spec.split.folders ? 1 : 0, true)
    if isNested { level = NameProposal.classLevel(paths, chosen: given.spec.classes) }
    guard let level else { return }
    // Folders for training and test are no classes.
    let folders = Set(paths.compactMap { $0.split(separator: "/").dropFirst(level.level).first.map(String.init) })
    // One folder is no class of several; what stands beside it is told with that.
    guard isNested || folders.count > 1,
      Set(folders.compactMap(SubsetWords.subset)).count < 2 || folders.contains(where: given.spec.classes.contains)
    else { return }
    let aspects = AspectFolders(paths, level: level.level)
    if let error = aspects.refusal(root, chosen: given.spec.classes) { throw error }
    let subsets = spec.split.folders && !isNested ? 0 : nil
    var proposal = NameProposal(paths, classLevel: level.level, subsetLevel: subsets)
    if proposal == nil, isNested { proposal = NameProposal(paths, classLevel: level.level, ofFolders: true) }
    guard let proposal else { return }
    spec.images = proposal.pattern
    if let doubt = aspects.doubt(chosen: given.spec.classes) { say("images", "Unsure: \(doubt).") }
    let parts = proposal.parts.map { "\($0.name) (\($0.values), e.g. \($0.example))" }
    say(
      "images",
      "What the paths of the images say, as columns: \(parts.isEmpty ? "nothing" : parts.joined(separator: ", ")). Rename a part if it is something else; * is anything."
    )
    if let channels = proposal.channels {
      say(
        "images",
        "Unsure: \(channels.joined(separator: ", ")) are taken as channels of one image, whose files have them at {\(ChannelFiles.part)} and agree in all else. If each file is an image of its own, call this part otherwise."
      )
    }
    if proposal.channels == nil, let tokens = NameTokens(paths),
      tokens.parts.contains(where: { $0.part != "frame" }) || !proposal.parts.contains(where: { $0.name == "frame" })
    {
      let folder = (proposal.pattern as NSString).deletingLastPathComponent
      say("images", "Unsure: names differ in \(tokens.told(in: folder)).")
    }
    if !level.isSure { say("images", "Unsure: which folder is the class; move {\(FolderSource.classPart)} to it.") }
    let unknown = proposal.parts.filter { !$0.isKnown }.map(\.name)
    if !unknown.isEmpty {
      say(
        "images",
        "Unsure: what \(unknown.joined(separator: " and ")) \(unknown.count == 1 ? "is" : "are"). If it makes samples alike, name it so and split by it."
      )
    }
  }
}
