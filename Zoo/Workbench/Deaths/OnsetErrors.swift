import ZooData

/// How far the onsets and kinds of deaths are from what somebody annotated.
package struct OnsetErrors: Codable, Sendable, Hashable {
  /// Tracks that were annotated and predicted.
  package var tracks: Int
  /// Of the deaths that both say, in frames, later being positive; in the order of the tracks. Without those that were
  /// annotated at or before the track's first frame, whose onset nobody saw.
  package var errors: [Int]
  /// Median of the absolute errors; `nil` without any.
  package var median: Double?
  /// Deaths that were annotated but not found, and the other way round.
  package var missed: Int
  package var invented: Int
  /// Deaths of both that were annotated at or before the track's first frame.
  package var deadAtStart: Int
  /// Deaths of both whose kind agrees.
  package var sameKind: Int

  /// Reads a table with `track`, `onset_frame` (empty for cells that live) and, where there are such, `kind`,
  /// `experiment`, `well`, `field` and ``Deaths/wellColumns``.
  /// - Parameter firstFrame: the table's number of the films' first frame; as the predictions count if `nil`.
  /// - Throws: ``ZooError`` for a table without these columns, what isn't a number, without a track of the predictions, or
  ///   with frames that no film has: they are counted from another number then.
  package init(_ deaths: Deaths, truth: CSVTable, file: String, firstFrame: Int? = nil) throws(ZooError) {
    func place(_ name: String) throws(ZooError) -> Int {
      guard let place = truth.index(of: name) else {
        throw ZooError(
          .badInput, file: file, line: 1, problem: "there is no column '\(name)'",
          expected: "track and onset_frame, and kind if it is known")
      }
      return place
    }
    let trackPlace = try place("track")
    let onsetPlace = try place("onset_frame")
    let kindPlace = truth.index(of: "kind")
    let names = ["experiment", "well", "field"] + deaths.wellColumns
    let keys = names.map { truth.index(of: $0) }
    var known: [[String]: [Death]] = [:]
    for death in deaths.deaths {
      var values =
        deaths.places[[death.experiment, death.well]] ?? ["experiment": death.experiment, "well": death.well]
      values["field"] = death.field
      known[zip(names, keys).map { $1 == nil ? "" : values[$0] ?? "" } + [death.track], default: []].append(death)
    }
    var onsets = TruthFrames(deaths, given: firstFrame)
    tracks = 0
    errors = []
    missed = 0
    invented = 0
    deadAtStart = 0
    sameKind = 0
    for (row, cells) in truth.rows.enumerated() {
      let found = known[keys.map { $0.map { cells[$0] } ?? "" } + [cells[trackPlace]]] ?? []
      guard let death = found.first else { continue }
      guard found.count == 1 else {
        let lacking = zip(names, keys).filter { $1 == nil }.map(\.0)
        throw ZooError(
          .badInput, file: file, line: truth.lines[row],
          problem: "the track '\(cells[trackPlace])' may be any of \(found.count) in the predictions",
          expected: "columns that tell them apart: \(lacking.joined(separator: ", "))")
      }
      tracks += 1
      let text = cells[onsetPlace]
      if text.isEmpty {
        invented += death.onsetFrame == nil ? 0 : 1
        continue
      }
      guard let number = CellTableReader.integer(text) else {
        throw ZooError(
          .badInput, file: file, line: truth.lines[row], problem: "the onset is '\(text)'",
          expected: "a frame number, or nothing")
      }
      let onset = number + onsets.shift
      onsets.add(onset, death)
      guard let found = death.onsetFrame else {
        missed += 1
        continue
      }
      if onset > death.firstFrame { errors.append(found - onset) } else { deadAtStart += 1 }
      if let kindPlace, cells[kindPlace] == death.kind { sameKind += 1 }
    }
    guard tracks > 0 else {
      throw ZooError(
        .badInput, file: file, problem: "no track is one of the predictions'", expected: "the same track names")
    }
    try onsets.check(file: file)
    let sizes = errors.map { Double(abs($0)) }.sorted()
    median =
      sizes.isEmpty ? nil : (sizes[(sizes.count - 1) / 2] + sizes[sizes.count / 2]) / 2
  }

  package var text: String {
    "onset against annotation: \(tracks) tracks, median error \(median.map { Figures.significant($0) } ?? "–") frames, "
      + "\(missed) missed, \(invented) invented, \(deadAtStart) dead at start, kind right in \(sameKind) of "
      + "\(errors.count + deadAtStart)\n"
  }
}

/// Whether annotated onsets count frames as the predictions do.
private struct TruthFrames {
  /// What is added to the numbers of the table.
  let shift: Int
  private let isGiven: Bool
  /// The first and the last frame of each film.
  private var films: [[String]: ClosedRange<Int>] = [:]
  private var total = 0
  /// How many onsets lie in their films if they are so much later.
  private var fits: [Int: Int] = [:]
  private var span: ClosedRange<Int>?

  init(_ deaths: Deaths, given: Int?) {
    for death in deaths.deaths {
      let film = Self.film(death)
      let old = films[film] ?? death.firstFrame...death.firstFrame
      films[film] = min(old.lowerBound, death.firstFrame)...max(old.upperBound, death.lastFrame)
    }
    isGiven = given != nil
    shift = given.map { (deaths.deaths.map(\.firstFrame).min() ?? 0) - $0 } ?? 0
  }

  private static func film(_ death: Death) -> [String] { [death.experiment, death.well, death.field] }

  mutating func add(_ onset: Int, _ death: Death) {
    guard let film = films[Self.film(death)] else { return }
    total += 1
    for shift in -1...1 where film.contains(onset + shift) { fits[shift, default: 0] += 1 }
    span = min(span?.lowerBound ?? onset, onset)...max(span?.upperBound ?? onset, onset)
  }

  func check(file: String) throws(ZooError) {
    let (plain, earlier, later) = (fits[0] ?? 0, fits[-1] ?? 0, fits[1] ?? 0)
    guard !isGiven, plain < total || max(earlier, later) > plain, let span,
      let first = films.values.map(\.lowerBound).min(), let last = films.values.map(\.upperBound).max()
    else { return }
    let start = first + (earlier >= later ? 1 : -1)
    throw ZooError(
      .badInput, file: file,
      problem:
        "its onsets run from frame \(span.lowerBound) to \(span.upperBound), the predictions from \(first) to \(last): \(plain) of \(total) lie in their films as they are, \(max(earlier, later)) if the first frame is \(start) to them",
      expected: "frames counted as in the predictions",
      remedy: "Say by --truth-first-frame=\(max(earlier, later) > plain ? start : first) what the first frame is called"
    )
  }
}
