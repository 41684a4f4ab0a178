import Foundation
import Testing

@testable import ZooData
@testable import ZooWorkbench

/// Rows of tables that are put in the order of time.
@Suite("Sequences in tables")
struct SequenceTableTests {
  /// Four films of `times`, whose images hold the place in time; the rows stand in the wrong order.
  private func open(
    _ times: [String], frames: Int? = nil, _ set: (inout DataSpec) -> Void = { _ in },
    change: (inout [[String]]) -> Void = { _ in }
  ) throws -> Dataset {
    try opened(times, frames: frames, set, change: change).data
  }

  /// The data, and for each sample the places in time of its frames.
  private func opened(
    _ times: [String], frames: Int? = nil, _ set: (inout DataSpec) -> Void = { _ in },
    change: (inout [[String]]) -> Void = { _ in }
  ) throws -> (data: Dataset, places: [[Float]]) {
    try DataFiles.with { files in
      var rows: [[String]] = []
      for film in 0..<4 {
        for (place, time) in times.enumerated() {
          let name = "\(film)-\(place).png"
          try files.image(name, value: Float(place + 50 * film))
          rows.append([name, film % 2 == 0 ? "one" : "two", "f\(film)", time, "e\(film / 2)"])
        }
      }
      change(&rows)
      let lines = [["path", "label", "film", "time", "experiment"]] + rows.reversed()
      try files.text("manifest.csv", lines.map { CSV.line($0) }.joined())
      var spec = files.spec(.csv)
      spec.columns.sequence = "film"
      spec.columns.frame = "time"
      spec.frames = frames ?? times.count
      set(&spec)
      let data = try Dataset.open(spec)
      let places = try data.samples.indices.map { sample in
        let pixels = try data.load(sample)
        return stride(from: 0, to: pixels.count, by: 30).map { pixels[$0].truncatingRemainder(dividingBy: 50) }
      }
      return (data, places)
    }
  }

  @Test(
    "time goes by number, whatever it is written as",
    arguments: [
      (1...12).map { "t\($0)" }, (1...12).map { "frame_\($0)" }, ["8:30", "9:00", "9:30", "10:00", "10:30"],
      ["2024-02-28T23:00", "2024-02-28T23:30", "2024-02-29T00:00"], ["0", "0,5", "1", "1,5"], (0..<12).map { "\($0)" },
      ["8 h", "9 h", "10 h"], ["30min", "1h", "1h30", "2 h"], ["0.5 h", "60 min", "1 h 30 min"],
      ["3.5.2024 23:30", "4.5.2024 0:00", "4.5.2024 0:30"], ["90s", "2min", "2min30"],
    ])
  func order(times: [String]) throws {
    let places = try opened(times).places
    #expect(places == [[Float]](repeating: times.indices.map(Float.init), count: 4))
  }

  @Test(
    "a blank, repeated or missing frame and two ways of writing are named",
    arguments: [
      (["", "1", "2"], "'time' says no time in 4 rows"), (["0", "NaN", "2"], "says no time in 4 rows"),
      (["0", "1", "1"], "has the frame '1' twice"), (["0", "1", "3"], "4 sequences lack frames"),
      (["0", "t1", "2"], "is written in 2 ways"), (["0", "soon", "2"], "'soon' in 'time' is no time"),
      (["30min1h", "1h", "2h"], "'30min1h' in 'time' is no time"),
      (["23:00", "23:30", "0:00"], "if time went past midnight, write the dates, too"),
    ])
  func doubtful(times: [String], words: String) throws {
    let error = try #require(throws: ZooError.self) { try open(times) }
    #expect(error.description.contains(words), "\(error)")
  }

  @Test("sequences without a name, and names that differ only in how they are written, are refused")
  func names() throws {
    let times = ["0", "1", "2"]
    let blank = try #require(throws: ZooError.self) { try open(times, change: { $0[0][2] = "" }) }
    #expect(blank.description.contains("'film' names no sequence in 1 row"), "\(blank)")
    func number(_ rows: inout [[String]]) {
      for row in rows.indices { rows[row][2] = row % 3 == 1 ? "\(row / 3).0" : "\(row / 3)" }
    }
    let two = try #require(throws: ZooError.self) { try open(times, change: number) }
    #expect(two.description.contains("'0' 2 and '0.0' 1; and 3 more"), "\(two)")
    // Of single images, those without a name belong to none.
    let single = try open(times, { $0.frames = nil }, change: { rows in for row in 0..<4 { rows[row][2] = "NaN" } })
    #expect(single.samples.count { $0.unit == nil } == 4)
    // Frames of one film are one independent unit of figures, too; a sample of its own has no name.
    let independent = single.independentNames(by: [])
    #expect(single.samples.indices.allSatisfy { independent($0) == single.samples[$0].unit ?? "" })
  }

