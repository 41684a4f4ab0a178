import Foundation

/// What stands at a path, links followed.
package enum FileKind {
  case nothing
  /// Anything but a folder.
  case file
  case folder

  package init(_ path: String) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      self = .nothing
      return
    }
    self = isFolder.boolValue ? .folder : .file
  }
}
