import Foundation
import ZooFormat
import ZooImages
import ZooRuntime

extension CellTables {
  /// Puts the tracks of ShuttleTracker's `tracks.csv`, which stands beside the tables of nuclei, to their rows.
  mutating func joinShuttleTracks(_ reader: CellTableReader) throws(ZooError) {
    var folders: [String: [String: String]] = [:]
    let untracked = reader.spec.untracked
    for file in files {
      let folder = (file as NSString).deletingLastPathComponent
      guard folders[folder] == nil else { continue }
      guard
        let path = ["tracks.csv", "tracks_pi.csv"].map({ "\(folder)/\($0)" }).first(where: { FileKind($0) == .file })
      else {
        throw ZooError(
          .badInput, file: folder, problem: "has tables of nuclei, but no tracks.csv",
          expected: "tracks.csv with track_index, time_point_index and nucleus_index")
      }
      let table = try CSVTable(FileBytes.read(path), file: path)
      let names = ["track_index", "time_point_index", "nucleus_index"]
      let places = names.compactMap(table.index(of:))
      guard places.count == 3 else {
        throw ZooError(
          .badInput, file: path, line: 1, problem: "the columns are \(table.columns.joined(separator: ", "))",
          expected: names.joined(separator: ", "))
      }
      var tracks: [String: String] = [:]
      for (row, line) in zip(table.rows, table.lines) {
        let key = "\(CellTableReader.whole(row[places[1]])) \(CellTableReader.whole(row[places[2]]))"
        let track = CellTableReader.whole(row[places[0]])
        if let other = tracks.updateValue(track, forKey: key), other != track {
          throw ZooError(
            .badInput, file: path, line: line,
            problem: "nucleus \(row[places[2]]) of time point \(row[places[1]]) is in the tracks \(other) and \(track)",
            expected: "one track")
        }
      }
      folders[folder] = tracks
    }
    let ofTable = files.map { folders[($0 as NSString).deletingLastPathComponent] ?? [:] }
    for index in rows.indices {
      rows[index].track = ofTable[rows[index].table]["\(rows[index].frame) \(rows[index].object)"] ?? ""
    }
    guard untracked == .drop else { return }
    outside += rows.filter(\.track.isEmpty)
    rows.removeAll { $0.track.isEmpty }
  }

  /// Positions from label images: the mean position of each number's pixels. A file holds a frame, if its name says which, or
  /// a film. O(pixels).
  static func labelImages(
    _ folder: FieldFolder, _ images: FieldImages, _ pattern: FieldPattern
  ) throws(ZooError) -> CellTables {
    let join = FieldJoin(images)
    let found = folder.matches(pattern)
    guard !found.isEmpty else {
      throw ZooError(
        .badInput, file: folder.root, path: "data.cells.tables", problem: "no label image fits '\(pattern.text)'",
        expected: "label images such as 01_GT/TRA/man_track000.tif")
    }
    let results = ParallelMap.map(found, threads: ThreadPool.availableProcessors) { item throws(ZooError) in
      try labelImage(folder.full(item.path), of: join.field(item.values), frame: item.values["frame"], images)
    }
    var tables = CellTables()
    tables.framesAreFiles = true
    var owners: [[Int]: String] = [:]
    for (item, result) in zip(found, results) {
      let rows = try result.get()
      tables.files.append(folder.full(item.path))
      for moment in Set(rows.map { [$0.field, $0.frame] }) {
        guard let other = owners.updateValue(item.path, forKey: moment) else { continue }
        throw ZooError(
          .badInput, file: folder.full(item.path), path: "data.cells.tables",
          problem: "numbers the cells of a frame that \(other) numbers, too", expected: "one label image for a frame",
          remedy: "Name the labels in data.cells.tables, e.g. in place of '*'")
      }
      tables.rows += rows.map { row in
        var row = row
        row.table = tables.files.count - 1
        return row
      }
    }
    if found.contains(where: { $0.values["frame"] == nil }), images.fields.contains(where: { $0.frameCount > 1 }) {
      tables.findings.append("numbers in label images are taken as tracks: one number is one cell in all frames")
    }
    return tables
  }

  private static func labelImage(
    _ file: String, of field: Int, frame: String?, _ images: FieldImages
  ) throws(ZooError) -> [CellRow] {
    let number = frame.flatMap(CellTableReader.integer)
    guard frame == nil || number != nil else {
      throw ZooError(
        .badInput, file: file, problem: "the frame is '\(frame ?? "")'", expected: "a whole number")
    }
    let film = try FieldFilm(file, ImageReading(frames: frame == nil ? .max : nil))
    let (header, whole) = (film.header, images.fields[field])
    guard header.channels == 1, header.sampleType != .float32, frame == nil || header.frames == 1 else {
      throw ZooError(
        .badInput, file: file, problem: "isn't a label image",
        expected: "one plane of whole numbers\(frame == nil ? " for each frame" : "")")
    }
    guard (whole.width, whole.height) == (header.width, header.height) else {
      throw ZooError(
        .badInput, file: file, problem: "has \(header.width)×\(header.height) pixels",
        expected: "\(whole.width)×\(whole.height), as the field")
    }
    var rows: [CellRow] = []
    for time in 0..<header.frames {
      let samples: [Float]
      do throws(ZooError) { samples = try film.plane(frame: time, channel: 0) } catch { throw error.at(file: file) }
      // Larger numbers aren't exact in what samples are held as.
      if let large = samples.first(where: { $0 >= 0x1p24 }) {
        throw ZooError(
          .badInput, file: file, problem: "numbers a cell \(Int(saturating: large))",
          expected: "numbers below \(1 << 24)", remedy: "Number the cells anew, e.g. by skimage's relabel_sequential")
      }
      let image = try Image(
        width: header.width, height: header.height, sampleType: header.sampleType, samples: samples)
      rows += centres(image).map { centre in
        CellRow(
          field: field, frame: number ?? whole.firstFrame + time, x: centre.x, y: centre.y,
          track: "\(centre.label)", object: "\(centre.label)", table: 0, line: 0)
      }
    }
    return rows
  }

  /// The mean position of each number's pixels, by number; 0 is the ground.
  static func centres(_ image: Image) -> [(label: Int, x: Double, y: Double, area: Int)] {
    var sums: [Int: (x: Int, y: Int, count: Int)] = [:]
    for y in 0..<image.height {
      for x in 0..<image.width {
        let value = image.samples[y * image.width + x]
        guard value > 0 else { continue }
        let old = sums[Int(saturating: value)] ?? (0, 0, 0)
        sums[Int(saturating: value)] = (old.x + x, old.y + y, old.count + 1)
      }
    }
    return sums.sorted { $0.key < $1.key }.map { label, sum in
      (label, Double(sum.x) / Double(sum.count), Double(sum.y) / Double(sum.count), sum.count)
    }
  }
}
