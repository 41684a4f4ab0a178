import Foundation
import ZooFormat

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
    let count = rows.count
    rows.removeAll { $0.track.isEmpty }
    self.untracked += count - rows.count
  }

  /// Positions from label images: the mean position of each number's pixels. O(pixels).
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
      let file = folder.full(item.path)
      let image = try ImageFile.read(file)
      guard image.channels == 1, image.frames == 1, image.sampleType != .float32 else {
        throw ZooError(.badInput, file: file, problem: "isn't a label image", expected: "one plane of whole numbers")
      }
      let field = try join.field(item.values)
      let size = (images.fields[field].width, images.fields[field].height)
      guard size == (image.width, image.height) else {
        throw ZooError(
          .badInput, file: file, problem: "has \(image.width)×\(image.height) pixels",
          expected: "\(size.0)×\(size.1), as the field")
      }
      return (field, Self.centres(image))
    }
    var tables = CellTables()
    tables.framesAreFiles = true
    for (item, result) in zip(found, results) {
      let (field, centres) = try result.get()
      tables.files.append(folder.full(item.path))
      for centre in centres {
        tables.rows.append(
          CellRow(
            field: field, frame: item.values["frame"].flatMap { Int($0) } ?? 0, x: centre.x, y: centre.y,
            track: "\(centre.label)", object: "\(centre.label)", table: tables.files.count - 1, line: 0))
      }
    }
    return tables
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
