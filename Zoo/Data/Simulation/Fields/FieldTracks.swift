/// Numbers the tracks of a simulated field from frame to frame, as an ideal tracker would: from when a nucleus can be
/// seen until it can't.
struct FieldTracks {
  struct Track {
    /// From 1.
    var number: Int
    var cell: Int
    var begin: Int
    /// The last frame.
    var end: Int
    /// The mother's track; 0 without one.
    var parent: Int
  }

  private(set) var tracks: [Track] = []
  private var current: [Int: Int] = [:]

  /// The track of each nucleus of the next frame.
  mutating func numbers(_ nuclei: [FieldFrame.Nucleus], frame: Int, cells: [FieldCell]) -> [Int] {
    nuclei.map { nucleus in
      if let number = current[nucleus.cell], tracks[number - 1].end >= frame - 1 {
        tracks[number - 1].end = frame
        return number
      }
      let cell = cells[nucleus.cell]
      var parent = 0
      if cell.birth == frame, let mother = cell.mother, let number = current[mother],
        tracks[number - 1].end == frame - 1
      {
        parent = number
      }
      let number = tracks.count + 1
      tracks.append(Track(number: number, cell: nucleus.cell, begin: frame, end: frame, parent: parent))
      current[nucleus.cell] = number
      return number
    }
  }
}
