import Foundation
import ZooFormat
import ZooImages

/// YOLO's label texts somewhere below a folder, with the patterns that read them and their images.
struct YOLOBeside {
  private var texts: [(path: String, image: String)] = []
  private var boxes = 0
  /// Folder → texts with a confidence in each line, which a program wrote.
  private var predictions: [String: Int] = [:]

  /// Texts that are opened.
  private static let most = 2000

  /// - Parameter paths: Of all files below the root.
  /// - Returns: `nil` without texts of boxes that are called as images are. O(files).
  init?(_ root: String, _ paths: [String]) {
    var images = ImagePaths<String>(keepsEndings: false)
    for path in paths where ImageFile.isNamedAsImage(path) { images.add(path, path) }
    var opened = 0
    for path in paths where path.hasSuffix(".txt") && !YOLOLists.isList(path) && opened < Self.most {
      // Of copies in several folders the one that is nearest by its path.
      let found = images.candidates(path).sorted { Self.common($0, path) > Self.common($1, path) }
      guard let image = found.first else { continue }
      opened += 1
      guard let seen = YOLOLabels.look("\(root)/\(path)") else { continue }
      if seen.areScored {
        predictions[(path as NSString).deletingLastPathComponent, default: 0] += 1
      } else {
        texts.append((path, image))
        boxes += seen.boxes
      }
    }
    guard boxes > 0 || !predictions.isEmpty else { return nil }
  }

  /// How many folders two paths have in common from the root.
  private static func common(_ one: String, _ other: String) -> Int {
    zip(one.split(separator: "/"), other.split(separator: "/")).prefix { $0 == $1 }.count
  }

  /// What lies there.
  var found: String {
    let example = texts.first.map { ", e.g. '\($0.path.onOneLine)'" } ?? ""
    let labels =
      texts.isEmpty
      ? nil : "\(Figures.counted(texts.count, "label text")) of YOLO (\(boxes) boxes\(example))"
    let folders = predictions.sorted { NaturalOrder.precedes($0.key, $1.key) }
    let shown = folders.prefix(3).map { "\($0.value) in '\($0.key.isEmpty ? "." : $0.key.onOneLine)'" }
    let scored =
      folders.isEmpty
      ? nil
      : "\(Figures.counted(predictions.values.reduce(0, +), "text")) with a confidence, which are predictions and no labels (\(shown.joined(separator: ", "))\(folders.count > 3 ? " …" : ""))"
    return [labels, scored].compactMap { $0 }.joined(separator: ", and ")
  }

  /// The keys that read them; `nil` for predictions alone.
  var keys: String? {
    guard let patterns else { return nil }
    return
      "data.source=cells, data.cells.layout=yolo, data.cells.images=\"\(patterns.images)\" and data.cells.tables=\"\(patterns.texts)\""
  }

  /// Of most texts: those whose folders, and whose images' folders, differ in the same way.
  private var patterns: (images: String, texts: String)? {
    let groups = Dictionary(grouping: texts) { text in
      "\(text.path.split(separator: "/").count) \(text.image.split(separator: "/").count)"
    }
    guard let members = groups.max(by: { ($0.value.count, $1.key) < ($1.value.count, $0.key) })?.value,
      let first = members.first
    else { return nil }
    let folders = members.map { $0.path.split(separator: "/").dropLast().map(String.init) }
    let parts = Self.parts(folders)
    let endings = Dictionary(grouping: members) { ($0.image as NSString).pathExtension }.mapValues(\.count)
    let ending = endings.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? "png"
    let imageFolders = members.map { $0.image.split(separator: "/").dropLast().map(String.init) }
    // A folder of images is called as the level of the texts that always has the same name there.
    let levels = (imageFolders.first ?? []).indices.map { level -> String in
      let names = imageFolders.map { $0[level] }
      if Set(names).count == 1 { return names[0] }
      let same = parts.keys.sorted().first { place in zip(names, folders).allSatisfy { $0 == $1[place] } }
      return same.flatMap { parts[$0] } ?? "*"
    }
    let texts = (folders.first ?? []).indices.map { parts[$0] ?? folders[0][$0] }
    func joined(_ levels: [String], _ ending: String) -> String {
      (levels + ["{field}.\(ending)"]).joined(separator: "/")
    }
    return (joined(levels, ending), joined(texts, (first.path as NSString).pathExtension))
  }

  /// Level of the folders → the part that stands for it, where they differ.
  private static func parts(_ folders: [[String]]) -> [Int: String] {
    var parts: [Int: String] = [:]
    for level in (folders.first ?? []).indices {
      let names = Set(folders.map { $0[level] })
      guard names.count > 1 else { continue }
      let word = word(of: names)
      let own =
        names.allSatisfy { SubsetWords.subset($0) != nil }
        ? "set" : word ?? (parts.isEmpty ? "experiment" : "folder")
      let isTaken = parts.values.contains("{\(own)}") || ["field", "frame", "z", "channel"].contains(own)
      parts[level] = isTaken ? "{level\(level + 1)}" : "{\(own)}"
    }
    return parts
  }

  /// What numbered names are called: `batch` of `batch1` and `batch2`.
  private static func word(of names: Set<String>) -> String? {
    let words = Set(names.map { name in name.prefix { $0.isLetter }.lowercased() })
    guard words.count == 1, let word = words.first, word.count > 1,
      names.allSatisfy({ $0.dropFirst(word.count).contains(where: \.isNumber) })
    else { return nil }
    return word
  }

  /// What speaks against taking subfolders as classes.
  /// - Parameters:
  ///   - shown: Names of the subfolders.
  ///   - otherwise: What to do if they are classes all the same.
  func refusal(_ root: String, folders shown: String, otherwise: String) -> ZooError? {
    guard let keys else { return nil }
    return ZooError(
      .badInput, file: root,
      problem:
        "below the subfolders (\(shown)) lie \(found): these are whole images with cells in them, and no classes",
      expected: "a spec that says what is what",
      remedy: "Set \(keys); see Documentation/Microscopy.md. \(otherwise)")
  }
}
