import Foundation
import ZooData
import ZooFormat

/// Finds the images in files and folders, folders below included.
struct ImageWalk {
  private(set) var files: [String] = []
  private var skipped: SkippedFiles
  private var names: Set<String> = []
  /// The real paths of the folders that lead to where the walk is: a link to one of them would lead round.
  private var above: Set<String> = []
  private var visited = 0

  /// Links to folders of links to folders … would lead through more than anybody has.
  private static let mostFolders = 1_000_000

  /// - Parameter exclusion: What is left out of folders.
  init(_ exclusion: FileExclusion = FileExclusion()) { skipped = SkippedFiles(exclusion) }

  var remarks: [String] { skipped.remarks }
  /// What makes images of the files that were passed over.
  var remedy: String? { skipped.remedy }

  /// A file is taken whatever its name; of a folder, what is named as an image.
  /// - Throws: ``ZooError`` if nothing is there, a folder can't be read, or an image is named twice.
  mutating func add(_ path: String) throws(ZooError) {
    switch FileKind(path) {
    case .nothing:
      throw ZooError(
        .badInput, file: path, problem: "doesn't exist", expected: "an image file, or a folder of them")
    case .file: try take(path)
    case .folder:
      let root = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
      try walk(root, from: root)
    }
  }

  private mutating func take(_ path: String) throws(ZooError) {
    guard names.insert(path).inserted else {
      throw ZooError(.usage, file: path, problem: "is named twice", expected: "each image once")
    }
    files.append(path)
  }

  private mutating func walk(_ folder: String, from root: String) throws(ZooError) {
    let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    guard above.insert(real).inserted else {
      skipped.add(folder: folder)
      return
    }
    defer { above.remove(real) }
    visited += 1
    guard visited <= Self.mostFolders else {
      throw ZooError(.badInput, file: folder, problem: "the folders lead through more than \(Self.mostFolders)")
    }
    if let error = ForeignFormat.refusal(folder: folder) { throw error }
    let contents: [String]
    do {
      contents = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw ZooError(.badInput, file: folder, problem: "can't be read as a folder", expected: "a folder of images")
    }
    for name in contents.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
      let path = "\(folder)/\(name)"
      if SkippedFiles.isHidden(name) {
        skipped.addHidden()
      } else if skipped.excludes(String(path.dropFirst(root.count + 1)), in: root) {
        continue
      } else if FileKind(path) == .folder {
        try walk(path, from: root)
      } else if ImageFile.isNamedAsImage(name) {
        try take(path)
      } else {
        skipped.add(file: String(path.dropFirst(root.count + 1)))
      }
    }
  }
}
