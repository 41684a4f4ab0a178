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
    /// What has to be done before it can be read; `nil` if nothing has.
    package var conversion: String?
  }

  package private(set) var tables: [Table] = []
  /// Tables that say nothing, and why: most often letters of an older Windows program, or lines above the header.
  package private(set) var unread: [(path: String, error: ZooError)] = []

  /// Annotations of programs whose files aren't read.
  package private(set) var annotations: [(path: String, tool: AnnotationTool)] = []

  /// Files of boxes.
  private var boxes: [BoxesBeside] = []

  /// Whether nothing says where cells are.
  package var isEmpty: Bool { tables.isEmpty && annotations.isEmpty && boxes.isEmpty }

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
    for path in found.sorted(by: NaturalOrder.precedes).prefix(Self.most) { look(path, root) }
  }

  private mutating func look(_ path: String, _ root: String) {
    guard var bytes = try? FileBytes.read("\(root)/\(path)", prefix: Self.mostBytes), !bytes.isEmpty else { return }
    // Without a line that was cut.
    if bytes.count == Self.mostBytes, let end = bytes.lastIndex(of: 0x0A) { bytes.removeSubrange(end...) }
    do throws(ZooError) {
      add(path, try CSVTable(bytes, file: path))
    } catch {
      if error.problem == CSV.preamble, let line = error.location.line {
        var breaks = 0
        let table = bytes.drop { byte in
          if byte == 0x0A { breaks += 1 }
          return breaks < line
        }
        let doing = "Of '\(path.onOneLine)', delete all lines to [Data]: tail -n +\(line + 1) FILE > NEW.csv"
        if let table = try? CSVTable(Array(table.dropFirst()), file: path) { add(path, table, doing) }
        return
      }
      let doing = "'\(path.onOneLine)' isn't UTF-8: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW.csv"
      if let table = CSVTable.inLatin(bytes, file: path), add(path, table, doing) { return }
      // A text is most often none.
      if (path as NSString).pathExtension.lowercased() != "txt" { unread.append((path, error)) }
    }
  }

  @discardableResult
  private mutating func add(_ path: String, _ table: CSVTable, _ conversion: String? = nil) -> Bool {
    guard let places = ColumnRoles.positions(table) else { return false }
    let roles = ColumnRoles(table)
    let others = [
      ("frame", roles.frame), ("track", roles.sequence), ("image", roles.paths.first ?? roles.otherPaths.first),
      ("label", roles.label.flatMap { Self.tellsClasses(table, $0) ? $0 : nil }),
    ].compactMap { meaning, column in column.map { (meaning: meaning, column: $0) } }
    tables.append(Table(path: path, x: places.x, y: places.y, others: others, conversion: conversion))
    return true
  }

  /// Whether a column repeats what it says: TrackMate's LABEL is a name for each spot.
  private static func tellsClasses(_ table: CSVTable, _ column: String) -> Bool {
    guard let place = table.index(of: column) else { return false }
    return Set(table.rows.map { $0[place] }).count * 2 <= table.rows.count || table.rows.count < 10
  }

  /// The pattern of most tables: of several folders with their name as a part, or of the one that they stand in.
  private var pattern: String {
    let forms = Dictionary(grouping: tables.map(\.path)) { path in
      [String(path.split(separator: "/").count), (path as NSString).pathExtension]
    }
    guard let (form, paths) = forms.max(by: { ($0.value.count, $1.key[1]) < ($1.value.count, $0.key[1]) }),
      paths.count > 1, let first = paths.first
    else { return tables.first?.path ?? "" }
    let folders = first.split(separator: "/").dropLast().enumerated().map { level, name in
      let names = Set(paths.map { $0.split(separator: "/")[level] })
      return names.count == 1 ? String(name) : level == 0 ? "{experiment}" : "*"
    }
    return (folders + ["*." + form[1]]).joined(separator: "/")
  }

  /// What speaks against taking subfolders as classes: tables of the cells in their images. `nil` without such tables.
  /// - Parameter images: Paths of images below the root, if they are known.
  package func refusal(_ root: String, folders: [String], images: [String]) -> ZooError? {
    let shown = folders.prefix(6).map(\.onOneLine).joined(separator: ", ") + (folders.count > 6 ? " …" : "")
    let names = folders.prefix(8).map { JSONValue.string($0).description }.joined(separator: ", ")
    let otherwise =
      "If the subfolders are classes all the same, name them: data.classes=[\(names)\(folders.count > 8 ? ", …" : "")]"
    guard let first = tables.first else {
      if !boxes.isEmpty {
        return BoxesBeside.refusal(boxes, root, folders: shown, images: images, otherwise: otherwise)
      }
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
    if let tokens = NameTokens(images), let names = tokens.fieldPattern {
      let isFlat = images.allSatisfy { path in path.utf8.count { $0 == 0x2F } == 1 }
      let folder = proposal.map { ($0 as NSString).deletingLastPathComponent } ?? (isFlat ? "{experiment}" : nil)
      let isNew = proposal?.contains("{\(ChannelFiles.part)}") != true
      if let folder, isNew, !tokens.parts.contains(where: { folder.contains("{\($0.part)}") }) {
        proposal = "\(folder)/\(names)"
      }
    }
    let ending = images.first.map { ($0 as NSString).pathExtension } ?? "tif"
    let columns = ([("x", first.x), ("y", first.y)] + first.others.map { ($0.meaning, $0.column) }).map {
      "\($0): \(JSONValue.string($1).description)"
    }
    let conversions = tables.compactMap(\.conversion)
    let others = conversions.count > 1 ? " (so of \(conversions.count) tables)" : ""
    let foreign = conversions.first.map { ". \($0)\(others)" } ?? ""
    return ZooError(
      .badInput, file: root,
      problem:
        "the subfolders (\(shown)) hold \(Figures.counted(tables.count, "table")) with positions of cells, e.g. '\(first.path.onOneLine)' (\(first.x), \(first.y)): they look like whole fields of several experiments, and not like classes",
      expected: "a spec that says what is what",
      remedy:
        "Set data.source=cells, data.cells.layout=table, data.cells.images=\"\(proposal ?? "{experiment}/{field}.\(ending)")\" (parts by what they mean), data.cells.tables=\"\(pattern)\" and data.cells.columns={\(columns.joined(separator: ", "))}; see Documentation/Microscopy.md. \(otherwise)\(foreign)"
    )
  }
}
