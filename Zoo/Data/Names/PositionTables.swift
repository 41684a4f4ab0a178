import Foundation
import ZooFormat
import ZooImages

/// Tables that say where cells are in pictures: those with columns of positions.
package struct PositionTables {
  package struct Table {
    /// Below the folder of the data.
    package var path: String
    package var x: String
    package var y: String
    /// Column of the table → what it most likely is, as `data.cells.columns` has it.
    package var others: [(meaning: String, column: String)]
    /// A column of times that aren't numbers of frames, with one of them; `nil` if there is none, or a column of frames.
    var times: (column: String, example: String)?
    /// Its first rows.
    let rows: CSVTable
    /// What has to be done before it can be read; `nil` if nothing has.
    package var conversion: String?
  }

  package private(set) var tables: [Table] = []
  /// All that was looked at, those without positions, too.
  private var looked: [String] = []
  /// Tables that say nothing, and why: most often letters of an older Windows program, or lines above the header.
  package private(set) var unread: [(path: String, error: ZooError)] = []

  /// Annotations of programs whose files aren't read.
  package private(set) var annotations: [(path: String, tool: AnnotationTool)] = []

  /// Files of boxes.
  private var boxes: [BoxesBeside] = []
  private var yolo: YOLOBeside?

  /// Whether nothing says where cells are.
  package var isEmpty: Bool { tables.isEmpty && annotations.isEmpty && boxes.isEmpty && yolo == nil }

  private static let endings: Set<String> = ["csv", "tsv", "txt"]
  /// Tables that are opened.
  private static let most = 200
  /// Of each, in search of its header.
  private static let mostBytes = 1 << 16
  private static let mostFolders = 2000
  private static let deepest = 3

  package static func isTable(_ path: String) -> Bool {
    endings.contains((path as NSString).pathExtension.lowercased())
  }

  /// Of these files. O(tables).
  package init(_ root: String, _ paths: [String]) {
    for path in paths.lazy.filter(Self.isTable).prefix(Self.most) { look(path, root) }
  }

  /// Of the subfolders. O(files).
  package init(inFoldersOf root: String, exclude: [String]) {
    let exclusion = FileExclusion(exclude)
    var open = [""]
    var found: [String] = []
    var visited = 0
    while let folder = open.popLast(), visited < Self.mostFolders {
      visited += 1
      let depth = folder.split(separator: "/").count
      for name in (try? FolderSource.contents("\(root)/\(folder)")) ?? [] where !ImageFile.isNamedAsImage(name) {
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        let isFolder = FileKind("\(root)/\(path)") == .folder
        if exclusion.fits(path, isFolder: isFolder) { continue }
        if isFolder {
          if depth < Self.deepest { open.append(path) }
        } else if depth > 0, Self.isTable(path) {
          found.append(path)
        } else if depth > 0, ["json", "xml"].contains((path as NSString).pathExtension.lowercased()),
          annotations.count + boxes.count < Self.most,
          let bytes = try? FileBytes.read("\(root)/\(path)", prefix: AnnotationTool.prefix)
        {
          if let tool = AnnotationTool(bytes) {
            annotations.append((path, tool))
          } else if let found = BoxesBeside(path, in: root, start: bytes) {
            boxes.append(found)
          }
        }
      }
    }
    boxes.sort { NaturalOrder.precedes($0.path, $1.path) }
    found.sort(by: NaturalOrder.precedes)
    for path in found.prefix(Self.most) { look(path, root) }
    // All files are looked for only where some text is one of boxes.
    if tables.isEmpty, boxes.isEmpty,
      found.lazy.filter({ $0.hasSuffix(".txt") }).prefix(Self.most)
        .contains(where: { YOLOLabels.look("\(root)/\($0)").map { $0.boxes > 0 } ?? false }),
      let paths = try? FieldFolder(root, exclude: exclude).paths
    {
      yolo = YOLOBeside(root, paths).flatMap { $0.keys == nil ? nil : $0 }
    }
  }

  private mutating func look(_ path: String, _ root: String) {
    looked.append(path)
    guard var bytes = try? FileBytes.read("\(root)/\(path)", prefix: Self.mostBytes), !bytes.isEmpty else { return }
    // Without a line that was cut.
    if bytes.count == Self.mostBytes, let end = bytes.lastIndex(of: 0x0A) { bytes.removeSubrange(end...) }
    do throws(ZooError) {
      add(path, try CSVTable(bytes, file: path))
    } catch {
      let doing = "'\(path.onOneLine)' isn't UTF-8: \(TextEncoding(bytes).command("FILE", "NEW.csv"))"
      if let table = CSVTable.inLatin(bytes, file: path), add(path, table, doing) { return }
      // A text is most often none.
      if (path as NSString).pathExtension.lowercased() != "txt" { unread.append((path, error)) }
    }
  }

  @discardableResult
  private mutating func add(_ path: String, _ table: CSVTable, _ conversion: String? = nil) -> Bool {
    guard let places = ColumnRoles.positions(table) else { return false }
    let roles = ColumnRoles(table)
    let times = [roles.frame].compactMap(\.self) + table.columns.filter { ColumnRoles.isFrame($0) && $0 != roles.frame }
    let frame =
      times.first { Self.all(table, $0) { CellTableReader.integer($0) != nil } }
      ?? times.first { Self.all(table, $0, TimesAsFrames.isTime) }
    let time = frame == nil ? times.first { Self.all(table, $0) { Double($0) != nil } } : nil
    let others = [
      ("frame", frame), ("time", time), ("track", roles.sequence),
      ("image", roles.paths.first ?? roles.otherPaths.first),
      ("label", roles.label.flatMap { Self.tellsClasses(table, $0) ? $0 : nil }),
    ].compactMap { meaning, column in column.map { (meaning: meaning, column: $0) } }
    let untold = frame == nil ? (time ?? times.first) : nil
    let example = untold.flatMap(table.index(of:)).flatMap { place in
      table.rows.lazy.map { $0[place].trimmed }.first { CellTableReader.integer($0) == nil && !Spelling.isNothing($0) }
    }
    tables.append(
      Table(
        path: path, x: places.x, y: places.y, others: others,
        times: untold.flatMap { name in example.map { (name, $0) } }, rows: table, conversion: conversion))
    return true
  }

  /// Whether all that a column says is of a kind.
  private static func all(_ table: CSVTable, _ column: String, _ isOfKind: (String) -> Bool) -> Bool {
    guard let place = table.index(of: column) else { return false }
    return table.rows.allSatisfy { CellTableReader.isBlank($0[place]) || isOfKind($0[place].trimmed) }
  }

  /// Whether a column repeats what it says: TrackMate's LABEL is a name for each spot.
  private static func tellsClasses(_ table: CSVTable, _ column: String) -> Bool {
    guard let place = table.index(of: column) else { return false }
    return Set(table.rows.map { $0[place] }).count * 2 <= table.rows.count || table.rows.count < 10
  }

  /// The pattern of most tables of one kind: of several folders with their name as a part, or of the one that they stand in;
  /// with one of these.
  private var pattern: (text: String, table: Table)? {
    let forms = Dictionary(grouping: tables) { table in
      [String(table.path.split(separator: "/").count), (table.path as NSString).pathExtension] + table.rows.columns
    }
    guard
      let own = forms.max(by: { ($0.value.count, $1.value[0].path) < ($1.value.count, $0.value[0].path) })?.value,
      let first = own.first
    else { return nil }
    guard own.count > 1 else { return (first.path, first) }
    let paths = own.map(\.path)
    let levels = first.path.split(separator: "/").dropLast().enumerated().map { level, name in
      let names = Set(paths.map { $0.split(separator: "/")[level] })
      return names.count == 1 ? String(name) : level == 0 ? "{experiment}" : "*"
    }
    let names = paths.map { (($0 as NSString).lastPathComponent as NSString).deletingPathExtension }
    let ending = (first.path as NSString).pathExtension
    let (start, end) = (Self.common(names), String(Self.common(names.map { String($0.reversed()) }).reversed()))
    // What tells them from tables of another kind beside them, if there are any.
    let kinds = ["*"] + (Set(names).count == 1 ? [names[0]] : []) + ["*\(end)", "\(start)*", "\(start)*\(end)"]
    let texts = kinds.map { (levels + ["\($0).\(ending)"]).joined(separator: "/") }
    let others = looked.filter { !paths.contains($0) }
    let text = texts.first { text in
      guard let pattern = try? FieldPattern(text, key: "data.cells.tables") else { return false }
      return !others.contains { pattern.match($0) != nil } && paths.allSatisfy { pattern.match($0) != nil }
    }
    return (text ?? first.path, first)
  }

  /// What all names begin with, up to a mark.
  private static func common(_ names: [String]) -> String {
    guard let first = names.first else { return "" }
    return names.dropFirst().reduce(first) { $0.commonPrefix(with: $1) }
  }

  /// Columns that tell the same fields apart as parts of the paths do.
  private static func columns(of parts: [String: Set<String>], in table: Table) -> [(meaning: String, column: String)] {
    let known = Set([table.x, table.y] + table.others.map(\.column))
    return parts.sorted { $0.key < $1.key }.compactMap { part, values in
      guard CellLayout.meanings.contains(part), table.rows.index(of: part) == nil else { return nil }
      let wanted = Set(values.map { FieldNumber.key($0) })
      let column = table.rows.columns.first { name in
        guard !known.contains(name), let place = table.rows.index(of: name) else { return false }
        let here = Set(table.rows.rows.map { $0[place].trimmed }.filter { !CellTableReader.isBlank($0) })
        let keys = Set(here.map { FieldNumber.key($0) })
        // Bare numbers count anything, unless the column is called so.
        let isCalled =
          ColumnRoles.level(name) != nil || NameParts.meanings[ColumnRoles.plain(name)] != nil
          || here.contains { $0.first?.isNumber == false }
        return isCalled && keys.count > 1 && keys.isSubset(of: wanted) && keys.count * 2 > wanted.count
      }
      return column.map { (part, $0) }
    }
  }

  /// What speaks against taking subfolders as classes: tables of the cells in their images. `nil` without such tables.
  /// - Parameter images: Paths of images below the root, if they are known.
  package func refusal(_ root: String, folders: [String], images: [String]) -> ZooError? {
    let shown = folders.prefix(6).map(\.onOneLine).joined(separator: ", ") + (folders.count > 6 ? " …" : "")
    let names = folders.prefix(8).map { JSONValue.string($0).description }.joined(separator: ", ")
    let otherwise =
      "If the subfolders are classes all the same, name them: data.classes=[\(names)\(folders.count > 8 ? ", …" : "")]"
    guard let (tablePattern, first) = pattern else {
      if !boxes.isEmpty {
        return BoxesBeside.refusal(boxes, root, folders: shown, images: images, otherwise: otherwise)
      }
      if let yolo { return yolo.refusal(root, folders: shown, otherwise: otherwise) }
      return annotations.first.map { path, tool in
        ZooError(
          .badInput, file: root,
          problem:
            "the subfolders (\(shown)) hold annotations of \(tool.rawValue) ('\(path.onOneLine)'), which aren't read: they look like whole images of several experiments, and not like classes",
          expected: "tables of the cells, or one subfolder of images for each class",
          remedy: "\(tool.remedy). \(otherwise)")
      }
    }
    var proposal = NameProposal(images, classLevel: 0)?.pattern.replacing(
      "{\(FolderSource.classPart)}", with: "{experiment}")
    var parts: [String: Set<String>] = [:]
    if let tokens = NameTokens(images), case let fields = FieldNames(images, tokens),
      let names = fields?.pattern ?? tokens.fieldPattern
    {
      let isFlat = images.allSatisfy { path in path.utf8.count { $0 == 0x2F } == 1 }
      let folder = proposal.map { ($0 as NSString).deletingLastPathComponent } ?? (isFlat ? "{experiment}" : nil)
      let isNew = proposal?.contains("{\(ChannelFiles.part)}") != true
      if let folder, isNew, !tokens.parts.contains(where: { folder.contains("{\($0.part)}") }) {
        proposal = "\(folder)/\(names)"
        parts = fields?.values ?? [:]
      }
    }
    let endings = Dictionary(grouping: images) { ($0 as NSString).pathExtension }
    let ending = endings.max { ($0.value.count, $1.key) < ($1.value.count, $0.key) }?.key ?? "tif"
    let found =
      first.others + (first.others.contains { $0.meaning == "image" } ? [] : Self.columns(of: parts, in: first))
    let columns = ([("x", first.x), ("y", first.y)] + found.map { ($0.meaning, $0.column) }).map {
      "\($0): \(JSONValue.string($1).description)"
    }
    let untold =
      first.times.map {
        ". '\($0.column.onOneLine)' says times (\($0.example.onOneLine)) and no numbers of frames: if films have several frames, add a column with these to the tables, and name it by data.cells.columns.frame"
      } ?? ""
    let conversions = tables.compactMap(\.conversion)
    let others = conversions.count > 1 ? " (so of \(conversions.count) tables)" : ""
    let foreign = conversions.first.map { ". \($0)\(others)" } ?? ""
    return ZooError(
      .badInput, file: root,
      problem:
        "the subfolders (\(shown)) hold \(Figures.counted(tables.count, "table")) with positions of cells, e.g. '\(first.path.onOneLine)' (\(first.x), \(first.y)): they look like whole fields of several experiments, and not like classes",
      expected: "a spec that says what is what",
      remedy:
        "Set data.source=cells, data.cells.layout=table, data.cells.images=\"\(proposal ?? "{experiment}/{field}.\(ending)")\" (parts by what they mean), data.cells.tables=\"\(tablePattern)\" and data.cells.columns={\(columns.joined(separator: ", "))}; see Documentation/Microscopy.md\(untold). \(otherwise)\(foreign)"
    )
  }
}
