/// How far the onsets and kinds of deaths are from what somebody annotated.
public struct OnsetErrors: Codable, Sendable, Hashable {
  /// Tracks that were annotated and predicted.
  public var tracks: Int
  /// Of the deaths that both say, in frames, later being positive; in the order of the tracks. Without those that were
  /// annotated at or before the track's first frame, whose onset nobody saw.
  public var errors: [Int]
  /// Median of the absolute errors; `nil` without any.
  public var median: Double?
  /// Deaths that were annotated but not found, and the other way round.
  public var missed: Int
  public var invented: Int
  /// Deaths of both that were annotated at or before the track's first frame.
  public var deadAtStart: Int
  /// Deaths of both whose kind agrees.
  public var sameKind: Int

  /// Reads a table with `track`, `onset_frame` (empty for cells that live) and, where there are such, `kind`,
  /// `experiment`, `well` and `field`.
  /// - Throws: ``ZooError`` for a table without these columns, what isn't a number, or without a track of the predictions.
  package init(_ deaths: Deaths, truth: CSVTable, file: String) throws(ZooError) {
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
    let keys = ["experiment", "well", "field"].map { truth.index(of: $0) }
    func key(_ values: [String], _ track: String) -> [String] {
      zip(keys, values).map { $0 == nil ? "" : $1 } + [track]
    }
    var known: [[String]: Death] = [:]
    for death in deaths.deaths { known[key([death.experiment, death.well, death.field], death.track)] = death }
    tracks = 0
    errors = []
    missed = 0
    invented = 0
    deadAtStart = 0
    sameKind = 0
    for (row, cells) in truth.rows.enumerated() {
      guard let death = known[key(keys.map { $0.map { cells[$0] } ?? "" }, cells[trackPlace])] else { continue }
      tracks += 1
      let text = cells[onsetPlace]
      if text.isEmpty {
        invented += death.onsetFrame == nil ? 0 : 1
        continue
      }
      guard let onset = CellTableReader.integer(text) else {
        throw ZooError(
          .badInput, file: file, line: truth.lines[row], problem: "the onset is '\(text)'",
          expected: "a frame number, or nothing")
      }
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
    let sizes = errors.map { Double(abs($0)) }.sorted()
    median =
      sizes.isEmpty ? nil : (sizes[(sizes.count - 1) / 2] + sizes[sizes.count / 2]) / 2
  }

  public var text: String {
    "onset against annotation: \(tracks) tracks, median error \(median.map { Figures.significant($0) } ?? "–") frames, "
      + "\(missed) missed, \(invented) invented, \(deadAtStart) dead at start, kind right in \(sameKind) of "
      + "\(errors.count + deadAtStart)\n"
  }
}
