import Foundation
import ZooFormat

/// Finds the files that a manifest names, also when the name is written as another system writes it.
///
/// A path is relative to the root, or absolute; `..` and links are followed, for a table is its user's own. Only regular
/// files are ever read: see ``FileBytes``.
struct ManifestPaths {
  private let root: String
  /// Folder → its names, each under its composed Unicode form.
  private var listings: [String: [String: String]] = [:]
  /// Files that aren't there, in the order of the table.
  private(set) var missing: [(row: Int, path: String)] = []
  /// Paths with a drive of Windows.
  private(set) var drives: [(row: Int, path: String)] = []

  init(root: String) { self.root = root }

  /// The file that `path` names in row `row`, there or not. O(1) for a file that is there under its name; the folder is
  /// listed once for one that isn't.
  mutating func find(_ path: String, row: Int) -> String {
    let place = path.hasPrefix("/") ? path : root + "/" + path
    if Self.isThere(place) { return place }
    var slashed = path
    if path.utf8.contains(0x5C) {
      let bytes = Array(path.utf8.prefix(2))
      if bytes.count == 2, bytes[1] == 0x3A || bytes == [0x5C, 0x5C] {
        drives.append((row, path))
        return place
      }
      slashed = path.replacing("\\", with: "/")
      let other = slashed.hasPrefix("/") ? slashed : root + "/" + slashed
      if Self.isThere(other) { return other }
    }
    if let found = inOtherForm(slashed) { return found }
    missing.append((row, path))
    return place
  }

  private static func isThere(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The file whose name on the disk has the other Unicode form, as those have that were copied from a Mac.
  private mutating func inOtherForm(_ path: String) -> String? {
    guard path.utf8.contains(where: { $0 > 0x7F }) else { return nil }
    var place = path.hasPrefix("/") ? "" : root
    for name in path.split(separator: "/") {
      if listings[place] == nil {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.isEmpty ? "/" : place)) ?? []
        listings[place] = Dictionary(names.map { ($0.precomposedStringWithCanonicalMapping, $0) }) { first, _ in first }
      }
      let listed = listings[place]?[String(name).precomposedStringWithCanonicalMapping]
      guard let next = name == "." || name == ".." ? String(name) : listed else { return nil }
      place += "/" + next
    }
    return place
  }
}
