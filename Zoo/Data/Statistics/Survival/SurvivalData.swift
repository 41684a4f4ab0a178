import ZooFormat

/// Times to events, as survival analysis takes them: when somebody began to be watched, when that ended, and how.
package struct SurvivalData: Sendable, Hashable {
  package struct Subject: Sendable, Hashable {
    /// When watching began; the subject is at risk after it (delayed entry, also called left truncation).
    package var entry: Double
    /// When it ended.
    package var time: Double
    /// The kind of event, counted from 1; 0 for none (right-censored).
    package var event: Int
    /// Which of the compared groups it belongs to.
    package var group: Int

    package init(entry: Double = -.infinity, time: Double, event: Int, group: Int = 0) {
      self.entry = entry
      self.time = time
      self.event = event
      self.group = group
    }
  }

  package let subjects: [Subject]

  /// - Throws: ``ZooError`` for a time that isn't finite, isn't after the entry, or a negative event or group.
  package init(_ subjects: [Subject]) throws(ZooError) {
    for (index, subject) in subjects.enumerated() {
      guard subject.time.isFinite, subject.entry < subject.time, subject.event >= 0, subject.group >= 0 else {
        throw ZooError(
          .badInput,
          problem: "subject \(index + 1) is watched from \(subject.entry) to \(subject.time), event \(subject.event)",
          expected: "a finite time after the entry, and an event of 0 or more")
      }
    }
    self.subjects = subjects
  }

  /// What happens at one time.
  struct Moment {
    let time: Double
    /// Subjects that are watched just before.
    let atRisk: Int
    /// Subjects by event; at 0 those that are censored here.
    let counts: [Int]

    var events: Int { counts.dropFirst().reduce(0, +) }
  }

  /// The times at which anything ends, rising. O(n log n).
  func moments(kinds: Int) -> [Moment] {
    let ends = subjects.sorted { $0.time < $1.time }
    let entries = subjects.map(\.entry).sorted()
    var moments: [Moment] = []
    var entered = 0
    var left = 0
    var place = 0
    while place < ends.count {
      let time = ends[place].time
      // Whoever enters at this very time isn't at risk at it.
      while entered < entries.count, entries[entered] < time { entered += 1 }
      var counts = [Int](repeating: 0, count: kinds + 1)
      let first = place
      while place < ends.count, ends[place].time == time {
        counts[min(ends[place].event, kinds)] += 1
        place += 1
      }
      moments.append(Moment(time: time, atRisk: entered - left, counts: counts))
      left += place - first
    }
    return moments
  }

  /// The number of the last kind of event.
  var kinds: Int { max(1, subjects.map(\.event).max() ?? 1) }
}

/// A curve that changes at events alone, with an interval at each.
package struct StepCurve: Codable, Sendable, Hashable {
  package struct Point: Codable, Sendable, Hashable {
    package var time: Double
    package var value: Double
    /// The estimated variance of ``value``.
    package var variance: Double
    package var lower: Double
    package var upper: Double
    /// Subjects that were watched just before.
    package var atRisk: Int
  }

  /// Before the first event.
  package var start: Double
  package var points: [Point]

  package init(start: Double, points: [Point]) {
    self.start = start
    self.points = points
  }

  /// The value at `time`: that of the last event until then.
  package func value(at time: Double) -> Double { point(at: time)?.value ?? start }

  /// O(log n).
  package func point(at time: Double) -> Point? {
    var low = 0
    var high = points.count
    while low < high {
      let middle = (low + high) / 2
      if points[middle].time <= time { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? nil : points[low - 1]
  }
}
