import Foundation
import ZooData
import ZooFormat

/// What the keys of `data` have to be for a folder of fields and tables.
enum CellProbe {
  /// What was found.
  struct Found {
    var spec = DataSpec()
    /// Key → what isn't sure, a sentence each.
    var comments: [(key: String, text: String)] = []
  }

  /// `nil` if the folder has none of the known layouts. O(files).
  /// - Parameter given: what somebody says of the data.
  static func spec(root: String, given: GivenData = GivenData()) throws(ZooError) -> Found? {
    let folder = try FieldFolder(root, exclude: given.spec.exclude)
    let chosen = given.spec.cells
    var result = Found()
    result.spec.root = root
    result.spec.source = .cells
    let hasPatterns = chosen.images != nil && chosen.tables != nil
    let known = CellLayout.all.filter { chosen.layout == .auto || $0.name == chosen.layout }
    if chosen.layout != .table, !hasPatterns, let (layout, images, tables) = CellLayout.detect(folder, among: known) {
      result.spec = try spec(
        result.spec, folder, layout: layout.name, images: chosen.images ?? images,
        tables: chosen.tables ?? tables, given)
      if result.spec.imageChannels.first == "channel1" {
        result.comments.append(
          (
            "imageChannels",
            "The files don't name their channels: give them their names, here and in `channels`; \(FolderChannels.hint)."
          ))
      }
      return result
    }
    if [.auto, .cellprofiler].contains(chosen.layout), let found = CellProfilerPatterns(folder) {
      result.spec.cells.layout = .cellprofiler
      (result.spec.cells.images, result.spec.cells.tables) = (found.images, found.tables)
      if !found.unknown.isEmpty {
        result.comments.append(
          (
            "cells",
            "Unsure: what \(found.unknown.joined(separator: " and ")) of the images' names \(found.unknown.count == 1 ? "is" : "are"): rename the parts by what they mean."
          ))
      }
      if !found.otherTables.isEmpty, chosen.tables == nil {
        result.comments.append(
          ("cells", "Not used: the tables of other objects, \(found.otherTables.joined(separator: ", "))."))
      }
      if FileKind(folder.full(CellLabels.standardFile)) == .file { result.spec.labels.from = .annotations }
      return result
    }
    guard given.spec.source == .cells else {
      try refuseFieldsAlone(folder)
      return nil
    }
    guard hasPatterns, chosen.layout != .table, let images = chosen.images else {
      if !hasPatterns, chosen.layout != .table { try refuseFieldsAlone(folder) }
      return nil
    }
    if !images.contains("{channel"), let names = CelldetectiveConfig(folder)?.channels {
      result.spec.imageChannels = names
    }
    return result
  }

  /// The keys for a layout that was found.
  private static func spec(
    _ base: DataSpec, _ folder: FieldFolder, layout: DataSpec.Cells.Layout, images: String, tables tablePattern: String,
    _ given: GivenData
  ) throws(ZooError) -> DataSpec {
    var spec = base
    spec.cells.layout = layout
    let pattern = try FieldPattern(images, key: "data.cells.images")
    let found = folder.matches(pattern)
    let siblings = SiblingFolders(
      folder, used: found.map(\.path), tables: tables(folder, tablePattern), pattern: images)
    let tokens = Set(found.compactMap { $0.values["channel"] })
    var named = tokens.sorted()
    if let names = CelldetectiveConfig(folder)?.channels {
      spec.imageChannels = names
    } else if !tokens.isEmpty, tokens.allSatisfy({ Int($0) != nil }) {
      spec.imageChannels = tokens.compactMap { Int($0) }.sorted().map { "channel\($0)" }
    } else if tokens.isEmpty, let first = found.first {
      let reading = ImageReading(frames: pattern.names.contains("frame") ? nil : .max)
      let header = try FieldFilm(folder.full(first.path), reading).header
      named = header.channelNames
      if let siblings, header.channels == 1 {
        let own = header.channelNames.first ?? ""
        let first = own.isEmpty || ChannelNaming.isColours([own]) ? "channel1" : own
        spec.cells.channelImages = siblings.channels.merging([first: images]) { own, _ in own }
        named = spec.cells.channelImages.keys.sorted()
      } else if header.channelNames.count != header.channels {
        spec.imageChannels = (1...header.channels).map { "channel\($0)" }
      }
    }
    if given.has(FolderChannels.key) { spec.imageChannels = [] }
    if given.has("data.labels") || given.has("data.cells.columns.label") { return spec }
    if layout == .coco || layout == .yolo {
      // Boxes say what is in them.
      spec.cells.background = 20
    } else if FileKind(folder.full(CellLabels.standardFile)) == .file {
      spec.labels.from = .annotations
    } else if (spec.imageChannels.isEmpty ? named : spec.imageChannels).contains(spec.labels.pi.channel) {
      spec.labels.from = .pi
    }
    return spec
  }

  /// What fits the layout's pattern of tables.
  private static func tables(_ folder: FieldFolder, _ pattern: String) -> Set<String> {
    guard let pattern = try? FieldPattern(pattern, key: "data.cells.tables") else { return [] }
    return Set(folder.matches(pattern).map(\.path))
  }

  /// Fields that nobody has looked for cells in: only where the names say that files are frames, since a folder of crops
  /// may look like one of films.
  /// - Throws: ``ZooError`` that says how tables are made.
  private static func refuseFieldsAlone(_ folder: FieldFolder) throws(ZooError) {
    guard let images = CellLayout.images(folder), images.contains("{frame") || images.contains(".zarr") else { return }
    if let file = folder.paths.first(where: { $0.hasSuffix(".parquet") }) {
      let place = (file as NSString).deletingLastPathComponent
      throw ZooError(
        .badInput, file: folder.root,
        problem: "holds fields (\(images)), and Parquet files such as '\(file)', which aren't read as tables of cells",
        expected: "CSV tables of the cells",
        remedy:
          "To use them, \(ParquetImport.asTables(folder.root)); then set data.cells.tables to a pattern such as \(place.isEmpty ? "" : place + "/")*.csv if zoo new doesn't find them"
      )
    }
    if let (table, places) = DataProbe.tableWithPositions(folder.root, folder.paths) {
      throw DataProbe.fieldsOfUnknownForm(
        folder.root, "holds fields (\(images))", images: images, table: table, places)
    }
    throw ZooError(
      .badInput, file: folder.root, problem: "holds fields (\(images)), but no tables of the cells in them",
      expected: "tables of a program that segments and tracks",
      remedy:
        "Find and track the cells: zoo data cells \(folder.root) --channel DNA -o \(folder.root)/cells.csv; then use data.cells.layout=table, data.cells.tables=cells.csv and data.cells.images"
    )
  }
}
