import Foundation
import ZooFormat

/// How numbers are written for people.
package enum Figures {
  /// With a fixed number of decimals; an en dash for a value that isn't there.
  package static func fixed(_ value: Double?, _ decimals: Int = 3) -> String {
    guard let value else { return "–" }
    guard value.isFinite else { return value.isNaN ? "not a number" : value > 0 ? "∞" : "−∞" }
    let text = String(format: "%.\(decimals)f", abs(value))
    // A value that rounds to zero has no sign.
    return value < 0 && text.contains { ("1"..."9").contains($0) } ? "−" + text : text
  }

  /// With its sign, for differences.
  package static func signed(_ value: Double, _ decimals: Int = 3) -> String {
    let text = fixed(value, decimals)
    return value > 0 && text.contains { ("1"..."9").contains($0) } ? "+" + text : text
  }

  /// `0.034`, `< 0.001`.
  package static func pValue(_ value: Double?) -> String {
    guard let value else { return "–" }
    return value < 0.001 ? "< 0.001" : fixed(value, 3)
  }

  /// A number of things: `1 group`, `2 groups`.
  package static func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  /// Names one after the other: `channel1 … channel81` for what is numbered, no more than the first eight of others.
  package static func names(_ names: [String]) -> String {
    if names.count > 3, let first = names.first, let last = names.last {
      let stem = first.prefix { !$0.isNumber }
      let numbers = names.map { $0.hasPrefix(stem) ? Int($0.dropFirst(stem.count)) : nil }
      let start = numbers[0] ?? 0
      if numbers.enumerated().allSatisfy({ $1.map { $0 - start } == $0 }) { return "\(first) … \(last)" }
    }
    let rest = names.count > mostNames ? " … (\(names.count))" : ""
    return names.prefix(mostNames).map { $0.isEmpty ? "(unnamed)" : $0 }.joined(separator: ", ") + rest
  }

  private static let mostNames = 8

  /// `1 frame of 3 channels`.
  package static func frames(_ frames: Int, channels: Int) -> String {
    "\(counted(frames, "frame")) of \(counted(channels, "channel"))"
  }

  /// Three significant digits and a prefix: `11.2 M`.
  package static func count(_ value: Int) -> String {
    let prefixes: [(Double, String)] = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")]
    for (scale, prefix) in prefixes where Double(value) >= scale * 0.9995 {
      return significant(Double(value) / scale) + prefix
    }
    return "\(value)"
  }

  /// Three significant digits in decimal units: `44.8 MB`.
  package static func bytes(_ value: Int) -> String {
    value < 1000
      ? "\(value) B"
      : count(value).replacing(" k", with: " kB").replacing(" M", with: " MB")
        .replacing(" G", with: " GB").replacing(" T", with: " TB")
  }

  /// `8.1 ms`, `42 s`, `3 min 05 s`, `2 h 10 min`.
  package static func duration(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
    if seconds < 1e-3 { return significant(seconds * 1e6) + " µs" }
    if seconds < 0.9995 { return significant(seconds * 1e3) + " ms" }
    if seconds < 59.95 { return significant(seconds) + " s" }
    let whole = Int(saturating: seconds.rounded())
    if whole < 3600 { return "\(whole / 60) min \(String(format: "%02d", whole % 60)) s" }
    return "\(whole / 3600) h \(String(format: "%02d", whole % 3600 / 60)) min"
  }

  /// What is left, on a clock: `0:07`, `12:30`, `3:05:00`.
  package static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e8 else { return "–" }
    let total = Int(saturating: seconds.rounded(.up))
    let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
    return hours > 0 ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%d:%02d", minutes, rest)
  }

  /// Three significant digits, for values from 0.1 to 9999.
  package static func significant(_ value: Double) -> String {
    let decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2
    return fixed(value, decimals)
  }

  /// A value of a pixel: whole numbers as they are, others with four significant digits.
  package static func sample(_ value: Float) -> String {
    value == value.rounded() && abs(value) < 1e9 ? "\(Int(saturating: value))" : String(format: "%.4g", Double(value))
  }

  package static func coordinate(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let rounded = (value * 100).rounded() / 100
    return rounded == rounded.rounded() ? "\(Int(saturating: rounded))" : "\(rounded)"
  }
}
