import ZooFormat
import ZooImages

/// Finds the positions that rows of an annotation table mean.
struct LabelledCells {
  /// A row of annotations.
  struct Mark {
    var file: String
    var line: Int
    var label: String
    var weight: Float = 1
    var field: Int
    /// The first and the last frame that it speaks of, as the films count; `nil` for the ends of the track.
    var frames: (first: Int?, last: Int?) = (nil, nil)
    var track = ""
    var object = ""
    var place: (x: Double, y: Double)?

    init(file: String, line: Int, label: String, field: Int) {
      (self.file, self.line, self.label, self.field) = (file, line, label, field)
    }

    /// As a row that speaks of this position alone.
    init(_ row: CellRow) {
      self.init(file: "", line: row.line, label: row.label ?? "", field: row.field)
      (frames, track, object, place) = ((row.frame, row.frame), row.track, row.object, (row.x, row.y))
    }

    /// The only frame.
    var frame: Int? { frames.first == frames.last ? frames.first : nil }

    /// What it speaks of, in the tables' count of frames: `track '2' in frame 4`.
    func text(_ join: CellAnnotations.Join, shift: Int) -> String {
      let what =
        switch join {
        case .track: track.isEmpty ? "no track" : "track '\(track)'"
        case .object: "object '\(object)'"
        case .position: place.map { "(\(Figures.fixed($0.x, 1)), \(Figures.fixed($0.y, 1)))" } ?? "no position"
        }
      if let frame { return "\(what) in frame \(frame - shift)" }
      guard frames.first != nil || frames.last != nil else { return what }
      let (first, last) = (frames.first.map { "\($0 - shift)" } ?? "", frames.last.map { "\($0 - shift)" } ?? "")
      return "\(what) in frames \(first)…\(last)"
    }
  }

  private struct Key: Hashable {
    var field: Int
    var frame: Int
    /// Of a track or an object.
    var name: String
  }

  private let rows: [CellRow]
  private let join: CellAnnotations.Join
  private let distance: Double
  /// By track or object and frame.
  private var moments: [Key: [Int]] = [:]
  /// All positions of a track, under the frame 0.
  private var tracks: [Key: [Int]] = [:]
  private var frames: [Key: NeighbourGrid] = [:]

  /// - Parameter distance: The farthest position that a row may mean, in pixels.
  init(_ rows: [CellRow], _ annotations: CellAnnotations, distance: Double) {
    (self.rows, join, self.distance) = (rows, annotations.join, distance)
    let hasWhole = join == .track && (annotations.hasIntervals || !annotations.hasFrames)
    for (index, row) in rows.enumerated() {
      switch join {
      case .track, .object:
        // What has no name isn't one track.
        let name = join == .track ? row.track : row.object
        guard !name.isEmpty else {
          insert(index)
          continue
        }
        if annotations.hasFrames {
          moments[Key(field: row.field, frame: row.frame, name: name), default: []].append(index)
        }
        if hasWhole { tracks[Key(field: row.field, frame: 0, name: name), default: []].append(index) }
      case .position: insert(index)
      }
    }
  }

  private mutating func insert(_ index: Int) {
    let row = rows[index]
    let key = Key(field: row.field, frame: row.frame, name: "")
    frames[key, default: NeighbourGrid(spacing: distance)].insert(index, at: (row.x, row.y))
  }

  /// The positions that a row means if its frames are `shift` later.
  func hits(_ mark: Mark, shift: Int = 0) -> [Int] {
    switch join {
    case .track, .object:
      let name = join == .track ? mark.track : mark.object
      guard !name.isEmpty else { return nearest(mark, shift) }
      if let frame = mark.frame { return moments[Key(field: mark.field, frame: frame + shift, name: name)] ?? [] }
      let whole = tracks[Key(field: mark.field, frame: 0, name: name)] ?? []
      let (first, last) = mark.frames
      return whole.filter { index in
        let frame = rows[index].frame
        return (first.map { frame >= $0 + shift } ?? true) && (last.map { frame <= $0 + shift } ?? true)
      }
    case .position: return nearest(mark, shift)
    }
  }

  /// The nearest position of the frame, of those that have no name if others are joined by one.
  private func nearest(_ mark: Mark, _ shift: Int) -> [Int] {
    guard let place = mark.place, let frame = mark.frame else { return [] }
    var best: (index: Int, square: Double)?
    for index in frames[Key(field: mark.field, frame: frame + shift, name: "")]?.near(place) ?? [] {
      let (dx, dy) = (rows[index].x - place.x, rows[index].y - place.y)
      let square = dx * dx + dy * dy
      if square <= distance * distance, square < best?.square ?? .infinity { best = (index, square) }
    }
    return best.map { [$0.index] } ?? []
  }
}
