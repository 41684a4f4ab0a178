import Foundation
import ZooFormat
import ZooImages

/// CellProfiler's table of images: which field and frame each `ImageNumber` is.
///
/// The file names in `FileName_…` (and, where files of several folders are called the same, `PathName_…`) are looked for
/// among the files that fit `data.cells.images`; what its parts don't say is taken from `Metadata_…` columns.
struct CellProfilerImages {
  /// `ImageNumber` → the parts of its field, and `frame`.
  private(set) var values: [String: [String: String]] = [:]
  /// Whether frames are those in the files' names.
  let framesAreFiles: Bool
  /// File, relative to the root → its channel, as the column `FileName_CHANNEL` says that has it.
  private(set) var channels: [String: String] = [:]
  /// Those channels in the order of the table.
  let channelNames: [String]

  /// Names that the number of a frame has in metadata.
  private static let frameNames = ["frame", "t", "time", "timepoint", "timeindex"]

  /// - Parameter file: a table of objects, with the table of images in the same folder.
  /// - Throws: ``ZooError`` if there is no table of images, or its images aren't among the files.
  init(beside file: String, _ folder: FieldFolder, _ pattern: FieldPattern, keys: [String]) throws(ZooError) {
    let path = try Self.table(beside: file)
    let table = try CSVTable(FileBytes.read(path), file: path)
    guard let number = table.index(of: "ImageNumber") else {
      throw ZooError(
        .badInput, file: path, line: 1, problem: "there is no column 'ImageNumber'",
        expected: "the table of images that CellProfiler writes")
    }
    framesAreFiles = pattern.names.contains("frame")
    let names = table.columns.filter { $0.hasPrefix("FileName_") }
    let fileColumns = names.compactMap { name -> (channel: String, file: Int, path: Int?)? in
      guard let file = table.index(of: name) else { return nil }
      let channel = String(name.dropFirst("FileName_".count))
      return (channel, file, table.index(of: "PathName_" + channel))
    }
    channelNames = fileColumns.map(\.channel)
    let metadata = table.columns.enumerated().compactMap { place, name -> (key: String, place: Int)? in
      guard name.hasPrefix("Metadata_") else { return nil }
      let plain = ColumnRoles.plain(name)
      if Self.frameNames.contains(plain) { return ("frame", place) }
      return keys.first { ColumnRoles.plain($0) == plain }.map { ($0, place) }
    }
    var byName: [String: [(path: String, values: [String: String])]] = [:]
    for (path, values) in folder.matches(pattern) {
      byName[(path as NSString).lastPathComponent, default: []].append((path, values))
    }
    var problems = Problems()
    for (row, line) in zip(table.rows, table.lines) {
      let isNamed = fileColumns.contains { !row[$0.file].isEmpty }
      let matches = fileColumns.compactMap { column -> (channel: String, match: Match)? in
        let candidates = byName[row[column.file]] ?? []
        return Self.match(candidates, path: column.path.map { row[$0] } ?? "").map { (column.channel, $0) }
      }
      // Of a file that is lost another one of its name may be left elsewhere: the surest says which field it is.
      let likeness = matches.map(\.match.likeness).max()
      let surest = matches.first { $0.match.likeness == likeness }?.match
      var found = surest?.values ?? [:]
      for (channel, match) in matches where keys.allSatisfy({ match.values[$0] == found[$0] }) {
        channels[match.path] = channels[match.path] ?? channel
      }
      let isMissing = isNamed && found.isEmpty
      found["channel"] = nil
      for (key, place) in metadata where found[key] == nil && !CellTableReader.isBlank(row[place]) {
        found[key] = CellTableReader.whole(row[place])
      }
      if isMissing || found.isEmpty {
        let first = fileColumns.first { !row[$0.file].isEmpty } ?? fileColumns.first
        let place = first.flatMap { column in column.path.map { row[$0].trimmed } } ?? ""
        let shown = (first.map { row[$0.file] } ?? "") + (place.isEmpty ? "" : "' of '\(place.onOneLine)")
        problems.add(
          ZooError(
            .badInput, file: path, line: line, problem: "the image '\(shown)' isn't among the files",
            expected: "files that fit '\(pattern.text)'",
            remedy:
              "If the folder was renamed, give it its name in the table again; else change data.cells.images"))
      }
      values[CellTableReader.whole(row[number])] = found
    }
    try problems.check()
  }

  /// `Image.csv` beside `Nuclei.csv`, `MyExpt_Image.csv` beside `MyExpt_Nuclei.csv`.
  private static func table(beside file: String) throws(ZooError) -> String {
    let folder = (file as NSString).deletingLastPathComponent
    let name = (file as NSString).lastPathComponent
    let prefix = name.lastIndex(of: "_").map { String(name[...$0]) } ?? ""
    let found = ["\(prefix)Image.csv", "Image.csv"].map { "\(folder)/\($0)" }.first { FileKind($0) == .file }
    guard let found else {
      throw ZooError(
        .badInput, file: file, problem: "has no table of images beside it", expected: "\(prefix)Image.csv",
        remedy: "Put CellProfiler's tables into one folder")
    }
    return found
  }

  /// A file that a table names.
  private struct Match {
    var path: String
    /// The parts of its path.
    var values: [String: String]
    /// How many of its folders are those that the table names, from the last on.
    var likeness: Int
  }

  /// The only candidate, or the one whose folders are the most like those that the table names.
  private static func match(_ candidates: [(path: String, values: [String: String])], path: String) -> Match? {
    let wanted = path.replacing("\\", with: "/").split(separator: "/").reversed()
    let matches = candidates.map { candidate in
      let folders = candidate.path.split(separator: "/").dropLast().reversed()
      return Match(
        path: candidate.path, values: candidate.values, likeness: zip(folders, wanted).prefix { $0 == $1 }.count)
    }
    guard let best = matches.map(\.likeness).max(), matches.count(where: { $0.likeness == best }) == 1 else {
      return nil
    }
    return matches.first { $0.likeness == best }
  }

  /// The tables of images beside all tables of objects that fit a pattern, by the paths of the latter.
  /// - Throws: One ``ZooError`` about all that lack one, or whose images aren't there.
  static func all(
    _ folder: FieldFolder, tables: FieldPattern, except others: Set<String>, images: FieldPattern
  ) throws(ZooError) -> [String: CellProfilerImages] {
    let keys = images.names.filter { !FieldImages.planeParts.contains($0) }
    var all: [String: CellProfilerImages] = [:]
    var problems = Problems()
    for (path, _) in folder.matches(tables) where !others.contains(path) {
      do throws(ZooError) {
        all[path] = try CellProfilerImages(beside: folder.full(path), folder, images, keys: keys)
      } catch {
        problems.add(error)
      }
    }
    try problems.check()
    return all
  }
}
