import ZooFormat
import ZooImages

/// What is doubtful in fields and tables though they can be read.
extension CellReading {
  /// What isn't sure of the column of frames, if it may be one of times.
  static func frameTimes(
    _ column: String, _ tables: CellTables, _ fields: [FieldImages.Field]
  ) throws(ZooError) -> String? {
    guard let longest = fields.max(by: { $0.frameCount < $1.frameCount }), let file = tables.files.first else {
      return nil
    }
    return try FrameTimes.check(
      column, Set(tables.rows.map(\.frame)), film: longest.firstFrame...longest.lastFrame, file: file,
      key: "data.cells.columns.frame")
  }

  /// What is said of folders that look like further channels.
  static func siblings(
    _ folder: FieldFolder, _ images: FieldImages, _ tables: CellTables, _ pattern: ImagePatterns
  ) -> [String] {
    guard pattern.channels == nil, images.channels.count == 1 else { return [] }
    // A field without positions may be a channel that was taken for a field.
    let own = Set(tables.rows.map(\.field))
    let used = Set(own.flatMap { images.fields[$0].planes.compactMap { $0?.file } }).map { index in
      String(images.files[index].dropFirst(folder.root.count + 1))
    }
    let files = Set(tables.files.map { String($0.dropFirst(folder.root.count + 1)) })
    guard let found = SiblingFolders(folder, used: used, tables: files, pattern: pattern.text) else { return [] }
    return [
      "\(Figures.counted(found.folders.count, "folder")) beside those of the images with files of the same names \(found.folders.count == 1 ? "isn't" : "aren't") used (\(found.folders.prefix(6).joined(separator: ", "))\(found.folders.count > 6 ? " …" : "")): if they are channels, set \(found.setting((images.channels[0], pattern.text)))"
    ]
  }

  /// Images that the patterns pass over: a projection or a preview, or a field whose name is written otherwise.
  static func unfit(
    _ folder: FieldFolder, _ pattern: ImagePatterns, tables: String
  ) throws(ZooError) -> String? {
    let tables = try FieldPattern(tables, key: "data.cells.tables")
    let left = folder.paths.filter { path in
      ImageFile.isNamedAsImage(path) && tables.match(path) == nil
        && !pattern.all.contains { $0.pattern.match(path) != nil }
    }
    guard let first = left.first else { return nil }
    let example = left.count > 2 ? "\(first.onOneLine)' and '\(left[left.count / 2].onOneLine)" : first.onOneLine
    return
      "\(Figures.counted(left.count, "image")) \(left.count == 1 ? "doesn't" : "don't") fit the pattern of the images and \(left.count == 1 ? "isn't" : "aren't") used, e.g. '\(example)'"
  }
}
