import Foundation
import ZooFormat
import ZooImages

/// Which kind of source a folder is, for specs that don't say.
package enum SourceInference {
  package static let simulationRemedy =
    "Set data.root=FOLDER (or data.manifest=FILE); simulated cells come by data.source=simulated"

  /// What the folder holds; `auto` if nothing names a folder or a table. Never simulated: nobody asked for that.
  package static func source(of data: DataSpec) -> DataSpec.Source {
    guard let root = data.root else { return data.manifest == DataSpec().manifest ? .auto : .csv }
    func has(_ file: String) -> Bool {
      FileKind(StoredPath.found(file.hasPrefix("/") ? file : root + "/" + file)) != .nothing
    }
    let isManifest = has(data.manifest) && !FileExclusion(data.exclude).fits(data.manifest, isFolder: false)
    if isManifest || FieldPattern.isPattern(data.manifest) { return .csv }
    if has(data.idx.trainImages) { return .idx }
    return .folder
  }

  private static let tables: Set<String> = ["csv", "tsv", "txt"]

  /// A table that has rows, but no column of paths.
  private static func withoutImages(_ path: String) -> CSVTable? {
    guard let bytes = try? FileBytes.read(path), let table = try? CSVTable(bytes, file: path), !table.rows.isEmpty
    else {
      return nil
    }
    return ColumnRoles(table).paths.isEmpty ? table : nil
  }

  /// Whether some folder above the images may be their class by its name and its files, or nothing is known of them.
  private static func mayBeClasses(_ root: String, _ data: DataSpec) -> Bool {
    let images = ((try? FieldFolder(root, exclude: data.exclude))?.paths ?? []).filter(ImageFile.isNamedAsImage)
    let depths = Dictionary(grouping: images) { path in path.utf8.count { $0 == 0x2F } }
    guard let (depth, paths) = depths.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }), depth > 0 else {
      return true
    }
    return NameProposal.classLevel(paths, chosen: data.classes) != nil
  }

  /// Names of tables beside the manifest that list images, too. O(bytes of those tables, of each at most 64 KiB).
  static func otherManifests(_ data: DataSpec) -> [String] {
    let file = ManifestSource.file(data)
    let folder = (file as NSString).deletingLastPathComponent
    let names = (try? FolderSource.contents(folder.isEmpty ? "." : folder)) ?? []
    let own = (file as NSString).lastPathComponent
    let joined = Set(data.join.keys.flatMap { TableJoin.files($0, root: ManifestSource.root(data)) })
    let isUsed = try? FieldPattern(own, key: "data.manifest")
    let others = names.filter { name in
      tables.contains((name as NSString).pathExtension.lowercased()) && name != own && isUsed?.match(name) == nil
        && !joined.contains(folder.isEmpty ? name : "\(folder)/\(name)")
    }
    return others.prefix(20).filter { name in
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      guard FileKind(path) == .file, var bytes = try? FileBytes.read(path, prefix: 1 << 16) else { return false }
      // Without a line that was cut.
      if bytes.count == 1 << 16, let end = bytes.lastIndex(of: 0x0A) { bytes.removeSubrange(end...) }
      guard let table = try? CSVTable(bytes, file: name) else { return false }
      return !ColumnRoles(table).paths.isEmpty
    }
  }

  /// What speaks against taking the subfolders as classes, where nobody said that they are: a table or a spreadsheet that
  /// is called something else than the manifest most likely says more of the images.
  package static func otherTable(_ data: DataSpec) -> ZooError? {
    guard data.images == nil, let root = data.root, source(of: data) == .folder,
      let all = try? FolderSource.contents(root)
    else {
      return nil
    }
    // Folders that somebody named as classes are these, whatever lies beside them.
    let areNamed = data.classes.allSatisfy { FileKind("\(root)/\($0)") == .folder }
    if !data.classes.isEmpty, areNamed { return nil }
    let exclusion = FileExclusion(data.exclude)
    let names = all.filter { !exclusion.fits($0, isFolder: FileKind("\(root)/\($0)") == .folder) }
    func refusal(_ problem: String, _ remedy: String?) -> ZooError {
      ZooError(.badInput, file: root, problem: problem, expected: "the table of the images", remedy: remedy)
    }
    if data.manifest != DataSpec().manifest {
      return refusal(
        "there is no '\(data.manifest)'", NearestName.of(data.manifest, in: names).map { "Did you mean '\($0)'?" })
    }
    if let error = cellsBelow(data) { return error }
    // A table that is joined is used.
    let joined = TableJoin.names(data.join, root: root)
    func first(_ endings: Set<String>) -> String? {
      names.first { endings.contains(($0 as NSString).pathExtension.lowercased()) && !joined.contains($0) }
    }
    let folders = "or data.source=folder to take each subfolder as a class"
    if let table = first(["csv", "tsv"]), let bytes = try? FileBytes.read("\(root)/\(table)"),
      let read = (try? CSVTable(bytes, file: table)) ?? CSVTable.inLatin(bytes, file: table),
      let remedy = PlateMap.longForm(read)
    {
      return refusal(
        "there is no manifest.csv, but a map of a plate '\(table)'",
        mayBeClasses(root, data)
          ? "\(remedy). It is joined by the wells in the images' names: data.images='{class}/{plate}_{well}_*' 'data.join={\"\(table)\": [well]}'; \(folders)"
          : "\(remedy). List the images in a manifest.csv (path, well); the map is joined to it by data.join={\"\(table)\": [well]}, and its label is data.columns.label; \(folders)"
      )
    }
    if let table = first(["csv", "tsv"]), let read = withoutImages("\(root)/\(table)") {
      let problem = "there is no manifest.csv, but a table '\(table)', which names no images"
      guard mayBeClasses(root, data) else {
        return refusal(
          problem,
          "Add a column with the path of each image, or one for each channel, and set data.manifest=\(table); or list the images in a manifest.csv (path and what names of files and folders say: plate, well …): \(TableBeside(name: table, columns: read.columns).told); \(folders)"
        )
      }
      return refusal(
        problem,
        "Add a column with the path of each image, or one for each channel, and set data.manifest=\(table); or, if the names of images say what its rows are of, join it: data.images='{class}/{plate}_{well}_*' 'data.join={\"\(table)\": [plate, well]}'; \(folders)"
      )
    }
    if let table = first(["csv", "tsv"]) {
      return refusal(
        "there is no manifest.csv, but a table '\(table)'", "Set data.manifest=\(table) to use it, \(folders)")
    }
    let sheet = first(["xlsx", "xls", "ods"]).map {
      refusal(
        "there is no manifest.csv, but a spreadsheet '\($0)'",
        "Save its sheet as manifest.csv (CSV UTF-8), \(folders)")
    }
    return sheet ?? tablesOfCells(data)?.error
  }

  /// A table of cells that lies beside folders of their images, of which nobody said that they are classes; `nil` if there
  /// is none. O(files).
  package static func cellsBelow(_ data: DataSpec) -> ZooError? {
    guard data.source == .auto, data.images == nil, data.classes.isEmpty, data.join.isEmpty, let root = data.root,
      source(of: data) == .folder
    else { return nil }
    return FieldsBelow.refusal(root, exclude: data.exclude)
  }

  /// Tables of cells in subfolders that nobody said are classes, which they then aren't.
  /// - Returns: The error that says so, and what can't be read of the tables; `nil` if nothing was looked for. O(files).
  package static func tablesOfCells(_ data: DataSpec) -> (error: ZooError?, unread: [(path: String, error: ZooError)])?
  {
    guard data.images == nil, data.classes.isEmpty, let root = data.root, source(of: data) == .folder,
      let names = try? FolderSource.contents(root)
    else { return nil }
    let found = PositionTables(inFoldersOf: root, exclude: data.exclude)
    guard !found.isEmpty else { return (nil, found.unread) }
    let exclusion = FileExclusion(data.exclude)
    let folders = names.filter { name in
      FileKind("\(root)/\(name)") == .folder && !exclusion.fits(name, isFolder: true)
    }
    let images = ((try? FieldFolder(root, exclude: data.exclude))?.paths ?? []).filter(ImageFile.isNamedAsImage)
    return (found.refusal(root, folders: folders.sorted(by: NaturalOrder.precedes), images: images), found.unread)
  }
}