  @Test("sequences at other intervals than most are told")
  func intervals() throws {
    let data = try open(
      ["0", "1", "2"], change: { rows in for row in 3..<6 { rows[row][3] = "\(2 * (row - 3))" } })
    #expect(
      data.remarks == [
        "frames are 1 apart in 3 sequences, but not in 1, e.g. 2 in 'f1': the model isn't told how far apart they are"
      ])
  }

  @Test("gaps and sequences that are too short pass if the spec accepts them, and are counted")
  func accepted() throws {
    let gaps = try open(["0", "1", "3"], { $0.accept = ["gaps"] })
    #expect(gaps.samples.count == 4 && gaps.remarks[0].contains("lack frames"), "\(gaps.remarks)")
    let error = try #require(throws: ZooError.self) { try open(["0", "1", "2"], change: { $0.removeLast() }) }
    #expect(error.description.contains("'f3' has 2 frames"), "\(error)")
    let short = try open(["0", "1", "2"], { $0.accept = ["shortSequences"] }, change: { $0.removeLast() })
    #expect(short.samples.count == 3 && short.remarks == ["1 sequence with fewer than 3 frames left out"])
  }

  @Test("longer sequences give windows by a rule, and those of one stay together")
  func windows() throws {
    let times = (0..<7).map { "\($0)" }
    let (all, places) = try opened(times, frames: 3)
    #expect(all.samples.map(\.id) == ["f3/0", "f3/3", "f2/0", "f2/3", "f1/0", "f1/3", "f0/0", "f0/3"])
    #expect(places[1] == [3, 4, 5])
    #expect(
      all.remarks == ["4 sequences with more than 3 frames cut into 8 windows (data.windows: all); 4 frames left out"])
    #expect(try opened(times, frames: 3, { $0.windows = .last }).places[0] == [4, 5, 6])
    #expect(try opened(times, frames: 3, { $0.windows = .first }).places[0] == [0, 1, 2])
    let step = try open(times, frames: 3, { $0.windowStep = 1 })
    #expect(step.samples.count == 20)
    var split = DataSpec.Split()
    (split.train, split.validation, split.test) = (0.5, 0, 0.5)
    let halves = try step.split(split)
    let units = { (part: [Int]) in Set(part.map { step.samples[$0].unit ?? "" }) }
    #expect(units(halves.train).isDisjoint(with: units(halves.test)) && !halves.test.isEmpty)
    #expect(Set(step.rows(halves, by: []).map(\.group)) == ["f0", "f1", "f2", "f3"])
  }

  @Test("tracks that are numbered anew in each experiment are told apart by its column")
  func within() throws {
    func renumber(_ rows: inout [[String]]) { for row in rows.indices { rows[row][2] = "\((row / 3) % 2)" } }
    let error = try #require(throws: ZooError.self) { try open(["0", "1", "2"], change: renumber) }
    #expect(error.description.contains("data.columns.within"), "\(error)")
    let data = try open(["0", "1", "2"], { $0.columns.within = ["experiment"] }, change: renumber)
    #expect(data.samples.map(\.id) == ["e1/1", "e1/0", "e0/1", "e0/0"])
  }

  @Test("without a number of frames, the rows of a track are single images that stay on one side of the split")
  func singles() throws {
    let data = try open(["0", "1", "2", "3"], { $0.frames = nil }) { rows in
      for row in rows.indices where row % 4 > 1 { rows[row][1] = "dead" }
    }
    #expect(data.samples.count == 16 && data.frames == nil)
    #expect(Set(data.samples.compactMap(\.unit)) == ["f0", "f1", "f2", "f3"])
  }

  @Test("images of 8 bits beside such of 16 are one problem, with whose they are and the gain between them")
  func types() throws {
    try DataFiles.with { files in
      var table = "path,label,cell,frame,site\n"
      for cell in 0..<8 {
        for frame in 0..<4 {
          let isSmall = cell > 4
          let samples = (0..<30).map { Float((60 + ($0 * 3 + cell + frame) % 100) * (isSmall ? 1 : 128)) }
          let image = try Image(width: 6, height: 5, sampleType: isSmall ? .uint8 : .uint16, samples: samples)
          try files.file("c\(cell)_\(frame).png", PNGWriter.encode(image))
          table += "c\(cell)_\(frame).png,\(cell % 2 == 0 ? "a" : "b"),\(cell),\(frame),\(isSmall ? "lyon" : "bern")\n"
        }
      }
      try files.text("manifest.csv", table)
      var spec = files.spec(.csv)
      spec.frames = 4
      (spec.columns.sequence, spec.columns.frame) = ("cell", "frame")
      let error = try #require(throws: ZooError.self) { try Dataset.open(spec) }
      let text = error.description
      #expect(error.parts.isEmpty, "one problem: \(text)")
      #expect(text.contains("has samples of uint8, and so do 11 more (all of site 'lyon')"), "\(text)")
      #expect(text.contains("8 bits hold 6") && text.contains("where 16 bits hold"), "\(text)")
      #expect(text.contains("bring both to one scale (×128?), not only to one type"), "\(text)")
      #expect(text.contains("Save all images as one type") && !text.contains("data.exclude"), "\(text)")
    }
  }
}
