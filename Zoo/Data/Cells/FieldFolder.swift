import Foundation
import ZooFormat
import ZooImages

/// All files under a folder, and the images in its OME-Zarr folders.
package struct FieldFolder: Sendable {
  package let root: String
  /// Relative to the root, sorted by their bytes; hidden ones are left out.
  package let paths: [String]
  /// What `data.exclude` left out.
  package let excluded: [String]

  private static let mostFiles = 5_000_000

  /// What a folder is, under whatever path.
  private struct Identity: Hashable {
    let device: UInt64
    let number: UInt64

    init?(_ descriptor: Int32) {
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { return nil }
      device = UInt64(truncatingIfNeeded: status.st_dev)
      number = UInt64(truncatingIfNeeded: status.st_ino)
    }
  }

  /// Links are followed, but for those that lead round. O(files).
  /// - Parameter exclude: Patterns of files and folders that are left out.
  package init(_ root: String, exclude: [String] = []) throws(ZooError) {
    var exclusion = FileExclusion(exclude)
    guard FileKind(root) == .folder else {
      throw ZooError(
        .badInput, file: root, problem: FileKind(root) == .nothing ? "there is no such folder" : "is not a folder",
        expected: "the folder of the fields")
    }
    var paths: [String] = []
    var open: [(folder: String, above: Set<Identity>)] = [("", [])]
    var visited = 0
    while let (folder, above) = open.popLast() {
      let full = folder.isEmpty ? root : "\(root)/\(folder)"
      guard let stream = opendir(full) else {
        throw ZooError(.badInput, file: full, problem: "can't be read as a folder: \(String(cString: strerror(errno)))")
      }
      defer { closedir(stream) }
      visited += 1
      guard let identity = Identity(dirfd(stream)), !above.contains(identity) else { continue }
      while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard !SkippedFiles.isHidden(name) else { continue }
        let path = folder.isEmpty ? name : "\(folder)/\(name)"
        let isFolder =
          entry.pointee.d_type == DT_DIR
          || (entry.pointee.d_type != DT_REG && FileKind("\(root)/\(path)") == .folder)
        if exclusion.excludes(path, isFolder: isFolder) { continue }
        if isFolder, ZarrStore.isNamed(name) {
          // One image or several, whatever files it consists of.
          paths += ZarrStore.images("\(root)/\(path)").map { $0.isEmpty ? path : "\(path)/\($0)" }
        } else if isFolder {
          open.append((path, above.union([identity])))
        } else {
          paths.append(path)
        }
        guard paths.count + visited + open.count <= Self.mostFiles else {
          throw ZooError(.badInput, file: root, problem: "holds more than \(Self.mostFiles) files and folders")
        }
      }
    }
    self.root = root
    excluded = exclusion.remarks
    self.paths = paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  package func full(_ path: String) -> String { "\(root)/\(path)" }

  /// The paths that a pattern fits, with the values of its parts.
  package func matches(_ pattern: FieldPattern) -> [(path: String, values: [String: String])] {
    paths.compactMap { path in pattern.match(path).map { (path, $0) } }
  }
}
