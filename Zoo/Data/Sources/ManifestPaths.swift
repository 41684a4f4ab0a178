import Foundation
import ZooFormat
import ZooImages

/// Finds the files that a manifest names, also when the name is written as another system writes it.
///
/// A path is relative to the root, or absolute; `..` and links are followed, for a table is its user's own. Only regular
/// files are ever read: see ``FileBytes``.
package struct ManifestPaths {
  private let root: String
  /// What paths begin with, with `/` for each separator, and what stands in its place; the longest first.
  private let prefixes: [(written: String, prefix: String, place: String)]
  /// How many paths began with each prefix.
  private(set) var replaced: [String: Int] = [:]
  /// Folder → its names, each under its composed Unicode form.
  private var listings: [String: [String: String]] = [:]
  /// Files that aren't there, in the order of the table.
  private(set) var missing: [(row: Int, path: String)] = []
  /// Paths with a drive of Windows.
  private(set) var drives: [(row: Int, path: String)] = []

  /// - Parameter prefixes: What paths begin with → what stands in its place.
  package init(root: String, prefixes: [String: String] = [:]) {
    self.root = root
    self.prefixes = prefixes.map { ($0, Self.slashed($0), Self.slashed($1)) }.sorted {
      ($1.prefix.count, $0.prefix) < ($0.prefix.count, $1.prefix)
    }
  }

  /// With `/` for each separator and none at the end.
  private static func slashed(_ path: String) -> String {
    var path = path.replacing("\\", with: "/")
    while path.count > 1, path.last == "/" { path.removeLast() }
    return path
  }

  private static func hasDrive(_ path: String) -> Bool {
    let bytes = Array(path.utf8.prefix(2))
    return bytes.count == 2 && (bytes[1] == 0x3A || bytes == [0x5C, 0x5C] || bytes == [0x2F, 0x2F])
  }

  /// `path` with what `data.columns.pathPrefixes` says in place of what it begins with.
  private mutating func withoutPrefix(_ path: String) -> String {
    guard !prefixes.isEmpty else { return path }
    let whole = Self.slashed(path)
    for (written, prefix, place) in prefixes {
      let rest: Substring
      if prefix.isEmpty {
        guard !whole.hasPrefix("/"), !Self.hasDrive(path) else { continue }
        rest = whole[...]
      } else {
        // Windows takes no notice of case.
        let isSame =
          Self.hasDrive(written) || written.contains("\\")
          ? whole.lowercased().hasPrefix(prefix.lowercased()) : whole.hasPrefix(prefix)
        guard isSame else { continue }
        let tail = whole.dropFirst(prefix.count)
        guard prefix.last == "/" || tail.first == "/" else { continue }
        rest = tail.drop { $0 == "/" }
      }
      replaced[written, default: 0] += 1
      return place.isEmpty ? String(rest) : place == "/" ? "/\(rest)" : "\(place)/\(rest)"
    }
    return path
  }

  /// What was made of prefixes, and which fit no path.
  var remarks: [String] {
    prefixes.map { written, _, place in
      guard let count = replaced[written] else {
        return "data.columns.pathPrefixes: no path begins with '\(written.onOneLine)'"
      }
      let what =
        written.isEmpty
        ? "'\(place.onOneLine)' is put before" : "'\(written.onOneLine)' is read as '\(place.onOneLine)' in"
      return "\(what) \(Figures.counted(count, "path"))"
    }
  }

  /// The prefix without which a path names a file under the root, if there is one; `nil` for none.
  func strangePrefix(of path: String) -> String? {
    let whole = Self.slashed(path)
    var places = whole.indices.filter { whole[$0] == "/" }
    if places.first == whole.startIndex { places.removeFirst() }
    return places.first { Self.isThere("\(root)/\(whole[whole.index(after: $0)...])") }.map { String(whole[..<$0]) }
  }

  /// How such a prefix is said in the spec.
  static func remedy(_ prefix: String) -> String {
    "Set data.columns.pathPrefixes={\(Escape.json(prefix)): \"\"}"
  }

  /// The file that `path` names in row `row`, there or not. O(1) for a file that is there under its name; the folder is
  /// listed once for one that isn't.
  package mutating func find(_ written: String, row: Int) -> String {
    let path = withoutPrefix(written)
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
