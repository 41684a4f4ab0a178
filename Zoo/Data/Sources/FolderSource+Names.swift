import Foundation
import ZooFormat
import ZooImages

extension FolderSource {
  /// The part of `data.images` that is the class.
  package static let classPart = "class"

  /// Images by a pattern of their paths, whose parts are columns.
  /// - Parameter columns: Takes the names of the parts, which the groups of the entries are values of.
  package static func listing(
    _ root: String, names text: String, _ spec: DataSpec, columns: inout [String]
  ) throws(ZooError) -> Listing {
    let pattern = try FieldPattern(text, key: "data.images")
    let found = try pattern.search(root)
    var tally = SkippedFiles(FileExclusion(spec.exclude))
    for folder in found.otherFolders where !tally.excludesPath(folder, in: root) { tally.add(folder: folder) }
    columns = pattern.names.filter { $0 != classPart && $0 != ChannelFiles.part }
    var listing = Listing()
    var excluded = 0
    var subsets = SubsetWords()
    let matches = found.matches.filter { !tally.excludesPath($0.path, in: root) }
    let others = found.others.filter { !tally.excludesPath($0, in: root) }
    for match in matches where !ImageFile.isNamedAsImage(match.path) { tally.add(file: match.path) }
    var images = matches.filter { ImageFile.isNamedAsImage($0.path) }
    if pattern.names.contains(ChannelFiles.part), !images.isEmpty {
      let channels = try ChannelFiles(images, pattern, spec, root: root)
      images = channels.samples.map { ($0.path, $0.values) }
      listing.channels = channels
    }
    var kept: [Int] = []
    for (place, (path, values)) in images.enumerated() {
      var subset: Subset?
      if spec.split.folders {
        let folder = String(path.prefix { $0 != "/" })
        subset = SubsetWords.subset(folder)
        guard subset != nil else {
          excluded += 1
          continue
        }
      } else if let column = spec.split.column, let word = values[column] {
        guard !SubsetWords.isNone(word) else {
          excluded += 1
          continue
        }
        subset = subsets.subset(word, line: 1)
      }
      // Frames of what has the same name otherwise are alike.
      let unit = values["frame"].map { _ in
        pattern.names.filter { $0 != "frame" && $0 != ChannelFiles.part }.map { values[$0] ?? "" }.joined(
          separator: "/")
      }
      kept.append(place)
      listing.entries.append(
        SourceEntry(
          id: path, className: values[classPart], groups: columns.map { values[$0] ?? "" }, subset: subset, unit: unit))
    }
    let strangers = others.filter(ImageFile.isNamedAsImage)
    for file in others where !ImageFile.isNamedAsImage(file) { tally.add(file: file) }
    guard !listing.entries.isEmpty else {
      throw ZooError(
        .badInput, file: root, path: "data.images", problem: "no image fits the pattern '\(text)'",
        expected: "paths below \(root) such as \(try example(root) ?? strangers.first ?? "healthy/P1_B02_001.tif")",
        remedy: "Change data.images")
    }
    let places = listing.entries.map { (folder: $0.className ?? "", path: $0.id) }
    if let error = ItemFolders(places).refusal(root, chosen: spec.classes, pattern: text) { throw error }
    listing.channels?.keep(kept)
    listing.remarks = tally.remarks + (listing.channels?.remarks ?? [])
    listing.tellNames()
    if let first = strangers.first {
      let (remark, error) = NamePatternMisfit(
        text, count: strangers.count, of: strangers.count + matches.count, example: first
      ).told(spec, file: root)
      if let error { throw error }
      listing.remarks.append(remark)
    }
    if excluded > 0 {
      listing.remarks.append("\(Figures.counted(excluded, "image")) left out: of no subset")
    }
    if let error = subsets.problem(file: root, column: spec.split.column ?? "") { throw error }
    // A class that has a folder and nothing in it is missed, not forgotten.
    let folders = try? FieldPattern((text as NSString).deletingLastPathComponent, key: "data.images")
    let empty = found.empty.filter { !tally.excludesPath($0, in: root) }.compactMap {
      folders?.match($0)?[classPart]?.trimmed
    }
    listing.classes = Set(listing.entries.compactMap(\.className) + empty).sorted(by: NaturalOrder.precedes)
    return listing
  }

  /// A path of an image below the folder.
  private static func example(_ root: String) throws(ZooError) -> String? {
    try FieldFolder(root).paths.first(where: ImageFile.isNamedAsImage)
  }

  /// The columns of the tables that `data.join` names, beside those that the paths give. Where paths don't say the class, one
  /// of these does: `data.columns.label`.
  /// - Throws: ``ZooError`` if nothing says the class, or a table can't be joined.
  package static func joined(
    _ listing: inout Listing, _ columns: inout [String], _ spec: DataSpec, root: String
  ) throws(ZooError) {
    let pattern = try spec.images.map { text throws(ZooError) in try FieldPattern(text, key: "data.images") }
    let lacksClass = pattern.map { !$0.names.contains(classPart) } ?? false
    guard !spec.join.isEmpty else {
      guard let pattern, lacksClass else { return }
      throw ZooError(
        .badInput, path: "data.images", problem: "'\(pattern.text)' doesn't say which part is the class",
        expected:
          "{class} where the class stands, e.g. {class}/{plate}_{well}_*.tif, or data.join with a table whose column data.columns.label is it"
      )
    }
    let names = ["path", classPart] + columns
    let rows = listing.entries.map { [$0.id, $0.className ?? ""] + $0.groups }
    let table = CSVTable(
      columns: names, rows: rows, lines: rows.map { _ in 1 }, remarks: [], origins: [(0, root)])
    let joined = try TableJoin(spec.join, root: root).joined(to: table, &listing.remarks)
    var groups = Array(joined.columns.indices.dropFirst(2))
    if lacksClass {
      let label = try LabelColumns(spec.columns.label, in: joined, path: "data.columns.label")
      for (place, row) in joined.rows.enumerated() {
        listing.entries[place].className = try label.label(row, file: nil, line: 1) ?? ""
      }
      groups.removeAll(where: label.columns.contains)
      listing.classes = Set(listing.entries.compactMap(\.className)).filter { !Spelling.isNothing($0) }.sorted(
        by: NaturalOrder.precedes)
    }
    columns = groups.map { joined.columns[$0] }
    for (place, row) in joined.rows.enumerated() { listing.entries[place].groups = groups.map { row[$0].trimmed } }
  }
}
