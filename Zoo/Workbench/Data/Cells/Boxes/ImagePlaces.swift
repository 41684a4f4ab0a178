import Foundation
import ZooFormat

/// Finds the frame of a field that an image's name means.
///
/// Annotations name images as their program saw them: by a path from elsewhere, or by the name alone. The file with the most
/// parts of the path in common is meant, from the end.
struct ImagePlaces {
  struct Place: Hashable {
    var field: Int
    /// As the files number it.
    var frame: Int
  }

  /// By the last part of the path: all parts from the last to the first, and the place; `nil` for a file of several frames.
  private var files: [String: [(parts: [Substring], place: Place?)]] = [:]
  private let ignoresExtension: Bool

  /// O(files).
  /// - Parameter ignoresExtension: Whether `labels/a.txt` may mean `images/a.png`.
  init(_ images: FieldImages, ignoresExtension: Bool = false) {
    self.ignoresExtension = ignoresExtension
    var places: [Int: Set<Place>] = [:]
    for (number, field) in images.fields.enumerated() {
      for (index, plane) in field.planes.enumerated() {
        guard let plane else { continue }
        places[plane.file, default: []].insert(
          Place(field: number, frame: field.firstFrame + index / max(images.channels.count, 1)))
      }
    }
    for (file, found) in places {
      let parts = parts(images.files[file])
      guard let last = parts.first else { continue }
      files[String(last), default: []].append((parts, found.count == 1 ? found.first : nil))
    }
  }

  private func parts(_ path: String) -> [Substring] {
    let name = ignoresExtension ? (path as NSString).deletingPathExtension : path
    return name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).reversed()
  }

  /// - Returns: `nil` if there is no such file.
  /// - Throws: ``ZooError`` if several files may be meant, or the file holds several frames.
  func place(_ name: String) throws(ZooError) -> Place? {
    let wanted = parts(name)
    guard let last = wanted.first, let candidates = files[String(last)] else { return nil }
    func common(_ parts: [Substring]) -> Int { zip(parts, wanted).prefix { $0 == $1 }.count }
    let most = candidates.map { common($0.parts) }.max() ?? 0
    let best = candidates.filter { common($0.parts) == most }
    // The channels of one frame are files of their own.
    guard Set(best.map(\.place)).count == 1 else {
      throw ZooError(
        .badInput, problem: "the image '\(name)' may be any of \(best.count) files",
        expected: "as much of the path as tells them apart")
    }
    guard let place = best[0].place else {
      throw ZooError(
        .badInput, problem: "the image '\(name)' is a file of several frames", expected: "a file for each frame",
        remedy: "Write each frame into a file of its own, or annotate it by a table with a column of frames")
    }
    return place
  }
}
