import ZooFormat
import ZooImages

/// Whether annotations count frames as the tables do. One that is a frame late finds nearly all cells, with wrong labels.
///
/// Rows without a label say how a table counts, too: often they are those of its first frame.
struct LabelFrames {
  /// A frame of a field, as the films count.
  struct Moment: Hashable {
    var field: Int
    var frame: Int
  }

  /// The numbers that the rows have, and those of the films in the same count.
  private var span = 0...0
  private var film = 0...0
  /// Rows with a frame that no film has, with a label and without.
  private var beyond = 0
  private var blankBeyond = 0
  private var total = 0
  /// How many rows find a position if their frames are so much later.
  private var fits: [Int: Int] = [:]
  /// Which of these leave every row, also those without a label, in its film.
  private var possible: Set<Int> = []
  /// Whether the numbers go in steps of 2 or more.
  private let hasSteps: Bool

  /// - Parameter shift: What was added to the rows' numbers.
  init(_ annotations: CellAnnotations, _ cells: LabelledCells, _ images: FieldImages, shift: Int) {
    let marks = annotations.marks
    total = marks.count
    hasSteps = FrameTimes.smallestStep(annotations.numbers.sorted()) ?? 1 > 1
    var spans: [Int: ClosedRange<Int>] = [:]
    func add(_ frame: Int, _ field: Int) {
      let old = spans[field] ?? frame...frame
      spans[field] = min(old.lowerBound, frame)...max(old.upperBound, frame)
    }
    for mark in marks {
      for frame in [mark.frames.first, mark.frames.last].compactMap(\.self) { add(frame, mark.field) }
    }
    for moment in annotations.blanks.keys { add(moment.frame, moment.field) }
    guard let first = spans.values.map(\.lowerBound).min(), let last = spans.values.map(\.upperBound).max() else {
      return
    }
    span = first - shift...last - shift
    let fields = spans.keys.map { images.fields[$0] }
    film = (fields.map(\.firstFrame).min() ?? 0) - shift...(fields.map(\.lastFrame).max() ?? 0) - shift
    possible = Set(
      (-1...1).filter { shift in
        spans.allSatisfy { place, span in
          let field = images.fields[place]
          return span.lowerBound + shift >= field.firstFrame && span.upperBound + shift <= field.lastFrame
        }
      })
    for mark in marks {
      let field = images.fields[mark.field]
      let frames = [mark.frames.first, mark.frames.last].compactMap(\.self)
      if frames.contains(where: { $0 < field.firstFrame || $0 > field.lastFrame }) { beyond += 1 }
      for shift in -1...1 where !cells.hits(mark, shift: shift).isEmpty { fits[shift, default: 0] += 1 }
    }
    for (moment, count) in annotations.blanks {
      let field = images.fields[moment.field]
      if moment.frame < field.firstFrame || moment.frame > field.lastFrame { blankBeyond += count }
    }
  }

  /// - Returns: What isn't sure, if another count would do as well.
  /// - Throws: ``ZooError`` with both figures if rows speak of frames that no film has, or if another count fits more rows.
  func check(file: String) throws(ZooError) -> String? {
    let plain = fits[0] ?? 0
    func rank(_ shift: Int) -> (Int, Int) { (fits[shift] ?? 0, possible.contains(shift) ? 1 : 0) }
    let other = [-1, 1].max { rank($0) < rank($1) } ?? 1
    let most = fits[other] ?? 0
    let isOther = most > plain || blankBeyond > 0 && most > 0 && most == plain && possible.contains(other)
    let numbers =
      "frames run from \(span.lowerBound) to \(span.upperBound), the films' from \(film.lowerBound) to \(film.upperBound)"
    guard beyond == 0, !isOther else {
      let key = "data.labels.firstFrame"
      let figures = "\(plain) of \(Figures.counted(total, "row")) find a position as they are"
      let isOffered = isOther && (!hasSteps || possible.contains(other))
      throw ZooError(
        .badInput, file: file, path: key,
        problem:
          "the annotations' \(numbers): \(figures), \(most) if the first frame is \(film.lowerBound - other) to them"
          + (beyond > 0 ? "; \(beyond) speak of frames that no film has" : "")
          + (blankBeyond > 0 ? "; \(blankBeyond) without a label speak of frames that no film has" : ""),
        expected: "the annotations' number of the films' first frame",
        remedy: isOffered
          ? "Set \(key)=\(film.lowerBound - other), or \(key)=\(film.lowerBound) if they do count as the tables"
          : "Check that they are of these films\(hasSteps ? ", and that the numbers are of frames rather than times" : ""); "
            + "\(key)=\(film.lowerBound) passes over such rows")
    }
    if blankBeyond > 0 {
      return
        "unsure: the annotations' \(numbers); \(Figures.counted(blankBeyond, "row")) without a label speak of frames that no film has"
    }
    // Nobody counts from another number than 0, 1 or that of the table's first row.
    let firsts = [1, -1].filter { possible.contains($0) && fits[$0] == plain && plain > 0 }
      .map { film.lowerBound - $0 }.filter { (0...1).contains($0) || $0 == span.lowerBound }
    guard !firsts.isEmpty else { return nil }
    let words = firsts.map(String.init).joined(separator: " or ")
    return
      "unsure: the annotations' \(numbers), and they would fit as well if the films' first frame is \(words) to them "
      + "(data.labels.firstFrame=\(words))"
  }
}
