import Foundation
import ZooFormat

extension CellLayout {
  /// What is said where a folder has no layout that is known, or lacks something of the one that was asked for.
  static func notFound(_ folder: FieldFolder, _ spec: DataSpec.Cells) -> ZooError {
    let boxes = [.auto, .yolo].contains(spec.layout) ? YOLOBeside(folder.root, folder.paths) : nil
    let known = all.filter { $0.name == spec.layout }
    let patterns =
      "Set data.cells.images and data.cells.tables to patterns such as {well}/t{frame}.tif, and data.cells.columns"
    let remedy = boxes?.keys.map { "Set \($0)" } ?? patterns
    let seen = boxes.map { "; it holds \($0.found)" } ?? ""
    guard !known.isEmpty, spec.layout != .cellprofiler else {
      let names = DataSpec.Cells.Layout.allCases.dropFirst().map(\.rawValue).joined(separator: ", ")
      let isOpen = spec.layout == .auto
      let lacking = [
        spec.images == nil && spec.channelImages.isEmpty ? "data.cells.images" : nil,
        spec.tables == nil ? "data.cells.tables" : nil,
      ].compactMap { $0 }.joined(separator: " and ")
      return ZooError(
        .badInput, file: folder.root, path: "data.cells.layout",
        problem: isOpen
          ? "the folder has none of the known layouts of fields and tables\(seen)"
          : "is \(spec.layout.rawValue), which has no names of files of its own, and \(lacking) isn't set",
        expected: isOpen ? names : "patterns of the images and of the tables", remedy: remedy)
    }
    // Patterns of a spec stand in place of the layout's own.
    let images = spec.images.map { [$0] } ?? known.flatMap(\.images)
    let tables = spec.tables.map { [$0] } ?? known.flatMap(\.tables)
    let kinds = [(name: "images", patterns: images), (name: "tables", patterns: tables)]
    let lacking = kinds.filter { kind in !kind.patterns.contains { fits(folder, $0) } }
    let told = lacking.map { "no file fits its \($0.name) (\(text($0.patterns)))" }
    let together = "its images (\(text(images))) and its tables (\(text(tables))) don't lie beside each other"
    return ZooError(
      .badInput, file: folder.root, path: "data.cells.layout",
      problem:
        "the folder hasn't the layout \(spec.layout.rawValue): \(told.isEmpty ? together : told.joined(separator: ", and "))\(seen)",
      expected: "images and tables of the layout, or patterns of them", remedy: remedy)
  }

  private static func fits(_ folder: FieldFolder, _ pattern: String) -> Bool {
    guard let pattern = try? FieldPattern(pattern, key: "") else { return false }
    return folder.paths.contains { pattern.match($0) != nil }
  }

  /// Patterns that differ in their endings alone are told once.
  private static func text(_ patterns: [String]) -> String {
    var seen: Set<String> = []
    return patterns.filter { seen.insert(($0 as NSString).deletingPathExtension).inserted }.joined(separator: ", ")
  }
}
