/// Units in which files say how long it is from one frame to the next.
package enum TimeUnit {
  /// A time in hours; `nil` if it is none between two frames, or of a unit that isn't known. Without a unit it is seconds, as
  /// OME and ImageJ have it.
  package static func hours(_ time: Double, unit: String?) -> Double? {
    guard time > 0, time.isFinite else { return nil }
    switch (unit ?? "s").lowercased() {
    case "h", "hr", "hrs", "hour", "hours": return time
    case "min", "mins", "minute", "minutes": return time / 60
    case "s", "sec", "secs", "second", "seconds": return time / 3600
    case "ms", "msec", "millisecond", "milliseconds": return time / 3_600_000
    case "d", "day", "days": return time * 24
    default: return nil
    }
  }
}
