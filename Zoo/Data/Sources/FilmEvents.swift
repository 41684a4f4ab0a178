import ZooFormat
import ZooImages

/// An event in a film, as a row of a table states it: the film's label holds from then on.
package struct FilmEvent: Sendable, Hashable {
  /// In `data.events.unit` since the whole film began; `nil` for never.
  var time: Double?
  /// When the file's own first frame was taken, by the same clock.
  var start: Double

  /// - Parameters:
  ///   - time: What the row says of the event; nothing, or a word for it, is never.
  ///   - start: What it says of the beginning; 0 if `nil`.
  /// - Throws: ``ZooError`` if either is no number.
  init(time: String, start: String?) throws(ZooError) {
    self.time = try Spelling.isNothing(time.trimmed) ? nil : Self.number(time, "data.events.column")
    self.start = try start.map { text throws(ZooError) in try Self.number(text, "data.events.start") } ?? 0
  }

  private static func number(_ text: String, _ path: String) throws(ZooError) -> Double {
    let word = text.trimmed
    // Tables with other separators may have decimal commas.
    guard let number = Double(word) ?? Double(word.replacing(",", with: ".")), number.isFinite else {
      throw ZooError(
        .badInput, path: path, problem: "the time is '\(word)'",
        expected: "a number, or nothing where there is no event")
    }
    return number
  }
}

/// Labels of films, or of windows of films, by when their last frame was taken.
struct FilmEvents {
  private(set) var entries: [SourceEntry]
  private(set) var remarks: [String] = []

  /// O(files): the header of each is read for the time between frames, unless the spec says it or frames are counted.
  /// - Parameters:
  ///   - firstFrames: Where each entry begins in its file.
  /// - Throws: ``ZooError`` naming a file that doesn't say how far its frames are apart.
  init(
    _ entries: [SourceEntry], _ files: [ImageFilesSource.Files], firstFrames: [Int], _ spec: DataSpec
  ) throws(ZooError) {
    self.entries = entries
    guard entries.contains(where: { $0.event != nil }) else { return }
    let events = spec.events
    var intervals: [String: Double] = [:]
    var (before, after, never) = (0, 0, 0)
    for index in entries.indices {
      guard let event = entries[index].event else { continue }
      guard let time = event.time else {
        never += 1
        continue
      }
      let place = firstFrames[index] + (spec.frames ?? 1) - 1
      var interval = 1.0
      if place > 0, events.unit != .frame {
        let path = files[index].first?.first { !$0.isEmpty } ?? ""
        let known = intervals[path] ?? events.interval ?? Self.interval(path, events.unit)
        guard let known else {
          throw ZooError(
            .badInput, file: path, path: "data.events.interval", problem: "doesn't say how far its frames are apart",
            expected: "\(events.unit.rawValue) from one frame to the next", remedy: "Set data.events.interval")
        }
        intervals[path] = known
        interval = known
      }
      // What was reckoned from hours is off by a rounding.
      if event.start + Double(place) * interval < time - 1e-6 * interval {
        self.entries[index].className = events.before
        before += 1
      } else {
        after += 1
      }
    }
    let found = Dictionary(grouping: intervals.values) { Figures.significant($0) }
    let steps = found.sorted { $0.key < $1.key }.map {
      "\($0.key) \(events.unit.rawValue) a frame in \($0.value.count)"
    }
    remarks = [
      "labels by the time of the event in '\(events.column ?? "")': \(after) from it on, \(before) before it and \(never) of films without one are '\(events.before)'"
        + (steps.isEmpty ? "" : " (\(steps.joined(separator: ", ")) \(intervals.count == 1 ? "film" : "films"))")
    ]
  }

  private static func interval(_ path: String, _ unit: DataSpec.Events.Unit) -> Double? {
    FieldScale.frameInterval(path).flatMap { hours in
      switch unit {
      case .frame: 1
      case .h: hours
      case .min: hours * 60
      case .s: hours * 3600
      }
    }
  }
}
