import Foundation
import ZooFormat
import ZooImages

/// Images in subfolders where a table beside these says where cells are in them.
package struct FieldsBelow {
  /// Folder below the root and ending → the images there.
  private var places: [(folder: String, ending: String, paths: [String])] = []
  private let root: String

  private static let mostTables = 50
  private static let mostBytes = 1 << 20

  /// `nil` if no image lies below the folder. O(files).
  init?(_ root: String, exclude: [String]) {
    guard let folder = try? FieldFolder(root, exclude: exclude) else { return nil }
    self.root = root
    let images = folder.paths.filter { $0.contains("/") && ImageFile.isNamedAsImage($0) }
    places = Dictionary(grouping: images) { path in
      [(path as NSString).deletingLastPathComponent, Self.ending(path)]
    }.map { ($0.key[0], $0.key[1], $0.value) }
    places.sort { ($1.paths.count, $0.folder, $0.ending) < ($0.paths.count, $1.folder, $1.ending) }
    if places.isEmpty { return nil }
  }

  private static func ending(_ path: String) -> String {
    let name = (path as NSString).lastPathComponent
    return String(name.dropFirst(stem(name).count))
  }

  /// The name of a file without its ending, `.ome` being a part of that.
  private static func stem(_ path: String) -> String {
    let name = (path.replacing("\\", with: "/") as NSString).lastPathComponent
    guard ImageFile.isNamedAsImage(name) else { return name }
    let plain = (name as NSString).deletingPathExtension
    return plain.lowercased().hasSuffix(".ome") ? String(plain.dropLast(4)) : plain
  }

  /// How many there are, and where.
  var told: String {
    let count = places.reduce(0) { $0 + $1.paths.count }
    let shown = places.prefix(6).map { "\($0.paths.count) in \($0.folder.onOneLine) (*\($0.ending))" }
    return
      "\(Figures.counted(count, "image")) \(count == 1 ? "lies" : "lie") in folders below: \(shown.joined(separator: ", "))\(places.count > 6 ? " …" : "")"
  }

  /// The keys that take the cells that a table in the folder itself names in images below it; `nil` if there is no such
  /// table. O(files + bytes of tables).
  static func refusal(_ root: String, exclude: [String]) -> ZooError? {
    let exclusion = FileExclusion(exclude)
    let names = ((try? FolderSource.contents(root)) ?? []).filter { name in
      PositionTables.isTable(name) && !exclusion.fits(name, isFolder: false)
    }
    let tables = PositionTables(root, Array(names.prefix(mostTables))).tables
    guard !tables.isEmpty, let below = FieldsBelow(root, exclude: exclude) else { return nil }
    let read = tables.lazy.compactMap { table in
      (try? FileBytes.read("\(root)/\(table.path)")).flatMap { try? CSVTable($0, file: table.path) }.map { (table, $0) }
    }
    guard let (first, rows) = read.first(where: { below.areOfCells($1, $0) }) else { return nil }
    let beside = names.filter { name in !tables.contains { $0.path == name } }
    return below.refusal(first, rows, others: tables.map(\.path).filter { $0 != first.path }, beside: beside)
  }

  /// Whether rows are cells: several in an image.
  private func areOfCells(_ rows: CSVTable, _ table: PositionTables.Table) -> Bool {
    if let column = image(table).flatMap(rows.index(of:)) {
      return Set(rows.rows.map { $0[column] }).count * 2 <= rows.rows.count && !listed(rows, column).isEmpty
    }
    return places.reduce(0) { $0 + $1.paths.count } * 2 <= rows.rows.count
  }

  private func image(_ table: PositionTables.Table) -> String? {
    table.others.first { $0.meaning == "image" }?.column
  }

  /// The places with the images that the table names, by their whole names or else without endings.
  private func listed(_ rows: CSVTable, _ column: Int) -> [(folder: String, ending: String, paths: [String])] {
    func found(_ name: (String) -> String) -> [(folder: String, ending: String, paths: [String])] {
      let wanted = Set(rows.rows.map { name($0[column].trimmed) })
      return places.compactMap { place in
        let paths = place.paths.filter { wanted.contains(name($0)) }
        return paths.isEmpty ? nil : (place.folder, place.ending, paths)
      }
    }
    let whole = found { ($0.replacing("\\", with: "/") as NSString).lastPathComponent }
    return whole.isEmpty ? found(Self.stem) : whole
  }

  /// The places of the originals: those of the most bits, and of these of the kind that most are of. Renderings of the same
  /// fields have 8 bits, or another ending.
  private static func originals(
    _ places: [(folder: String, ending: String, paths: [String])], _ root: String
  ) -> [(folder: String, ending: String, paths: [String])] {
    let bits = places.map { place in
      place.paths.first.flatMap { try? ImageFile.header("\(root)/\($0)") }.map { $0.sampleType == .uint8 ? 8 : 16 } ?? 0
    }
    let best = places.indices.max { (bits[$0], places[$0].paths.count) < (bits[$1], places[$1].paths.count) }
    guard let best else { return [] }
    func depth(_ place: Int) -> Int { places[place].folder.utf8.count { $0 == 0x2F } }
    return places.indices.filter { place in
      places[place].ending == places[best].ending && bits[place] == bits[best] && depth(place) == depth(best)
    }.map { places[$0] }
  }

  private func refusal(
    _ table: PositionTables.Table, _ rows: CSVTable, others: [String], beside: [String]
  ) -> ZooError? {
    let column = image(table).flatMap(rows.index(of:))
    let used = Self.originals(column.map { listed(rows, $0) } ?? places, root)
    guard let first = used.first else { return nil }
    let columns = ([("x", table.x), ("y", table.y)] + table.others.map { ($0.meaning, $0.column) }).map {
      "\($0): \(JSONValue.string($1).description)"
    }
    let pattern = Self.folder(used.map(\.folder)) + "/" + file(used.flatMap(\.paths), beside: beside) + first.ending
    let taken = Set(used.flatMap(\.paths))
    let left = places.filter { place in used.contains { $0.folder == place.folder && $0.ending == place.ending } }
      .flatMap(\.paths).filter { !taken.contains($0) }
    let excluded = left.prefix(8).map { JSONValue.string($0).description }.joined(separator: ", ")
    let unnamed =
      left.isEmpty
      ? ""
      : ". \(Figures.counted(left.count, "image")) there \(left.count == 1 ? "is" : "are") named by no row: data.exclude='[\(excluded)]' leaves \(left.count == 1 ? "it" : left.count > 8 ? "these" : "them") out"
    let further =
      others.isEmpty
      ? "" : "; so \(others.count == 1 ? "has" : "have") \(others.prefix(4).map(\.onOneLine).joined(separator: ", "))"
    let unsaid =
      column == nil
      ? "; which image a row is of is said by columns that are called as the parts of data.cells.images" : ""
    return ZooError(
      .badInput, file: root,
      problem:
        "\(told); the table '\(table.path.onOneLine)' beside them has positions of cells (\(table.x), \(table.y))\(further): these are whole fields, and no classes",
      expected: "a spec that says what is what",
      remedy:
        "Set data.source=cells data.cells.layout=table data.cells.images='\(pattern)' data.cells.tables='\(table.path)' data.cells.columns='{\(columns.joined(separator: ", "))}'\(unsaid); see Documentation/Microscopy.md\(unnamed)\(table.conversion.map { ". \($0)" } ?? "")"
    )
  }

  /// One folder as it is; of several what they differ in is a part.
  private static func folder(_ folders: [String]) -> String {
    let levels = folders.map { $0.split(separator: "/").map(String.init) }
    guard let first = levels.first, levels.allSatisfy({ $0.count == first.count }) else { return "{experiment}" }
    var number = 0
    return first.indices.map { level in
      if Set(levels.map { $0[level] }).count == 1 { return first[level] }
      number += 1
      return number == 1 ? "{experiment}" : "{part\(number)}"
    }.joined(separator: "/")
  }

  /// The names of the files without their ending: words that a table beside has in a column are called as that is, and the
  /// rest is the field.
  private func file(_ paths: [String], beside tables: [String]) -> String {
    let names = paths.map { NameParts(Self.stem($0)) }
    guard let first = names.first, first.words.count > 1, names.allSatisfy({ $0.delimiters == first.delimiters }) else {
      return "{field}"
    }
    let read = tables.compactMap { name in
      (try? FileBytes.read("\(root)/\(name)", prefix: Self.mostBytes)).flatMap { try? CSVTable($0, file: name) }
    }
    var taken: Set<String> = ["field"]
    let called = first.words.indices.map { word -> String? in
      let values = Set(names.map { Spelling.key($0.words[word]) })
      guard values.count > 1, !values.allSatisfy({ Double($0) != nil }) else { return nil }
      let columns = read.flatMap { table in
        table.columns.filter { column in
          guard let place = table.index(of: column) else { return false }
          return values.isSubset(of: table.rows.map { Spelling.key($0[place]) })
        }
      }
      return columns.first { column in
        column.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } && column.first?.isLetter == true
          && taken.insert(column).inserted
      }
    }
    guard called.contains(where: { $0 != nil }) else { return "{field}" }
    var text = ""
    var number = 0
    var run = ""
    var varies = false
    func close() {
      if varies { number += 1 }
      text += varies ? (number == 1 ? "{field}" : "{part\(number)}") : run
      (run, varies) = ("", false)
    }
    for word in first.words.indices {
      let delimiter = first.delimiters[word]
      if let name = called[word] {
        close()
        text += delimiter + "{\(name)}"
        continue
      }
      // What stands before a part is none of it.
      if run.isEmpty { text += delimiter } else { run += delimiter }
      run += first.words[word]
      if Set(names.map { $0.words[word] }).count > 1 { varies = true }
    }
    close()
    return text + (first.delimiters.last ?? "")
  }
}
