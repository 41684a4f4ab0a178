import Foundation
import ZooImages

/// A cell of a frame column as a number that can be sorted and subtracted.
struct FrameValue {
  /// How it is written. Values of two forms can't be compared.
  enum Form: Hashable {
    /// `12`, `2.5`, `2,5`.
    case number
    /// `t12`, `frame 3`, `15 min`: what stands before and behind the number.
    case numbered(String, String)
    /// `9:30`, `1:09:30`: the number of parts.
    case clock(Int)
    /// `2024-05-03T09:30`, `3.5.2024 09:30`.
    case date
    /// `30 min`, `1h30`, `1.5 h`: whatever the units are.
    case duration
  }

  let form: Form
  /// Seconds, if the form is a clock, a date or a duration.
  let value: Double

  /// `nil` for what is neither a number nor a time.
  init?(_ text: String) {
    if let number = Self.number(text) {
      (form, value) = (.number, number)
    } else if let parts = Self.clock(text) {
      (form, value) = (.clock(parts.count), parts.reduce(0) { $0 * 60 + $1 })
    } else if let seconds = Self.date(text) {
      (form, value) = (.date, seconds)
    } else if let seconds = Self.duration(text) {
      (form, value) = (.duration, seconds)
    } else if let numbered = Self.numbered(text) {
      (form, value) = numbered
    } else {
      return nil
    }
  }

  private static func number(_ text: String) -> Double? {
    guard let first = text.utf8.first, (0x30...0x39).contains(first) || first == 0x2D || first == 0x2E || first == 0x2B
    else { return nil }
    guard text.utf8.allSatisfy({ (0x2B...0x39).contains($0) || $0 | 0x20 == 0x65 }) else { return nil }
    if let number = Double(text) { return number.isFinite ? number : nil }
    guard text.utf8.contains(0x2C), !text.utf8.contains(0x2E) else { return nil }
    return Double(text.replacing(",", with: "."))
  }

  private static func clock(_ text: String) -> [Double]? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3 else { return nil }
    let numbers = parts.compactMap { part in part.first?.isNumber == true ? Double(part.replacing(",", with: ".")) : nil
    }
    guard numbers.count == parts.count, numbers.dropFirst().allSatisfy({ $0 < 60 }) else { return nil }
    return numbers
  }

  private static let units: [String: Double] = [
    "d": 86400, "day": 86400, "days": 86400, "h": 3600, "hr": 3600, "hrs": 3600, "hour": 3600, "hours": 3600, "m": 60,
    "min": 60, "mins": 60, "minute": 60, "minutes": 60, "s": 1, "sec": 1, "secs": 1, "second": 1, "seconds": 1,
    "ms": 0.001,
  ]

  /// Numbers with units that become smaller; the last may be without, and is then of the next smaller one.
  private static func duration(_ text: String) -> Double? {
    var rest = text.lowercased()[...]
    var seconds = 0.0
    var unit = Double.infinity
    while !rest.isEmpty {
      let number = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." || $0 == "," }
      guard let value = Double(number.replacing(",", with: ".")) else { return nil }
      rest = rest[number.endIndex...].drop { $0 == " " }
      let word = rest.prefix(while: \.isLetter)
      rest = rest[word.endIndex...].drop { $0 == " " || $0 == "." }
      let next = word.isEmpty ? [86400: 3600, 3600: 60, 60: 1][unit] : units[String(word)]
      guard let next, next < unit, !word.isEmpty || rest.isEmpty else { return nil }
      seconds += value * next
      unit = next
    }
    return unit.isFinite ? seconds : nil
  }

  /// Year, month and day: `2024-05-03`, or as dots alone have it, `3.5.2024`.
  private static func day(_ text: Substring) -> (year: Int, month: Int, date: Int)? {
    let dashed = text.split(separator: "-")
    let parts = dashed.count == 3 ? dashed : text.split(separator: ".").reversed()
    guard parts.count == 3, parts[0].count == 4, parts.allSatisfy({ $0.allSatisfy(\.isNumber) }),
      let year = Int(parts[0]), let month = Int(parts[1]), let date = Int(parts[2]), (1...12).contains(month),
      (1...31).contains(date)
    else { return nil }
    return (year, month, date)
  }

  private static func date(_ text: String) -> Double? {
    let halves = text.split(maxSplits: 1) { $0 == "T" || $0 == " " }
    guard let (year, month, date) = halves.first.flatMap(day) else { return nil }
    // Days since 1 March of the year 0, in which the day that is added every four years is the last of its year.
    let (shiftedYear, shiftedMonth) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    let days =
      365 * shiftedYear + shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
      + (153 * shiftedMonth + 2) / 5 + date
    guard halves.count == 2 else { return Double(days) * 86400 }
    let time = halves[1].hasSuffix("Z") ? halves[1].dropLast() : halves[1]
    guard let parts = clock(String(time)) else { return nil }
    return Double(days) * 86400 + (parts + (parts.count == 2 ? [0] : [])).reduce(0) { $0 * 60 + $1 }
  }

  private static func numbered(_ text: String) -> (Form, Double)? {
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    let bytes = Array(text.utf8)
    guard let start = bytes.firstIndex(where: isDigit) else { return nil }
    var end = start
    var hasPoint = false
    while end < bytes.count,
      isDigit(bytes[end])
        || bytes[end] == 0x2E && !hasPoint && end + 1 < bytes.count
          && isDigit(bytes[end + 1])
    {
      hasPoint = hasPoint || bytes[end] == 0x2E
      end += 1
    }
    guard !bytes[end...].contains(where: isDigit),
      let value = Double(String(decoding: bytes[start..<end], as: UTF8.self))
    else { return nil }
    func word(_ bytes: ArraySlice<UInt8>) -> String { String(decoding: bytes, as: UTF8.self).trimmed.lowercased() }
    return (.numbered(word(bytes[..<start]), word(bytes[end...])), value)
  }
}
