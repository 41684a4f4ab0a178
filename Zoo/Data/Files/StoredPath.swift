import Foundation
import ZooImages

/// Paths as the disk has them.
package enum StoredPath {
  /// The path of what somebody named, whose letters the disk may compose otherwise, as on what was copied from a Mac: `ü` as
  /// one character or as two. The path itself where there is nothing else. O(1) for what is there under its name; folders are
  /// listed for what isn't.
  package static func found(_ path: String) -> String {
    guard FileKind(path) == .nothing, path.utf8.contains(where: { $0 > 0x7F }) else { return path }
    var place = path.hasPrefix("/") ? "/" : ""
    for name in path.split(separator: "/") {
      var next = String(name)
      if FileKind(place + next) == .nothing {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: place.isEmpty ? "." : place)) ?? []
        // Texts are the same in Swift however they are composed.
        guard let listed = names.first(where: { $0 == next }) else { return path }
        next = listed
      }
      place += next + "/"
    }
    return String(place.dropLast())
  }
}
