import ZooFormat
import ZooImages

/// The rows of a manifest put together to samples: one row each, or the frames of a sequence by their time.
struct SequenceRows {
  struct Sample {
    var id: String
    /// Rows of the table, in the order of time.
    var rows: [Int]
    /// The sequence that a window is cut from or a single image belongs to; `nil` for what is whole.
    var unit: String?
  }

  private(set) var samples: [Sample] = []
  private(set) var problems = Problems()
  private(set) var remarks: [String] = []

  /// What the numbers of times count.
  private var unit = ""
  private let table: CSVTable
  private let file: String
  private let columns: ManifestColumns
  private let spec: DataSpec

  /// O(rows · log(rows)).
  init(_ table: CSVTable, _ columns: ManifestColumns, _ spec: DataSpec, file: String) {
    (self.table, self.columns, self.spec, self.file) = (table, columns, spec, file)
    let name = columns.within + (columns.sequence.map { [$0] } ?? [])
    func sequence(_ row: Int) -> String { name.map { table.rows[row][$0].trimmed }.joined(separator: "/") }
    func isNameless(_ row: Int) -> Bool {
      columns.sequence.map { Spelling.isNothing(table.rows[row][$0].trimmed) } ?? true
    }
    guard spec.frames != nil, let track = columns.sequence, let frame = columns.frame else {
      // Without names of their own, samples are called as their files: as the first that there is.
      let named = columns.id.map { [$0] } ?? columns.paths.filter(columns.neededPaths.contains)
      samples = table.rows.indices.map { row in
        let texts = named.lazy.map { table.rows[row][$0].trimmed }
        return Sample(
          id: texts.first { !Spelling.isNothing($0) } ?? "", rows: [row], unit: isNameless(row) ? nil : sequence(row))
      }
      return
    }
    let nameless = table.rows.indices.filter(isNameless)
    guard nameless.isEmpty else {
      refuse(
        nameless[0], "'\(table.columns[track])' names no sequence in \(Figures.counted(nameless.count, "row"))",
        "the sequence of each frame", "Fill it in, or remove the rows")
      return
    }
    let times = times(frame)
    guard !times.isEmpty else { return }
    var order: [String] = []
    var rows: [String: [Int]] = [:]
    for index in table.rows.indices {
      let id = sequence(index)
      if rows[id, default: []].isEmpty { order.append(id) }
      rows[id, default: []].append(index)
    }
    checkSpelling(rows, track)
    guard problems.all.isEmpty else { return }
    add(order.map { ($0, rows[$0, default: []].sorted { (times[$0], $0) < (times[$1], $1) }) }, times, frame)
  }

  /// Names that are one and the same but for the way they are written would make two sequences of one.
  private mutating func checkSpelling(_ sequences: [String: [Int]], _ track: Int) {
    guard !spec.accepts(.spellings) else { return }
    let variants = Spelling.variants(sequences.mapValues(\.count))
    guard let first = variants.first, let row = sequences[first[0].text]?.first else { return }
    refuse(
      row,
      "names in '\(table.columns[track])' that differ only in how they are written: "
        + first.map { "'\($0.text.onOneLine)' \($0.count)" }.joined(separator: " and ")
        + (variants.count > 1 ? "; and \(variants.count - 1) more" : ""), "one name for a sequence",
      "Write each in one way, or set data.accept=[spellings] if they are different sequences")
  }

  /// The time of each row; empty if it isn't known for all of them.
  private mutating func times(_ frame: Int) -> [Double] {
    var forms: [FrameValue.Form: (count: Int, text: String)] = [:]
    var blank: [Int] = []
    var times: [Double] = []
    var wrong: Int?
    for (index, row) in table.rows.enumerated() {
      let text = row[frame].trimmed
      if Spelling.isNothing(text) {
        blank.append(index)
      } else if let value = FrameValue(text) {
        forms[value.form, default: (0, text)].count += 1
        times.append(value.value)
      } else {
        wrong = wrong ?? index
      }
    }
    let name = table.columns[frame]
    if let first = blank.first {
      refuse(
        first, "'\(name)' says no time in \(Figures.counted(blank.count, "row"))",
        "the number or the time of each frame",
        "Fill it in, or remove the rows")
    }
    if let wrong {
      refuse(
        wrong, "'\(table.rows[wrong][frame].onOneLine)' in '\(name)' is no time",
        "a number, t1 … t12, 1h30, 9:30 or 2024-05-03T09:30")
    }
    if forms.count > 1 {
      let found = forms.values.sorted { $0.count > $1.count }.map {
        "'\($0.text)' (as in \(Figures.counted($0.count, "row")))"
      }
      problems.add(
        ZooError(
          .badInput, file: file, path: "data.columns.frame",
          problem: "'\(name)' is written in \(forms.count) ways: \(found.prefix(4).joined(separator: ", "))",
          expected: "one way, so that frames can be put in order"))
    }
    switch forms.keys.first {
    case .clock, .date, .duration: unit = " s"
    case .number, .numbered, nil: break
    }
    return blank.isEmpty && wrong == nil && forms.count == 1 ? times : []
  }

