import Foundation
import ZooFormat
import ZooImages

/// Finds what a name of an image means among paths.
///
/// Tables and annotations name images as their program saw them: by a path from elsewhere, or by the name alone, with or
/// without its ending. What has the most parts of the path in common is meant, from the end.
struct ImagePaths<Value: Hashable & Sendable>: Sendable {
  /// By the last part of the path: all parts from the last to the first, and what is there.
  private var values: [String: [(parts: [String], value: Value)]] = [:]
  private let keepsEndings: Bool

  /// - Parameter keepsEndings: Whether `a.png` and `a.tif` are different names, and case counts.
  init(keepsEndings: Bool) { self.keepsEndings = keepsEndings }

  mutating func add(_ path: String, _ value: Value) {
    let parts = parts(path)
    guard let last = parts.first else { return }
    values[last, default: []].append((parts, value))
  }

  private func parts(_ path: String) -> [String] {
    var parts = path.split(whereSeparator: { $0 == "/" || $0 == "\\" }).reversed().map(String.init)
    guard !keepsEndings, let last = parts.first else { return parts }
    parts[0] = Self.stem(last)
    return parts.map { $0.lowercased() }
  }

  private static func stem(_ name: String) -> String {
    let lower = name.lowercased()
    let ending = [".ome.tiff", ".ome.tif", ".ome.zarr"].first(where: lower.hasSuffix)
    let isImage = ImageFile.isNamedAsImage(lower) || lower.hasSuffix(".zarr") || lower.hasSuffix(".txt")
    return ending.map { String(name.dropLast($0.count)) }
      ?? (isImage ? (name as NSString).deletingPathExtension : name)
  }

  /// What may be meant by `name`: none if there is no such path, one, or several that it doesn't tell apart.
  func candidates(_ name: String) -> Set<Value> {
    let wanted = parts(name)
    guard let last = wanted.first, let candidates = values[last] else { return [] }
    func common(_ parts: [String]) -> Int { zip(parts, wanted).prefix { $0 == $1 }.count }
    let most = candidates.map { common($0.parts) }.max() ?? 0
    return Set(candidates.filter { common($0.parts) == most }.map(\.value))
  }
}

/// Finds the frame of a field that an image's name means.
///
/// Files are found as ``ImagePaths`` finds them.
struct ImagePlaces {
  struct Place: Hashable {
    var field: Int
    /// As the files number it.
    var frame: Int
  }

  /// The place of each file; `nil` for a file of several frames.
  private var files: ImagePaths<Place?>

  /// O(files).
  /// - Parameter ignoresExtension: Whether `labels/a.txt` may mean `images/a.png`.
  init(_ images: FieldImages, ignoresExtension: Bool = false) {
    files = ImagePaths(keepsEndings: !ignoresExtension)
    var places: [Int: Set<Place>] = [:]
    for (number, field) in images.fields.enumerated() {
      for (index, plane) in field.planes.enumerated() {
        guard let plane else { continue }
        places[plane.file, default: []].insert(
          Place(field: number, frame: field.firstFrame + index / max(images.channels.count, 1)))
      }
    }
    for (file, found) in places { files.add(images.files[file], found.count == 1 ? found.first : nil) }
  }

  /// - Returns: `nil` if there is no such file.
  /// - Throws: ``ZooError`` if several files may be meant, or the file holds several frames.
  func place(_ name: String) throws(ZooError) -> Place? {
    let found = files.candidates(name)
    guard let best = found.first else { return nil }
    // The channels of one frame are files of their own.
    guard found.count == 1 else {
      throw ZooError(
        .badInput, problem: "the image '\(name)' may be any of \(found.count) files",
        expected: "as much of the path as tells them apart")
    }
    guard let place = best else {
      throw ZooError(
        .badInput, problem: "the image '\(name)' is a file of several frames", expected: "a file for each frame",
        remedy: "Write each frame into a file of its own, or annotate it by a table with a column of frames")
    }
    return place
  }
}
