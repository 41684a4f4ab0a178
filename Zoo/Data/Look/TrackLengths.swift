/// How long the tracks of a data set are.
package struct TrackLengths: Codable, Sendable, Hashable {
  /// Number of positions (samples) of a track → how many tracks are as long.
  package var counts: [Int: Int]
  /// Tracks that miss frames between their first and their last.
  package var withGaps: Int
  /// The shortest, e.g. `A01/12: 2`.
  package var shortest: [String]

  package var tracks: Int { counts.values.reduce(0, +) }

  package var median: Int {
    var left = (tracks + 1) / 2
    for (length, count) in counts.sorted(by: { $0.key < $1.key }) {
      left -= count
      if left <= 0 { return length }
    }
    return 0
  }

  /// Of the positions in the tables of cells; `nil` if these have no tracks.
  init?(_ cells: CellsSource) {
    var frames: [String: (first: Int, last: Int, count: Int)] = [:]
    for row in cells.positions where !row.track.isEmpty {
      let name = "\(cells.images.fields[row.field].name)/\(row.track)"
      let old = frames[name] ?? (row.frame, row.frame, 0)
      frames[name] = (min(old.first, row.frame), max(old.last, row.frame), old.count + 1)
    }
    self.init(frames.mapValues { ($0.count, $0.last - $0.first + 1 > $0.count) })
  }

  /// Of the column of a table that names tracks; `nil` if there is none.
  init?(_ dataset: Dataset, by columns: [String]) {
    let places = PlaceColumns(dataset.groupColumns, by: columns)
    var tracks: [String: (Int, Bool)] = [:]
    for sample in dataset.samples {
      guard let name = places.track(sample.groups) else { continue }
      tracks[name, default: (0, false)].0 += 1
    }
    self.init(tracks)
  }

  private init?(_ tracks: [String: (count: Int, hasGaps: Bool)]) {
    guard !tracks.isEmpty else { return nil }
    counts = [:]
    for track in tracks.values { counts[track.count, default: 0] += 1 }
    withGaps = tracks.values.count { $0.hasGaps }
    shortest = tracks.sorted { ($0.value.count, $0.key) < ($1.value.count, $1.key) }.prefix(5)
      .map { "\($0.key): \($0.value.count)" }
  }
}
