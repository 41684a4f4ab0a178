import Foundation
import ZooData
import ZooFormat

/// The places that a command will write to, looked at before it works for hours.
package enum OutputPath {
  /// - Throws: ``ZooError`` if no file can be made or replaced there. What stands there stays as it is.
  package static func checkFile(_ path: String) throws(ZooError) { _ = try AtomicFile(path) }

  /// - Throws: ``ZooError`` if something stands there but an empty folder, or no folder can be made there.
  package static func checkFolder(_ path: String) throws(ZooError) { try StagedFolder.check(path) }

  /// The one name of a place, whatever leads to it: a link that stands there is replaced, those before it are followed.
  package static func place(_ path: String) -> String {
    let url = URL(fileURLWithPath: path).standardizedFileURL
    return url.deletingLastPathComponent().resolvingSymlinksInPath().appendingPathComponent(url.lastPathComponent).path
  }

  /// The place of what is read at a path, links followed.
  package static func content(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }
}
