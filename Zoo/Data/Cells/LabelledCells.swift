import ZooFormat
import ZooImages

/// Finds the positions that rows of an annotation table mean.
struct LabelledCells {
  /// A row of annotations.
  struct Mark {
    var line: Int
    var label: String
    var weight: Float = 1
    var field: Int
    /// As the films count.
    var frame: Int
    var track = ""
    var place: (x: Double, y: Double)?

    init(line: Int, label: String, field: Int, frame: Int) {
      (self.line, self.label, self.field, self.frame) = (line, label, field, frame)
    }
  }

  private struct TrackFrame: Hashable {
    var field: Int
    var frame: Int
    var track: String
  }

  private let rows: [CellRow]
  private let byTrack: Bool
  private let hasFrames: Bool
  private let distance: Double
  private var tracks: [TrackFrame: [Int]] = [:]
  private var frames: [TrackFrame: NeighbourGrid] = [:]

  /// - Parameters:
  ///   - byTrack: Whether rows name tracks; else they mean the nearest position of their frame.
  ///   - hasFrames: Whether they name frames; else they mean the whole track.
  ///   - distance: The farthest position that a row may mean, in pixels.
  init(_ rows: [CellRow], byTrack: Bool, hasFrames: Bool, distance: Double) {
    (self.rows, self.byTrack, self.hasFrames, self.distance) = (rows, byTrack, hasFrames, distance)
    for (index, row) in rows.enumerated() {
      if byTrack {
        let key = TrackFrame(field: row.field, frame: hasFrames ? row.frame : 0, track: row.track)
        tracks[key, default: []].append(index)
      } else {
        let key = TrackFrame(field: row.field, frame: row.frame, track: "")
        frames[key, default: NeighbourGrid(spacing: distance)].insert(index, at: (row.x, row.y))
      }
    }
  }

  /// The positions that a row means if its frame is `shift` later.
  func hits(_ mark: Mark, shift: Int = 0) -> [Int] {
    let frame = hasFrames ? mark.frame + shift : 0
    if byTrack { return tracks[TrackFrame(field: mark.field, frame: frame, track: mark.track)] ?? [] }
    guard let place = mark.place else { return [] }
    var best: (index: Int, square: Double)?
    for index in frames[TrackFrame(field: mark.field, frame: frame, track: "")]?.near(place) ?? [] {
      let (dx, dy) = (rows[index].x - place.x, rows[index].y - place.y)
      let square = dx * dx + dy * dy
      if square <= distance * distance, square < best?.square ?? .infinity { best = (index, square) }
    }
    return best.map { [$0.index] } ?? []
  }
}

/// Whether annotations count frames as the tables do. One that is a frame late finds nearly all cells, with wrong labels.
struct LabelFrames {
  /// The numbers that the rows have, and those of the films in the same count.
  private var span = 0...0
  private var film = 0...0
  /// Rows with a frame that no film has.
  private var beyond = 0
  private var total = 0
  /// How many rows find a position if their frames are so much later.
  private var fits: [Int: Int] = [:]

  /// - Parameter shift: What was added to the rows' numbers.
  init(_ marks: [LabelledCells.Mark], _ cells: LabelledCells, _ images: FieldImages, shift: Int) {
    total = marks.count
    guard let first = marks.map(\.frame).min(), let last = marks.map(\.frame).max() else { return }
    span = first - shift...last - shift
    let fields = Set(marks.map(\.field)).map { images.fields[$0] }
    film = (fields.map(\.firstFrame).min() ?? 0) - shift...(fields.map(\.lastFrame).max() ?? 0) - shift
    for mark in marks {
      let field = images.fields[mark.field]
      if mark.frame < field.firstFrame || mark.frame > field.lastFrame { beyond += 1 }
      for shift in -1...1 where !cells.hits(mark, shift: shift).isEmpty { fits[shift, default: 0] += 1 }
    }
  }

  /// - Returns: What isn't sure, if another count would do as well.
  /// - Throws: ``ZooError`` with both figures if rows speak of frames that no film has, or if another count fits more rows.
  func check(file: String) throws(ZooError) -> String? {
    let plain = fits[0] ?? 0
    let (other, most) = [-1, 1].map { ($0, fits[$0] ?? 0) }.max { $0.1 < $1.1 } ?? (0, 0)
    let numbers =
      "frames run from \(span.lowerBound) to \(span.upperBound), the films' from \(film.lowerBound) to \(film.upperBound)"
    guard beyond == 0, most <= plain else {
      let key = "data.labels.firstFrame"
      let figures = "\(plain) of \(Figures.counted(total, "row")) find a position as they are"
      throw ZooError(
        .badInput, file: file, path: key,
        problem:
          "the annotations' \(numbers): \(figures), \(most) if the first frame is \(film.lowerBound - other) to them"
          + (beyond > 0 ? "; \(beyond) speak of frames that no film has" : ""),
        expected: "the annotations' number of the films' first frame",
        remedy: most > plain
          ? "Set \(key)=\(film.lowerBound - other), or \(key)=\(film.lowerBound) if they do count as the tables"
          : "Check that they are of these films; \(key)=\(film.lowerBound) passes over such rows")
    }
    guard fits[-1] == plain, plain > 0, span.lowerBound == film.lowerBound + 1 else { return nil }
    return "unsure: the annotations' \(numbers), and they would fit as well if they counted from \(span.lowerBound) "
      + "(data.labels.firstFrame=\(span.lowerBound))"
  }
}
