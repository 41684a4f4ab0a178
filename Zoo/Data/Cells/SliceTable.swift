import ZooFormat
import ZooImages

/// Which slice in depth is used of each frame of each field, as a table says, e.g. the one that is in focus.
struct SliceTable {
  /// One row: its line, and the slice, if it states one.
  private typealias Row = (line: Int, slice: Int?)

  private let file: String
  private let name: String
  /// The columns that name fields: parts of the images' pattern, or columns of the plate map.
  private let keys: [String]
  /// Field → frame → row. The frame is `nil` in a table without frames, which speaks of all of them.
  private let rows: [[String]: [Int?: Row]]

  /// - Parameters:
  ///   - file: As it can be opened.
  ///   - facts: What is known of fields, by name.
  /// - Throws: ``ZooError`` if columns are missing, a frame stands there twice, or a value is no number.
  init(_ file: String, columns: [String: String], facts: [String]) throws(ZooError) {
    let table = try CSVTable(FileBytes.read(file), file: file)
    func column(_ meaning: String, isNeeded: Bool) throws(ZooError) -> Int? {
      let name = columns[meaning] ?? meaning
      if let place = table.index(like: name) { return place }
      guard isNeeded || columns[meaning] != nil else { return nil }
      throw ZooError(
        .badInput, file: file, line: 1, path: "data.cells.sliceColumns.\(meaning)",
        problem: "there is no column '\(name)'", expected: "one of \(table.columns.joined(separator: ", "))",
        remedy: "Set data.cells.sliceColumns.\(meaning)")
    }
    guard let slice = try column("slice", isNeeded: true) else {
      (self.file, name, keys, rows) = (file, "", [], [:])
      return
    }
    let frame = try column("frame", isNeeded: false)
    let keys = facts.filter { fact in
      guard let place = table.index(like: fact) else { return false }
      return place != slice && place != frame
    }
    guard !keys.isEmpty else {
      throw ZooError(
        .badInput, file: file, line: 1, path: "data.cells.sliceTable",
        problem: "the columns are \(table.columns.joined(separator: ", "))",
        expected: "columns that name a field: \(facts.joined(separator: ", "))")
    }
    let places = keys.compactMap(table.index(like:))
    var rows: [[String]: [Int?: Row]] = [:]
    for (row, line) in zip(table.rows, table.lines) {
      let number = try frame.map { place throws(ZooError) in
        try Self.number(row[place], "frame", file: file, line: line)
      }
      let value =
        try CellTableReader.isBlank(row[slice]) ? nil : Self.number(row[slice], "slice", file: file, line: line)
      let key = places.map { WellName.normal(row[$0]) }
      if let other = rows[key, default: [:]].updateValue((line, value), forKey: number) {
        throw ZooError(
          .badInput, file: file, line: line, path: "data.cells.sliceTable",
          problem: "speaks of a frame that line \(other.line) speaks of", expected: "one row for a frame of a field")
      }
    }
    (self.file, name, self.keys, self.rows) = (file, table.columns[slice], keys, rows)
  }

  /// The frames that it speaks of, for findings; `nil` without frames.
  var span: ClosedRange<Int>? {
    let frames = rows.values.flatMap { $0.keys.compactMap { $0 } }
    guard let first = frames.min(), let last = frames.max() else { return nil }
    return first...last
  }

  private static func number(_ text: String, _ what: String, file: String, line: Int) throws(ZooError) -> Int {
    guard let number = CellTableReader.integer(text) else {
      throw ZooError(
        .badInput, file: file, line: line, problem: "the \(what) is '\(text.trimmed)'", expected: "a whole number")
    }
    return number
  }

  /// Fields of which one slice is left of each frame.
  struct Choice {
    var fields: [FieldImages.Field]
    /// Frames that the table states no slice for, by field.
    var blank: [Int: Set<Int>] = [:]
  }

  /// - Parameters:
  ///   - facts: Of each field.
  ///   - used: Frames with positions, by field.
  /// - Throws: ``ZooError`` if the table says nothing of a frame that is used, or names a slice that isn't there.
  func choice(
    _ images: FieldImages, facts: [[String: String]], used: [Int: Set<Int>]
  ) throws(ZooError) -> Choice {
    var choice = Choice(fields: images.fields)
    var missing: [String] = []
    for (index, field) in images.fields.enumerated() {
      let frames = rows[keys.map { WellName.normal(facts[index][$0] ?? "") }] ?? [:]
      for frame in field.firstFrame...field.lastFrame {
        let range =
          (frame - field.firstFrame) * images.channels.count..<(frame - field.firstFrame + 1)
          * images.channels.count
        guard let row = frames[frame] ?? frames[nil], let slice = row.slice else {
          for place in range { choice.fields[index].planes[place] = nil }
          guard used[index]?.contains(frame) == true else { continue }
          if (frames[frame] ?? frames[nil]) == nil {
            missing.append("frame \(frame) of '\(field.name)'")
          } else {
            choice.blank[index, default: []].insert(frame)
          }
          continue
        }
        for place in range {
          guard let plane = field.planes[place] else { continue }
          guard let file = ([plane.file] + plane.others).first(where: { images.depths[$0] == slice }) else {
            throw ZooError(
              .badInput, file: file, line: row.line, path: "data.cells.sliceTable",
              problem:
                "names slice \(slice) of frame \(frame) of the field '\(field.name)', which has no such file of '\(images.channels[place % images.channels.count])'",
              expected: "the number as names of files have it as {z}")
          }
          choice.fields[index].planes[place] = FieldImages.Plane(
            file: file, frame: plane.frame, channel: plane.channel)
        }
      }
    }
    guard missing.isEmpty else {
      throw ZooError(
        .badInput, file: file, path: "data.cells.sliceTable",
        problem:
          "says nothing of \(Figures.counted(missing.count, "frame")) with positions, e.g. \(missing[0]) (by \(keys.joined(separator: ", ")))",
        expected: "a row for each, with an empty \(name) to leave it out")
    }
    return choice
  }
}
