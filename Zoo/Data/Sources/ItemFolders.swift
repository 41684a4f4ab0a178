import Foundation
import ZooFormat
import ZooImages

/// Subfolders that are items, one for each cell or film, where those of classes are expected: `cell_001/t00_C=0.tif`.
struct ItemFolders {
  private let folders: [String]
  /// Of the middle folder; folders of one name that lie in several others count each by itself.
  private let typicalCount: Int
  private let stem: String?
  /// Whether the folders hold files of the same names.
  private let areRepeated: Bool
  /// What the names of files count, e.g. `t (0 to 8)`.
  private let counted: [String]
  private let example: String

  /// What folders of single cells, films and the like are called before their number.
  private static let words: Set<String> = [
    "cell", "cells", "track", "film", "movie", "video", "clip", "seq", "sequence", "roi", "crop", "nucleus", "field",
    "fov",
    "pos", "position", "site", "series", "sample", "img", "image", "item", "object", "particle", "zelle", "spur",
    "cellule",
    "piste", "celula", "cellula",
  ]
  private static let mostFiles = 100

  /// O(files).
  /// - Parameter files: of all folders, each with the name of the folder that may be a class, and its path.
  init(_ files: [(folder: String, path: String)]) {
    var byFolder: [String: [String]] = [:]
    var byPlace: [String: [String]] = [:]
    for file in files {
      byFolder[file.folder, default: []].append((file.path as NSString).lastPathComponent)
      byPlace[(file.path as NSString).deletingLastPathComponent, default: []].append(file.path)
    }
    folders = byFolder.keys.sorted(by: NaturalOrder.precedes)
    let counts = byPlace.values.map(\.count).sorted()
    let typical = counts.isEmpty ? 0 : counts[counts.count / 2]
    typicalCount = typical
    let stems = Set(
      folders.map { name -> String? in
        let plain = name.drop { !$0.isLetter && !$0.isNumber }
        guard let number = plain.wholeMatch(of: /(\D*)(\d+)/) else { return nil }
        return number.output.1.lowercased().filter(\.isLetter)
      })
    stem = stems.count == 1 ? stems.first ?? nil : nil
    var holders: [String: Int] = [:]
    for names in byFolder.values { for name in Set(names) { holders[name, default: 0] += 1 } }
    let shared = files.count { (holders[($0.path as NSString).lastPathComponent] ?? 0) * 2 > byFolder.count }
    areRepeated = shared * 10 >= files.count * 8
    let paths = byPlace.filter { $0.value.count == typical }.min { NaturalOrder.precedes($0.key, $1.key) }?.value ?? []
    counted = Self.counted(paths.map { ($0 as NSString).lastPathComponent })
    example = paths.min() ?? ""
  }

  /// The same for one level of the paths' folders, from 0. O(files).
  init(_ paths: [String], level: Int) {
    self.init(
      paths.compactMap { path in
        let folders = path.split(separator: "/").dropLast()
        return level < folders.count ? (folder: String(folders[level]), path: path) : nil
      })
  }

  /// The letters before numbers in names that nearly all have the same ones, with the numbers that stand there.
  private static func counted(_ names: [String]) -> [String] {
    let found = names.map { name in
      (name as NSString).deletingPathExtension.matches(of: /([A-Za-z]+)=?(\d{1,9})/).map {
        (key: String($0.output.1), number: Int($0.output.2) ?? 0)
      }
    }
    // A drawing or a montage may lie among them.
    var counts: [[String]: Int] = [:]
    for parts in found { counts[parts.map(\.key), default: 0] += 1 }
    guard let (order, count) = counts.max(by: { $0.value < $1.value }), count * 5 >= names.count * 4,
      Set(order).count == order.count
    else { return [] }
    var numbers: [String: Set<Int>] = [:]
    for parts in found where parts.map(\.key) == order {
      for part in parts { numbers[part.key, default: []].insert(part.number) }
    }
    return order.compactMap { key in
      guard let values = numbers[key], values.count > 1, let least = values.min(), let most = values.max() else {
        return nil
      }
      return "\(key) (\(least) to \(most))"
    }
  }

  /// Whether these folders are items by their names and by the files in them.
  /// - Parameter chosen: The classes that somebody named: folders of these names are classes.
  func areItems(chosen: [String] = []) -> Bool {
    guard let stem, typicalCount <= Self.mostFiles, !chosen.contains(where: folders.contains) else { return false }
    let areCalledItems = Self.words.contains(stem) && folders.count >= 5
    // Numbers alone are classes often enough.
    return areCalledItems || areRepeated && folders.count >= (stem.isEmpty ? 20 : 10)
  }

  /// - Parameters:
  ///   - chosen: The classes that somebody named.
  ///   - pattern: The value of `data.images` that made them classes.
  /// - Returns: `nil` for what may well be classes.
  func refusal(_ root: String, chosen: [String], pattern: String? = nil) -> ZooError? {
    guard areItems(chosen: chosen) else { return nil }
    let names = "\(folders.first ?? "") … \(folders.last ?? "")"
    let found = pattern.map { "the \(folders.count) classes by '\($0)'" } ?? "the \(folders.count) subfolders"
    return ZooError(
      .badInput, file: root, path: pattern.map { _ in "data.images" },
      problem: "\(found) (\(names)) hold \(Figures.counted(typicalCount, "image")) or so each"
        + (counted.isEmpty ? "" : ", whose names count \(counted.joined(separator: " and ")), e.g. \(example)")
        + ": they look like items, such as films of one cell each, and not like classes",
      expected: pattern.map { _ in "{\(FolderSource.classPart)} where the class stands" }
        ?? "one subfolder of images for each class",
      remedy:
        "List them in a manifest.csv (label, a column for the subfolder, its frame and a path, or a path for each channel) and name these in data.columns (sequence, frame, channelPaths); if they are classes, name them in data.classes"
    )
  }
}
