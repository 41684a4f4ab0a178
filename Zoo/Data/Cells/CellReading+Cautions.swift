import Foundation
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

  /// Every film going on behind its table's last frame, when the tables begin with the films' first: they may as well begin later.
  static func shorterTables(_ tables: CellTables, _ images: FieldImages) -> String? {
    var spans: [Int: ClosedRange<Int>] = [:]
    for row in tables.rows {
      let old = spans[row.field] ?? row.frame...row.frame
      spans[row.field] = min(old.lowerBound, row.frame)...max(old.upperBound, row.frame)
    }
    let areShorter = spans.allSatisfy { field, span in
      span.lowerBound == images.fields[field].firstFrame && span.upperBound < images.fields[field].lastFrame
    }
    let ends = Set(spans.values.map(\.upperBound))
    guard !spans.isEmpty, areShorter, ends.count == 1 else { return nil }
    return
      "unsure: no table speaks of its film's last frame; each is taken to begin with the first picture. If it begins with a later one, set data.cells.firstFrame to the tables' number of the first picture, e.g. -1, or leave pictures out (data.exclude)"
  }

  /// Label images beside those that are used, which number the same cells otherwise: labels may be of either.
  func otherNumbers(labels: String) -> String? {
    guard spec.layout == .ctc else { return nil }
    let used = Set(tables.map { String($0.dropFirst(folder.root.count + 1)) })
    let patterns = CellLayout.all.filter { $0.name == .ctc }.flatMap(\.tables).compactMap {
      try? FieldPattern($0, key: "")
    }
    guard let own = folder.paths.first(where: used.contains),
      let other = folder.paths.first(where: { path in
        !used.contains(path) && patterns.contains { $0.match(path) != nil }
      })
    else { return nil }
    return
      "unsure: label images number the cells twice, '\(own.onOneLine)', which are used, and '\(other.onOneLine)'; the labels of \(labels.onOneLine) are taken to speak of the former (data.cells.tables)"
  }

  /// Whether labels speak of other objects than CellProfiler's tables that are read, by the names of their columns,
  /// `Cells_AreaShape_Area` beside `Nuclei.csv`, where the two tables number other cells alike; `nil` if nothing says so.
  func otherObjects(_ columns: [String], _ file: String) -> ZooError? {
    guard spec.layout == .cellprofiler else { return nil }
    func object(_ path: String) -> String {
      let stem = ((path as NSString).lastPathComponent as NSString).deletingPathExtension
      return stem.lastIndex(of: "_").map { String(stem[stem.index(after: $0)...]) } ?? stem
    }
    let used = Set(tables.map(object))
    let meant = Set(columns.compactMap { name in name.firstIndex(of: "_").map { String(name[..<$0]) } })
    guard used.isDisjoint(with: meant), let own = tables.first else { return nil }
    let place = (own as NSString).deletingLastPathComponent + "/"
    let other = folder.paths.first { path in
      folder.full(path).hasPrefix(place) && path.lowercased().hasSuffix(".csv") && meant.contains(object(path))
        && object(path) != "Image" && !tables.contains(folder.full(path)) && folder.full(path) != file
    }
    guard let other, let column = columns.first(where: { $0.hasPrefix(object(other) + "_") }),
      areNumberedApart(folder.full(other), own, parent: "Parent_\(object(own))")
    else { return nil }
    return ZooError(
      .badInput, file: file, path: "data.cells.tables",
      problem:
        "its columns are of \(object(other)) (\(column)), but the positions are of \(object(own)), whose numbers are those of other cells",
      expected: "numbers of one kind of object",
      remedy:
        "Set data.cells.tables=\(other.asShellWord); if the numbers are those of \(object(own)), remove the column"
    )
  }

  /// Whether two of CellProfiler's tables give one number to different cells: by the number of the parent, which is the same
  /// where cells are grown from nuclei, or by where they are.
  private func areNumberedApart(_ one: String, _ other: String, parent: String) -> Bool {
    func read(_ file: String) -> CSVTable? { (try? FileBytes.read(file)).flatMap { try? CSVTable($0, file: file) } }
    guard let table = read(one), let number = table.index(of: "ObjectNumber") else { return false }
    if let parent = table.index(of: parent) {
      return table.rows.contains { CellTableReader.whole($0[parent]) != CellTableReader.whole($0[number]) }
    }
    func places(_ table: CSVTable) -> [[String]: (x: Double, y: Double)]? {
      guard let image = table.index(of: "ImageNumber"), let number = table.index(of: "ObjectNumber"),
        let x = table.index(of: "Location_Center_X"), let y = table.index(of: "Location_Center_Y")
      else { return nil }
      return Dictionary(
        table.rows.compactMap { row in
          guard let x = Double(row[x]), let y = Double(row[y]) else { return nil }
          return ([CellTableReader.whole(row[image]), CellTableReader.whole(row[number])], (x, y))
        }, uniquingKeysWith: { first, _ in first })
    }
    guard let own = read(other).flatMap(places), let theirs = places(table) else { return false }
    let shared = own.compactMap { key, place in theirs[key].map { abs($0.x - place.x) + abs($0.y - place.y) } }
    // Nuclei lie off the middle of their cells, but not by more than cells are apart.
    return shared.count { $0 > Self.farApart } * 4 > shared.count
  }

  private static let farApart = 30.0

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
