import Foundation
import ZooFormat

/// All files under a folder, and the images in its OME-Zarr folders.
struct FieldFolder: Sendable {
  let root: String
  /// Relative to the root, sorted by their bytes; hidden ones are left out.
  let paths: [String]

  private static let mostFiles = 5_000_000

  /// O(files).
  init(_ root: String) throws(ZooError) {
    guard FileKind(root) == .folder else {
      throw ZooError(
        .badInput, file: root, problem: FileKind(root) == .nothing ? "there is no such folder" : "is not a folder",
        expected: "the folder of the fields")
    }
    var paths: [String] = []
    var open = [""]
    while let folder = open.popLast() {
      let full = folder.isEmpty ? root : "\(root)/\(folder)"
      guard let stream = opendir(full) else {
        throw ZooError(.badInput, file: full, problem: "can't be read as a folder: \(String(cString: strerror(errno)))")
      }
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard !SkippedFiles.isHidden(name) else { continue }
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        let isFolder =
          entry.pointee.d_type == DT_DIR
          || (entry.pointee.d_type != DT_REG && FileKind("\(root)/\(path)") == .folder)
        if isFolder, ZarrStore.isNamed(name) {
          // One image or several, whatever files it consists of.
          paths += ZarrStore.images("\(root)/\(path)").map { $0.isEmpty ? path : "\(path)/\($0)" }
        } else if isFolder {
          open.append(path)
        } else {
          paths.append(path)
        }
        guard paths.count <= Self.mostFiles else {
          throw ZooError(.badInput, file: root, problem: "holds more than \(Self.mostFiles) files")
        }
      }
    }
    self.root = root
    self.paths = paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  func full(_ path: String) -> String { "\(root)/\(path)" }

  /// The paths that a pattern fits, with the values of its parts.
  func matches(_ pattern: FieldPattern) -> [(path: String, values: [String: String])] {
    paths.compactMap { path in pattern.match(path).map { (path, $0) } }
  }
}
