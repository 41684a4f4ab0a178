import Foundation
import Synchronization
import ZooFormat
import ZooImages

/// How large a pixel is and how far frames are apart, as an image file says.
package enum FieldScale {
  /// Micrometres of a pixel by OME-XML, OME-Zarr, ImageJ or MetaMorph; `nil` if the file doesn't say.
  package static func pixelSize(_ path: String) -> Double? {
    if ZarrImage.isImage(path) { return (try? ZarrImage(path))?.pixelSize }
    return TIFFScale.pixelSize(path)
  }

  /// Hours from one frame to the next by OME-XML, OME-Zarr or ImageJ; `nil` if the file doesn't say.
  package static func frameInterval(_ path: String) -> Double? {
    if ZarrImage.isImage(path) { return (try? ZarrImage(path))?.frameInterval }
    return TIFFScale.frameInterval(path)
  }
}

/// How large a pixel is in each field: films of several days or objectives may differ.
final class FieldScales: Sendable {
  private let files: [String?]
  /// What the spec says of each field.
  private let given: [Double?]
  private let found = Mutex<[Double?]?>(nil)

  init(_ fields: [FieldImages.Field], files: [String]) {
    self.files = fields.map { field in field.planes.lazy.compactMap { $0 }.first.map { files[$0.file] } }
    given = []
  }

  private init(_ files: [String?], given: [Double?]) { (self.files, self.given) = (files, given) }

  /// The same with what `data.cells.pixelSizes` says of files in place of what they say themselves.
  /// - Throws: ``ZooError`` if a pattern fits no file, or two of them say different things of one.
  func giving(_ sizes: [String: Double], below root: String) throws(ZooError) -> FieldScales {
    guard !sizes.isEmpty else { return self }
    var used: Set<String> = []
    var given: [Double?] = []
    let patterns = sizes.keys.sorted().map { (text: $0, exclusion: FileExclusion([$0])) }
    for file in files {
      let path = file.map { $0.hasPrefix(root + "/") ? String($0.dropFirst(root.count + 1)) : $0 } ?? ""
      // A pattern of a folder speaks of all below it.
      let parts = path.split(separator: "/")
      let fitting = patterns.filter { pattern in
        parts.indices.contains { place in
          pattern.exclusion.fits(parts[...place].joined(separator: "/"), isFolder: place + 1 < parts.count)
        }
      }
      used.formUnion(fitting.map(\.text))
      if let first = fitting.first, let other = fitting.first(where: { sizes[$0.text] != sizes[first.text] }) {
        throw ZooError(
          .badInput, file: root, path: "data.cells.pixelSizes",
          problem: "'\(first.text)' and '\(other.text)' say different things of '\(path)'",
          expected: "one size for a file")
      }
      given.append(fitting.first.flatMap { sizes[$0.text] })
    }
    if let unused = sizes.keys.sorted().first(where: { !used.contains($0) }) {
      throw ZooError(
        .badInput, file: root, path: "data.cells.pixelSizes", problem: "no image fits '\(unused)'",
        expected:
          "a folder or a file below the root, e.g. \(files.lazy.compactMap(\.self).first.map { String($0.dropFirst(root.count + 1)) } ?? "day1/")"
      )
    }
    return FieldScales(files, given: given)
  }

  /// Micrometres of a pixel by field, as the spec or the images say; `nil` where neither does. O(fields): the header of one file each, once.
  var sizes: [Double?] {
    found.withLock { found in
      if let found { return found }
      let sizes = files.indices.map { place in
        (given.isEmpty ? nil : given[place]) ?? files[place].flatMap(FieldScale.pixelSize)
      }
      found = sizes
      return sizes
    }
  }

  /// The different sizes with their numbers of fields, or the one that all have.
  static func text(_ sizes: [Double?]) -> String {
    var counts: [String: Int] = [:]
    for size in sizes { counts[size.map { String(format: "%.4g", $0) } ?? "unknown", default: 0] += 1 }
    guard counts.count > 1 else { return counts.keys.first ?? "" }
    return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map {
      "\($0.key) (\(Figures.counted($0.value, "field")))"
    }.joined(separator: ", ")
  }
}
