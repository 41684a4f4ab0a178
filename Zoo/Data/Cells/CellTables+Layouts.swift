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
}
