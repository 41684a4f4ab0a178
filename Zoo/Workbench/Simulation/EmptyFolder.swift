import Foundation
import ZooFormat

/// A folder that something new is written into.
package enum EmptyFolder {
  /// Makes the folder, or takes one that is empty.
  /// - Returns: Whether it wasn't there before.
  /// - Throws: ``ZooError`` if something stands there already, or the folder can't be made.
  @discardableResult
  package static func make(_ folder: String) throws(ZooError) -> Bool {
    let kind = FileKind(folder)
    if kind == .nothing {
      try FieldFiles.makeFolder(folder)
      return true
    }
    guard kind == .folder, (try? FileManager.default.contentsOfDirectory(atPath: folder))?.isEmpty == true else {
      throw ZooError(
        .usage, file: folder, problem: kind == .folder ? "isn't empty" : "is a file",
        expected: "an empty folder, or none yet", remedy: "Choose another folder; nothing is overwritten")
    }
    return false
  }
}
