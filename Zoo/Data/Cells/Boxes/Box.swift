import Foundation
import ZooFormat
import ZooImages

/// A rectangle that somebody drew around a cell.
struct Box: Sendable, Hashable {
  var place: ImagePlaces.Place
  /// Its middle in pixels; the centre of the first pixel is 0.
  var x: Double
  var y: Double
  var label: String
  /// The line that it stands in; 0 for formats without lines.
  var line: Int
}

/// Boxes of one file, and what was left out.
struct BoxFile: Sendable {
  var boxes: [Box] = []
  /// Boxes of crowds, which aren't cells.
  var crowds = 0
  /// Boxes of images that aren't there.
  var lost = 0
  /// The first of these images.
  var lostName: String?
  /// Number of a class → boxes, of YOLO.
  var classes: [Int: Int] = [:]
}

/// Reads boxes of the formats of object detection.
package enum BoxTables {
  /// All boxes of the files that fit a pattern, as positions outside of tracks.
  /// - Throws: ``ZooError`` about a file that isn't what it should be, or boxes of images that aren't there, unless the spec
  ///   accepts these.
  static func cells(
    _ folder: FieldFolder, _ images: FieldImages, _ pattern: FieldPattern, _ data: DataSpec, isCOCO: Bool
  ) throws(ZooError) -> CellTables {
    let found = folder.matches(pattern).map(\.path).filter { !YOLOLists.isList($0) }
    guard !found.isEmpty else {
      throw ZooError(
        .badInput, file: folder.root, path: "data.cells.tables", problem: "no file fits the pattern '\(pattern.text)'",
        expected: isCOCO ? "COCO's JSON" : "a text file for each image", remedy: "Change data.cells.tables")
    }
    let places = ImagePlaces(images, ignoresExtension: !isCOCO)
    let lists = isCOCO ? nil : try YOLOLists(folder)
    var texts: [String: YOLOLabels] = [:]
    if !isCOCO {
      for path in found { texts[path] = try YOLOLabels(folder, path) }
      try YOLOLabels.refusePredictions(
        found.compactMap { texts[$0] }, root: folder.root, key: "data.cells.tables")
    }
    var named: [(path: String, boxes: [Int: Int])] = []
    var tables = CellTables()
    tables.framesAreFiles = true
    var (crowds, lost) = (0, 0)
    var lostName: String?
    for path in found {
      let file = folder.full(path)
      let read: BoxFile
      if let text = texts[path], let lists {
        read = try text.boxes(images, places, names: lists.nearest(path))
      } else {
        read = try COCOFile(file).boxes(images, places, file: file)
      }
      if read.boxes.count > 0 { named.append((path, read.classes)) }
      crowds += read.crowds
      lost += read.lost
      lostName = lostName ?? read.lostName
      let table = tables.files.count
      tables.files.append(file)
      for (number, box) in read.boxes.enumerated() {
        tables.rows.append(
          CellRow(
            field: box.place.field, frame: box.place.frame, x: box.x, y: box.y, track: "",
            object: "\(isCOCO ? "\(table)-" : "")\(number + 1)", label: box.label, table: table, line: box.line))
      }
    }
    if lost > 0 {
      let problem = "\(Figures.counted(lost, "annotation")) of images that aren't there, e.g. '\(lostName ?? "")'"
      guard data.accepts(.missingFiles) else {
        throw ZooError(
          .badInput, file: folder.full(found[0]), path: "data.cells.images", problem: problem,
          expected: "names of images as \(images.files.first ?? "")",
          remedy: "Check data.cells.images, or set data.accept=[missingFiles] to leave them out")
      }
      tables.findings.append("\(problem) left out")
    }
    if crowds > 0 { tables.findings.append("\(Figures.counted(crowds, "annotation")) of crowds left out") }
    if let lists { tables.findings += try lists.findings(named) }
    return tables
  }

  /// Points to hold found cells against: `frame, x, y, label` behind the keys of the fields.
  /// - Parameter path: COCO's JSON, or a folder of text files as YOLO has them.
  package static func truth(_ path: String, _ images: FieldImages) throws(ZooError) -> CSVTable {
    var boxes: [Box] = []
    var (lost, lostName): (Int, String?) = (0, nil)
    func add(_ file: BoxFile) {
      boxes += file.boxes
      lost += file.lost
      lostName = lostName ?? file.lostName
    }
    if FileKind(path) == .folder {
      let folder = try FieldFolder(path)
      let lists = try YOLOLists(folder)
      let places = ImagePlaces(images, ignoresExtension: true)
      let texts = try folder.paths.filter { $0.hasSuffix(".txt") && !YOLOLists.isList($0) }
        .map { path throws(ZooError) in try YOLOLabels(folder, path) }
      try YOLOLabels.refusePredictions(texts, root: path, key: nil)
      for text in texts { add(try text.boxes(images, places, names: lists.nearest(text.path))) }
    } else {
      add(try COCOFile(path).boxes(images, ImagePlaces(images), file: path))
    }
    guard !boxes.isEmpty else {
      throw ZooError(
        .badInput, file: path,
        problem: lost > 0
          ? "none of its \(lost) boxes is of an image that was searched, e.g. '\(lostName ?? "")'" : "has no boxes",
        expected: "names of images as \(images.files.first ?? "")")
    }
    var text = CSV.line(images.keys + ["frame", "x", "y", "label"])
    for box in boxes {
      text += CSV.line(
        images.keys.map { images.fields[box.place.field].values[$0] ?? "" } + [
          "\(box.place.frame)", FieldFiles.text(box.x), FieldFiles.text(box.y), box.label,
        ])
    }
    return try CSVTable(Array(text.utf8), file: path)
  }
}
