import ZooFormat
import ZooImages

/// Numbers of channels in the names of files beside the names that a spec gives them in this order: a file that is missing
/// moves all names behind it by one.
enum ChannelNumbers {
  /// `01 DNA, 02 CE, 04 PI (no 03)`.
  static func text(_ words: [String], _ names: [String]) -> String {
    let pairs = zip(words, names).map { "\($0) \($1)" }.joined(separator: ", ")
    let missing = missing(words)
    return pairs + (missing.isEmpty ? "" : " (no \(missing.joined(separator: ", ")))")
  }

  /// What is said of numbers that lack some between others; `nil` if none does.
  static func gap(_ words: [String], _ names: [String]) -> String? {
    let missing = missing(words)
    guard !missing.isEmpty else { return nil }
    return
      "the numbers of channels in the files' names lack \(missing.joined(separator: ", ")): look whether data.imageChannels means \(zip(words, names).map { "\($1) by \($0)" }.joined(separator: ", "))"
  }

  /// Numbers between the lowest and the highest, as the words would write them.
  private static func missing(_ words: [String]) -> [String] {
    let found = words.compactMap { $0.wholeMatch(of: /(\D*)(\d{1,4})/) }
    guard let first = found.first, found.count == words.count, found.allSatisfy({ $0.output.1 == first.output.1 })
    else {
      return []
    }
    let numbers = Set(found.compactMap { Int($0.output.2) })
    guard let low = numbers.min(), let high = numbers.max(), high - low < 100 else { return [] }
    let width = found.map(\.output.2.count).min() ?? 1
    return (low...high).filter { !numbers.contains($0) }.map { number in
      let text = String(number)
      return String(first.output.1) + String(repeating: "0", count: max(0, width - text.count)) + text
    }
  }
}
