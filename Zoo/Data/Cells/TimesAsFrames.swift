import ZooFormat
import ZooImages

/// Times in the column of frames (`0:30:00`, `1.5 h`, `2024-05-03T09:30`), put in order: in each field as many different ones
/// as its film has frames, so that each is the time of one.
struct TimesAsFrames {
  private var numbers: [Int: [Double: Int]] = [:]
  /// What is told of them.
  let finding: String

  /// - Parameters:
  ///   - column: the column of frames.
  ///   - fieldOf: the field of a row.
  /// - Returns: `nil` if the column's first value is a number of a frame, or no time.
  /// - Throws: ``ZooError`` if rows have times of other forms, or a field more or fewer than its film has frames.
  init?(
    _ table: CSVTable, column: Int, fields: [FieldImages.Field],
    fieldOf: (_ row: [String], _ line: Int) throws(ZooError) -> Int
  ) throws(ZooError) {
    guard let first = table.rows.lazy.map({ $0[column].trimmed }).first(where: { !CellTableReader.isBlank($0) }),
      let form = Self.time(first)?.form
    else { return nil }
    var values: [Int: Set<Double>] = [:]
    for (row, line) in zip(table.rows, table.lines) where !CellTableReader.isBlank(row[column]) {
      guard let time = Self.time(row[column].trimmed), time.form == form else {
        throw ZooError(
          .badInput, line: line, path: "data.cells.columns.frame",
          problem: "the frame is '\(row[column].onOneLine)', and '\(first.onOneLine)' above it",
          expected: "times of one form, or numbers of frames")
      }
      values[try fieldOf(row, line), default: []].insert(time.value)
    }
    let name = table.columns[column].onOneLine
    for (field, times) in values.sorted(by: { $0.key < $1.key }) {
      let film = fields[field]
      guard times.count == film.frameCount else {
        throw ZooError(
          .badInput, path: "data.cells.columns.frame",
          problem:
            "'\(name)' has \(Figures.counted(times.count, "different time")) of \(film.name), whose film has \(Figures.counted(film.frameCount, "frame"))",
          expected: "a time for each frame",
          remedy: "Set data.cells.columns.frame to a column with the number of the frame")
      }
      for (place, time) in times.sorted().enumerated() { numbers[field, default: [:]][time] = film.firstFrame + place }
    }
    finding = "the times in '\(name)' are put in order as frames: as many as each film has"
  }

  /// Whether a text is a time that is written as one.
  static func isTime(_ text: String) -> Bool { time(text.trimmed) != nil }

  private static func time(_ text: String) -> FrameValue? {
    guard CellTableReader.integer(text) == nil, let value = FrameValue(text) else { return nil }
    switch value.form {
    case .clock, .date, .duration: return value
    case .number, .numbered: return nil
    }
  }

  /// The number of the frame of a row; `nil` for a blank.
  func frame(_ text: String, of field: Int) -> Int? { Self.time(text.trimmed).flatMap { numbers[field]?[$0.value] } }
}
