import ZooFormat
import ZooImages

/// Films that lack whole frames, whose tables may count what there is rather than number it: a program that was given the
/// files of frames 1 to 4 and 6 to 8 calls the last of them 6, or 7.
struct FrameGaps {
  /// By field with positions the frames that there are, ascending, where some between the first and the last are lacking.
  let present: [Int: [Int]]

  init(_ images: FieldImages, fields: some Sequence<Int>) {
    let channels = images.channels.count
    var present: [Int: [Int]] = [:]
    for index in fields {
      let field = images.fields[index]
      let frames = (0..<field.frameCount).filter { frame in
        field.planes[frame * channels..<(frame + 1) * channels].contains { $0 != nil }
      }
      if frames.count < field.frameCount { present[index] = frames.map { $0 + field.firstFrame } }
    }
    self.present = present
  }

  /// Refuses rows in lacking frames if they may as well count the frames that there are.
  /// - Parameter rows: With the numbers that the files have.
  func check(_ rows: [CellRow], _ images: FieldImages) throws(ZooError) {
    guard !present.isEmpty else { return }
    var frames: [Int: Set<Int>] = [:]
    for row in rows where present[row.field] != nil { frames[row.field, default: []].insert(row.frame) }
    for (index, own) in frames.sorted(by: { $0.key < $1.key }) {
      guard let there = present[index], let first = own.min(), let last = own.max() else { continue }
      let lacking = own.subtracting(there).filter {
        images.fields[index].firstFrame...images.fields[index].lastFrame ~= $0
      }
      guard let example = lacking.min(), last - first < there.count else { continue }
      throw ZooError(
        .badInput, path: "data.cells.tableFrames",
        problem:
          "the film of '\(images.fields[index].name)' has \(Figures.counted(there.count, "frame")) from \(there[0]) to "
          + "\(there[there.count - 1]) and lacks \(example), but its table has positions there: it isn't said whether the table "
          + "numbers frames as the files do, or counts the files that there are",
        expected: "numbers, if the picture was lost after the cells were followed; order, if the program never had it",
        remedy: "Set data.cells.tableFrames")
    }
  }

  /// Gives rows that count the frames that there are the numbers of the files.
  /// - Parameter first: The tables' number of the first frame of each film.
  static func number(_ rows: inout [CellRow], _ images: FieldImages, from first: Int) throws(ZooError) {
    let gaps = FrameGaps(images, fields: Set(rows.map(\.field)))
    for place in rows.indices {
      let field = images.fields[rows[place].field]
      let (there, count) = (gaps.present[rows[place].field], rows[place].frame - first)
      guard count >= 0, count < there?.count ?? field.frameCount else {
        throw ZooError(
          .badInput, path: "data.cells.firstFrame",
          problem:
            "the table of '\(field.name)' has a frame \(rows[place].frame), which is place \(count + 1) from \(first) on, and its "
            + "film has \(Figures.counted(there?.count ?? field.frameCount, "frame"))",
          expected: "places that the film has, as data.cells.tableFrames is order",
          remedy:
            "Set data.cells.firstFrame to the tables' number of the first frame, or data.cells.tableFrames to numbers")
      }
      rows[place].frame = there?[count] ?? field.firstFrame + count
    }
  }
}

extension FieldImages {
  /// Refuses unnamed pages as frames where the tables have so many times fewer that they may be channels.
  ///
  /// - Parameter spans: The frames of the tables of each field that has positions.
  func checkUnnamedPages(_ spans: [Int: ClosedRange<Int>], _ data: DataSpec) throws(ZooError) {
    guard data.axes == .auto, data.imageChannels.isEmpty, data.folderChannels.isEmpty, pattern.channels == nil,
      channels.count == 1,
      !pattern.names.contains("frame"), !pattern.names.contains("channel"),
      let first = spans.min(by: { $0.key < $1.key })
    else { return }
    let (pages, frames) = (fields[first.key].frameCount, first.value.count)
    guard frames > 1, pages > frames, pages % frames == 0, pages / frames <= 8,
      spans.allSatisfy({ fields[$0.key].frameCount == pages / frames * $0.value.count })
    else { return }
    // Read without saying that pages are frames, those of which the file says nothing are channels.
    let file = fields[first.key].planes.lazy.compactMap { $0?.file }.first ?? 0
    var open = reading(file)
    open.frames = nil
    guard (try? FieldFilm(files[file], open).header.channels) == pages else { return }
    throw ZooError(
      .badInput, file: files[file], path: "data.imageChannels",
      problem:
        "the tables have \(frames) frames of the field '\(fields[first.key].name)' and its film has \(pages) pages of which nothing "
        + "says what they are, \(pages / frames) times as many: they may be channels",
      expected: "what the pages are",
      remedy:
        "Set data.imageChannels to the names of \(pages / frames) channels, and data.axes to TCYX if all channels of a frame follow each "
        + "other or CTYX if all frames of a channel do; if they are frames of one channel, set data.axes to TYX")
  }
}

