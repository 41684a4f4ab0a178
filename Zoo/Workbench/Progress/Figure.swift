import Foundation

/// Numbers as progress shows them.
enum Figure {
  static func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

  /// Three digits or more, without an exponent.
  static func short(_ value: Double) -> String {
    guard value.isFinite else { return "–" }
    return fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0)
  }

  /// E.g. `0:07`, `12:30` or `3:05:00`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e8 else { return "–" }
    let total = Int(seconds.rounded(.up))
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    return hours > 0 ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
  }
}
