import ZooFormat

/// Where one crop is cut: a square of a frame, or nothing (all zeros) where the film has no such frame.
struct CellCut: Sendable, Hashable {
  var field: Int32
  /// From 0, in the field's frames; -1 for no frame.
  var frame: Int32
  var left: Int32
  var top: Int32

  static let none = CellCut(field: -1, frame: -1, left: 0, top: 0)
}

/// Makes of each position the crop, or the window of crops over time, that a sample is.
package struct CellWindows {
  /// The rows that became samples.
  private(set) var rows: [Int] = []
  /// `rows × frames` places to cut.
  private(set) var cuts: [CellCut] = []
  /// Samples left out, by reason.
  private(set) var dropped: [String: Int] = [:]

  let frames: Int
  package let height: Int
  package let width: Int

  /// - Parameters:
  ///   - rows: With frames as the files count them.
  ///   - sampleFrames: Frames of a sample.
  init(
    _ table: [CellRow], among wanted: [Int], _ images: FieldImages, _ spec: DataSpec.Cells, sampleFrames: Int,
    height: Int, width: Int
  ) {
    frames = sampleFrames
    self.height = height
    self.width = width
    let before = spec.before ?? (sampleFrames - 1) / 2
    let tracks = sampleFrames > 1 && spec.follow ? Self.tracks(table) : [:]
    rows.reserveCapacity(wanted.count)
    cuts.reserveCapacity(wanted.count * sampleFrames)
    var window: [CellCut] = []
    for index in wanted {
      let row = table[index]
      let field = images.fields[row.field]
      let track = row.track.isEmpty ? nil : tracks[TrackKey(field: row.field, track: row.track)]
      window.removeAll(keepingCapacity: true)
      var reason: String?
      for step in 0..<sampleFrames where reason == nil {
        var frame = row.frame + (step - before) * spec.step
        if frame < field.firstFrame || frame > field.lastFrame {
          switch spec.ends {
          case .drop: reason = "the film has no frame for part of the window"
          case .zero:
            window.append(.none)
            continue
          case .nearest: frame = min(max(frame, field.firstFrame), field.lastFrame)
          }
        }
        guard reason == nil else { break }
        guard let place = Self.place(of: row, track, at: frame, table, spec) else {
          reason = "the track has no position in part of the window"
          break
        }
        let cut = CellCut(
          field: Int32(row.field), frame: Int32(frame - field.firstFrame), left: Self.corner(place.x, width),
          top: Self.corner(place.y, height))
        if spec.border == .drop, !Self.isInside(cut, field, height: height, width: width) {
          reason = "the crop reaches over the border"
        }
        window.append(cut)
      }
      if let reason {
        dropped[reason, default: 0] += 1
      } else {
        rows.append(index)
        cuts += window
      }
    }
  }

  /// Leaves out samples.
  mutating func remove(_ samples: Set<Int>, reason: String) {
    var kept: (rows: [Int], cuts: [CellCut]) = ([], [])
    for sample in rows.indices where !samples.contains(sample) {
      kept.rows.append(rows[sample])
      kept.cuts += cuts[sample * frames..<(sample + 1) * frames]
    }
    (rows, cuts) = kept
    dropped[reason, default: 0] += samples.count
  }

  private struct TrackKey: Hashable {
    var field: Int
    var track: String
  }

  /// The rows of each track in the order of time.
  private static func tracks(_ table: [CellRow]) -> [TrackKey: [Int]] {
    var tracks: [TrackKey: [Int]] = [:]
    for (index, row) in table.enumerated() where !row.track.isEmpty {
      tracks[TrackKey(field: row.field, track: row.track), default: []].append(index)
    }
    return tracks.mapValues { rows in rows.sorted { table[$0].frame < table[$1].frame } }
  }

  /// Where the cell is in a frame: as its track has it, or as the policy for gaps says; `nil` to leave the sample out.
  private static func place(
    of row: CellRow, _ track: [Int]?, at frame: Int, _ table: [CellRow], _ spec: DataSpec.Cells
  ) -> (x: Double, y: Double)? {
    guard let track, frame != row.frame, spec.follow else { return (row.x, row.y) }
    // The first position of the track at or after the frame.
    var (low, high) = (0, track.count)
    while low < high {
      let middle = (low + high) / 2
      if table[track[middle]].frame < frame { low = middle + 1 } else { high = middle }
    }
    if low < track.count, table[track[low]].frame == frame { return (table[track[low]].x, table[track[low]].y) }
    switch spec.gaps {
    case .drop: return nil
    case .hold, .interpolate:
      guard low > 0 else { return (table[track[0]].x, table[track[0]].y) }
      guard low < track.count else { return (table[track[low - 1]].x, table[track[low - 1]].y) }
      let (a, b) = (table[track[low - 1]], table[track[low]])
      let share = Double(frame - a.frame) / Double(b.frame - a.frame)
      if spec.gaps == .hold { return share <= 0.5 ? (a.x, a.y) : (b.x, b.y) }
      return (a.x + share * (b.x - a.x), a.y + share * (b.y - a.y))
    }
  }

  /// The first pixel of a crop around a position: the pixel that holds the position is the crop's `size / 2`.
  ///
  /// Positions are rounded to thousandths of a pixel, so that a table in micrometres gives the same crop as one in pixels.
  package static func corner(_ position: Double, _ size: Int) -> Int32 {
    let exact = (position * 1000).rounded() / 1000
    return Int32(saturating: max(-1e9, min(1e9, (exact + 0.5).rounded(.down)))) - Int32(size / 2)
  }

  static func isInside(_ cut: CellCut, _ field: FieldImages.Field, height: Int, width: Int) -> Bool {
    cut.left >= 0 && cut.top >= 0 && Int(cut.left) + width <= field.width && Int(cut.top) + height <= field.height
  }
}
