import Foundation
import ZooFormat
import ZooImages

/// Files that are called as masks are, which programs write beside the images: `B02_001_cp_masks.png`.
enum MaskNames {
  private static let words: Set<String> = [
    "mask", "masks", "seg", "segmentation", "outline", "outlines", "label", "labels",
  ]
  private static let longest = 12
  private static let marks = Set("_-. ".utf8)

  /// How a name ends, e.g. `_cp_masks`; `nil` for one that says nothing of masks. O(the last word).
  private static func ending(_ path: String) -> String? {
    let bytes = path.utf8
    guard let dot = bytes.lastIndex(of: 0x2E) else { return nil }
    let stem = bytes[..<dot]
    let tail = stem.suffix(longest + 1)
    guard let mark = tail.lastIndex(where: { marks.contains($0) || $0 == 0x2F }), tail[mark] != 0x2F,
      let word = String(stem[stem.index(after: mark)...]), words.contains(word.lowercased())
    else { return nil }
    let before = stem[..<mark].suffix(3)
    let isCellpose = String(before).map { ["_cp", "-cp", " cp"].contains($0.lowercased()) } ?? false
    return String(stem[(isCellpose ? before.startIndex : mark)...])
  }

  /// The paths that are called as the masks of others among them: `1_cp_masks.tif` beside `1.tif`. O(paths).
  static func besideImages(_ paths: [String]) -> Set<String> {
    let stems = Set(paths.map { ($0 as NSString).deletingPathExtension })
    return Set(
      paths.filter { path in
        guard let ending = ending(path) else { return false }
        return stems.contains(String((path as NSString).deletingPathExtension.dropLast(ending.count)))
      })
  }

  /// A sentence on masks among images; `nil` if there are none, or nothing else. O(paths).
  /// - Parameter remedy: What to do about them, from their patterns, e.g. `"*_mask.*"`.
  static func remark(_ paths: [String], remedy: (String) -> String = excluded) -> String? {
    var counts: [String: (count: Int, example: String)] = [:]
    for path in paths {
      if let ending = ending(path) { counts[ending, default: (0, path)].count += 1 }
    }
    let count = counts.values.reduce(0) { $0 + $1.count }
    guard count > 0, count < paths.count, let first = counts.min(by: { $0.key < $1.key }) else { return nil }
    let patterns = counts.keys.sorted().map { JSONValue.string("*\($0).*").description }.joined(separator: ", ")
    return
      "\(count) of \(Figures.counted(paths.count, "image")) \(count == 1 ? "is" : "are") called as masks are, e.g. '\(first.value.example.onOneLine)', and taken as \(count == 1 ? "an image" : "images"): \(remedy(patterns))"
  }

  private static func excluded(_ patterns: String) -> String { "data.exclude=[\(patterns)] leaves them out" }
}
