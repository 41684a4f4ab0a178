import Foundation
import ZooImages

/// Files of a folder whose names are the same but for their ends, as programs write the channels or the frames of one
/// cell: `cell07_BF.tif` and `cell07_PI.tif`, `cell07_t1.png` and `cell07_t2.png`.
struct FileSets {
  /// Name of a file → what all files of its set begin with. Empty if the names are no sets.
  private(set) var stems: [String: String] = [:]
  /// What the files of a set end in, e.g. `BF` and `PI`.
  private(set) var ends: [String] = []

  /// Ends that more files than these share are nobody's channels.
  private static let mostEnds = 64

  /// O(names). Nine tenths of the sets must have the same ends: words, or letters with a number.
  init(_ names: [String]) {
    var byStem: [String: [(name: String, end: String)]] = [:]
    for name in names {
      let plain = (name as NSString).deletingPathExtension
      guard let cut = plain.lastIndex(where: { "_- .".contains($0) }), cut > plain.startIndex else { continue }
      let end = plain[plain.index(after: cut)...]
      guard end.wholeMatch(of: /[A-Za-z]+=?\d*/) != nil else { continue }
      byStem[String(plain[..<cut]), default: []].append((name, end.lowercased()))
    }
    let sets = byStem.mapValues { Set($0.map(\.end)) }
    guard sets.count > 1 else { return }
    var counts: [Set<String>: Int] = [:]
    for ends in sets.values { counts[ends, default: 0] += 1 }
    guard let (ends, count) = counts.max(by: { $0.value < $1.value }), (2...Self.mostEnds).contains(ends.count),
      count * 10 >= sets.count * 9, byStem.values.reduce(0, { $0 + $1.count }) * 10 >= names.count * 9
    else { return }
    self.ends = ends.sorted(by: NaturalOrder.precedes)
    for (stem, files) in byStem { for file in files { stems[file.name] = stem } }
  }
}