  private mutating func add(_ sequences: [(id: String, rows: [Int])], _ times: [Double], _ frame: Int) {
    let frames = spec.frames ?? 1
    var gaps: [(id: String, row: Int, before: Int)] = []
    var intervals: [Double: (count: Int, id: String)] = [:]
    var (short, long, left, windows) = (0, 0, 0, 0)
    for (id, rows) in sequences {
      if let place = rows.indices.dropFirst().first(where: { times[rows[$0]] == times[rows[$0 - 1]] }) {
        refuse(
          rows[place],
          "the sequence '\(id)' has the frame '\(table.rows[rows[place]][frame])' twice (also on line \(table.lines[rows[place - 1]]))",
          "one row for each frame",
          "If names of sequences begin anew in each experiment or movie, name its column in data.columns.within")
      }
      let steps = rows.indices.dropFirst().map { times[rows[$0]] - times[rows[$0 - 1]] }
      if let step = steps.min(), let place = steps.firstIndex(where: { $0 > 1.5 * step }) {
        gaps.append((id, rows[place + 1], rows[place]))
      } else if let step = steps.min() {
        intervals[step, default: (0, id)].count += 1
      }
      guard rows.count != frames else {
        samples.append(Sample(id: id, rows: rows, unit: nil))
        continue
      }
      if rows.count < frames {
        short += 1
        if !spec.accepts(.shortSequences) {
          refuse(
            rows[0], "the sequence '\(id)' has \(Figures.counted(rows.count, "frame"))",
            "data.frames: \(frames) or more",
            "Lower data.frames, or set data.accept=[shortSequences] to leave it out")
        }
        continue
      }
      long += 1
      let chosen = spec.windowStarts(of: rows.count, frames: frames)
      for start in chosen {
        let label = table.rows[rows[start]][frame].trimmed
        samples.append(Sample(id: "\(id)/\(label)", rows: Array(rows[start..<start + frames]), unit: id))
      }
      windows += chosen.count
      left += rows.count - Set(chosen.flatMap { $0..<$0 + frames }).count
    }
    report(gaps, frame)
    report(intervals)
    if samples.isEmpty, problems.all.isEmpty {
      problems.add(
        ZooError(
          .badInput, file: file, path: "data.frames", problem: "no sequence has \(Figures.counted(frames, "frame"))",
          remedy: "Lower it"))
    }
    if short > 0, spec.accepts(.shortSequences) {
      remarks.append(FilmWindows.short(short, frames))
    }
    if long > 0 {
      remarks.append(FilmWindows.long(long, frames, windows: windows, spec.windows, left: left))
    }
  }

  private mutating func report(_ gaps: [(id: String, row: Int, before: Int)], _ frame: Int) {
    guard let first = gaps.first else { return }
    let what = "between '\(table.rows[first.before][frame])' and '\(table.rows[first.row][frame])'"
    let count =
      gaps.count > 1
      ? "\(gaps.count) sequences lack frames, e.g. '\(first.id)'" : "the sequence '\(first.id)' lacks frames"
    if spec.accepts(.gaps) {
      remarks.append("\(count) \(what); the frames that there are count as successive")
    } else {
      let isClock = if case .clock = FrameValue(table.rows[first.row][frame].trimmed)?.form { true } else { false }
      refuse(
        first.row, "\(count) \(what)", "frames at even intervals",
        "Add them, or set data.accept=[gaps] to take the frames that there are as successive"
          + (isClock ? "; if time went past midnight, write the dates, too" : ""))
    }
  }

  /// Sequences that were taken at other intervals than most: a model sees frames, not when they were.
  private mutating func report(_ intervals: [Double: (count: Int, id: String)]) {
    guard let (step, most) = intervals.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) }) else { return }
    let others = intervals.filter { $0.key > 1.5 * step || $0.key * 1.5 < step }
    guard let other = others.min(by: { $0.key < $1.key }) else { return }
    remarks.append(
      "frames are \(Figures.sample(Float(step)))\(unit) apart in \(Figures.counted(most.count, "sequence")), but not in \(others.values.reduce(0) { $0 + $1.count }), e.g. \(Figures.sample(Float(other.key)))\(unit) in '\(other.value.id)': the model isn't told how far apart they are"
    )
  }

  private mutating func refuse(_ row: Int, _ problem: String, _ expected: String, _ remedy: String? = nil) {
    problems.add(
      ZooError(
        .badInput, file: table.file(of: row), line: table.lines[row], problem: problem, expected: expected,
        remedy: remedy))
  }
}
