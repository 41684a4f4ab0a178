import Foundation
import ZooFormat

/// A folder with one subfolder of images for each class.
enum FolderSource {
  static func open(_ spec: DataSpec, root: String) throws(ZooError) -> ImageFilesSource {
    let (names, entries) = try listing(root)
    return try ImageFilesSource(
      entries: entries, files: entries.map { [["\(root)/\($0.id)"]] }, channelNames: spec.imageChannels,
      hasFilePerChannel: false, frames: spec.frames, declaredClasses: names, range: spec.sampleRange, axes: spec.axes)
  }

  /// The names of the classes, and an entry for each image, whose `id` is its path in the folder.
  static func listing(_ root: String) throws(ZooError) -> (classes: [String], entries: [SourceEntry]) {
    let names = try contents(root).filter { FileKind(root + "/" + $0) == .folder }
    guard !names.isEmpty else {
      throw ZooError(
        .badInput, file: root, problem: "has no subfolders", expected: "one folder of images for each class")
    }
    var entries: [SourceEntry] = []
    for name in names {
      for file in try contents(root + "/" + name) {
        let ending = (file as NSString).pathExtension.lowercased()
        guard ImageFile.extensions.contains(ending) else { continue }
        entries.append(SourceEntry(id: "\(name)/\(file)", className: name))
      }
    }
    guard !entries.isEmpty else {
      throw ZooError(
        .badInput, file: root, problem: "no class has any images (\(names.joined(separator: ", ")))",
        expected: "PNG, TIFF or JPEG files in the folder of each class")
    }
    return (names, entries)
  }

  /// Names in the folder, sorted by their bytes, without hidden ones.
  private static func contents(_ folder: String) throws(ZooError) -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      let exists = FileManager.default.fileExists(atPath: folder)
      throw ZooError(
        .badInput, file: folder, problem: exists ? "can't be read as a folder" : "there is no such folder",
        expected: "a folder with one subfolder of images for each class")
    }
  }
}
