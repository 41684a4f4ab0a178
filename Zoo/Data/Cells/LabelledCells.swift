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
    let stated = marks.flatMap { [$0.frames.first, $0.frames.last].compactMap(\.self) }
    guard let first = stated.min(), let last = stated.max() else { return }
    span = first - shift...last - shift
    let fields = Set(marks.map(\.field)).map { images.fields[$0] }
    film = (fields.map(\.firstFrame).min() ?? 0) - shift...(fields.map(\.lastFrame).max() ?? 0) - shift
    for mark in marks {
      let field = images.fields[mark.field]
      let frames = [mark.frames.first, mark.frames.last].compactMap(\.self)
      if frames.contains(where: { $0 < field.firstFrame || $0 > field.lastFrame }) { beyond += 1 }
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
