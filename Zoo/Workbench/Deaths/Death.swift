import ZooData

/// What became of one cell.
package struct Death: Codable, Sendable, Hashable {
  package enum Status: String, Codable, Sendable {
    /// It died while it was watched.
    case died
    /// It lived to the end of the recording (right-censored).
    case survived
    /// Its track ended before the recording did: it left the field, or was lost (right-censored).
    case lost
    /// It was dead when it was first seen (left-censored): when it died isn't known, so that curves leave it out.
    case deadAtStart = "dead_at_start"
  }

  package var experiment: String
  package var well: String
  package var field: String
  package var track: String
  package var status: Status
  /// The class of death; empty if it didn't die.
  package var kind: String
  package var firstFrame: Int
  package var lastFrame: Int
  package var firstTime: Double
  package var lastTime: Double
  /// Of the first frame of death. Death came after ``lastAliveTime`` and until ``onsetTime`` (interval-censored): a gap in
  /// the track makes this interval longer.
  package var onsetFrame: Int?
  package var onsetTime: Double?
  package var lastAliveTime: Double?
}

/// The deaths of all tracks.
package struct Deaths: Sendable {
  package let deaths: [Death]
  /// Classes of death in the model's order.
  package let kinds: [String]
  package let rule: DeathRule
  package let timeUnit: String
  /// Columns by which wells of one name were told apart, beside the experiment.
  package let wellColumns: [String]
  /// Experiment and well → what a plate map or a table of onsets may name wells by.
  let places: [[String]: [String: String]]

  /// Words that classes of living cells are called by.
  static let wordsForAlive: Set<String> = [
    "healthy", "alive", "live", "living", "negative", "normal", "control", "viable", "healthy/other",
  ]

  /// - Parameter alive: the classes of living cells; those with a usual name if empty.
  /// - Throws: ``ZooError`` if no class, or every class, is of living cells. O(rows).
  package init(_ predictions: TrackedPredictions, alive: [String] = [], rule: DeathRule = DeathRule()) throws(ZooError)
  {
    let classes = predictions.classes
    for name in alive where !classes.contains(name) { throw Dataset.missing(name, "alive", "class", among: classes) }
    let living = Set(
      classes.indices.filter {
        alive.isEmpty ? Self.wordsForAlive.contains(classes[$0].lowercased()) : alive.contains(classes[$0])
      })
    guard !living.isEmpty, living.count < classes.count else {
      throw ZooError(
        .badInput, problem: "which of \(SpecKind.listed(classes)) are living cells can't be told from the names",
        remedy: "Name them: --alive CLASS")
    }
    self.rule = rule
    timeUnit = predictions.timeUnit
    wellColumns = predictions.wellColumns
    places = predictions.places
    kinds = classes.indices.filter { !living.contains($0) }.map { classes[$0] }
    // A recording ends where the last of its tracks does.
    var ends: [String: Int] = [:]
    for track in predictions.tracks {
      if let last = track.frames.last { ends[track.experiment] = max(ends[track.experiment] ?? .min, last) }
    }
    deaths = predictions.tracks.compactMap { track in
      guard let first = track.frames.first, let last = track.frames.last else { return nil }
      let finding = rule.death(track.probabilities, alive: living)
      var death = Death(
        experiment: track.experiment, well: track.well, field: track.field, track: track.name, status: .survived,
        kind: "", firstFrame: first, lastFrame: last, firstTime: track.times[0],
        lastTime: track.times[track.times.count - 1])
      if let finding {
        death.kind = classes[finding.kind]
        death.onsetFrame = track.frames[finding.onset]
        death.onsetTime = track.times[finding.onset]
        death.lastAliveTime = finding.onset > 0 ? track.times[finding.onset - 1] : nil
        death.status = finding.onset > 0 ? .died : .deadAtStart
      } else if last < ends[track.experiment] ?? last {
        death.status = .lost
      }
      return death
    }
  }

  /// A row for each track; what isn't known is empty.
  package var csv: String {
    var text = CSV.line([
      "experiment", "well", "field", "track", "status", "kind", "onset_frame", "onset_time", "last_alive_time",
      "first_frame", "last_frame", "first_time", "last_time",
    ])
    for death in deaths {
      text += CSV.line([
        death.experiment, death.well, death.field, death.track, death.status.rawValue, death.kind,
        death.onsetFrame.map { "\($0)" } ?? "", death.onsetTime.map { "\($0)" } ?? "",
        death.lastAliveTime.map { "\($0)" } ?? "", "\(death.firstFrame)", "\(death.lastFrame)", "\(death.firstTime)",
        "\(death.lastTime)",
      ])
    }
    return text
  }
}
