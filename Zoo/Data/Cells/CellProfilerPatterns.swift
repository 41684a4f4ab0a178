import Foundation
import ZooFormat
import ZooImages

/// CellProfiler's tables in a folder, and the patterns that their paths and those of the images that they name have.
package struct CellProfilerPatterns {
  /// As `data.cells.tables` and `data.cells.images` take them.
  package private(set) var tables = ""
  package private(set) var images = ""
  /// Parts of which nobody says what they are.
  package private(set) var unknown: [String] = []
  /// Further tables of objects beside the one that is taken, by their names.
  package private(set) var otherTables: [String] = []

  private static let frameNames = ["frame", "t", "time", "timepoint", "timeindex"]
  private static let mostFiles = 50_000

  /// A file that a row of a table of images names.
  private struct Image {
    var path: String
    var table: String
    /// Number of the row among all, which the files of its channels have in common.
    var row: Int
    /// What its columns `Metadata_…` say, by names as parts of patterns have them.
    var metadata: [String: String]
  }

  /// O(rows), and a look at the first line of each table beside.
  /// - Returns: `nil` if no table of images has a table of objects beside it, or if their images aren't there.
  package init?(_ folder: FieldFolder) {
    var found: [Image] = []
    var objects: [String: [String]] = [:]
    var named = ImagePaths<String>(keepsEndings: true)
    for path in folder.paths where ImageFile.isNamedAsImage(path) { named.add(path, path) }
    var row = 0
    for path in folder.paths where path == "Image.csv" || path.hasSuffix("/Image.csv") || path.hasSuffix("_Image.csv") {
      guard let table = try? CSVTable(FileBytes.read(folder.full(path)), file: path),
        table.index(of: "ImageNumber") != nil
      else { continue }
      let beside = Self.objects(beside: path, folder)
      for (name, table) in beside { objects[name, default: []].append(table) }
      let columns = table.columns.indices.filter { table.columns[$0].hasPrefix("FileName_") }
      for cells in table.rows where found.count < Self.mostFiles && !beside.isEmpty {
        let metadata = Self.metadata(table, cells)
        for column in columns where !cells[column].isEmpty {
          let place = table.index(of: "PathName_" + table.columns[column].dropFirst("FileName_".count))
          let candidates = named.candidates((place.map { cells[$0] + "/" } ?? "") + cells[column])
          guard candidates.count == 1, let image = candidates.first else { continue }
          found.append(Image(path: image, table: path, row: row, metadata: metadata))
        }
        row += 1
      }
    }
    // Nuclei are what is cut around, if there are several kinds of objects.
    let order = objects.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    guard let chosen = order.first(where: { $0.key.lowercased().contains("nucle") }) ?? order.first, !found.isEmpty
    else { return nil }
    otherTables = order.map(\.key).filter { $0 != chosen.key }
    let values = setImages(found)
    setTables(chosen.value, found, values)
  }

  /// The tables of objects in the same folder, by their names.
  private static func objects(beside path: String, _ folder: FieldFolder) -> [(name: String, path: String)] {
    let place = (path as NSString).deletingLastPathComponent
    return folder.paths.compactMap { other in
      guard other != path, other.hasSuffix(".csv"), (other as NSString).deletingLastPathComponent == place,
        var bytes = try? FileBytes.read(folder.full(other), prefix: 1 << 16)
      else { return nil }
      // Without a line that was cut.
      if bytes.count == 1 << 16, let end = bytes.lastIndex(of: 0x0A) { bytes.removeSubrange(end...) }
      guard let table = try? CSVTable(bytes, file: other),
        ["ImageNumber", "ObjectNumber", "Location_Center_X"].allSatisfy({ table.index(of: $0) != nil })
      else { return nil }
      return ((other as NSString).lastPathComponent, other)
    }
  }

  private static func metadata(_ table: CSVTable, _ row: [String]) -> [String: String] {
    var values: [String: String] = [:]
    for (column, name) in table.columns.enumerated() where name.hasPrefix("Metadata_") {
      let key = ColumnRoles.plain(name.dropFirst("Metadata_".count).lowercased())
      guard !key.isEmpty, key.allSatisfy({ $0.isLetter || $0.isNumber }) else { continue }
      values[frameNames.contains(key) ? "frame" : key] = row[column].trimmed
    }
    return values
  }

  private static func levels(_ path: String) -> [NameParts] { path.split(separator: "/").map { NameParts(String($0)) } }

  /// Finds the pattern of most images.
  /// - Returns: The words of its parts by table, where they are one for all images of the table.
  private mutating func setImages(_ all: [Image]) -> [String: [String: String]] {
    let split = all.map { Self.levels($0.path) }
    let shapes = Dictionary(grouping: all.indices) { split[$0].map(\.delimiters) }
    guard let members = shapes.max(by: { ($0.value.count, $1.value[0]) < ($1.value.count, $0.value[0]) })?.value else {
      return [:]
    }
    var parts: [Part] = []
    var ofTables: [String: [String: Set<String>]] = [:]
    let first = split[members[0]]
    images = first.indices.map { level in
      var text = ""
      for place in first[level].words.indices {
        let words = members.map { split[$0][level].words[place] }
        let before = place > 0 ? first[level].words[place - 1] : nil
        text += first[level].delimiters[place] + piece(words, members.map { all[$0] }, after: before, &parts)
      }
      return text + (first[level].delimiters.last ?? "")
    }.joined(separator: "/")
    for part in parts {
      for (member, word) in zip(members, part.words) {
        ofTables[all[member].table, default: [:]][part.text, default: []].insert(word)
      }
    }
    return ofTables.mapValues { values in values.compactMapValues { $0.count == 1 ? $0.first : nil } }
  }

  /// Words of the images' paths that are a part of the pattern.
  private struct Part {
    var name: String
    /// As the pattern has it, with what all words begin with.
    var text: String
    var words: [String]
  }

  /// What the words at one place of all paths are.
  private mutating func piece(
    _ words: [String], _ images: [Image], after before: String?, _ parts: inout [Part]
  ) -> String {
    let distinct = Set(words)
    if distinct.count == 1 { return words[0] }
    if let known = parts.first(where: { $0.words == words }) { return known.text }
    func part(_ name: String, prefix: String) -> String? {
      guard !parts.contains(where: { $0.name == name }) else { return nil }
      parts.append(Part(name: name, text: "\(prefix){\(name)}", words: words))
      return "\(prefix){\(name)}"
    }
    let letters = words[0].prefix { $0.isLetter }
    let areNumbered = distinct.allSatisfy {
      $0.hasPrefix(letters) && $0.count > letters.count && $0.dropFirst(letters.count).allSatisfy(\.isNumber)
    }
    let prefix = areNumbered ? String(letters) : ""
    var ofRow: [Int: String] = [:]
    let differsInRows = zip(words, images).contains { word, image in
      ofRow.updateValue(word, forKey: image.row).map { $0 != word } ?? false
    }
    if differsInRows, let text = part("channel", prefix: prefix) { return text }
    let keys = (images.first?.metadata ?? [:]).keys.sorted()
    for start in Set(["", prefix]).sorted() where !differsInRows {
      let key = keys.first { key in
        zip(words, images).allSatisfy { word, image in
          let value = String(word.dropFirst(start.count))
          guard let said = image.metadata[key] else { return false }
          return value == said || Int(value) != nil && Int(value) == Int(said)
        }
      }
      if let key, let text = part(key, prefix: start) { return text }
    }
    let (name, start) = NameParts.meaning(distinct, after: before)
    if let name, let text = part(name, prefix: start) { return text }
    var number = 1
    while parts.contains(where: { $0.name == "part\(number)" }) { number += 1 }
    unknown.append("part\(number)")
    return part("part\(number)", prefix: "") ?? "*"
  }

  /// The pattern of the tables: words that differ are parts of the images', or anything.
  private mutating func setTables(_ paths: [String], _ all: [Image], _ values: [String: [String: String]]) {
    guard paths.count > 1, let first = paths.first else {
      tables = paths.first ?? ""
      return
    }
    let split = paths.map(Self.levels)
    guard Set(split.map { $0.map(\.delimiters) }).count == 1 else {
      tables = "*/" + (first as NSString).lastPathComponent
      return
    }
    let folders = Dictionary(
      values.map { (($0.key as NSString).deletingLastPathComponent, $0.value) }, uniquingKeysWith: { one, _ in one })
    tables = split[0].indices.map { level in
      var text = ""
      for place in split[0][level].words.indices {
        let words = split.map { $0[level].words[place] }
        var piece = words[0]
        if Set(words).count > 1 {
          let known = paths.map { folders[($0 as NSString).deletingLastPathComponent] ?? [:] }
          let name = (known.first ?? [:]).keys.sorted().first { key in
            zip(words, known).allSatisfy { $1[key] == $0 }
          }
          piece = name ?? "*"
        }
        text += split[0][level].delimiters[place] + piece
      }
      return text + (split[0][level].delimiters.last ?? "")
    }.joined(separator: "/")
  }
}
