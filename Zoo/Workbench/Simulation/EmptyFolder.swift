import Foundation
import ZooFormat

/// A folder that something new is written into.
package enum EmptyFolder {
  /// Makes the folder, or takes one that is empty.
  /// - Returns: Whether it wasn't there before.
  /// - Throws: ``ZooError`` if something stands there already, or the folder can't be made.
  @discardableResult
  package static func make(_ folder: String) throws(ZooError) -> Bool {
    try check(folder)
    guard FileKind(folder) == .nothing else { return false }
    try FieldFiles.makeFolder(folder)
    return true
  }

  /// - Throws: ``ZooError`` if something stands there already.
  package static func check(_ folder: String) throws(ZooError) {
    let kind = FileKind(folder)
    guard kind != .nothing else { return }
    guard kind == .folder, (try? FileManager.default.contentsOfDirectory(atPath: folder))?.isEmpty == true else {
      throw ZooError(
        .usage, file: folder, problem: kind == .folder ? "isn't empty" : "is a file",
        expected: "an empty folder, or none yet", remedy: "Choose another folder; nothing is overwritten")
    }
  }
}