extension CellTables {
  /// Two positions so near in one frame are one cell, in pixels.
  static let nearest = 2.0

  /// What is to be said of cells that stand in a frame twice, as a second person's boxes or pieces of one nucleus do.
  /// Those with different labels have none if `data.accept` says that it may be. O(rows).
  /// - Throws: ``ZooError`` if there are such and it doesn't.
  mutating func repeated(_ images: FieldImages, _ data: DataSpec) throws(ZooError) -> String? {
    var places: [RepeatPlace: [Int]] = [:]
    places.reserveCapacity(rows.count)
    func place(_ row: CellRow, _ dx: Int = 0, _ dy: Int = 0) -> RepeatPlace {
      RepeatPlace(
        field: row.field, frame: row.frame, x: Int(saturating: (row.x / Self.nearest).rounded(.down)) + dx,
        y: Int(saturating: (row.y / Self.nearest).rounded(.down)) + dy)
    }
    var pairs = 0
    var contradictions: [(Int, Int)] = []
    var example: (Int, Int)?
    for (index, row) in rows.enumerated() {
      for dy in -1...1 {
        for dx in -1...1 {
          for other in places[place(row, dx, dy)] ?? [] {
            let (x, y) = (rows[other].x - row.x, rows[other].y - row.y)
            guard x * x + y * y < Self.nearest * Self.nearest else { continue }
            pairs += 1
            if example == nil { example = (other, index) }
            if let own = row.label?.trimmed, let its = rows[other].label?.trimmed, own != its,
              !Spelling.isNothing(own), !Spelling.isNothing(its)
            {
              contradictions.append((other, index))
            }
          }
        }
      }
      places[place(row), default: []].append(index)
    }
    guard let shown = contradictions.first ?? example else { return nil }
    func text(_ index: Int) -> String {
      let label = rows[index].label.map { " '\($0.trimmed.onOneLine)'" } ?? ""
      return rows[index].line > 0 ? "line \(rows[index].line)\(label)" : "\(rows[index].object)\(label)"
    }
    let said =
      "\(Figures.counted(pairs, "pair")) of positions lie less than \(Figures.fixed(Self.nearest, 0)) pixels apart in one frame, e.g. "
      + "\(text(shown.0)) and \(text(shown.1)) of \(files[rows[shown.1].table].split(separator: "/").last.map(String.init) ?? "")"
    guard contradictions.isEmpty || data.labels.from != .table || data.accepts(.contradictions) else {
      throw ZooError(
        .badInput, file: files[rows[shown.1].table], line: rows[shown.1].line > 0 ? rows[shown.1].line : nil,
        problem: "\(said): one cell in two rows, with different labels in \(contradictions.count)",
        expected: "a row for each cell",
        remedy:
          "Keep one row of each cell, with the label that counts; data.accept=[contradictions] leaves both without one")
    }
    if data.labels.from == .table {
      for (one, other) in contradictions { (rows[one].label, rows[other].label) = (nil, nil) }
    }
    return said + ": probably one cell twice, which then counts twice"
      + (contradictions.isEmpty ? "" : "; \(contradictions.count) have different labels and are left without one")
  }

  private struct RepeatPlace: Hashable {
    var field: Int
    var frame: Int
    var x: Int
    var y: Int
  }
}
